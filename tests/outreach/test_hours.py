"""When a customer may be called: their jurisdiction's rule on their own wall clock."""

import zoneinfo
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.models import Customer
from outreach.domain import hours
from outreach.domain.hours import Hours, hours_in, is_open, next_opening
from outreach.models import CallingHours

ODD_ZONES = [
    "Pacific/Chatham",  # +12:45, changes at 02:45
    "Antarctica/Troll",  # changes by two hours
    "Australia/Lord_Howe",  # changes by half an hour
    "America/New_York",
    "Africa/Casablanca",  # goes back for Ramadan
    "Asia/Beirut",  # changes at midnight
    "America/Havana",  # changes at midnight
    "Pacific/Apia",  # skipped 30 December 2011
    "Asia/Kathmandu",
    "Europe/Dublin",
    "UTC",
]
zones = st.sampled_from(ODD_ZONES).map(zoneinfo.ZoneInfo)
walls = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
# Holidays everywhere are known for these years.
moments = st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    opens, closes = sorted(draw(st.tuples(walls, walls).filter(lambda pair: pair[0] != pair[1])))
    return Hours(opens, closes, frozenset(draw(st.sets(st.integers(0, 6), min_size=1))))


@given(zones, some_hours(), moments)
@example(
    zoneinfo.ZoneInfo("America/New_York"),
    Hours(time(2, 30), time(4), frozenset(range(7))),
    datetime(2026, 3, 8, 6, tzinfo=UTC),
)
@example(
    zoneinfo.ZoneInfo("Antarctica/Troll"),
    Hours(time(1, 30), time(2), frozenset(range(7))),
    datetime(2026, 10, 25, tzinfo=UTC),
)
@example(
    zoneinfo.ZoneInfo("Australia/Lord_Howe"),
    Hours(time(1, 45), time(1, 50), frozenset(range(7))),
    datetime(2026, 4, 4, 14, 51, tzinfo=UTC),
)
@example(
    zoneinfo.ZoneInfo("Pacific/Apia"), Hours(time(9), time(17), frozenset({4})), datetime(2011, 12, 29, 12, tzinfo=UTC)
)
@settings(max_examples=400, deadline=None)
def test_the_next_opening_is_open_and_nothing_before_it_was(
    zone: zoneinfo.ZoneInfo, open_: Hours, after: datetime
) -> None:
    opening = next_opening(zone, open_, after)
    assert opening is not None, "hours that open on some weekday open within nine days"
    assert opening >= after
    assert is_open(zone, open_, opening)
    local = opening.astimezone(zone)
    assert local.weekday() in open_.weekdays
    assert open_.opens <= local.time() < open_.closes
    # Walk there minute by minute over the last day and a half, where a change of the clocks would hide.
    at = max(after, opening - timedelta(hours=36))
    while at < opening:
        assert not is_open(zone, open_, at), f"it was open at {at} already"
        at += timedelta(minutes=1)


@given(zones, some_hours(), moments)
@settings(max_examples=100, deadline=None)
def test_asking_again_at_the_opening_gives_the_opening(zone: zoneinfo.ZoneInfo, open_: Hours, after: datetime) -> None:
    opening = next_opening(zone, open_, after)
    assert opening is not None
    assert next_opening(zone, open_, opening) == opening


def _rule(jurisdiction: str, opens: int, closes: int, weekdays: str = "0123456") -> CallingHours:
    return CallingHours(
        jurisdiction=jurisdiction, opens=time(opens), closes=time(closes), weekdays=[int(day) for day in weekdays]
    )


RULES = {rule.jurisdiction: rule for rule in (_rule("", 9, 20, "012345"), _rule("US", 8, 21), _rule("US-CO", 10, 18))}


@pytest.mark.parametrize(
    ("jurisdiction", "opens"), [("US-CO", 10), ("US-NY", 8), ("US", 8), ("FR", 9), ("", 9), ("FR-75", 9)]
)
def test_the_exact_part_goes_before_the_country_and_that_before_the_rest(jurisdiction: str, opens: int) -> None:
    assert hours_in(jurisdiction, RULES).opens == time(opens)


