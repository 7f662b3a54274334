"""Calls are shared fairly: nobody more than their day holds, nobody two at once, as many for each as can be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from cases.models import Customer, Obligation
from outreach.domain.callers import Caller
from outreach.domain.sharing import Desk, share
from outreach.models import CallGroup, CallGroupMember, FollowUpCall, Program
from tests.factories import HOUR, MINUTE, NOW

pytestmark = pytest.mark.practice("P23")
GROUP = CallGroup(pk=1, name="Front")
PROGRAM = Program(pk=1, name="Calls", group=GROUP, score_at_most=2, calls_per_rep_and_day=20)


def caller(pk: int, languages: list[str] | None = None, *, most: int | None = None, today: int = 0) -> Caller:
    user = User(pk=pk, username=f"u{pk}", name=f"U{pk}")
    member = CallGroupMember(group=GROUP, user=user, languages=languages or [], calls_per_day=most)
    return Caller(user, {1: member}, in_hand=0, today=today, last=None)


def call(pk: int, language: str = "en", *, due: Any = None) -> FollowUpCall:
    customer = Customer(pk=pk, language=language)
    obligation = Obligation(pk=pk, due_end=due or NOW + 24 * HOUR)
    return FollowUpCall(pk=pk, customer=customer, obligation=obligation, unit_id=1, program=PROGRAM)


def desks(*people: Caller) -> dict[tuple[int, int | None], Desk]:
    return {(1, 1): Desk(PROGRAM, list(people))}


def test_the_customers_language_goes_before_a_fair_share() -> None:
    anyone, spaniard = caller(1), caller(2, ["es", "en"], today=7)
    given_ = share([call(1, "es-MX")], desks(anyone, spaniard), now=NOW)
    assert [user.pk for _, user in given_] == [2]


def test_a_call_waits_for_who_speaks_the_language_until_it_is_overdue() -> None:
    busy = caller(2, ["es"])
    busy.in_hand = 1
    assert share([call(1, "es")], desks(caller(1), busy), now=NOW) == []
    overdue = call(2, "es", due=NOW - MINUTE)
    assert [user.pk for _, user in share([overdue], desks(caller(1), busy), now=NOW)] == [1]


def test_where_nobody_has_the_language_named_anybody_calls() -> None:
    assert len(share([call(1, "fi")], desks(caller(1), caller(2, ["es"])), now=NOW)) == 1


def test_ones_own_figure_goes_before_the_programs() -> None:
    assert share([call(1)], desks(caller(1, most=3, today=3)), now=NOW) == []
    assert len(share([call(1)], desks(caller(1, most=30, today=20)), now=NOW)) == 1


people = st.lists(
    st.tuples(st.sampled_from([[], ["en"], ["es"], ["en", "es"]]), st.integers(0, 6)), min_size=1, max_size=6
)
waiting = st.lists(st.sampled_from(["en", "es", "es-MX", "pt-BR"]), max_size=40)


@given(people, waiting)
@settings(max_examples=200, deadline=None)
def test_over_a_day_nobody_calls_more_than_it_holds_nobody_is_called_twice_and_none_waits_for_nothing(
    staff: list[tuple[list[str], int]], languages: list[str]
) -> None:
    crew = [caller(number, named, most=most) for number, (named, most) in enumerate(staff, start=1)]
    left = {number: call(number, language) for number, language in enumerate(languages, start=1)}
    called: list[int] = []
    now = NOW
    while given_ := share(left.values(), desks(*crew), now=now):
        assert len({user.pk for _, user in given_}) == len(given_), "two at once"
        for each, user in given_:
            called.append(each.pk)
            del left[each.pk]
            who = next(one for one in crew if one.user.pk == user.pk)
            who.in_hand, who.today, who.last = 0, who.today + 1, now
        now += timedelta(minutes=1)
    assert len(called) == len(set(called))
    assert all(one.today <= (one.most(PROGRAM) or 0) for one in crew)
    for each in left.values():
        able = [one for one in crew if one.has_room(PROGRAM)]
        named = any(each.customer.language[:2] in one.named(PROGRAM) for one in crew)
        assert not [one for one in able if not named or each.customer.language[:2] in one.named(PROGRAM)]


@given(st.integers(1, 8), st.integers(0, 60))
@settings(max_examples=100, deadline=None)
def test_among_equals_nobody_calls_two_more_than_another(crew_of: int, many: int) -> None:
    crew = [caller(number, most=100) for number in range(1, crew_of + 1)]
    left = [call(number) for number in range(1, many + 1)]
    while left:
        given_ = share(left, desks(*crew), now=NOW)
        for each, user in given_:
            left.remove(each)
            who = next(one for one in crew if one.user.pk == user.pk)
            who.in_hand, who.today = 0, who.today + 1
    assert sum(one.today for one in crew) == many
    assert max(one.today for one in crew) - min(one.today for one in crew) <= 1
