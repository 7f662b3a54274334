"""What is drawn day by day, or month by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from insights.enums import Grain, Measure
from insights.queries import Sums, Window


@dataclass(frozen=True)
class Point:
    """One day, or one month, of what is drawn over time."""

    day: date
    opened: int
    closed: int


def dates(chosen: Window, known: Iterable[date]) -> list[date]:
    """Every day of a window, those on which nothing happened too; of all time, every month from the first known."""
    if chosen.grain == Grain.DAY and chosen.since is not None:
        return [chosen.since + timedelta(days=n) for n in range((chosen.until - chosen.since).days + 1)]
    month, listed = min(known, default=chosen.until.replace(day=1)), []
    while month <= chosen.until:
        listed.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return listed


def flow(over_time: dict[date, Sums], days: list[date]) -> list[Point]:
    """Cases opened and closed, by day."""
    nothing = Sums()
    return [
        Point(day, read.n(Measure.OPENED), read.n(Measure.CLOSED))
        for day in days
        for read in [over_time.get(day, nothing)]
    ]
