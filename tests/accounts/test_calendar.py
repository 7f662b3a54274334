"""Business days where a person works: over weekends, holidays and the days on which the clocks change."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.authority import Refused
from accounts.domain.calendar import business_days_after, is_business_day, known_region

ZONES = ["America/Denver", "Europe/Berlin", "Pacific/Chatham", "Africa/Cairo", "Asia/Kolkata"]
# Where Sunday is worked a change of the clocks, which comes on a Sunday, falls on a business day.
WEEKENDS = {"": {5, 6}, "US-CO": {5, 6}, "DE-BY": {5, 6}, "NZ": {5, 6}, "EG": {4, 5}, "IL": {4, 5}}
FIRST, LAST = datetime(2024, 1, 1), datetime(2031, 12, 1)


@cache
def holidays_of(region: str) -> holidays.HolidayBase | dict[date, str]:
    country, _, part = region.partition("-")
    if not country:
        return {}
    return holidays.country_holidays(country, subdiv=part or None, years=range(2023, 2034))


def is_worked(day: date, region: str) -> bool:
    return day.weekday() not in WEEKENDS[region] and day not in holidays_of(region)


@cache
def changes_of_the_clocks(zone: str) -> list[date]:
    place, days = zoneinfo.ZoneInfo(zone), (LAST - FIRST).days
    noons = [datetime(2024, 1, 1, 12, tzinfo=place) + timedelta(days=number) for number in range(days)]
    return [after.date() for before, after in pairwise(noons) if before.utcoffset() != after.utcoffset()]


@st.composite
def walls(draw: st.DrawFn, zone: str) -> datetime:
    """Any time, and more often one in the night, or a few days before the clocks change."""
    if (changed := changes_of_the_clocks(zone)) and draw(st.booleans()):
        day = draw(st.sampled_from(changed)) - timedelta(days=draw(st.integers(0, 9)))
        return datetime.combine(day, datetime.min.time()) + timedelta(minutes=draw(st.integers(0, 5 * 60)))
    return draw(st.datetimes(FIRST, LAST))


@pytest.mark.parametrize("zone", ZONES)
def test_a_number_of_business_days_on_at_the_same_time_of_day(zone: str) -> None:
    """Held against a count day by day: 200 cases in each of five zones."""
    hold(zone, examples=200)


@pytest.mark.fuzz
@pytest.mark.parametrize("zone", ZONES)
def test_a_number_of_business_days_on_at_length(zone: str) -> None:
    """The same: 2,000 cases in each of five zones."""
    hold(zone, examples=2000)


def hold(zone: str, *, examples: int) -> None:
    place = zoneinfo.ZoneInfo(zone)

    @settings(max_examples=examples, deadline=None)
    @given(wall=walls(zone), days=st.integers(1, 12), region=st.sampled_from(sorted(WEEKENDS)))
    def holds(wall: datetime, days: int, region: str) -> None:
        moment = wall.replace(tzinfo=place).astimezone(UTC)
        begun = moment.astimezone(place)
        due = business_days_after(moment, days, zone=zone, region=region)
        there = due.astimezone(place)
        meant = datetime.combine(there.date(), begun.time())
        assert due.tzinfo is UTC
        # As many business days lie between them as were counted, and the last of them is one.
        between = [begun.date() + timedelta(days=number + 1) for number in range((there.date() - begun.date()).days)]
        assert sum(is_worked(day, region) for day in between) == days
        assert is_worked(there.date(), region)
        # The clocks there show that time then and did not before; of two such moments it is the first.
        just_before = (due - timedelta(microseconds=1)).astimezone(place)
        assert just_before.replace(tzinfo=None) < meant <= there.replace(tzinfo=None)
        assert there.fold == 0

    holds()


@pytest.mark.parametrize(
    ("moment", "days", "zone", "region", "due"),
    [
        ("2026-03-10T15:00+00:00", 2, "America/New_York", "", "2026-03-12T15:00+00:00"),
        # Over a weekend on which the clocks go forward: ten o'clock stays ten o'clock.
        ("2026-03-05T10:00-07:00", 2, "America/Denver", "US-CO", "2026-03-09T10:00-06:00"),
        ("2026-10-30T10:00-06:00", 1, "America/Denver", "US-CO", "2026-11-02T10:00-07:00"),
        # From a Saturday, the first business day is Monday.
        ("2026-03-07T10:00-07:00", 2, "America/Denver", "US-CO", "2026-03-10T10:00-06:00"),
        # Thanksgiving, and the Friday after it, which is worked.
        ("2026-11-25T10:00-07:00", 2, "America/Denver", "US-CO", "2026-11-30T10:00-07:00"),
        # New Year's Day of a Saturday is kept on the last day of the old year.
        ("2027-12-30T10:00-07:00", 1, "America/Denver", "US-CO", "2028-01-03T10:00-07:00"),
        # Christmas in Bavaria, and Epiphany, which Berlin does not have.
        ("2026-12-23T09:00+01:00", 2, "Europe/Berlin", "DE-BY", "2026-12-28T09:00+01:00"),
        ("2027-01-05T09:00+01:00", 1, "Europe/Berlin", "DE-BY", "2027-01-07T09:00+01:00"),
        ("2027-01-05T09:00+01:00", 1, "Europe/Berlin", "DE-BE", "2027-01-06T09:00+01:00"),
        # February of a leap year; in Egypt Friday and Saturday are the weekend.
        ("2028-02-28T08:00+02:00", 2, "Africa/Cairo", "EG", "2028-03-01T08:00+02:00"),
        ("2026-02-12T08:00+02:00", 1, "Africa/Cairo", "EG", "2026-02-15T08:00+02:00"),
        # Half past midnight is skipped in Cairo when summer begins: the first moment after it.
        ("2026-04-23T00:30+02:00", 1, "Africa/Cairo", "", "2026-04-24T01:00+03:00"),
        # A quarter to three is skipped on Chatham, and comes twice when summer ends: the first is meant.
        ("2026-09-24T02:50+12:45", 1, "Pacific/Chatham", "IL", "2026-09-27T03:45+13:45"),
        ("2026-04-04T03:00+13:45", 1, "Pacific/Chatham", "EG", "2026-04-05T03:00+13:45"),
        ("2026-03-10T15:00+00:00", 0, "America/New_York", "US", "2026-03-10T15:00+00:00"),
    ],
)
def test_known_dates(moment: str, days: int, zone: str, region: str, due: str) -> None:
    counted = business_days_after(datetime.fromisoformat(moment), days, zone=zone, region=region)
    assert counted == datetime.fromisoformat(due)


def test_a_region_nobody_knows_has_its_weekend_only() -> None:
    week = [date(2026, 12, 21) + timedelta(days=number) for number in range(7)]
    assert [is_business_day(day, "ZZ") for day in week] == [True] * 5 + [False] * 2
    assert [is_business_day(day) for day in week] == [True] * 5 + [False] * 2
    assert [is_business_day(day, "US") for day in week] == [True] * 4 + [False] * 3


def test_a_moment_without_an_offset_and_days_backward_are_faults_and_the_end_of_time_a_refusal() -> None:
    with pytest.raises(ValueError, match="offset"):
        business_days_after(datetime(2026, 3, 10), 1, zone="UTC")
    with pytest.raises(ValueError, match="forward"):
        business_days_after(datetime(2026, 3, 10, tzinfo=UTC), -1, zone="UTC")
    with pytest.raises(Refused) as refused:
        business_days_after(datetime(9999, 12, 28, tzinfo=UTC), 5, zone="UTC")
    assert refused.value.code == "invalid"


@pytest.mark.parametrize(
    ("region", "known"),
    [("", True), ("US", True), ("US-CO", True), ("DE-BY", True), ("EG", True), ("US-XX", False), ("EG-C", False),
     ("ZZ", False), ("US-", True), ("us", False)],
)  # fmt: skip
def test_which_holidays_are_known(region: str, known: bool) -> None:
    verdict = known_region(region)
    assert (bool(verdict), verdict.field) == (known, "" if known else "holiday_region")
