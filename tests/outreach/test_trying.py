"""The next try is at another time of day: never outside the hours, never too soon, and where it was tried least."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.hours import Hours, is_open, next_opening
from outreach.domain.trying import WAITED_FOR, least_tried, part_of_day
from tests.outreach.test_hours import moments, some_hours, zones

pytestmark = pytest.mark.practice("P23")
DENVER = zoneinfo.ZoneInfo("America/Denver")
LONG = Hours(time(8), time(21), frozenset(range(7)))


def wall(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=DENVER).astimezone(UTC)


def test_who_did_not_answer_in_the_morning_is_called_in_the_afternoon_and_then_in_the_evening() -> None:
    first = wall(10, 9)
    second = least_tried(DENVER, LONG, after=first + timedelta(hours=2), tried=[first])
    assert second == wall(10, 12)
    third = least_tried(DENVER, LONG, after=second + timedelta(days=1), tried=[first, second])
    assert third == wall(11, 17)


def test_when_every_part_of_the_day_was_tried_alike_the_first_moment_will_do() -> None:
    tried = [wall(10, 9), wall(10, 13), wall(10, 18)]
    assert least_tried(DENVER, LONG, after=wall(11, 18), tried=tried) == wall(11, 18)


def test_where_only_mornings_are_allowed_it_is_the_morning_again() -> None:
    mornings = Hours(time(9), time(11), frozenset(range(7)))
    assert least_tried(DENVER, mornings, after=wall(10, 12), tried=[wall(10, 9)]) == wall(11, 9)


def test_where_nobody_may_be_called_there_is_no_next_try() -> None:
    assert least_tried(DENVER, Hours(time(9), time(11), frozenset()), after=wall(10, 12), tried=[]) is None


@given(zones, some_hours(), moments, st.lists(st.integers(1, 200), max_size=4))
@settings(max_examples=300, deadline=None)
def test_the_next_try_is_within_hours_not_early_and_in_a_part_tried_least(
    zone: zoneinfo.ZoneInfo, open_: Hours, after: datetime, ago: list[int]
) -> None:
    tried = [after - timedelta(hours=hours) for hours in ago]
    chosen = least_tried(zone, open_, after=after, tried=tried)
    first = next_opening(zone, open_, after)
    assert chosen is not None
    assert first is not None
    assert first <= chosen <= first + WAITED_FOR
    assert is_open(zone, open_, chosen)
    times = [part_of_day(at, zone) for at in tried]
    count = times.count(part_of_day(chosen, zone))
    at = first
    while at < chosen:
        if is_open(zone, open_, at):
            assert times.count(part_of_day(at, zone)) > count or at == chosen, f"{at} would have done"
        at += timedelta(minutes=15)
