"""Nobody is owed anything by somebody who is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.domain import staffing
from accounts.enums import Role, WorkingState
from accounts.models import Notice, User
from accounts.queries import is_there
from cases.domain import covering, ownership, promises
from cases.domain.reconcile import differences
from cases.models import Obligation, Promise
from journal.models import Event
from outreach.domain import ladder
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away

pytestmark = pytest.mark.practice("P7")
DUE = NOW + DAY


def left(user: User) -> User:
    User.objects.filter(pk=user.pk).update(working_state=WorkingState.LEFT)
    return again(user)


def back(user: User) -> User:
    User.objects.filter(pk=user.pk).update(working_state=WorkingState.AVAILABLE, away_until=None)
    return again(user)


def moved(house: House, user: User) -> None:
    """To another team, which serves other customers."""
    staffing.change_user(user, by=house.ada, now=NOW, team=house.other_team)


def administers(house: House, user: User) -> None:
    staffing.change_user(user, by=house.ada, now=NOW, role=Role.ADMIN)


def runs_as_a_program(house: House, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_service=True)


def owner_of(promise: Promise) -> User | None:
    return again(promise).obligation.owner


@pytest.mark.parametrize("gone", [left, lambda user: away(user, until=DUE + HOUR)])
def test_a_promise_of_somebody_who_is_not_there_goes_to_somebody_who_is(house: House, gone: Any) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    gone(house.alice)
    assert covering.cover_all(now=NOW) == 1
    assert (owner_of(promise), again(promise).obligation.covers_for) == (house.bob, house.alice)
    assert covering.cover_all(now=NOW) == 0
    event = Event.objects.get(type="obligation.covered")
    assert (event.data["from"], event.data["to"], event.actor) == (house.alice.pk, house.bob.pk, None)
    told = Notice.objects.get(kind="covering", channel="desk")
    assert (told.user, "Alice" in told.title, "Call back" in told.title) == (house.bob, True, True)


def test_an_absence_that_ends_before_it_begins_moves_nothing(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    away(house.alice, until=DUE)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (0, house.alice)
    away(house.alice, until=DUE + MINUTE)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.bob)


def test_a_window_begins_when_it_begins(house: House) -> None:
    promise = house.promise(house.case(), due_start=DUE - HOUR, due_end=DUE)
    away(house.alice, until=DUE - MINUTE)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.bob)


def test_an_absence_without_an_end_is_covered_at_once(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    User.objects.filter(pk=house.alice.pk).update(working_state=WorkingState.AWAY, away_until=None)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.bob)


def test_the_owner_of_the_case_covers_before_others(house: House) -> None:
    case = house.case()
    promise = house.promise(case, by=house.bob, due_end=DUE)
    house.person("carla")
    left(house.bob)
    covering.cover_all(now=NOW)
    assert owner_of(promise) == house.alice


def test_where_no_rep_is_there_the_supervisors_owe_it_until_one_is(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    left(house.alice)
    away(house.bob, until=DUE + HOUR)
    assert covering.cover_all(now=NOW) == 1
    assert owner_of(promise) is None
    told = {notice.user for notice in Notice.objects.filter(kind="covering", channel="desk")}
    assert told == {house.sue, house.sam}
    assert covering.cover_all(now=NOW) == 0
    back(house.bob)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.bob)


def test_who_covers_and_goes_away_is_covered_for_and_the_first_still_has_it_back(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    carla = house.person("carla")
    away(house.alice, until=DUE + HOUR)
    covering.cover_all(now=NOW)
    first = owner_of(promise)
    assert first is not None
    left(first)
    covering.cover_all(now=NOW)
    assert owner_of(promise) in {house.bob, carla} - {first}
    back(house.alice)
    covering.cover_all(now=NOW)
    assert (owner_of(promise), again(promise).obligation.covers_for) == (house.alice, None)


def test_on_their_return_they_have_it_back_unless_it_is_due(house: House) -> None:
    soon, later = (house.promise(house.case(), due_end=NOW + ahead) for ahead in (HOUR, DAY))
    away(house.alice, until=NOW + 2 * DAY)
    assert covering.cover_all(now=NOW) == 2
    back(house.alice)
    assert covering.cover_all(now=NOW + 2 * HOUR) == 1
    assert (owner_of(soon), owner_of(later)) == (house.bob, house.alice)
    assert Event.objects.filter(type="obligation.returned").count() == 1


@pytest.mark.parametrize("gone", [moved, administers, runs_as_a_program])
def test_a_promise_of_somebody_who_serves_these_customers_no_longer_goes_to_somebody_who_does(
    house: House, gone: Callable[[House, User], None]
) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    gone(house, house.alice)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.bob)
    assert covering.cover_all(now=NOW + MINUTE) == 0
    promises.keep(promise, by=house.bob, now=NOW + HOUR)
    told = Notice.objects.get(kind="covering", channel="desk")
    assert (told.user, told.title.split(":")[0]) == (house.bob, "Alice no longer serves these customers")


def test_a_unit_that_a_team_serves_no_longer_takes_what_its_people_owed_there_and_nothing_else(house: House) -> None:
    both = staffing.add_team(name="Both", units=[house.unit, house.other_unit], now=NOW)
    dan = house.person("dan", team=both)
    here = house.promise(house.case(by=dan), by=dan, due_end=DUE)
    there = house.promise(house.case(house.customer(units=[house.other_unit]), by=dan), by=dan, due_end=DUE)
    staffing.change_team(both, name="Both", units=[house.other_unit], by=house.ada, now=NOW)
    assert covering.cover_all(now=NOW) == 1
    assert (owner_of(here) in (house.alice, house.bob), owner_of(there)) == (True, dan)
    assert differences() == []


def test_where_nobody_serves_a_unit_its_promises_wait_and_no_sweep_works_at_them_again(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    staffing.change_team(house.team, name="Shop", units=[], by=house.ada, now=NOW)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, None)
    assert covering.cover_all(now=NOW) == 0
    staffing.change_team(house.other_team, name="Bank", units=[house.unit], by=house.ada, now=NOW)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.charlie)


def test_who_serves_other_customers_by_then_has_it_back_only_when_they_serve_these_again(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    away(house.alice, until=DUE + HOUR)
    covering.cover_all(now=NOW)
    back(house.alice)
    moved(house, house.alice)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (0, house.bob)
    staffing.change_user(house.alice, by=house.ada, now=NOW, team=house.team)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.alice)


def test_what_waits_with_the_supervisors_while_its_owner_serves_others_goes_to_the_first_rep_there(
    house: House,
) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    moved(house, house.alice)
    away(house.bob, until=DUE + HOUR)
    for _ in range(2):
        covering.cover_all(now=NOW)
    assert owner_of(promise) is None
    back(house.bob)
    assert (covering.cover_all(now=NOW), owner_of(promise)) == (1, house.bob)


def test_looking_whether_anything_is_uncovered_reads_what_is_open_alone_and_by_an_index(house: House) -> None:
    house.promise(house.case(), due_end=DUE)
    with CaptureQueriesContext(connection) as ran:
        assert covering.cover_all(now=NOW) == 0
    assert len(ran) == 2
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # of one row PostgreSQL takes no index
        for query in ran.captured_queries:
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{explain} {query['sql'].replace('%', '%%')}")
            plan = " ".join(str(row) for row in cursor.fetchall())
            # Each of these indexes holds what is open and nothing else; of one row they are all as good.
            assert re.search(r"owed_(by|to|in_unit|in_cover|and_told)|obligations_to_look_at", plan), plan
            assert not re.search(r"Seq Scan on cases_obligation|SCAN cases_obligation(?! USING)", plan), plan


def test_what_fell_due_before_stays_to_the_credit_of_whoever_held_it(house: House) -> None:
    promise = house.promise(house.case(), due_end=DUE)
    left(house.alice)
    covering.cover_all(now=DUE + MINUTE)
    promises.keep(promise, by=house.bob, now=DUE + 2 * MINUTE)
    promise = again(promise)
    assert (promise.status, promise.obligation.credited_to) == ("late", house.alice)


def test_a_handoff_takes_along_what_somebody_covers(house: House) -> None:
    case = house.case()
    promise = house.promise(case, due_end=DUE)
    carla = house.person("carla")
    away(house.alice, until=DUE + HOUR)
    covering.cover_all(now=NOW)
    ownership.hand_off(case, to=carla, reason="Alice is away", by=house.sue, now=NOW)
    obligation = again(promise).obligation
    assert (obligation.owner, obligation.covers_for, differences()) == (carla, None, [])


def test_the_reminders_of_whoever_is_away_leave_their_desk_and_the_cover_is_reminded(house: House) -> None:
    promise = house.promise(house.case(), due_end=NOW + 20 * MINUTE)
    ladder.look(now=NOW + 11 * MINUTE)
    assert Notice.objects.filter(user=house.alice, channel="desk", key__startswith="rung:", seen_at=None).exists()
    left(house.alice)
    covering.cover_all(now=NOW + 12 * MINUTE)
    assert not Notice.objects.filter(user=house.alice, channel="desk", key__startswith="rung:", seen_at=None).exists()
    ladder.look(now=NOW + 12 * MINUTE)
    assert Notice.objects.filter(user=house.bob, channel="desk", key__startswith=f"rung:{promise.pk}:").exists()


def test_a_rep_who_leaves_with_much_in_hand_leaves_it_to_many(house: House) -> None:
    carla, dan = house.person("carla"), house.person("dan")
    case = house.case()
    for hours in range(9):
        house.promise(case, due_end=DUE + hours * HOUR)
    left(house.alice)
    assert covering.cover_all(now=NOW) == 9
    shares = [Obligation.objects.filter(owner=person).count() for person in (house.bob, carla, dan)]
    assert shares == [3, 3, 3]
    assert Notice.objects.filter(kind="covering", channel="desk").count() == 3


def test_covering_takes_as_many_statements_for_many_as_for_one(house: House) -> None:
    def statements(count: int) -> int:
        back(house.alice)
        case = house.case()
        for hours in range(count):
            house.promise(case, due_end=DUE + hours * HOUR)
        left(house.alice)
        with CaptureQueriesContext(
            connection,
        ) as ran:
            assert covering.cover_all(now=NOW) >= count
        return len(ran)

    assert statements(1) == statements(30)
    with CaptureQueriesContext(connection) as ran:
        assert covering.cover_all(now=NOW) == 0
    assert len(ran) == 2


STATES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["available", "away", "left"]),
        st.integers(-2, 50).map(lambda hours: hours * HOUR),
        st.integers(0, 6).map(lambda hours: hours * HOUR),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STATES)
def test_after_every_sweep_nothing_sits_with_somebody_who_is_not_there_when_it_begins(
    house: House, steps: list[tuple[int, str, timedelta, timedelta]]
) -> None:
    people = [house.alice, house.bob, house.person(f"c{User.objects.count()}"), house.sue]
    owed = [house.promise(house.case(), by=person, due_end=NOW + 30 * HOUR) for person in people[:3]]
    now: datetime = NOW
    for who, state, until, later in steps:
        ends = NOW + until if state == "away" else None
        User.objects.filter(pk=people[who].pk).update(working_state=state, away_until=ends)
        now += later
        covering.cover_all(now=now)
        for promise in owed:
            obligation = again(promise).obligation
            owner = obligation.owner
            assert (
                owner is None
                or is_there(owner, now)
                or (
                    owner.working_state == "away"
                    and owner.away_until is not None
                    and owner.away_until <= obligation.due_end
                )
            )
            if owner is None:
                reps = User.objects.filter(team=house.team, role="rep")
                assert not any(is_there(rep, now) for rep in reps)
    assert differences() == []
