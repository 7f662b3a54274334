"""Quiet hours and digests, by the clock on somebody's own wall, over every change of the clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.authority import Refused
from accounts.domain import preferences
from accounts.domain.quiet import is_quiet, next_digest, next_loud
from accounts.models import Notice, NoticePreference, User
from tests.factories import NOW, House

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVENING, MORNING = time(20), time(8)
# Two that change at midnight or skip a day, two that change by less or more than an hour, four that people live by.
ZONES = [
    "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "Antarctica/Troll", "America/New_York", "Europe/London",
    "Pacific/Chatham", "Asia/Kathmandu",
]  # fmt: skip


def chosen(zone: str = "America/New_York", **fields: Any) -> NoticePreference:
    return NoticePreference(user=User(time_zone=zone), **fields)


def at(zone: str, *wall: int, fold: int = 0) -> datetime:
    year, month, day, hour, minute = wall
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def test_who_chose_nothing_is_told_at_any_hour() -> None:
    assert not is_quiet(chosen(), NOW)
    assert next_loud(chosen(), NOW) == NOW
    assert next_digest(chosen(), NOW) is None


@pytest.mark.parametrize(
    ("wall", "quiet"), [((19, 59), False), ((20, 0), True), ((0, 0), True), ((7, 59), True), ((8, 0), False)]
)
def test_a_night_is_quiet_from_its_first_minute_to_before_its_last(wall: tuple[int, int], quiet: bool) -> None:
    night = chosen(quiet_from=EVENING, quiet_until=MORNING)
    assert is_quiet(night, at("America/New_York", 2026, 3, 10, *wall)) is quiet


def test_a_quiet_day_ends_at_midnight_or_with_the_hours_that_follow() -> None:
    zone, saturday = "America/New_York", (2026, 3, 14, 10, 0)
    weekend = chosen(quiet_days=[5, 6])
    assert next_loud(weekend, at(zone, *saturday)) == at(zone, 2026, 3, 16, 0, 0)
    both = chosen(quiet_days=[5, 6], quiet_from=EVENING, quiet_until=MORNING)
    assert next_loud(both, at(zone, *saturday)) == at(zone, 2026, 3, 16, 8, 0)


@pytest.mark.parametrize(
    ("night", "hours"),
    [((2026, 3, 6), 10), ((2026, 3, 7), 9), ((2026, 10, 31), 11)],
    ids=["any night", "the clocks go forward", "the clocks go back"],
)
def test_a_night_is_as_long_as_the_wall_makes_it(night: tuple[int, int, int], hours: int) -> None:
    zone = "America/New_York"
    begins = at(zone, *night, 22, 0)
    assert next_loud(chosen(quiet_from=time(22), quiet_until=MORNING), begins) - begins == timedelta(hours=hours)


def test_hours_that_end_in_a_time_that_is_skipped_end_where_the_clocks_land() -> None:
    zone = "America/New_York"
    night = chosen(quiet_from=time(22), quiet_until=time(2, 30))
    assert next_loud(night, at(zone, 2026, 3, 8, 1, 0)) == at(zone, 2026, 3, 8, 3, 0)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    zone = "America/New_York"
    night = chosen(quiet_from=time(1), quiet_until=time(1, 30))
    assert is_quiet(night, at(zone, 2026, 11, 1, 1, 10))
    assert is_quiet(night, at(zone, 2026, 11, 1, 1, 10, fold=1))
    first = next_loud(night, at(zone, 2026, 11, 1, 1, 0))
    assert first == at(zone, 2026, 11, 1, 1, 30)
    assert next_loud(night, at(zone, 2026, 11, 1, 1, 0, fold=1)) == at(zone, 2026, 11, 1, 1, 30, fold=1)


WALLS = st.times().map(lambda each: each.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 31)).map(
    lambda each: each.replace(second=0, microsecond=0, tzinfo=UTC)
)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    begins=WALLS,
    ends=WALLS,
    days=st.sets(st.integers(0, 6), max_size=6),
    moment=MOMENTS,
)
def test_the_next_loud_moment_is_the_first_that_a_minute_by_minute_search_finds(
    zone: str, begins: time, ends: time, days: set[int], moment: datetime
) -> None:
    preference = chosen(zone, quiet_days=sorted(days))
    if begins != ends:
        preference.quiet_from, preference.quiet_until = begins, ends
    searched, found = moment, next_loud(preference, moment)
    while is_quiet(preference, searched) and searched < moment + 9 * DAY:
        searched += MINUTE
    assert found == searched or is_quiet(preference, searched)


def changes(zone: str, year: int) -> list[datetime]:
    """The hours before which the offset of a zone is another than after."""
    place, moment, found = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), []
    while moment.year == year:
        if moment.astimezone(place).utcoffset() != (moment + HOUR).astimezone(place).utcoffset():
            found.append(moment)
        moment += HOUR
    return found


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Chatham", "Antarctica/Troll", "Australia/Lord_Howe"])
@pytest.mark.parametrize("digest", [time(0), time(1, 30), time(2, 15), time(2, 45), time(3), time(17)])
def test_a_digest_comes_once_a_day_on_every_day_around_a_change(zone: str, digest: time) -> None:
    preference = chosen(zone, digest_at=digest)
    for change in changes(zone, 2026):
        came, moment = [], change - 4 * DAY
        while (due := next_digest(preference, moment)) is not None and due < change + 4 * DAY:
            came.append(due.astimezone(ZoneInfo(zone)).date())
            moment = due
        assert len(came) == len(set(came))
        assert all(later - earlier == DAY for earlier, later in itertools.pairwise(came))
    assert changes(zone, 2026)


def test_there_is_no_digest_on_a_quiet_day() -> None:
    zone = "America/New_York"
    friday_evening = at(zone, 2026, 3, 13, 18, 0)
    assert next_digest(chosen(digest_at=time(17), quiet_days=[5, 6]), friday_evening) == at(zone, 2026, 3, 16, 17, 0)


# What somebody chooses --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_somebody_chooses_is_kept_to_the_minute(house: House) -> None:
    preferences.choose_notices(
        house.alice, quiet_from=time(20, 0, 59), quiet_until=MORNING, quiet_days=[6, 5, 5], digest_at=time(17),
        chat_handle=" @alice ", urgent_anyway=False, now=NOW,
    )  # fmt: skip
    kept = preferences.notice_preference(house.alice)
    assert (kept.quiet_from, kept.quiet_until, kept.quiet_days) == (EVENING, MORNING, [5, 6])
    assert (kept.digest_at, kept.chat_handle, kept.urgent_anyway) == (time(17), "@alice", False)
    preferences.choose_notices(house.alice, now=NOW)
    assert preferences.notice_preference(house.alice).quiet_from is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"quiet_from": EVENING}, "invalid", "quiet_until"),
        ({"quiet_until": MORNING}, "invalid", "quiet_from"),
        ({"quiet_from": MORNING, "quiet_until": time(8, 0, 30)}, "invalid", "quiet_until"),
        ({"quiet_days": range(7)}, "invalid", "quiet_days"),
        ({"quiet_days": [7]}, "invalid", "quiet_days"),
        (
            {"quiet_from": EVENING, "quiet_until": MORNING, "digest_at": time(7, 59)},
            "digest_in_quiet_hours",
            "digest_at",
        ),
        ({"chat_handle": "@channel"}, "invalid", "chat_handle"),
        ({"chat_handle": "Here"}, "invalid", "chat_handle"),
        ({"chat_handle": "<!everyone>"}, "invalid", "chat_handle"),
        ({"chat_handle": "alice and @bob"}, "invalid", "chat_handle"),
        ({"chat_handle": "a" * 81}, "invalid", "chat_handle"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    house: House, given: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        preferences.choose_notices(house.alice, now=NOW, **given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not NoticePreference.objects.exists()


@pytest.mark.django_db
def test_a_program_is_not_told_of_things(house: House) -> None:
    with pytest.raises(Refused) as refused:
        preferences.choose_notices(house.crm, now=NOW)
    assert refused.value.code == "person_needed"


@pytest.mark.django_db
@pytest.mark.parametrize("handle", ["@alice", "alice.b-c_d", "<@U024BE7LH>", "Zoë"])
def test_a_handle_is_a_name_or_an_id(house: House, handle: str) -> None:
    assert preferences.choose_notices(house.alice, chat_handle=handle, now=NOW).chat_handle == handle


@pytest.mark.django_db
def test_what_was_held_back_is_looked_at_anew_and_what_is_on_its_way_is_not(house: House) -> None:
    given = {"user": house.alice, "channel": "email", "kind": "k", "title": "t", "created_at": NOW}
    held = Notice.objects.create(key="held", not_before=NOW + DAY, in_digest=True, **given)
    leased = Notice.objects.create(key="leased", not_before=NOW, leased_until=NOW + MINUTE, **given)
    other = Notice.objects.create(**given | {"user": house.bob}, key="other", not_before=NOW + DAY)
    preferences.choose_notices(house.alice, now=NOW + HOUR - 59 * MINUTE - 30 * timedelta(seconds=1))
    for notice in (held, leased, other):
        notice.refresh_from_db()
    assert (held.in_digest, held.not_before is not None and held.not_before <= NOW + MINUTE) == (False, True)
    assert (leased.not_before, other.not_before) == (NOW, NOW + DAY)
