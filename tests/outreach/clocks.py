"""Eight zones whose clocks are hard, when they change, and what a wall shows: worked out minute by minute.

Nothing here asks the code under test: a wall time is looked for as somebody would who watches the clock on the wall.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

ZONES = [
    "Pacific/Chatham",  # +12:45 and +13:45, changes at 02:45
    "Antarctica/Troll",  # changes by two hours
    "Australia/Lord_Howe",  # changes by half an hour
    "Africa/Casablanca",  # goes back for Ramadan, so that its summer is cut in two
    "Asia/Beirut",  # at midnight: there are days without one
    "America/Havana",  # at midnight, and back at one
    "America/New_York",
    "Europe/Dublin",  # where winter is the exception
]


@dataclass(frozen=True)
class Change:
    """The clocks of a zone change: ``at`` is the first moment of the new offset, ``by`` how far they go forward."""

    zone: zoneinfo.ZoneInfo
    at: datetime
    by: timedelta

    def __str__(self) -> str:
        return f"{self.zone.key} {self.at:%Y-%m-%d %H:%M}"


def wall(at: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """What the clock on the wall shows, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def changes(name: str, years: int, begin: datetime = BEGIN) -> Iterator[Change]:
    """Every change of a zone's clocks, in order, to the minute."""
    zone = zoneinfo.ZoneInfo(name)
    at, end = begin, begin.replace(year=begin.year + years)
    while at < end:
        if _offset(at, zone) != _offset(at + DAY, zone):
            low = at
            while _offset(low, zone) == _offset(at, zone):
                low += MINUTE
            yield Change(zone, low, _offset(low, zone) - _offset(at, zone))
        at += DAY


def _offset(at: datetime, zone: zoneinfo.ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def minutes(begin: datetime, end: datetime) -> Iterator[datetime]:
    while begin < end:
        yield begin
        begin += MINUTE


@dataclass
class Watched:
    """The clock on a wall, watched for a while around a change: when it first showed each time."""

    change: Change
    first: dict[datetime, datetime]

    @classmethod
    def around(cls, change: Change, span: timedelta) -> Watched:
        first: dict[datetime, datetime] = {}
        for at in minutes(change.at - span, change.at + span):
            first.setdefault(wall(at, change.zone), at)
        return cls(change, first)

    def meant(self, shown: datetime) -> datetime:
        """The moment that a promise for this wall time means.

        The first at which the wall shows it; for one that is skipped, as far past the change as it is past the time at
        which the clocks go forward.
        """
        if shown in self.first:
            return self.first[shown]
        before = wall(self.change.at - MINUTE, self.change.zone) + MINUTE
        return self.change.at + (shown - before)


def is_within(shown: datetime, opens: time, closes: time, weekdays: frozenset[int]) -> bool:
    """Does a wall that shows this show calling hours? Closing at midnight is the end of the day."""
    return shown.weekday() in weekdays and opens <= shown.time() and (closes == time(0) or shown.time() < closes)
