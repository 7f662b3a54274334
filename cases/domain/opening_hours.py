"""When we are there to keep a promise: a unit's opening hours and public holidays, and those of the customer.

They warn whoever promises, and never refuse: a customer who asks for Saturday may have Saturday. A time that nobody is
asked about, such as those offered on the customer's own page, lies within them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accounts.domain.calendar import holiday_name
from accounts.models import BusinessUnit
from cases.domain import due_times
from cases.domain.clock import check_due, in_words, suggestions, zone_named
from cases.domain.languages import ENGLISH, city, times
from cases.models import Case, Customer, Promise

MIDNIGHT = time(0)
# On the customer's clock: earlier or later a call is an intrusion. Our convention, as that of most telephone rules.
DECENT_FROM, DECENT_UNTIL = time(8), time(21)


@dataclass(frozen=True)
class Caution:
    """Something to know about a due time before it is promised. It is said, and stops nobody."""

    code: str
    reason: str

    @property
    def short(self) -> str:
        return SHORT[self.code]


SHORT = {
    "closed_then": "we are closed",
    "holiday_here": "a holiday here",
    "holiday_there": "a holiday there",
    "not_decent": "an odd hour there",
}


def is_open(unit: BusinessUnit, moment: datetime) -> bool:
    """Is somebody of the unit there at this moment (aware): within its hours, on a weekday of its, on no holiday?"""
    local = moment.astimezone(zone_named(unit.time_zone))
    return _opens_on(unit, local.date()) and _within(local.time(), unit.opens, unit.closes)


def _opens_on(unit: BusinessUnit, day: date) -> bool:
    return day.weekday() in unit.weekdays and not holiday_name(day, unit.holiday_region)


def _within(wall: time, opens: time, closes: time) -> bool:
    """From ``opens`` to ``closes``, both included: a call may end the day. Closing at 00:00 is midnight."""
    return opens <= wall and (wall <= closes or closes == MIDNIGHT)


def cautions(
    due_end: datetime, due_start: datetime | None = None, *, unit: BusinessUnit, customer: Customer
) -> list[Caution]:
    """What speaks against promising this time, the weightiest first. No query.

    ``closed_then``, ``holiday_here``, ``holiday_there``, ``not_decent`` (before 8 or after 21 on their clock).
    """
    found: list[Caution] = []
    moments = [due_end] if due_start is None else [due_start, due_end]
    here, there = zone_named(unit.time_zone), zone_named(customer.time_zone)
    for moment in moments:
        local = moment.astimezone(here)
        if name := holiday_name(local.date(), unit.holiday_region):
            found.append(Caution("holiday_here", f"{_day(local.date())} is a holiday at {unit.name}: {name}."))
        elif local.weekday() not in unit.weekdays or not _within(local.time(), unit.opens, unit.closes):
            reason = f"{unit.name} is closed then: it is there {hours_in_words(unit)}."
            found.append(Caution("closed_then", reason))
    for moment in moments:
        local = moment.astimezone(there)
        if name := holiday_name(local.date(), customer.jurisdiction):
            found.append(Caution("holiday_there", f"{_day(local.date())} is a holiday where they are: {name}."))
        if not DECENT_FROM <= local.time() <= DECENT_UNTIL:
            found.append(Caution("not_decent", f"It will be {local:%H:%M} where they are."))
    return list(dict.fromkeys(found))


def cautions_of(promise: Promise) -> list[Caution]:
    """The same of a promise whose case, unit and customer have been read."""
    owed, case = promise.obligation, promise.case
    return cautions(owed.due_end, owed.due_start, unit=case.unit, customer=case.customer)


@dataclass(frozen=True)
class Reading:
    """A time that could be promised to one customer: as it was said, as moments, on both clocks."""

    said: str
    due_end: datetime
    due_start: datetime | None
    zone: str
    there: str
    here: str
    cautions: list[Caution]

    @property
    def same_clock(self) -> bool:
        """Whether both clocks show the same."""
        return self.there == self.here


def reading(words: str, case: Case, *, own_zone: str, now: datetime, zone: str | None = None) -> Reading:
    """What these words would promise the customer of a case (read with its unit). Promises nothing.

    Refused: as ``due_times.read``, ``due_in_past``, ``due_too_far``.
    """
    zone = zone or case.customer.time_zone
    due = due_times.read(words, zone=zone, now=now, own_zone=own_zone)
    check_due(due.due_end, due_start=due.due_start, now=now)
    return _reading(" ".join(words.split()), due, case, zone=zone, own_zone=own_zone)


def suggested(case: Case, *, own_zone: str, now: datetime) -> list[Reading]:
    """The next good times to promise the customer of a case (read with its unit), each with what to know of it."""
    zone = case.customer.time_zone
    return [
        _reading(each.said, due_times.Due(each.due), case, zone=zone, own_zone=own_zone)
        for each in suggestions(now, zone)
    ]


def _reading(said: str, due: due_times.Due, case: Case, *, zone: str, own_zone: str) -> Reading:
    there, here = (in_words(due.due_end, due.due_start, zone=whose) for whose in (case.customer.time_zone, own_zone))
    found = cautions(due.due_end, due.due_start, unit=case.unit, customer=case.customer)
    return Reading(said, due.due_end, due.due_start, zone, there, here, found)


def hours_in_words(unit: BusinessUnit, language: str = ENGLISH) -> str:
    """Monday to Friday, 08:00 to 20:00 in Denver."""
    said, days = times(language), sorted(set(unit.weekdays))
    if not days:
        return said.no_day
    span = said.window(unit.opens, unit.closes)
    return said.hours.format(days=said.week(days), span=span, city=city(unit.time_zone, language))


def _day(day: date) -> str:
    return times(ENGLISH).on(day)


@dataclass(frozen=True)
class Slot:
    """A window that a customer may choose: aware, in UTC; ``starts`` and ``ends`` as their own clock shows them."""

    due_start: datetime
    due_end: datetime
    starts: datetime
    ends: datetime


WINDOW, NOTICE = timedelta(hours=2), timedelta(minutes=30)
DAYS_OFFERED, WINDOWS_A_DAY, DAYS_LOOKED_AT = 5, 4, 40


def slots(unit: BusinessUnit, customer: Customer, *, now: datetime) -> list[Slot]:
    """Windows in which the unit is there and the customer is awake, over the next days. There is always one.

    Where no hour is decent for both, the unit's own hours; where the unit has none, nine to five of the customer.
    """
    own = BusinessUnit(time_zone=customer.time_zone, opens=time(9), closes=time(17))
    for place, decent in ((unit, True), (unit, False), (own, False)):
        if found := _slots(place, customer, now=now, decent=decent):
            return found
    raise AssertionError("the next forty days hold no working day")


def _slots(unit: BusinessUnit, customer: Customer, *, now: datetime, decent: bool) -> list[Slot]:
    here, there = zone_named(unit.time_zone), zone_named(customer.time_zone)
    found: dict[date, list[Slot]] = {}
    first = now.astimezone(here).date()
    for ahead in range(DAYS_LOOKED_AT):
        day = first + timedelta(days=ahead)
        if not _opens_on(unit, day):
            continue
        for begins, ends in _windows(unit, day):
            due_start, due_end = begins.replace(tzinfo=here), ends.replace(tzinfo=here)
            starts, until = (end.astimezone(there).replace(tzinfo=None, fold=0) for end in (due_start, due_end))
            awake = starts.time() >= DECENT_FROM and starts.date() == until.date() and until.time() <= DECENT_UNTIL
            if due_start < now + NOTICE or due_end <= due_start or (decent and not awake):
                continue
            if decent and holiday_name(starts.date(), customer.jurisdiction):
                continue
            on = found.setdefault(starts.date(), [])
            if len(on) < WINDOWS_A_DAY:
                on.append(Slot(due_start.astimezone(now.tzinfo), due_end.astimezone(now.tzinfo), starts, until))
        if len(found) > DAYS_OFFERED:
            break
    return [slot for day in sorted(found)[:DAYS_OFFERED] for slot in found[day]]


def _windows(unit: BusinessUnit, day: date) -> list[tuple[datetime, datetime]]:
    """The unit's day in windows of two hours, or all of it where it is shorter; wall times."""
    opens = datetime.combine(day, unit.opens)
    closes = datetime.combine(day, unit.closes)
    if unit.closes == MIDNIGHT:
        closes += timedelta(days=1)
    if closes <= opens:
        return []
    if closes - opens < WINDOW:
        return [(opens, closes)]
    count = (closes - opens) // WINDOW
    return [(opens + index * WINDOW, opens + (index + 1) * WINDOW) for index in range(count)]
