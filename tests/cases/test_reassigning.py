"""A call is passed on only for who left or is away for long, by a supervisor, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.domain.roles import set_working_state
from accounts.models import Notice, User
from cases.domain import disclosing
from cases.models import Disclosure, Reassignment
from tests.cases.calls import gone, left
from tests.cases.rows import event, refused, values
from tests.factories import DAY, NOW, House, again

pytestmark = pytest.mark.practice("P2")


GONE: dict[str, tuple[Callable[[House], Any], str]] = {
    "there": (lambda house: house.alice, "originator_is_there"),
    "away for a day": (lambda house: gone(house, house.alice, days=1), "originator_is_there"),
    "away for fourteen days": (lambda house: gone(house, house.alice, days=14), "originator_is_there"),
    "away for more": (lambda house: gone(house, house.alice, days=14.01), "ok"),
    "away for more, and soon back": (lambda house: gone(house, house.alice, days=30, now=NOW - 29 * DAY), "ok"),
    "back from it": (lambda house: gone(house, house.alice, days=30, now=NOW - 31 * DAY), "originator_is_there"),
    "left": (lambda house: left(house, house.alice), "ok"),
    "put out of use": (lambda house: User.objects.filter(pk=house.alice.pk).update(is_active=False), "ok"),
}


@pytest.mark.parametrize("how", GONE)
def test_it_is_passed_on_only_for_who_left_or_is_away_for_long(house: House, how: str) -> None:
    happens, code = GONE[how]
    call = house.decided(house.favorable())
    happens(house)
    call = again(call)
    assert disclosing.can_reassign(house.sue, call, now=NOW).code == code
    if code != "ok":
        refused(code, lambda: disclosing.reassign(call, to=house.bob, reason="Gone", by=house.sue, now=NOW))


def test_a_supervisor_passes_it_on_and_both_names_stay(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    left(house, house.alice)
    later = NOW + 5 * DAY  # a Sunday
    passed = disclosing.reassign(call, to=house.bob, reason=" She left. ", by=house.sue, now=later, version=2)
    due = NOW + 7 * DAY
    assert values(again(call)) == values(passed) == values(call) | {"owed_by_id": house.bob.pk, "owed_because": "left"}
    (reassignment,) = Reassignment.objects.all()
    assert values(reassignment) == {
        "id": reassignment.pk,
        "disclosure_id": call.pk,
        "from_user_id": house.alice.pk,
        "to_user_id": house.bob.pk,
        "reason": "She left.",
        "by_id": house.sue.pk,
        "at": later,
    }
    owed = again(call).obligation
    assert (owed.owner, owed.due_end, owed.credited_to, owed.next_look_at) == (house.bob, due, None, later)
    assert (again(error).call_due_at, again(error).version) == (due, 3)
    assert event("disclosure.reassigned") == {
        "case_version": 4,
        "error": error.pk,
        "error_version": 3,
        "kind": "honored",
        "originator": house.alice.pk,
        "owed_by": house.bob.pk,
        "owed_because": "left",
        "due_end": due.isoformat(),
        "from": house.alice.pk,
        "to": house.bob.pk,
    }
    notice = Notice.objects.get(kind="call_owed", user=house.bob)
    assert (notice.path, notice.body) == (f"/honored/{error.pk}/call", "She left.")
    refused("not_your_call", lambda: house.told(call, by=house.sue))
    made = house.told(again(call), now=later)
    assert (made.originator, made.owed_by, made.caller) == (again(house.alice), house.bob, house.bob)


def test_it_is_passed_on_again_and_back(house: House) -> None:
    call = house.decided(house.favorable())
    gone(house, house.alice, days=20)
    call = disclosing.reassign(call, to=house.bob, reason="Long leave", by=house.sue, now=NOW)
    assert call.owed_because == "long_away"
    left(house, house.bob)
    call = disclosing.reassign(again(call), to=house.sam, reason="Left too", by=house.sue, now=NOW)
    assert (call.owed_by, call.owed_because) == (house.sam, "long_away")
    left(house, house.sam)
    back = set_working_state(house.alice, state="available", until=None, by=house.ada, now=NOW)
    call = disclosing.reassign(again(call), to=back, reason="Back early", by=house.sue, now=NOW)
    assert (call.owed_by, call.owed_because) == (house.alice, "originator")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("bob", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("crm", "person_needed"),
        ("charlie", "out_of_reach"),
        ("sam", "ok"),
    ],
)
def test_a_supervisor_in_reach_and_nobody_else_passes_it_on(house: House, who: str, code: str) -> None:
    call = house.decided(house.favorable())
    left(house, house.alice)

    def pass_on() -> Disclosure:
        return disclosing.reassign(call, to=house.bob, reason="Left", by=getattr(house, who), now=NOW)

    if code == "ok":
        assert pass_on().owed_by == house.bob
    else:
        refused(code, pass_on)


def test_nobody_passes_on_their_own(house: House) -> None:
    call = house.decided(house.favorable(originator=house.sue))
    gone(house, house.sue, days=30)
    refused(
        "originator_is_there",
        lambda: disclosing.reassign(call, to=house.bob, reason="Busy", by=again(house.sue), now=NOW),
    )


@pytest.mark.parametrize(
    ("to", "reason", "code", "field"),
    [
        ("bob", "  ", "reason_needed", "reason"),
        ("charlie", "Left", "owner_out_of_reach", "to"),
        ("ada", "Left", "owner_out_of_reach", "to"),
        ("crm", "Left", "owner_out_of_reach", "to"),
        ("alice", "Left", "owner_not_available", "to"),
    ],
)
def test_it_is_passed_on_with_a_reason_to_somebody_who_is_there(
    house: House, to: str, reason: str, code: str, field: str
) -> None:
    call = house.decided(house.favorable())
    left(house, house.alice)
    refused(
        code,
        lambda: disclosing.reassign(call, to=again(getattr(house, to)), reason=reason, by=house.sue, now=NOW),
        field=field,
    )


def test_the_owners_call_is_passed_on_by_handing_off_the_case(house: House) -> None:
    call = house.decided(house.favorable(originator_kind="system"))
    left(house, house.alice)
    refused("hand_off_instead", lambda: disclosing.reassign(call, to=house.bob, reason="Left", by=house.sue, now=NOW))


def test_what_is_not_owed_any_more_is_not_passed_on(house: House) -> None:
    call = house.told(house.decided(house.favorable()))
    left(house, house.alice)
    refused("wrong_state", lambda: disclosing.reassign(call, to=house.bob, reason="Left", by=house.sue, now=NOW))
