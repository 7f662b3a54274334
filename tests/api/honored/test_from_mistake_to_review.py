"""From the mistake to the review by REST: decided, told, proven, reviewed, each step by whoever may."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.api.conftest import problem
from tests.api.honored.conftest import TOLD, TOMORROW, WORDS, Clients, at, favorable, rule
from tests.doors.state import everything
from tests.factories import DAY, MINUTE, NOW, House, away

pytestmark = pytest.mark.django_db


@pytest.mark.practice("P1", "P2", "P3", "P4")
def test_from_the_mistake_to_the_review(house: House, api: Clients) -> None:
    house.usual_caps()
    alice, sue, bob = api(house.alice), api(house.sue), api(house.bob)
    logged = alice.post(
        "incidents/",
        {
            "customer": house.customer().pk,
            "channel": "phone",
            "our_words": "Quoted last year’s rate",
            "favor": "customer",
            "originator_kind": "person",
            "originator": house.alice.pk,
            "kind_of_action": "quote",
            "value_at_stake_minor": 1500,
            "currency": "USD",
        },
    )
    assert logged.status_code == 201
    (error,) = alice.get("honored-errors/", show="undecided").json()["results"]
    assert (error["status"], error["self_reported"], error["originator"]["name"], error["call"]) == (
        "undecided",
        True,
        "Alice",
        None,
    )
    here = f"honored-errors/{error['id']}/"
    advice = alice.get(f"{here}recommendation/").json()
    assert (advice["recommended"], advice["ruling"]["ruled"]) == ("honor", "legal_review")
    assert {"code", "speaks_for", "text", "figures"} == set(advice["lines"][0])
    assert (advice["may"]["honor"]["code"], advice["may"]["rescind"]["code"]) == ("ok", "supervisor_needed")
    assert advice["may"]["disclose"]["code"] == "undecided"

    assessed = alice.patch(here, WORDS, version=error["version"])
    assert (assessed.status_code, assessed.json()["should_have"]) == (200, WORDS["should_have"])
    decision = alice.post(f"{here}honor/", {}, key="1", **{"If-Match": assessed.headers["ETag"]})
    assert (decision.status_code, decision.json()["stance"], decision.json()["cost_minor"]) == (201, "honor", 1500)

    tried = alice.post(f"{here}disclosure/attempts/", {"outcome": "call_back", "call_back_at": TOMORROW})
    assert (tried.status_code, tried.json()["call_back_at"]) == (201, "2026-03-11T15:00:00Z")
    made = alice.post(f"{here}disclose/", TOLD)
    assert (made.status_code, made.json()["status"], made.json()["caller"]["name"]) == (200, "made", "Alice")

    letter = bob.post(f"{here}letter/", {})
    assert letter.status_code == 201
    with time_machine.travel(NOW + MINUTE, tick=False):
        again = bob.post(f"{here}letter/", {"language": "en"})
    assert (again.status_code, again.json()["id"]) == (200, letter.json()["id"])
    pdf = bob.get(letter.headers["Location"].removeprefix("/api/v1/"))
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    mail = bob.post(f"{here}letter/send/")
    assert (mail.status_code, mail.json()["letter"]) == (201, letter.json()["id"])
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert bob.post(f"{here}letter/send/").status_code == 200

    reviewed = sue.post(f"{here}review/", {"outcome": "coach", "note": "Look at the date of the tariff"})
    assert (reviewed.status_code, reviewed.json()["by"]["name"]) == (201, "Sue")
    whole = sue.get(here).json()
    assert [each["stance"] for each in whole["decisions"]] == ["honor"]
    (call,) = whole["disclosures"]
    assert [point["said"] for point in call["points"]] == [True] * 4
    assert [each["outcome"] for each in call["attempts"]] == ["call_back", "told"]
    assert (whole["call"]["answer"], whole["review"]["outcome"]) == (TOLD["answer"], "coach")
    assert [each["sha256"] for each in whole["letters"]] == [letter.json()["sha256"]]
    happened = [event["type"] for event in sue.get("events/").json()["results"]]
    for said in ("opened", "assessed", "honored", "reviewed"):
        assert f"honored_error.{said}" in happened
    assert {"disclosure.owed", "disclosure.attempted", "disclosure.made", "letter.made"} <= set(happened)


@pytest.mark.practice("P1")
def test_taking_back_under_a_prohibition_names_its_source(house: House, api: Clients) -> None:
    error = favorable(house)
    rule(house, "prohibited", kind_of_action="quote", citation="Colorado Revised Statutes, example")
    before = everything()
    sue = api(house.sue)
    stored = everything()
    answer = sue.post(at(error, "rescind/"), {"reason": "It is much"}, key="1")
    told = problem(answer, "rescission_prohibited", 409)
    assert told["source"] == "Colorado Revised Statutes, example"
    assert told["source"] in told["detail"]
    assert everything() == stored != before
    advice = sue.get(at(error, "recommendation/")).json()
    assert advice["may"]["rescind"]["code"] == "rescission_prohibited"
    assert (advice["ruling"]["source"], advice["ruling"]["rule"]["citation"]) == (told["source"], told["source"])


@pytest.mark.practice("P1")
def test_a_legal_review_comes_before_taking_back_where_no_rule_is_found(house: House, api: Clients) -> None:
    error, sue = favorable(house), api(house.sue)
    problem(sue.post(at(error, "rescind/"), {"reason": "It is much"}, key="1"), "legal_review_needed", 409)
    review = {"conclusion": "may", "counsel": "Okonkwo & Lee", "note": "Not relied on yet."}
    assert sue.post(at(error, "legal-review/"), review).status_code == 201
    taken = sue.post(at(error, "rescind/"), {"reason": "It is much"}, key="1")
    assert (taken.status_code, taken.json()["stance"], taken.json()["ruled"]) == (201, "rescind", "legal_review")
    assert sue.get(at(error)).json()["call"]["kind"] == "rescinded"


@pytest.mark.practice("P2")
def test_a_supervisor_passes_on_the_call_of_who_is_gone_for_long(house: House, api: Clients) -> None:
    error, sue = favorable(house), api(house.sue)
    house.decided(error, by=house.sam)
    problem(sue.post(at(error, "reassign/"), {"to": house.bob.pk, "reason": "Quicker"}), "originator_is_there", 409)
    away(house.alice, until=NOW + 30 * DAY)
    passed = sue.post(at(error, "reassign/"), {"to": house.bob.pk, "reason": "Alice is on leave"})
    assert (passed.json()["owed_by"]["name"], passed.json()["owed_because"]) == ("Bob", "long_away")
    (through,) = sue.get(at(error)).json()["disclosures"][0]["reassignments"]
    assert (through["from_user"]["name"], through["to_user"]["name"]) == ("Alice", "Bob")


def test_a_shorter_absence_lets_the_call_wait(house: House, api: Clients) -> None:
    error = favorable(house)
    house.decided(error, by=house.sam)
    away(house.alice, until=NOW + timedelta(days=3))
    answer = api(house.sue).post(at(error, "reassign/"), {"to": house.bob.pk, "reason": "Quicker"})
    problem(answer, "originator_is_there", 409)
