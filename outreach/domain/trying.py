"""When to try again: at another time of day than before, since who does not answer in the morning may in the evening."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from cases.models import Customer
from outreach.domain import hours
from outreach.domain.hours import Hours, Rules

# Parts of a day by the customer's own clock: to noon, to five, and the evening. A convention, not a finding.
PARTS = (time(0), time(12), time(17))
# Another time of day is not waited for longer than this after the first moment at which we may call.
WAITED_FOR = timedelta(hours=36)


def part_of_day(at: datetime, zone: zoneinfo.ZoneInfo) -> int:
    """0 is the morning, 1 the afternoon, 2 the evening."""
    wall = at.astimezone(zone).time()
    return max(number for number, begins in enumerate(PARTS) if begins <= wall)


def another_time(
    customer: Customer, *, after: datetime, tried: Iterable[datetime], by_jurisdiction: Rules | None = None
) -> datetime | None:
    """The first moment not before ``after``, within calling hours, in the part of the day tried least; None if never."""
    known = hours.rules() if by_jurisdiction is None else by_jurisdiction
    return least_tried(customer.zone, hours.hours_in(customer.jurisdiction, known), after=after, tried=tried)


def least_tried(
    zone: zoneinfo.ZoneInfo, open_: Hours, *, after: datetime, tried: Iterable[datetime]
) -> datetime | None:
    """The same for a zone and its hours."""
    first = hours.next_opening(zone, open_, after)
    if first is None:
        return None
    times = [part_of_day(at, zone) for at in tried]
    moments = {first}
    for ahead in range(3):
        day = first.astimezone(zone).date() + timedelta(days=ahead)
        for begins in PARTS:
            begin = datetime.combine(day, begins, tzinfo=zone)
            if first < begin <= first + WAITED_FOR:
                moments.add(hours.next_opening(zone, open_, begin) or first)
    near = (moment for moment in moments if moment <= first + WAITED_FOR)
    return min(near, key=lambda moment: (times.count(part_of_day(moment, zone)), moment))
