"""How many queries each kind of request takes, signing in and idempotency included, whatever the rows.

BEGIN, COMMIT and SAVEPOINT are not counted. A list takes at most 4, a detail 8, a write 14.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compensation.domain import awards
from tests.factories import House

Clients = Callable[..., Any]
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
LIST, DETAIL, WRITE = 4, 8, 14
# To check every cap, to give, and to enter it in the books.
GIVE = {"award": 12, "award without questions": 12}
# Where two people decide about one award there is more to write: the request, its reservation, telling one and the other.
# A promise that takes the place of another is confirmed to the customer: their address, and the message.
MORE = {"award above the cap": 21, "approve": 19, "decline": 17, "interim": 16, "move": 15}


def soon(minutes: int = 60) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that ran inside, those of transactions apart."""
    ran: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield ran
    ran += [query["sql"] for query in captured if not query["sql"].lstrip().upper().startswith(NOT_COUNTED)]


def fill(house: House, count: int) -> Any:
    """Cases with promises, awards and approvals; returns the last."""
    case = None
    for number in range(count):
        customer = house.customer(
            f"Customer {number}", external_ids=[("crm", f"{datetime.now(UTC).timestamp()}-{number}")]
        )
        case = house.heard_case(customer)
        house.logged(customer, case=case)
        house.give(case, 100)
        house.asked(case, now=datetime.now(UTC))
        house.promise(case)
    return case


