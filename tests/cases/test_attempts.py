"""A try that did not come to it is kept, and what was promised in it is owed."""

from __future__ import annotations

from typing import Any

import pytest

from cases.domain import disclosing, promises, reconcile
from tests.cases.rows import event, refused, values
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = pytest.mark.practice("P2")


@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_person"])
def test_a_try_that_reaches_nobody_is_kept_and_the_call_stays_owed(house: House, outcome: str) -> None:
    call = house.decided(house.favorable())
    tried = disclosing.attempt(call, outcome=outcome, words=" Rang twice. ", by=house.alice, now=NOW + HOUR)
    assert values(tried) == {
        "id": tried.pk,
        "disclosure_id": call.pk,
        "outcome": outcome,
        "contact_id": tried.contact_id,
        "promise_id": None,
        "words": "Rang twice.",
        "by_id": house.alice.pk,
        "at": NOW + HOUR,
    }
    assert (tried.contact.reached, tried.contact.channel) == (outcome, "phone")
    assert values(again(call)) == values(call)
    assert event("disclosure.attempted") == {
        "case_version": 4, "error": call.error_id, "error_version": 2, "outcome": outcome,
        "contact": tried.contact_id, "promise": None,
    }  # fmt: skip
    assert again(call.case).open_obligations == 1


@pytest.mark.practice("P7")
def test_to_call_back_is_promised_and_calling_again_keeps_it(house: House) -> None:
    call = house.decided(house.favorable())
    first = disclosing.attempt(call, outcome="call_back", call_back_at=NOW + DAY, by=house.alice, now=NOW)
    assert first.promise is not None
    owed = first.promise.obligation
    assert (owed.owner, owed.due_end, owed.what, owed.zone) == (house.alice, NOW + DAY, "Call back", "America/Denver")
    second = disclosing.attempt(call, outcome="call_back", call_back_at=NOW + 2 * DAY, by=house.alice, now=NOW + DAY)
    assert second.promise is not None
    assert (again(first.promise).status, again(first.promise).interim) == ("kept", True)
    assert second.promise.follows == first.promise
    disclosing.attempt(call, outcome="no_answer", by=house.alice, now=NOW + DAY)
    assert again(second.promise).status == "open"  # nobody was reached
    made = house.told(call, now=NOW + 2 * DAY)
    kept = again(second.promise)
    assert (kept.status, kept.interim, kept.kept_by) == ("kept", False, made.contact)
    assert [again(call.case).open_obligations, reconcile.differences()] == [0, []]


def test_a_promise_that_was_kept_otherwise_is_left_alone(house: House) -> None:
    call = house.decided(house.favorable())
    tried = disclosing.attempt(call, outcome="call_back", call_back_at=NOW + DAY, by=house.alice, now=NOW)
    assert tried.promise is not None
    contact = promises.keep(tried.promise, by=house.bob, now=NOW + HOUR)
    house.told(call, now=NOW + 2 * HOUR)
    assert again(tried.promise).kept_by == contact


@pytest.mark.practice("P7")
def test_a_dropped_line_is_called_back_at_once(house: House) -> None:
    call = house.decided(house.favorable())
    tried = disclosing.attempt(call, outcome="dropped", by=house.alice, now=NOW)
    assert tried.promise is not None
    assert tried.promise.obligation.due_end == NOW + 2 * MINUTE
    house.told(call, now=NOW + MINUTE)
    assert again(tried.promise).status == "kept"


def test_to_whoever_is_not_to_be_called_it_is_promised_to_write(house: House) -> None:
    call = house.decided(house.favorable(house.customer(do_not_call=True)))
    tried = disclosing.attempt(
        call, outcome="call_back", call_back_at=NOW + DAY, channel="video", by=house.alice, now=NOW
    )
    assert tried.promise is not None
    assert tried.promise.channel == "email"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"outcome": "told"}, "invalid", "outcome"),
        ({"outcome": "shrugged"}, "invalid", "outcome"),
        ({"outcome": "call_back"}, "invalid", "call_back_at"),
        ({"outcome": "no_answer", "call_back_at": NOW + DAY}, "invalid", "call_back_at"),
        ({"outcome": "call_back", "call_back_at": NOW}, "due_in_past", "due_end"),
        ({"outcome": "call_back", "call_back_at": NOW + 400 * DAY}, "due_too_far", "due_end"),
        ({"outcome": "no_answer", "words": "x" * 20_001}, "too_long", "words"),
        ({"outcome": "no_answer", "channel": "pigeon"}, "invalid", "channel"),
    ],
)
def test_a_try_that_cannot_be_meant(house: House, given: dict[str, Any], code: str, field: str) -> None:
    call = house.decided(house.favorable())
    refused(code, lambda: disclosing.attempt(call, by=house.alice, now=NOW, **given), field=field)