def test_where_no_rule_speaks_nobody_is_called() -> None:
    customer = Customer(time_zone="UTC", jurisdiction="FR")
    assert hours.next_open(customer, after=datetime(2026, 1, 1, tzinfo=UTC), by_jurisdiction={}) is None
    assert (
        hours.can_call_now(customer, now=datetime(2026, 1, 1, 12, tzinfo=UTC), by_jurisdiction={}).code
        == "outside_hours"
    )


def test_do_not_call_goes_before_everything() -> None:
    customer = Customer(time_zone="UTC", jurisdiction="US", do_not_call=True)
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert hours.can_call_now(customer, now=noon, by_jurisdiction=RULES).code == "do_not_call"


def test_closing_at_midnight_is_the_end_of_the_day() -> None:
    late = Hours(time(9), time(0), frozenset(range(7)))
    utc = zoneinfo.ZoneInfo("UTC")
    assert is_open(utc, late, datetime(2026, 1, 1, 23, 59, tzinfo=UTC))
    assert not is_open(utc, late, datetime(2026, 1, 2, 0, 0, tzinfo=UTC))


@pytest.mark.django_db
def test_the_rules_an_installation_starts_with_hold_in_the_customers_zone() -> None:
    in_denver = Customer(time_zone="America/Denver", jurisdiction="US-CO")
    three_at_night = datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert hours.next_open(in_denver, after=three_at_night) == datetime(2026, 11, 22, 15, tzinfo=UTC)
    in_paris = Customer(time_zone="Europe/Paris", jurisdiction="FR")
    sunday_noon = datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert hours.next_open(in_paris, after=sunday_noon) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert "Sunday 12:00" in hours.can_call_now(in_paris, now=sunday_noon).reason


HOLIDAYS_OUT = Hours(time(9), time(17), frozenset(range(7)), "US-CO")


def test_a_public_holiday_is_left_out_where_the_rule_says_so_and_is_named() -> None:
    denver = zoneinfo.ZoneInfo("America/Denver")
    noon = datetime(2026, 12, 25, 19, tzinfo=UTC)
    assert not is_open(denver, HOLIDAYS_OUT, noon)
    assert is_open(denver, Hours(time(9), time(17), frozenset(range(7))), noon)
    assert next_opening(denver, HOLIDAYS_OUT, noon) == datetime(2026, 12, 26, 16, tzinfo=UTC)
    customer = Customer(time_zone="America/Denver", jurisdiction="US-CO")
    rule = {"": CallingHours(opens=time(9), closes=time(17), weekdays=list(range(7)), on_holidays=False)}
    verdict = hours.can_call_now(customer, now=noon, by_jurisdiction=rule)
    assert (verdict.code, "Christmas" in verdict.reason, "not on public holidays" in verdict.reason) == (
        "outside_hours",
        True,
        True,
    )


def test_a_place_whose_holidays_nobody_knows_has_none() -> None:
    somewhere = Hours(time(9), time(17), frozenset(range(7)), "XX")
    assert is_open(zoneinfo.ZoneInfo("UTC"), somewhere, datetime(2026, 12, 25, 12, tzinfo=UTC))


@given(zones, st.sampled_from(["DE", "US-CO", "NZ", "JP", "IN", "CN", "XX", "DE-BY", "FR-75"]), moments)
@settings(max_examples=150, deadline=None)
def test_no_opening_lies_on_a_holiday_and_none_before_it_was_missed(
    zone: zoneinfo.ZoneInfo, place: str, after: datetime
) -> None:
    plain = Hours(time(9), time(17), frozenset({0, 1, 2, 3, 4}))
    kept = Hours(plain.opens, plain.closes, plain.weekdays, place)
    opening = next_opening(zone, kept, after)
    assert opening is not None
    assert not kept.holiday(opening.astimezone(zone).date())
    # From opening to opening without holidays: each that was passed over is one.
    at = next_opening(zone, plain, after)
    while at is not None and at < opening:
        assert kept.holiday(at.astimezone(zone).date())
        at = next_opening(zone, plain, at + timedelta(hours=12))
