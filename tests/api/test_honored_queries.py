"""How many queries errors in the customer's favor take by REST, signing in and idempotency included, whatever the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cases.domain import disclosing, honored_errors, letters
from cases.enums import Point
from cases.models import HonoredError
from compensation.domain import honoring
from tests.api.test_queries import DETAIL, LIST, WRITE, Clients, counted
from tests.factories import DAY, HOUR, NOW, House, again, away

pytestmark = pytest.mark.django_db

WORDS = {"happened_words": "The quote was last year’s.", "should_have": "This year’s holds."}
TOLD = {"points": list(Point.values), "understanding": "understood", "answer": "Thank you."}
# To decide is to do four things at once: the decision and its cost are entered, what was to be decided is done, a call
# comes to be owed, and what was known (the rules, the past, one's own cap) is written down with it. To decide anew also
# takes back the entry and the call of before. A call that is made keeps what was promised in the tries before it.
# What is promised is confirmed in writing: the customer's address is read, and the message written.
# A letter and its mail are written with what they say and to whom.
MORE = {"honor": 22, "rescind": 21, "rescind what was honored": 29, "call back": 18, "disclose": 18, "letter": 16}
MORE |= {"disclose what is taken back": 22, "reassign": 20, "change the process": 17}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def grown(house: House, customer: Any = None) -> HonoredError:
    """An error that was honored, tried, told, written about and reviewed; more of each with every call."""
    customer = customer or house.customer(jurisdiction="US-CO")
    error = house.favorable(customer, value_at_stake_minor=1500)
    honored_errors.assess(error, by=house.bob, now=NOW, **WORDS)
    for reason in ("", "It is less"):
        amount = 1400 if reason else None
        honoring.honor(error, cost_minor=amount, reason=reason, precedent_reason="So be it", by=house.sam, now=NOW)
    call = disclosing.call_about(again(error))
    for _ in range(2):
        disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW)
    house.told(call)
    letters.make_letter(error, by=house.bob, now=NOW)
    return again(error)


@pytest.mark.parametrize(
    "path",
    [
        "honored-errors/", "honored-errors/?show=to_review", "honored-errors/?cause=1", "honored-errors/?month=2026-03-01",
        "rescission-rules/", "rescission-rules/?on=2026-03-01",
    ],
)  # fmt: skip
def test_a_list(house: House, api: Clients, path: str) -> None:
    house.usual_caps()
    error, sue = grown(house), api(house.sue)
    type(error.incident).objects.update(cause=house.cause())
    path = path.replace("cause=1", f"cause={house.cause().pk}")
    with counted() as few:
        assert sue.get(path).json()["results"]
    for _ in range(2):
        grown(house)
    with counted() as many:
        assert sue.get(path).json()["results"]
    assert len(few) == len(many) <= LIST, "\n".join(many)


@pytest.mark.parametrize("who", ["alice", "sue"])
@pytest.mark.parametrize(("verb", "most"), [("", DETAIL), ("letter.pdf", DETAIL), ("recommendation/", DETAIL)])
def test_a_detail(house: House, api: Clients, verb: str, most: int, who: str) -> None:
    house.usual_caps()
    first = grown(house)
    error, caller = grown(house, first.customer), api(getattr(house, who))
    with counted() as few:
        assert caller.get(f"honored-errors/{error.pk}/{verb}").status_code == 200
    for _ in range(2):
        grown(house, first.customer)
        honoring.honor(error, cost_minor=error.decisions.count(), reason="Again", by=house.sam, now=NOW)
    with counted() as many:
        assert caller.get(f"honored-errors/{error.pk}/{verb}").status_code == 200
    # Whose own error it is, their cap is asked for too.
    assert len(few) == len(many) <= most + (verb == "recommendation/" and who == "alice"), "\n".join(many)


def undecided(house: House) -> HonoredError:
    error = house.favorable(house.customer(jurisdiction="US-CO"), value_at_stake_minor=1500)
    honoring.record_legal_review(error, conclusion="may", counsel="Lee", note="Fine", by=house.sue, now=NOW)
    return honored_errors.assess(error, by=house.bob, now=NOW, **WORDS)


def owed(house: House, kind: str = "honored") -> HonoredError:
    error = undecided(house)
    if kind == "honored":
        honoring.honor(error, by=house.sam, now=NOW)
    else:
        honoring.rescind(error, reason="It is much", by=house.sam, now=NOW)
    return error


def told(house: House) -> HonoredError:
    error = owed(house)
    house.told(disclosing.call_about(again(error)))
    return error


def written(house: House) -> HonoredError:
    error = told(house)
    letters.make_letter(error, by=house.bob, now=NOW)
    return error


def gone(house: House) -> HonoredError:
    error = owed(house)
    away(house.alice, until=NOW + 30 * DAY)
    return error


def taken_back(house: House) -> HonoredError:
    return owed(house, "rescinded")


Scene = Callable[[House], HonoredError]
WRITES: list[tuple[str, str, str, Scene, Any]] = [
    ("honor", "alice", "honor/", undecided, {}),
    ("rescind", "sue", "rescind/", undecided, {"reason": "It is much"}),
    ("rescind what was honored", "sue", "rescind/", owed, {"reason": "It is much"}),
    ("legal review", "sue", "legal-review/", undecided, {"conclusion": "may", "counsel": "Lee", "note": "Fine"}),
    ("attempt", "alice", "disclosure/attempts/", owed, {"outcome": "no_answer"}),
    ("call back", "alice", "disclosure/attempts/", owed, {"outcome": "call_back", "call_back_at": (NOW + HOUR).isoformat()}),
    ("disclose", "alice", "disclose/", owed, TOLD),
    ("disclose what is taken back", "alice", "disclose/", taken_back, TOLD),
    ("reassign", "sue", "reassign/", gone, {"to": "bob", "reason": "She is on leave"}),
    ("review", "sue", "review/", told, {"outcome": "coach", "note": "Mind the date"}),
    ("change the process", "sue", "review/", told, {"outcome": "change_process", "note": "Mind the date"}),
    ("letter", "bob", "letter/", told, {}),
    ("send the letter", "bob", "letter/send/", written, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "who", "verb", "scene", "body"), WRITES, ids=[each[0] for each in WRITES])
def test_a_write(house: House, api: Clients, name: str, who: str, verb: str, scene: Scene, body: Any) -> None:
    house.usual_caps()
    error, caller = scene(house), api(getattr(house, who))
    body = {key: house.bob.pk if value == "bob" else value for key, value in body.items()}
    with counted() as ran:
        answer = caller.post(f"honored-errors/{error.pk}/{verb}", body, key="once")
    assert answer.status_code in (200, 201), answer.content
    assert len(ran) <= MORE.get(name, WRITE), f"{len(ran)}\n" + "\n".join(ran)


def test_weighing_it(house: House, api: Clients) -> None:
    error, bob = undecided(house), api(house.bob)
    weighed = {"relied": "nothing", "relied_words": "So far"}
    with counted() as ran:
        assert bob.patch(f"honored-errors/{error.pk}/", weighed, version=error.version).status_code == 200
    assert len(ran) <= WRITE, "\n".join(ran)


def test_keeping_a_rule(house: House, api: Clients) -> None:
    ada = api(house.ada)
    rule = {"jurisdiction": "US-CO", "effect": "allowed", "valid_from": "2026-01-01", "citation": "Handbook 4.2"}
    with counted() as ran:
        here = ada.post("rescission-rules/", rule, key="1").headers["Location"].removeprefix("/api/v1/")
    assert len(ran) <= WRITE, "\n".join(ran)
    with counted() as ran:
        assert ada.patch(here, {"note": "Confirmed"}, version=1).status_code == 200
    assert len(ran) <= WRITE, "\n".join(ran)
    on = (NOW + timedelta(days=90)).date().isoformat()
    with counted() as ran:
        assert ada.post(f"{here}end/", {"on": on}, key="2").status_code == 200
    assert len(ran) <= WRITE, "\n".join(ran)
