"""Due times as people say them, on the clock of whoever they are said to."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.authority import Refused
from cases.domain import clock, due_times
from tests.factories import NOW

pytestmark = pytest.mark.practice("P7")
NEW_YORK = "America/New_York"  # where NOW is a Tuesday, 11:00
ZONES = st.sampled_from(["America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Chatham", "Antarctica/Troll"])


def on_the_wall(moment: datetime | None, zone: str = NEW_YORK) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %m-%d %H:%M}" if moment else ""


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("in 20 min", "Tue 03-10 11:20"),
        ("in an hour", "Tue 03-10 12:00"),
        ("In half an hour", "Tue 03-10 11:30"),
        ("in 1h30", "Tue 03-10 12:30"),
        ("in an hour and a half", "Tue 03-10 12:30"),
        ("in 2 h 15 min", "Tue 03-10 13:15"),
        ("within 2 hours", "Tue 03-10 13:00"),
        ("in 3 days", "Fri 03-13 11:00"),
        ("in a week", "Tue 03-17 11:00"),
        ("today 15:40", "Tue 03-10 15:40"),
        ("15:40", "Tue 03-10 15:40"),
        ("3pm", "Tue 03-10 15:00"),
        ("at 3", "Tue 03-10 15:00"),
        ("03:00", "Wed 03-11 03:00"),
        ("9", "Wed 03-11 09:00"),
        ("8:30", "Wed 03-11 08:30"),
        ("noon", "Tue 03-10 12:00"),
        ("tomorrow", "Wed 03-11 17:00"),
        ("tomorrow morning", "Wed 03-11 09:30"),
        ("tomorrow at 3", "Wed 03-11 15:00"),
        ("Tomorrow afternoon at 3", "Wed 03-11 15:00"),
        ("tomorrow, 15.40", "Wed 03-11 15:40"),
        ("the day after tomorrow at 10", "Thu 03-12 10:00"),
        ("tonight", "Tue 03-10 18:00"),
        ("tonight at 8", "Tue 03-10 20:00"),
        ("by noon", "Tue 03-10 12:00"),
        ("by Friday", "Fri 03-13 17:00"),
        ("eod tomorrow", "Wed 03-11 17:00"),
        ("Tue", "Tue 03-10 17:00"),
        ("Tuesday 8:00", "Tue 03-17 08:00"),
        ("next Tuesday 10:00", "Tue 03-17 10:00"),
        ("next Friday 10:00", "Fri 03-20 10:00"),
        ("next week", "Mon 03-16 09:30"),
        ("next week Thursday 11am", "Thu 03-19 11:00"),
        ("Monday morning", "Mon 03-16 09:30"),
        ("24 Mar 10:00", "Tue 03-24 10:00"),
        ("March 24th at 3pm", "Tue 03-24 15:00"),
        ("24.3. 14:30", "Tue 03-24 14:30"),
        ("2026-03-24 14:00", "Tue 03-24 14:00"),
        ("tomorrow 9am my time", "Wed 03-11 05:00"),
        ("tomorrow 9am their time", "Wed 03-11 09:00"),
    ],
)
def test_a_moment_is_read_as_it_is_said(words: str, meant: str) -> None:
    due = due_times.read(words, zone=NEW_YORK, now=NOW, own_zone="Europe/London")
    assert (on_the_wall(due.due_end), due.due_start) == (meant, None)


@pytest.mark.parametrize(
    ("words", "starts", "ends"),
    [
        ("Fri 9-11", "Fri 03-13 09:00", "Fri 03-13 11:00"),
        ("fri 9–11", "Fri 03-13 09:00", "Fri 03-13 11:00"),
        ("between 2 and 4pm Friday", "Fri 03-13 14:00", "Fri 03-13 16:00"),
        ("2-4", "Tue 03-10 14:00", "Tue 03-10 16:00"),
        ("2 pm - 4 pm tomorrow", "Wed 03-11 14:00", "Wed 03-11 16:00"),
        ("11-2pm", "Tue 03-10 11:00", "Tue 03-10 14:00"),
        ("11-1", "Tue 03-10 11:00", "Tue 03-10 13:00"),
        ("9-5 tomorrow", "Wed 03-11 09:00", "Wed 03-11 17:00"),
        ("tomorrow from 10 to noon", "Wed 03-11 10:00", "Wed 03-11 12:00"),
        ("thursday morning 9-11", "Thu 03-12 09:00", "Thu 03-12 11:00"),
        ("10pm-2am", "Tue 03-10 22:00", "Wed 03-11 02:00"),
        ("24 Mar 10:00 to 11:30", "Tue 03-24 10:00", "Tue 03-24 11:30"),
    ],
)
def test_a_window_is_read_as_it_is_said(words: str, starts: str, ends: str) -> None:
    due = due_times.read(words, zone=NEW_YORK, now=NOW)
    assert (on_the_wall(due.due_start), on_the_wall(due.due_end)) == (starts, ends)


@pytest.mark.parametrize(
    "words",
    [
        "", "  ", "soon", "3/4", "in", "in 5 pigeons", "in 0 min", "in a few", "tomorrow at 25:00", "Feb 30", "9:75",
        "sat 10 or sun 10", "99999999-2", "11am-9am next", "10-10", "13pm", "in 1.5 days", "in 99999999999 hours",
        "9999-12-31 in", "in 9999 weeks", "10:00 12:00 14:00", "💥", "tomorrow'; drop table",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_examples_and_never_guessed(words: str) -> None:
    with pytest.raises(Refused) as refused:
        due_times.read(words, zone=NEW_YORK, now=NOW)
    assert refused.value.code == "unclear_time"
    assert "in 20 min" in refused.value.reason


@pytest.mark.parametrize(
    ("words", "code"),
    [("a" * 81, "too_long"), ("tomorrow\x00", "invalid")],
)
def test_what_is_no_text_for_a_time_is_refused(words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        due_times.read(words, zone=NEW_YORK, now=NOW)
    assert refused.value.code == code


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        due_times.read("tomorrow", zone="Mars/Olympus", now=NOW)
    assert refused.value.code == "unknown_zone"


BEFORE_SPRING = datetime(2026, 3, 7, 15, 0, tzinfo=UTC)  # the Saturday before the clocks go forward in New York
BEFORE_FALL = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)  # the Saturday before they go back


@pytest.mark.parametrize("words", ["tomorrow 2:30 am", "Sunday 02:30", "tomorrow 2:30am-4am", "tomorrow 1am-2:30am"])
def test_a_time_that_the_clocks_skip_is_refused_and_says_which_there_is(words: str) -> None:
    with pytest.raises(Refused) as refused:
        due_times.read(words, zone=NEW_YORK, now=BEFORE_SPRING)
    assert refused.value.code == "skipped_time"
    assert "no 02:30 on Sunday, March 8 in New York" in refused.value.reason
    assert "03:30" in refused.value.reason


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    due = due_times.read("tomorrow 01:30", zone=NEW_YORK, now=BEFORE_FALL)
    assert due.due_end == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_days_go_by_the_wall_and_hours_by_the_clock_across_a_change() -> None:
    days = due_times.read("in 1 day", zone=NEW_YORK, now=BEFORE_SPRING)
    hours = due_times.read("in 24 hours", zone=NEW_YORK, now=BEFORE_SPRING)
    assert (hours.due_end - days.due_end).total_seconds() == 3600


@given(now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), zone=ZONES)
def test_every_suggestion_means_what_it_says(now: datetime, zone: str) -> None:
    moment = now.replace(tzinfo=UTC)
    for suggestion in clock.suggestions(moment, zone):
        assert due_times.read(suggestion.said, zone=zone, now=moment) == due_times.Due(suggestion.due)


@given(words=st.text(max_size=90), now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), zone=ZONES)
def test_whatever_is_written_is_a_time_or_refused(words: str, now: datetime, zone: str) -> None:
    try:
        due = due_times.read(words, zone=zone, now=now.replace(tzinfo=UTC))
    except Refused:
        return
    assert due.due_start is None or due.due_start < due.due_end


PIECES = st.lists(
    st.sampled_from(
        [
            "in",
            "at",
            "9",
            "11",
            "3pm",
            "-",
            "to",
            "15:40",
            "Fri",
            "next",
            "week",
            "tomorrow",
            "morning",
            "noon",
            "and",
            "a",
            "half",
            "hour",
            "min",
            "24",
            "Mar",
            "2026-03-24",
            "my",
            "time",
            "by",
            "99",
            "h",
            "d",
        ]
    ),
    max_size=8,
).map(" ".join)


@given(words=PIECES, now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), zone=ZONES)
def test_any_heap_of_its_words_is_a_time_or_refused(words: str, now: datetime, zone: str) -> None:
    test_whatever_is_written_is_a_time_or_refused.hypothesis.inner_test(words, now, zone)  # type: ignore[attr-defined]
