"""Quiet hours: when somebody is not told of things away from their desk, by the clock on their own wall.

They begin and end when the wall shows it, whatever the clocks do in between: over a change they last an hour more or
less, and where an hour comes twice the wall says the same of it twice. The desk itself is never quiet.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from accounts.models import NoticePreference

DAY = timedelta(days=1)
# Every weekday comes within eight local days; the second week is for one whose only loud hour a change of the clocks skips.
DAYS_AHEAD = 16


def is_quiet(preference: NoticePreference, at: datetime) -> bool:
    """Is this moment (aware) one of theirs to be left alone?"""
    wall = at.astimezone(preference.user.zone)
    return wall.weekday() in preference.quiet_days or in_quiet_hours(preference, wall.time())


def in_quiet_hours(preference: NoticePreference, wall: time) -> bool:
    """Does this time on the wall lie between the hours, whatever the day?"""
    begins, ends = preference.quiet_from, preference.quiet_until
    if begins is None or ends is None:
        return False
    if begins < ends:
        return begins <= wall < ends
    return wall >= begins or wall < ends


def next_loud(preference: NoticePreference, after: datetime) -> datetime:
    """The first moment (UTC), not before ``after``, that is not quiet. Where there is none in two weeks: ``after``."""
    if not is_quiet(preference, after):
        return after
    zone = preference.user.zone
    walls = [time(0)] if preference.quiet_until is None else [time(0), preference.quiet_until]
    loud = (
        moment
        for day in _days(after, zone)
        for moment in sorted(set(_beginnings(day, walls, zone)))
        if moment > after and not is_quiet(preference, moment)
    )
    return next(loud, after)


def next_digest(preference: NoticePreference, after: datetime) -> datetime | None:
    """The first moment (UTC) after ``after`` at which their digest is due; None for who takes none. Once a local day.

    Where the clocks skip its time it is due at the first moment after it, and where its time comes twice at the first
    of both. On quiet days there is none.
    """
    if preference.digest_at is None:
        return None
    zone = preference.user.zone
    for day in _days(after, zone):
        at = _first_showing(datetime.combine(day, preference.digest_at), zone)
        if at > after and not is_quiet(preference, at):
            return at
    return None


def _days(after: datetime, zone: zoneinfo.ZoneInfo) -> Iterator[date]:
    first = after.astimezone(zone).date()
    return (first + ahead * DAY for ahead in range(-1, DAYS_AHEAD))


def _beginnings(day: date, walls: list[time], zone: zoneinfo.ZoneInfo) -> Iterator[datetime]:
    """The moments at which something may begin on this day: when the wall shows it, either time, or has skipped it."""
    for wall in walls:
        yield _first_showing(datetime.combine(day, wall), zone)
        yield datetime.combine(day, wall, tzinfo=zone).replace(fold=1).astimezone(UTC)


def _first_showing(wall: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """The first moment at which clocks there show ``wall``, or else the first after the time that they skip."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return early
    # Skipped: the change lies between what the offsets after it and before it make of it.
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early
    after = high.astimezone(zone).utcoffset()
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
