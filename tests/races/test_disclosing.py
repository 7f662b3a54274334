"""A customer is told once, by whoever owes it in that moment, however much happens to the call at once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.domain.roles import set_working_state
from cases.domain import disclosing, incidents, ownership, reconcile
from cases.models import Contact, DisclosureAttempt, HonoredError, Obligation, Reassignment
from tests.factories import DAY, NOW, House, again
from tests.races.beside import all_at_once
from tests.races.test_once import outcomes

pytestmark = [pytest.mark.race, pytest.mark.practice("P2"), pytest.mark.django_db(transaction=True)]


def test_a_call_that_is_recorded_eight_times_at_once_was_made_once(house: House) -> None:
    call = house.decided(house.favorable())
    assert outcomes(all_at_once([lambda: house.told(call) for _ in range(8)])) == {"done": 1, "wrong_state": 7}
    assert (DisclosureAttempt.objects.count(), Contact.objects.filter(direction="out").count()) == (1, 1)
    assert reconcile.differences() == []


def test_of_a_call_that_is_passed_on_and_made_at_once_one_comes_first(house: House) -> None:
    """Two supervisors pass it on to two people; whoever owes it then, and nobody else, has it made."""
    call = house.decided(house.favorable())
    set_working_state(house.alice, state="away", until=NOW + 20 * DAY, by=house.ada, now=NOW)

    def pass_on(by: Any, to: Any) -> Any:
        return disclosing.reassign(call, to=to, reason="Long leave", by=by, now=NOW)

    results = all_at_once(
        [
            lambda: house.told(call, by=house.alice),
            lambda: pass_on(house.sue, house.bob),
            lambda: pass_on(house.sam, house.sue),
            lambda: house.told(call, by=house.bob),
        ]
    )
    kept = again(call)
    passed = Reassignment.objects.count()
    assert passed <= 1
    assert set(outcomes(results)) <= {"done", "wrong_state", "not_your_call", "originator_is_there"}
    assert kept.status == "owed" or kept.caller == kept.owed_by
    assert (kept.owed_by == house.alice) is (passed == 0)
    assert again(kept.obligation).owner == kept.owed_by
    assert reconcile.differences() == []


def test_the_owners_call_is_with_whoever_owns_the_case(house: House) -> None:
    call = house.decided(house.favorable(originator_kind="system"))
    results = all_at_once(
        [
            lambda: house.told(call, by=house.alice),
            lambda: ownership.hand_off(call.case, to=house.bob, reason="Off sick", by=house.alice, now=NOW),
            lambda: house.told(call, by=house.bob),
        ]
    )
    kept = again(call)
    assert set(outcomes(results)) <= {"done", "wrong_state", "not_your_call"}
    assert kept.status == "owed" or kept.caller == kept.owed_by
    if kept.status == "owed":
        assert kept.owed_by == again(call.case).owner == again(kept.obligation).owner
    assert reconcile.differences() == []


def test_what_is_found_to_be_in_their_favor_twice_at_once_is_one_decision(house: House) -> None:
    incident = house.logged().incident

    def correct() -> Any:
        return incidents.change_incident(incident, version=None, favor="customer", by=house.bob, now=NOW)

    assert outcomes(all_at_once([correct for _ in range(4)])) == {"done": 4}
    assert HonoredError.objects.count() == Obligation.objects.filter(kind="decision").count() == 1
    assert reconcile.differences() == []


def test_absences_swept_side_by_side_put_a_call_off_once(house: House) -> None:
    call = house.decided(house.favorable())
    set_working_state(house.alice, state="away", until=NOW + 6 * DAY, by=house.ada, now=NOW)
    moved = all_at_once([lambda: disclosing.move_for_absences(now=NOW) for _ in range(4)])
    assert sum(moved) == 1
    assert again(call.error).version == 3
