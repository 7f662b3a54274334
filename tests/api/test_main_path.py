"""A program does the whole main path by REST: from the mistake to the closed case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Notice
from tests.api.conftest import problem
from tests.factories import House

Clients = Callable[..., Any]


def soon(minutes: int = 60) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


@pytest.mark.practice("P10", "P5", "P7", "P24")
def test_from_the_mistake_to_the_closed_case(house: House, api: Clients) -> None:
    house.usual_caps()
    house.remedy()
    rep, supervisor = api(house.alice), api(house.sue)

    added = rep.put(
        "customers/by-external-id/crm/C-77/",
        {"preferred_name": "Dana Okafor", "emails": ["dana@example.com"], "units": [house.unit.pk]},
    )
    assert added.status_code == 201, added.content
    logged = rep.post(
        "incidents/",
        {
            "customer_external": {"system": "crm", "external_id": "C-77"},
            "channel": "email",
            "customer_words": "I was charged twice",
            "severity": "high",
        },
    )
    assert logged.status_code == 201, logged.content
    told = logged.json()
    assert told["opened"] is True
    assert told["case"]["owner"]["name"] == "Alice"
    case = f"cases/{told['case']['reference']}"

    early = rep.post(f"{case}/awards/", {"remedy": "credit", "amount_minor": 1500}, key="too-early")
    problem(early, "feelings_first", 409, "feeling")

    heard = rep.post(f"{case}/acknowledge/", {"feeling": "frustrated", "confirmed": True})
    assert heard.status_code == 201, heard.content
    assert heard.json()["case"]["feeling"] == "frustrated"

    within = rep.post(f"{case}/awards/", {"remedy": "credit", "amount_minor": 1500}, key="a-1")
    assert (within.status_code, within.json()["status"]) == (201, "delivered"), within.content
    above = rep.post(f"{case}/awards/", {"remedy": "credit", "amount_minor": 3000, "note": "Charged twice"}, key="a-2")
    assert (above.status_code, above.json()["status"]) == (201, "awaiting_approval"), above.content

    (waiting,) = supervisor.get("approvals/", status="waiting").json()["results"]
    assert waiting["id"] == above.json()["approval"]
    problem(rep.post(f"approvals/{waiting['id']}/approve/", {}, key="own", if_match="*"), "own_approval", 403)
    seen = supervisor.get(f"approvals/{waiting['id']}/").headers["ETag"]
    approved = supervisor.post(f"approvals/{waiting['id']}/approve/", {"amount_minor": 2500}, key="p-1", if_match=seen)
    assert (approved.status_code, approved.json()["status"]) == (200, "approved_less"), approved.content
    assert Notice.objects.filter(user=house.alice, kind="approval_answered").exists()

    promised = rep.post(f"{case}/promises/", {"due_end": soon(), "what": "Tell Dana that it is booked back"})
    assert promised.status_code == 201, promised.content
    following = rep.post(f"promises/{promised.json()['id']}/interim/", {"due_end": soon(120)})
    assert following.status_code == 201, following.content
    problem(rep.post(f"{case}/close/", {"outcome": "put_right"}), "promise_open", 409)
    for promise in rep.get("promises/", case=told["case"]["reference"], status="open").json()["results"]:
        kept = rep.post(f"promises/{promise['id']}/keep/", {"channel": "phone", "reached": "customer"})
        assert kept.status_code == 201, kept.content

    problem(rep.post(f"{case}/close/", {"outcome": "put_right"}), "cause_needed", 409, "cause")
    cause = house.cause()
    assert [c["id"] for c in rep.get("causes/").json()["results"]] == [cause.pk]
    assert rep.post(f"{case}/cause/", {"cause": cause.pk}).status_code == 200
    closed = rep.post(f"{case}/close/", {"outcome": "put_right", "words": "All booked back"})
    assert (closed.status_code, closed.json()["status"]) == (200, "closed"), closed.content

    whole = rep.get(f"{case}/").json()
    assert {p["status"] for p in whole["promises"]} == {"kept"}
    assert whole["owed"] == []
    assert whole["incidents"][0]["cause"]["id"] == cause.pk


def test_a_cause_not_known_yet_stays_a_question(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    at = f"cases/{case.reference}"
    assert rep.post(f"{at}/investigation/", {"question": "Why twice?"}).status_code == 201
    problem(rep.post(f"{at}/investigation/", {"question": "Why?"}), "already_open", 409, "question")
    found = rep.post(f"{at}/investigation/finding/", {"finding": "The till", "cause": house.cause().pk})
    assert (found.status_code, found.json()["status"]) == (200, "closed"), found.content
    problem(rep.post(f"{at}/investigation/finding/", {"finding": "Again"}), "wrong_state", 409)


def test_contacts_notes_handing_off_and_reopening(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    at = f"cases/{case.reference}"
    assert rep.post(f"{at}/contacts/", {"channel": "phone", "reached": "no_answer"}).status_code == 201
    assert rep.post(f"{at}/notes/", {"words": "Prefers mornings"}).status_code == 201
    handed = rep.post(f"{at}/handoff/", {"to": house.bob.pk, "reason": "Off sick"})
    assert (handed.status_code, handed.json()["owner"]["name"]) == (200, "Bob"), handed.content
    problem(rep.post(f"{at}/handoff/", {"to": house.alice.pk, "reason": "Back"}), "not_yours", 403)
    done = house.closed_case()
    again = rep.post(f"cases/{done.reference}/reopen/", {"reason": "Charged once more"})
    assert (again.status_code, again.json()["status"]) == (200, "reopened"), again.content


def test_promises_are_moved_and_given_up(house: House, api: Clients) -> None:
    rep, case = api(house.alice), house.case()
    first = rep.post(f"cases/{case.reference}/promises/", {"due_end": soon()}).json()
    moved = rep.post(f"promises/{first['id']}/move/", {"due_end": soon(90), "agreed": True})
    assert moved.status_code == 201, moved.content
    assert moved.json()["follows"] == first["id"]
    assert rep.get(f"promises/{first['id']}/").json()["status"] == "renegotiated"
    problem(rep.post(f"promises/{first['id']}/keep/", {}), "wrong_state", 409)
    given_up = rep.post(f"promises/{moved.json()['id']}/abandon/", {"reason": "They called us"})
    assert (given_up.status_code, given_up.json()["status"]) == (200, "abandoned"), given_up.content


def test_a_remedy_is_delivered_and_taken_back(house: House, api: Clients) -> None:
    house.usual_caps()
    house.remedy("flowers", kind="non_monetary", cost_minor=1200, delivery_days=3)
    rep, case = api(house.alice), house.heard_case()
    given = rep.post(f"cases/{case.reference}/awards/", {"remedy": "flowers"}, key="f").json()
    assert given["status"] == "given", given
    done = rep.post(f"awards/{given['id']}/fulfill/", {"proof": "DHL 1"}, key="g")
    assert (done.status_code, done.json()["status"]) == (200, "delivered"), done.content
    back = rep.post(f"awards/{given['id']}/reverse/", {"reason": "Sent to the neighbor"}, key="h")
    assert (back.status_code, back.json()["status"]) == (200, "reversed"), back.content
    caps = {cap["axis"]: cap for cap in rep.get("caps/me/").json()["caps"]}
    assert caps["day"] == {"axis": "day", "currency": "USD", "cap_minor": 10000, "used_minor": 0, "left_minor": 10000}


def test_an_approval_is_declined_with_its_reason(house: House, api: Clients) -> None:
    house.usual_caps()
    approval = house.asked(house.heard_case(), now=datetime.now(UTC))
    boss = api(house.sue)
    problem(boss.post(f"approvals/{approval.pk}/decline/", {"reason": " "}, key="1"), "reason_needed", 400, "reason")
    declined = boss.post(f"approvals/{approval.pk}/decline/", {"reason": "Paid already"}, key="2")
    assert (declined.status_code, declined.json()["status"]) == (200, "declined"), declined.content