LISTS = [
    "cases/", "customers/", "customers/?q=customer", "incidents/", "promises/", "awards/", "approvals/", "remedies/",
    "causes/", "colleagues/", "units/", "cases/{case}/awards/", "cases/{case}/promises/", "events/",
]  # fmt: skip
DETAILS = [
    "cases/{case}/", "customers/{customer}/", "incidents/{incident}/", "promises/{promise}/", "awards/{award}/",
    "approvals/{approval}/", "me/", "caps/me/",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_list(house: House, api: Clients, path: str) -> None:
    house.usual_caps()
    case, rep = fill(house, 1), api(house.alice)
    at = path.format(case=case.reference)
    rep.get("events/")  # what happened until now has its place in the feed
    with counted() as few:
        assert rep.get(at).status_code == 200
    fill(house, 4)
    rep.get("events/")
    with counted() as many:
        answer = rep.get(at)
    assert answer.status_code == 200
    assert len(few) == len(many) <= LIST, "\n".join(many)


@pytest.mark.parametrize("path", DETAILS)
def test_a_detail(house: House, api: Clients, path: str) -> None:
    house.usual_caps()
    case, rep = fill(house, 1), api(house.alice)
    at = path.format(
        case=case.reference,
        customer=case.customer_id,
        incident=case.incidents.first().pk,
        promise=case.promises.first().pk,
        award=case.awards.first().pk,
        approval=case.awards.last().approval.pk,
    )
    with counted() as few:
        assert rep.get(at).status_code == 200
    for _ in range(3):
        house.logged(case.customer, case=case)
        house.promise(case)
    with counted() as many:
        assert rep.get(at).status_code == 200
    assert len(few) == len(many) <= DETAIL, "\n".join(many)


def test_a_pop(house: House, api: Clients) -> None:
    house.usual_caps()
    fill(house, 1)
    rep = api(house.alice)
    with counted() as few:
        assert len(rep.post("pop/", {"phone": "+13035550142"}).json()["matches"]) == 1
    fill(house, 3)
    with counted() as many:
        assert len(rep.post("pop/", {"phone": "+13035550142"}).json()["matches"]) == 4
    assert len(few) == len(many) <= DETAIL, "\n".join(many)


def _writes(house: House) -> dict[str, Callable[[Any], tuple[str, Any]]]:
    """Each write by name: what prepares it gives its path and body."""
    return {
        "award": lambda case: (f"cases/{case.reference}/awards/", {"remedy": "credit", "amount_minor": 100}),
        "award with a feeling": lambda case: (
            f"cases/{case.reference}/awards/",
            {"remedy": "credit", "amount_minor": 100, "feeling": "angry"},
        ),
        "award above the cap": lambda case: (
            f"cases/{case.reference}/awards/",
            {"remedy": "credit", "amount_minor": 2500, "note": "Charged twice"},
        ),
        "award without questions": lambda case: (f"cases/{case.reference}/awards/", {"remedy": "coffee"}),
        "reverse": lambda case: (f"awards/{house.give(case, 100).pk}/reverse/", {"reason": "Wrong case"}),
        "fulfill": lambda case: (f"awards/{_flowers(house, case)}/fulfill/", {"proof": "DHL 1"}),
        "approve": lambda case: (f"approvals/{_asked(house, case)}/approve/", {"note": "Of course"}),
        "decline": lambda case: (f"approvals/{_asked(house, case)}/decline/", {"reason": "Paid already"}),
        "promise": lambda case: (f"cases/{case.reference}/promises/", {"due_end": soon(), "what": "Call back"}),
        "keep": lambda case: (f"promises/{house.promise(case).pk}/keep/", {"words": "All good"}),
        "interim": lambda case: (f"promises/{_due(house, case)}/interim/", {"due_end": soon(), "words": "Working"}),
        "move": lambda case: (f"promises/{_due(house, case)}/move/", {"due_end": soon(), "agreed": True}),
        "abandon": lambda case: (f"promises/{_due(house, case)}/abandon/", {"reason": "They called"}),
        "acknowledge": lambda case: (f"cases/{case.reference}/acknowledge/", {"feeling": "angry"}),
        "contact": lambda case: (f"cases/{case.reference}/contacts/", {"channel": "phone", "words": "Talked"}),
        "note": lambda case: (f"cases/{case.reference}/notes/", {"words": "Prefers mornings"}),
        "cause": lambda case: (f"cases/{case.reference}/cause/", {"cause": house.cause().pk}),
        "investigation": lambda case: (f"cases/{case.reference}/investigation/", {"question": "Why?"}),
        "hand off": lambda case: (f"cases/{case.reference}/handoff/", {"to": house.bob.pk, "reason": "Off sick"}),
        "reopen": lambda _: (f"cases/{house.closed_case().reference}/reopen/", {"reason": "Again"}),
        "own up": lambda case: (f"incidents/{case.incidents.first().pk}/acknowledge/", {"words": "Our fault"}),
        "incident on a case": lambda case: (
            "incidents/",
            {"customer": case.customer_id, "case": case.reference, "channel": "email", "our_words": "Late again"},
        ),
        "incident by phone": lambda case: (
            "incidents/",
            {"customer": case.customer_id, "channel": "phone", "our_words": "Late again"},
        ),
        "incident in their favor": lambda case: (
            "incidents/",
            {
                "customer": case.customer_id,
                "channel": "phone",
                "our_words": "Quoted too low",
                "favor": "customer",
                "originator_kind": "person",
                "originator": house.bob.pk,
            },
        ),
        "incident by email": lambda case: (
            "incidents/",
            {"customer": case.customer_id, "channel": "email", "customer_words": "Late again"},
        ),
    }


def _flowers(house: House, case: Any) -> int:
    return awards.give(case, house.remedies["flowers"], by=house.alice, now=house.now).pk


def _asked(house: House, case: Any) -> int:
    return house.asked(case, now=datetime.now(UTC)).pk


def _due(house: House, case: Any) -> int:
    return house.promise(case, due_end=datetime.now(UTC) + timedelta(hours=1), now=datetime.now(UTC)).pk


WRITES = list(_writes(None))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", WRITES)
def test_a_write(house: House, api: Clients, name: str) -> None:
    house.usual_caps()
    house.remedy()
    house.remedy("coffee", kind="non_monetary", cost_minor=300, no_questions=True)
    house.remedy("flowers", kind="non_monetary", cost_minor=1200, delivery_days=3)
    case, rep = house.heard_case(), api(house.alice)
    path, body = _writes(house)[name](case)
    if path.startswith("approvals/"):
        rep = api(house.sue)
    with counted() as ran:
        answer = rep.post(path, body, key="once", if_match="*")
    assert answer.status_code in (200, 201), answer.content
    assert len(ran) <= (GIVE | MORE).get(name, WRITE), "\n".join(ran)
