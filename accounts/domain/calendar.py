"""Working days where a person works, and times counted in them.

Public holidays and weekends are those of the ``holidays`` library, by ISO 3166 code: ``US``, ``US-CO``. Without a region
no holiday is known, and Saturday and Sunday are the weekend.
"""

from __future__ import annotations

import zoneinfo
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from functools import cache, lru_cache

import holidays

from accounts.authority import ALLOWED, Refused, Verdict, refuse

DAY = timedelta(days=1)


@cache
def _places() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=False)


def known_region(region: str) -> Verdict:
    """Whether the holidays of this place are known. Blank is: none."""
    country, _, part = region.partition("-")
    if not region or (country in _places() and (not part or part in _places()[country])):
        return ALLOWED
    if country not in _places():
        return refuse("invalid", f"We do not know the holidays of “{region}”.", "holiday_region")
    return refuse("invalid", f"We know no part “{part}” of {country} with its own holidays.", "holiday_region")


@lru_cache(maxsize=1024)
def _year(region: str, year: int) -> holidays.HolidayBase:
    """One year of a region, whole from the start: nobody sees it half filled."""
    country, _, part = region.partition("-")
    return holidays.country_holidays(country, subdiv=part or None, years=year, expand=False)


def is_business_day(day: date, region: str = "") -> bool:
    """Neither a weekend nor a public holiday there. A region that is not known has none but the weekend's."""
    if not region or not known_region(region):
        return day.weekday() < 5
    return bool(_year(region, day.year).is_working_day(day))


def holiday_name(day: date, region: str = "") -> str:
    """What this day is called where it is a public holiday; blank where it is none, or where none is known."""
    if not region or not known_region(region):
        return ""
    return str(_year(region, day.year).get(day) or "")


def business_days_after(moment: datetime, days: int, *, zone: str | zoneinfo.ZoneInfo, region: str = "") -> datetime:
    """The same time on the wall clock of ``zone``, so many business days after ``moment`` (aware); in UTC.

    A day counts if it is one there; a moment on a weekend or a holiday counts from it. Where the clocks go back the
    time comes twice and the first is meant; where they go forward it is skipped, and the first moment after it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment has an offset from UTC")
    if days < 0:
        raise ValueError("business days are counted forward")
    place = zoneinfo.ZoneInfo(zone) if isinstance(zone, str) else zone
    local = moment.astimezone(place)
    if not days:
        return moment.astimezone(UTC)
    day = local.date()
    for _ in range(days):
        day = _next_business_day(day, region)
    return _at(datetime.combine(day, local.time()), place)


def _next_business_day(day: date, region: str) -> date:
    while True:
        if day >= date(MAXYEAR, 12, 30):
            raise Refused("invalid", "There is no such time.")
        day += DAY
        if is_business_day(day, region):
            return day


def _at(wall: datetime, place: zoneinfo.ZoneInfo) -> datetime:
    """The first moment at which the clocks there show ``wall``, or else the first after the time they skip."""
    early = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if early.astimezone(place).replace(tzinfo=None, fold=0) == wall:
        return early
    # Skipped: the change lies between the moments that the offsets after it and before it give.
    low, high = wall.replace(tzinfo=place, fold=1).astimezone(UTC), early
    after = high.astimezone(place).utcoffset()
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(place).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
