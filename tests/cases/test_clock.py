"""Times as people mean them, across every change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.authority import Refused
from cases.domain import clock
from cases.models import Obligation
from tests.factories import DAY, HOUR, MINUTE, NOW

pytestmark = pytest.mark.practice("P7")
ZONES = st.sampled_from(
    ["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]
)
SECOND = timedelta(seconds=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        # an ordinary day
        (datetime(2026, 3, 10, 9, 30), "America/New_York", utc(2026, 3, 10, 13, 30)),
        # 2:30 is skipped on March 8: as far past the change as 2:30 is past 2:00
        (datetime(2026, 3, 8, 2, 30), "America/New_York", utc(2026, 3, 8, 7, 30)),
        (datetime(2026, 3, 8, 1, 59), "America/New_York", utc(2026, 3, 8, 6, 59)),
        (datetime(2026, 3, 8, 3, 0), "America/New_York", utc(2026, 3, 8, 7, 0)),
        # 1:30 comes twice on November 1: the first is meant
        (datetime(2026, 11, 1, 1, 30), "America/New_York", utc(2026, 11, 1, 5, 30)),
        (datetime(2026, 11, 1, 2, 0), "America/New_York", utc(2026, 11, 1, 7, 0)),
        # Lord Howe moves by half an hour
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 45)),
        # the day that Samoa left out
        (datetime(2011, 12, 30, 12, 0), "Pacific/Apia", utc(2011, 12, 30, 22, 0)),
    ],
)
def test_a_time_on_the_wall_is_the_moment_that_was_meant(wall: datetime, zone: str, moment: datetime) -> None:
    assert clock.at_wall_time(wall, zone) == moment


@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), zone=ZONES)
def test_a_moment_read_off_the_wall_and_meant_again_is_the_same_or_the_first_of_two(
    moment: datetime, zone: str
) -> None:
    moment = moment.replace(tzinfo=UTC)
    local = moment.astimezone(clock.zone_named(zone))
    meant = clock.at_wall_time(local.replace(tzinfo=None, fold=0), zone)
    # Earlier by the width of the fold where the time came for the second time, and never later.
    assert meant == moment if not local.fold else moment - 2 * HOUR <= meant < moment


def test_there_is_no_time_past_the_end_of_the_calendar() -> None:
    for wall, zone in ((datetime.max, "America/New_York"), (datetime.min, "Asia/Tokyo")):
        with pytest.raises(Refused) as refused:
            clock.at_wall_time(wall, zone)
        assert refused.value.code == "invalid"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "america/new_york"])
def test_a_zone_is_one_of_the_database(name: str) -> None:
    with pytest.raises(Refused) as refused:
        clock.zone_named(name)
    assert refused.value.code == "unknown_zone"


@pytest.mark.parametrize(
    ("due_end", "due_start", "code"),
    [
        (NOW, None, "due_in_past"),
        (NOW - SECOND, None, "due_in_past"),
        (NOW + timedelta(microseconds=1), None, None),
        (NOW + timedelta(days=366), None, None),
        (NOW + timedelta(days=366, microseconds=1), None, "due_too_far"),
        (NOW + HOUR, NOW + HOUR, None),
        (NOW + HOUR, NOW + HOUR + SECOND, "invalid"),
        (NOW + HOUR, NOW - HOUR, None),
        ((NOW + HOUR).replace(tzinfo=None), None, "invalid"),
        (NOW + HOUR, NOW.replace(tzinfo=None), "invalid"),
    ],
)
def test_a_due_time_lies_ahead_within_a_year_and_its_window_is_in_order(
    due_end: datetime, due_start: datetime | None, code: str | None
) -> None:
    if code is None:
        clock.check_due(due_end, due_start=due_start, now=NOW)
        return
    with pytest.raises(Refused) as refused:
        clock.check_due(due_end, due_start=due_start, now=NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (-2 * HOUR, "ahead"),
        (-HOUR - SECOND, "ahead"),
        (-HOUR, "soon"),
        (-SECOND, "soon"),
        (0 * HOUR, "due"),
        (SECOND, "overdue"),
        (15 * MINUTE, "overdue"),
        (15 * MINUTE + SECOND, "missed"),
    ],
)
def test_the_clock_alone_says_how_a_promise_stands(now: timedelta, phase: str) -> None:
    assert clock.phase(Obligation(due_end=NOW), now=NOW + now) == phase


def test_a_window_is_due_from_its_beginning_to_its_end() -> None:
    window = Obligation(due_start=NOW, due_end=NOW + 2 * HOUR)
    moments = [-SECOND, 0 * HOUR, HOUR, 2 * HOUR, 2 * HOUR + SECOND]
    assert [clock.phase(window, now=NOW + moment) for moment in moments] == ["soon", "due", "due", "due", "overdue"]


def test_what_is_done_is_neither_due_nor_missed() -> None:
    assert clock.phase(Obligation(due_end=NOW, status="discharged"), now=NOW + DAY) == "ahead"


@pytest.mark.parametrize(
    ("now", "zone", "said"),
    [
        (  # a Tuesday, 11:00 in New York
            NOW,
            "America/New_York",
            [
                ("in 20 min", NOW + 20 * MINUTE),
                ("in 1 hour", NOW + HOUR),
                ("today 13:00", utc(2026, 3, 10, 17, 0)),
                ("tomorrow morning", utc(2026, 3, 11, 13, 30)),
                ("tomorrow afternoon", utc(2026, 3, 11, 18, 0)),
                ("Monday morning", utc(2026, 3, 16, 13, 30)),
            ],
        ),
        (  # a Sunday evening in Denver, too late for later today; tomorrow is Monday
            utc(2026, 3, 16, 1, 10),
            "America/Denver",
            [
                ("in 20 min", utc(2026, 3, 16, 1, 30)),
                ("in 1 hour", utc(2026, 3, 16, 2, 10)),
                ("tomorrow morning", utc(2026, 3, 16, 15, 30)),
                ("tomorrow afternoon", utc(2026, 3, 16, 20, 0)),
            ],
        ),
        (  # the Saturday before the clocks go forward: tomorrow 9:30 is an hour nearer
            utc(2026, 3, 7, 14, 0),
            "America/New_York",
            [
                ("in 20 min", utc(2026, 3, 7, 14, 20)),
                ("in 1 hour", utc(2026, 3, 7, 15, 0)),
                ("today 11:00", utc(2026, 3, 7, 16, 0)),
                ("tomorrow morning", utc(2026, 3, 8, 13, 30)),
                ("tomorrow afternoon", utc(2026, 3, 8, 18, 0)),
                ("Monday morning", utc(2026, 3, 9, 13, 30)),
            ],
        ),
    ],
)
def test_times_are_suggested_as_people_say_them_in_the_customers_zone(
    now: datetime, zone: str, said: list[tuple[str, datetime]]
) -> None:
    assert [(each.said, each.due) for each in clock.suggestions(now, zone)] == said


@given(now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), zone=ZONES)
def test_every_suggestion_can_be_promised(now: datetime, zone: str) -> None:
    moment = now.replace(tzinfo=UTC)
    for suggestion in clock.suggestions(moment, zone):
        clock.check_due(suggestion.due, due_start=None, now=moment)
