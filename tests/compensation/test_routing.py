"""Whom a request is put before: the lowest who is there and has the authority, their deputy, and unanswered the next."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import Role, WorkingState
from accounts.models import Notice, User
from cases.models import Obligation
from compensation.domain import approvals, deputies, routes, routing
from compensation.models import Approval
from compensation.queries import to_go_up
from compensation.tasks import route_approvals
from journal.models import Event
from tests.compensation.books import agree, refusal
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
LATE = NOW + 5 * MINUTE


@pytest.fixture(autouse=True)
def _ladder(house: House) -> None:
    """Sue may approve up to 200, Sam up to 400."""
    house.usual_caps()
    house.caps(house.sam, award=40000, case=90000)


def before(approval: Approval) -> tuple[str, str]:
    """Whose authority it waits for, and who is asked."""
    now = Approval.objects.select_related("routed_to", "obligation__owner").get(pk=approval.pk)
    assert now.routed_to is not None
    assert now.obligation.owner is not None
    return now.routed_to.username, now.obligation.owner.username


def told(approval: Approval) -> list[str]:
    kept = Notice.objects.filter(
        kind="approval_asked", channel="desk", key__startswith=f"rung:{approval.obligation_id}:"
    )
    return sorted(kept.values_list("user__username", flat=True))


def routed(approval: Approval) -> list[tuple[str, int]]:
    """Why and before whom, in order, as the log has it."""
    events = Event.objects.filter(type="approval.routed", subject_id=approval.pk).order_by("id")
    return [(event.data["why"], event.data["routed_to"]) for event in events]


def test_the_lowest_with_the_authority_is_asked_and_told_alone(house: House) -> None:
    low, high = house.asked(house.heard_case(), 3000), house.asked(house.heard_case(), 25000)
    assert (before(low), before(high)) == (("sue", "sue"), ("sam", "sam"))
    assert (told(low), told(high)) == (["sue"], ["sam"])
    assert (again(low).goes_up_at, again(high).goes_up_at) == (LATE, None), "above Sam there is nobody"
    assert routed(low) == [("asked", house.sue.pk)]


def test_among_equals_whoever_has_fewest_waiting_is_asked(house: House) -> None:
    house.caps(house.sue, award=40000)
    assert [before(house.asked(house.heard_case(), 3000))[0] for _ in range(4)] == ["sue", "sam", "sue", "sam"]


@pytest.mark.parametrize(
    ("axis", "amount"), [("case", 2999), ("customer", 2999), ("team", 2999), ("day", 2999), ("month", 2999)]
)
def test_without_room_on_an_axis_it_goes_higher(house: House, axis: str, amount: int) -> None:
    house.caps(house.sue, **{axis: amount})
    assert before(house.asked(house.heard_case(), 3000)) == ("sam", "sam")


def test_room_on_ones_own_day_is_what_is_left_of_it(house: House) -> None:
    house.caps(house.sue, day=5000)
    approvals.approve(house.asked(house.heard_case(), 3000), by=house.sue, now=NOW)
    assert before(house.asked(house.heard_case(), 3000)) == ("sam", "sam")
    house.caps(house.sam, day=0)
    assert before(house.asked(house.heard_case(), 3000)) == ("sue", "sue"), "who has no room today may have it tomorrow"


def test_the_asker_is_never_asked(house: House) -> None:
    assert before(house.asked(house.heard_case(by=house.sue), 25000, by=house.sue)) == ("sam", "sam")
    house.caps(house.sam, award=10000)
    house.caps(house.sue, award=5000)
    assert before(house.asked(house.heard_case(by=house.sue), 6000, by=house.sue)) == ("sam", "sam")
    assert refusal(house.give, house.heard_case(by=house.sam), 11000, by=house.sam) == "beyond_every_cap"


def test_nor_is_whoever_asked_for_it_before_a_colleague_did(house: House) -> None:
    case = house.heard_case(by=house.bob)
    approvals.decline(house.asked(case, 3000, by=house.alice), reason="No", by=house.sue, now=NOW)
    User.objects.filter(pk=house.alice.pk).update(role=Role.SUPERVISOR)
    away(house.sue)
    away(house.sam)
    waits = house.asked(case, 3000, by=house.bob)
    assert (before(waits), told(waits)) == (("sue", "sue"), ["sam", "sue"])
    assert not routing.go_up(waits, now=LATE), "only Alice is there"
    assert before(house.asked(house.heard_case(by=house.bob), 3000, by=house.bob)) == ("alice", "alice")


def test_who_is_away_is_passed_over_and_nobody_at_all_leaves_it_with_the_lowest_and_tells_all(house: House) -> None:
    away(house.sue)
    assert before(house.asked(house.heard_case(), 3000)) == ("sam", "sam")
    away(house.sam)
    waits = house.asked(house.heard_case(), 3000)
    assert (before(waits), told(waits)) == (("sue", "sue"), ["sam", "sue"])


def test_a_deputy_who_is_there_is_asked_in_place_of_who_is_not(house: House) -> None:
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    assert before(house.asked(house.heard_case(), 3000)) == ("sue", "sue")
    away(house.sue)
    assert before(house.asked(house.heard_case(), 3000)) == ("sue", "bob")
    assert before(house.asked(house.heard_case(), 25000)) == ("sam", "sam"), "within the caps of who is away"
    assert before(house.asked(house.heard_case(by=house.bob), 3000, by=house.bob)) == ("sam", "sam"), "never one's own"
    away(house.bob)
    assert before(house.asked(house.heard_case(), 3000)) == ("sam", "sam")


def test_unanswered_it_goes_up_once_and_the_one_before_is_no_longer_reminded(house: House) -> None:
    waits = house.asked(house.heard_case(), 3000)
    assert not routing.go_up(waits, now=LATE - timedelta(microseconds=1))
    assert routing.go_up(waits, now=LATE)
    assert not routing.go_up(waits, now=LATE)
    assert before(waits) == ("sam", "sam")
    assert routed(waits) == [("asked", house.sue.pk), ("unanswered", house.sam.pk)]
    assert not Notice.objects.filter(user=house.sue, channel="desk", seen_at__isnull=True).exists()
    assert told(waits) == ["sam", "sue"]
    assert again(waits).goes_up_at is None
    assert not routing.go_up(waits, now=LATE + DAY)
    agree()


def test_whoever_it_was_put_before_may_still_answer_and_so_may_the_others(house: House) -> None:
    waits, other = house.asked(house.heard_case(), 3000), house.asked(house.heard_case(), 3000)
    routing.go_up(waits, now=LATE)
    assert approvals.approve(waits, by=house.sue, now=LATE).status == "approved"
    assert approvals.approve(other, by=house.sam, now=LATE).status == "approved"
    assert not routing.go_up(other, now=LATE)


def test_when_whoever_has_it_goes_away_it_goes_up_at_once(house: House) -> None:
    waits = house.asked(house.heard_case(), 3000)
    away(house.sue)
    assert routing.go_up(waits, now=NOW + MINUTE)
    assert before(waits) == ("sam", "sam")
    assert routed(waits)[-1] == ("away", house.sam.pk)
    User.objects.filter(pk=house.sam.pk).update(working_state=WorkingState.LEFT, is_active=False)
    assert not routing.go_up(waits, now=NOW + 2 * MINUTE), "nobody is there"
    User.objects.filter(pk=house.sue.pk).update(working_state=WorkingState.AVAILABLE, away_until=None)
    assert routing.go_up(waits, now=NOW + 3 * MINUTE)
    assert before(waits) == ("sue", "sue")
    agree()


def test_while_nobody_else_is_there_it_stays_and_all_are_told_once(house: House) -> None:
    waits = house.asked(house.heard_case(), 3000)
    away(house.sue)
    away(house.sam)
    for minute in (1, 2, 3):
        assert not routing.go_up(waits, now=NOW + minute * MINUTE)
    assert before(waits) == ("sue", "sue")
    assert told(waits) == ["sam", "sue", "sue"]
    assert len(routed(waits)) == 1


def test_a_deputy_takes_over_when_their_principal_goes_away(house: House) -> None:
    waits = house.asked(house.heard_case(), 3000)
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    away(house.sue)
    assert routing.go_up(waits, now=NOW + MINUTE)
    assert before(waits) == ("sue", "bob")
    assert routing.go_up(waits, now=NOW + 7 * MINUTE)
    assert before(waits) == ("sam", "sam")


def test_who_is_no_supervisor_any_more_has_it_no_longer(house: House) -> None:
    waits = house.asked(house.heard_case(), 3000)
    User.objects.filter(pk=house.sue.pk).update(role=Role.REP)
    assert routing.go_up(waits, now=LATE)
    assert before(waits) == ("sam", "sam")
    assert refusal(approvals.approve, waits, by=again(house.sue), now=LATE) == "supervisor_needed"


def lost(house: House, how: str) -> None:
    """Sam cannot answer any more."""
    changed = {"role": {"role": Role.REP}, "administrator": {"role": Role.ADMIN}, "team": {"team": house.other_team}}
    User.objects.filter(pk=house.sam.pk).update(**changed[how])


@pytest.mark.parametrize("how", ["role", "administrator", "team"])
def test_at_the_top_too_who_cannot_answer_any_more_has_it_no_longer(house: House, how: str) -> None:
    waits = house.asked(house.heard_case(), 25000)
    assert (before(waits), list(to_go_up(now=LATE))) == (("sam", "sam"), [])
    house.caps(house.sue, award=40000, case=90000)
    lost(house, how)
    assert list(to_go_up(now=NOW + MINUTE)) == [waits]
    assert routing.go_up(waits, now=NOW + MINUTE)
    assert (before(waits), routed(waits)[-1]) == (("sue", "sue"), ("away", house.sue.pk))
    assert list(to_go_up(now=NOW + 2 * MINUTE)) == []
    agree()


def test_where_nobody_has_the_authority_any_more_it_goes_to_whoever_can_say_less(house: House) -> None:
    waits = house.asked(house.heard_case(), 25000)
    lost(house, "role")
    assert routing.go_up(waits, now=NOW + MINUTE)
    assert before(waits) == ("sue", "sue")
    assert approvals.approve(waits, amount_minor=100, by=house.sue, now=NOW + MINUTE).status == "approved_less"


@pytest.mark.parametrize("how", ["back", "ended", "team"])
def test_a_deputy_has_it_for_as_long_as_they_may_answer(house: House, how: str) -> None:
    named = deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    away(house.sue)
    waits = house.asked(house.heard_case(), 3000)
    assert (before(waits), list(to_go_up(now=NOW + MINUTE))) == (("sue", "bob"), [])
    if how == "back":
        User.objects.filter(pk=house.sue.pk).update(working_state=WorkingState.AVAILABLE, away_until=None)
    elif how == "ended":
        deputies.end_deputy(named, by=house.sue, now=NOW)
    else:
        User.objects.filter(pk=house.bob.pk).update(team=house.other_team)
    assert list(to_go_up(now=NOW + MINUTE)) == [waits]
    assert routing.go_up(waits, now=NOW + MINUTE)
    assert before(waits) == (("sue", "sue") if how == "back" else ("sam", "sam"))
    assert list(to_go_up(now=NOW + 2 * MINUTE)) == []


def test_what_is_looked_for_is_what_goes_up(house: House) -> None:
    """Whoever is there and may answer is read in one way by the query and in another by the rule: they agree."""
    waits = [house.asked(house.heard_case(), amount) for amount in (3000, 25000)]
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    changes: list[dict[str, Any]] = [
        {"role": Role.REP},
        {"role": Role.ADMIN},
        {"team": None},
        {"team": house.other_team},
        {"working_state": WorkingState.AWAY, "away_until": NOW + HOUR},
        {"working_state": WorkingState.AWAY, "away_until": NOW},
        {"working_state": WorkingState.LEFT, "away_until": None},
        {"is_active": False},
        {"is_service": True},
    ]
    people = (house.sue, house.sam, house.bob)
    for who, change, owner in product(people, changes, people):
        with transaction.atomic():
            Obligation.objects.filter(approval__in=waits).update(owner=owner)
            if owner == house.bob:
                away(house.sue)
            User.objects.filter(pk=who.pk).update(**change)
            found = {each.pk for each in to_go_up(now=NOW + MINUTE)}
            moved = {each.pk for each in waits if routing.go_up(each, now=NOW + MINUTE)}
            assert moved <= found, (who.username, change, owner.username)
            transaction.set_rollback(True)


def test_it_is_looked_for_by_what_waits_and_not_by_what_was_ever_asked(house: House) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # no row is read faster than by an index
    plan = to_go_up(now=NOW).explain()
    assert "approvals_to_" in plan, plan
    assert not re.search(r"SCAN compensation_(?!approval USING INDEX approvals_to)|SCAN cases|Seq Scan", plan), plan


def test_the_task_moves_what_is_late_and_repeats_nothing(house: House) -> None:
    now = timezone.now()
    waits = house.asked(house.heard_case(), 3000, now=now - 6 * MINUTE)
    ended = house.asked(house.heard_case(), 3000, now=now - 49 * HOUR)
    assert (route_approvals(), route_approvals()) == (1, 0)
    assert before(waits) == ("sam", "sam")
    assert before(ended) == ("sue", "sue"), "what has expired goes nowhere"


def test_the_times_of_a_unit_are_its_own(house: House) -> None:
    routes.set_times(house.unit, answer_minutes=3, goes_up_minutes=2, expires_hours=1, by=house.ada, now=NOW)
    waits = house.asked(house.heard_case(), 3000)
    owed = Obligation.objects.get(pk=waits.obligation_id)
    assert (owed.due_end, waits.goes_up_at, waits.expires_at) == (NOW + 3 * MINUTE, NOW + 2 * MINUTE, NOW + HOUR)


def test_whoever_declined_is_asked_again_and_no_other_however_it_is_asked(house: House) -> None:
    case = house.heard_case()
    first = house.asked(case, 3000)
    approvals.decline(first, reason="Not yet", by=house.sam, now=NOW)
    second = house.asked(case, 2500)
    assert (before(second), again(second).resubmits) == (("sam", "sam"), first)
    other = house.asked(house.heard_case(), 3000)
    assert (before(other), again(other).resubmits) == (("sue", "sue"), None)
    approvals.decline(second, reason="Still not", by=house.sam, now=NOW)
    away(house.sam)
    assert before(house.asked(case, 2500)) == ("sue", "sue")
