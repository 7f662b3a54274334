"""Calling hours: when a customer may be called, by the rule of their jurisdiction and the clock on their wall.

The exact part of a country goes before the country, the country before the rule for all others. Hours are wall time in
the customer's own zone, whatever its offset and however it changes in between. A rule may leave out public holidays:
those of the customer's jurisdiction, as far as they are known.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.domain.calendar import holiday_name, known_region
from cases.models import Customer
from outreach.models import CallingHours

Rules = Mapping[str, CallingHours]

MIDNIGHT = time(0)
# Every weekday comes within eight local days, also where one was skipped; the ninth is for the other side of the date line.
DAYS_AHEAD = 9
# Where holidays are left out, the next day that is none may be further off.
DAYS_AHEAD_OF_HOLIDAYS = 40


@dataclass(frozen=True)
class Hours:
    """Open from ``opens`` to before ``closes``, wall time, on ``weekdays`` (0 is Monday). Closing at 00:00 is midnight.

    ``holidays_of`` is the jurisdiction whose public holidays are left out; blank: none are.
    """

    opens: time
    closes: time
    weekdays: frozenset[int]
    holidays_of: str = ""

    def cover(self, wall: datetime) -> bool:
        """Is this wall time within them?"""
        if wall.weekday() not in self.weekdays or self.holiday(wall.date()):
            return False
        return self.opens <= wall.time() and (wall.time() < self.closes or self.closes == MIDNIGHT)

    def holiday(self, day: date) -> str:
        """The name of the public holiday for which this day is left out; blank if it is not."""
        return _holiday(day, self.holidays_of) if self.holidays_of else ""


@lru_cache(maxsize=8192)
def _holiday(day: date, jurisdiction: str) -> str:
    """A part of a country of whose own holidays nothing is known has those of the country."""
    return holiday_name(day, jurisdiction if known_region(jurisdiction) else jurisdiction[:2])


NEVER = Hours(MIDNIGHT, time(0, 0, 0, 1), frozenset())


def rules() -> Rules:
    """All rules, by jurisdiction. One query, to be read once for a batch."""
    return {rule.jurisdiction: rule for rule in CallingHours.objects.all()}


def hours_in(jurisdiction: str, by_jurisdiction: Rules) -> Hours:
    """The rule for a jurisdiction such as US-CO, of its country, or of all others; ``NEVER`` when there is none."""
    for place in (jurisdiction, jurisdiction[:2], ""):
        rule = by_jurisdiction.get(place)
        if rule is not None:
            left_out = "" if rule.on_holidays else jurisdiction
            return Hours(rule.opens, rule.closes, frozenset(rule.weekdays), left_out)
    return NEVER


def is_open(zone: zoneinfo.ZoneInfo, hours: Hours, at: datetime) -> bool:
    """May somebody in ``zone`` be called at this moment (aware)?"""
    return hours.cover(at.astimezone(zone))


def next_opening(zone: zoneinfo.ZoneInfo, hours: Hours, after: datetime) -> datetime | None:
    """The first moment (UTC), not before ``after``, at which the hours are open; None if they never are.

    They begin when the wall shows the opening time (which may come twice), or where a change of the clocks jumps into
    them, or at midnight.
    """
    if is_open(zone, hours, after):
        return after
    first_day = after.astimezone(zone).date()
    openings: list[datetime] = []
    for ahead in range(-1, DAYS_AHEAD_OF_HOLIDAYS if hours.holidays_of else DAYS_AHEAD):
        # A change of the clocks found from one day may lie in the next, so one day more is looked at than has openings.
        enough = bool(openings)
        beginnings = _beginnings(zone, hours, first_day + timedelta(days=ahead))
        openings += [moment for moment in beginnings if moment >= after and is_open(zone, hours, moment)]
        if enough:
            break
    return min(openings, default=None)


def _beginnings(zone: zoneinfo.ZoneInfo, hours: Hours, day: date) -> Iterable[datetime]:
    walls = {datetime.combine(day, hours.opens), datetime.combine(day, MIDNIGHT)}
    for wall in walls:
        for fold in (0, 1):
            yield wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    begins = datetime.combine(day, MIDNIGHT, tzinfo=zone).astimezone(UTC)
    change = _change_of_clocks(zone, begins - timedelta(hours=3), begins + timedelta(hours=27))
    if change is not None:
        yield change


def _change_of_clocks(zone: zoneinfo.ZoneInfo, low: datetime, high: datetime) -> datetime | None:
    """The first second of the new offset, when the clocks change between two moments."""

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    if offset(low) == offset(high):
        return None
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if offset(middle) == offset(low):
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def next_open(customer: Customer, *, after: datetime, by_jurisdiction: Rules | None = None) -> datetime | None:
    """When this customer may next be called, not before ``after``; None if the rules never allow it."""
    known = rules() if by_jurisdiction is None else by_jurisdiction
    return next_opening(customer.zone, hours_in(customer.jurisdiction, known), after)


def can_call_now(customer: Customer, *, now: datetime, by_jurisdiction: Rules | None = None) -> Verdict:
    """Do-not-call and the hours where they are decide; nobody's role lifts either."""
    if customer.do_not_call:
        return refuse("do_not_call", f"{customer.display_name} asked not to be called.")
    known = rules() if by_jurisdiction is None else by_jurisdiction
    hours = hours_in(customer.jurisdiction, known)
    if is_open(customer.zone, hours, now):
        return ALLOWED
    local = now.astimezone(customer.zone)
    holiday = f", {hours.holiday(local.date())}" if hours.holiday(local.date()) else ""
    return refuse("outside_hours", f"It is {local:%A %H:%M}{holiday} where they are: {said(hours)}.")


def said(hours: Hours) -> str:
    """The hours in words."""
    if not hours.weekdays:
        return "the rules allow no calls there"
    days = days_said(hours.weekdays)
    except_holidays = ", not on public holidays" if hours.holidays_of else ""
    if hours.opens == hours.closes == MIDNIGHT:
        return f"calls are allowed at any hour, {days}{except_holidays}"
    closes = "24:00" if hours.closes == MIDNIGHT else f"{hours.closes:%H:%M}"
    return f"calls are allowed from {hours.opens:%H:%M} to {closes}, {days}{except_holidays}"


def days_said(weekdays: Collection[int]) -> str:
    """Weekdays in words: Monday to Friday; every day; never."""
    if len(set(weekdays)) == 7:
        return "every day"
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    listed = sorted(weekdays)
    if len(listed) > 2 and listed[-1] - listed[0] == len(listed) - 1:
        return f"{names[listed[0]]} to {names[listed[-1]]}"
    return ", ".join(names[day] for day in listed) or "never"
