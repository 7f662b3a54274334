"""Years of reminders and of calling hours in eight zones whose clocks are hard: none missed, none doubled, none at night.

Time is simulated in two ways that must come to the same: from event to event, as a clock does that wakes when something
is due, and minute by minute around every change of the clocks. The short form has a year, ``make drill`` has ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Min

from accounts.models import Notice
from cases.domain import clock, promises
from cases.models import Case, Customer, Obligation, Promise
from journal.enums import EventType
from journal.models import Event
from outreach.domain import hours, ladder
from outreach.models import CallingHours, Rung
from tests.drills.promises import keep
from tests.factories import House
from tests.outreach.clocks import BEGIN, DAY, HOUR, MINUTE, ZONES, Watched, changes, is_within, minutes, wall

pytestmark = pytest.mark.practice("P7", "P23")

LONG = [pytest.mark.drill, pytest.mark.timeout(3600)]
YEARS = [1, pytest.param(10, marks=LONG)]
EVERY_DAY = frozenset(range(7))


# Wall times ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [10])
@pytest.mark.parametrize("zone", ZONES)
def test_a_wall_time_means_the_moment_that_somebody_at_the_wall_would_say(zone: str, years: int) -> None:
    """Every quarter of an hour from three hours before each change to three hours after it; gaps and folds among them."""
    seen = Counter[str]()
    for change in changes(zone, years):
        watched = Watched.around(change, timedelta(hours=9))
        before = wall(change.at - MINUTE, change.zone) + MINUTE
        for quarter in range(-12, 13):
            shown = before + quarter * 15 * MINUTE
            meant = clock.at_wall_time(shown, zone)
            assert meant == watched.meant(shown), f"{shown} around {change}"
            seen["skipped" if shown not in watched.first else "there"] += 1
            if shown in watched.first:
                assert wall(meant, change.zone) == shown
    assert seen["skipped"] > 0
    assert seen["there"] > 0


# Reminders -----------------------------------------------------------------------------------------------------------


class Years:
    """Promises in one zone, each of them for a time on the customer's wall."""

    def __init__(self, house: House, zone: str) -> None:
        house.now = BEGIN - 2 * DAY
        self.house, self.zone = house, zone
        self.case: Case = house.case(house.customer(time_zone=zone))
        self.rungs = list(Rung.objects.filter(kind="promise", active=True))
        self.made: list[Promise] = []

    def promise(self, shown: datetime) -> Promise:
        """Promised a day before, for what the wall will show."""
        due = clock.at_wall_time(shown, self.zone)
        promise = promises.make(self.case, due_end=due, by=self.house.alice, now=due - DAY, zone=self.zone)
        self.made.append(promise)
        return promise

    def expected(self) -> dict[tuple[int, int], datetime]:
        """The moment of every rung of every promise: elapsed minutes from its due time, whatever the wall does."""
        return {
            (promise.pk, rung.pk): promise.obligation.due_end + rung.offset_minutes * MINUTE
            for promise in self.made
            for rung in self.rungs
        }

    def rung(self) -> list[tuple[tuple[int, int], datetime]]:
        ours = [promise.pk for promise in self.made]
        found = Event.objects.filter(type=EventType.REMINDER_RUNG, subject_id__in=ours)
        return [((row[0], row[1]), row[2]) for row in found.values_list("subject_id", "data__rung", "at")]

    def look_from_event_to_event(self) -> int:
        """As a clock does that sleeps until the next thing is due."""
        looks = 0
        while (at := self._next()) is not None:
            ladder.look(now=at)
            looks += 1
        return looks

    def _next(self) -> datetime | None:
        ours = [promise.pk for promise in self.made]
        found: datetime | None = Obligation.objects.filter(pk__in=ours).aggregate(at=Min("next_look_at"))["at"]
        return found


def missed_and_doubled(years: Years, *, late: timedelta = timedelta()) -> tuple[int, int]:
    """How many rungs did not ring within ``late`` of their moment, and how many rang again; each notice once, too."""
    expected, rang = years.expected(), years.rung()
    times = Counter(key for key, _ in rang)
    on_time = {key for key, at in rang if expected[key] <= at <= expected[key] + late}
    keys = [f"rung:{obligation}:{rung}" for obligation, rung in expected]
    told = Counter(Notice.objects.filter(key__in=keys).values_list("user", "channel", "key"))
    doubled = sum(count - 1 for count in times.values()) + sum(count - 1 for count in told.values())
    return len(expected.keys() - on_time), doubled


def times_to_promise(zone: str, years: int, *, weeks: int) -> list[datetime]:
    """A time at the wall every so many weeks, and several around each change, the skipped and the repeated among them."""
    begin = BEGIN.replace(tzinfo=None)
    shown = [begin + number * 7 * DAY + (number % 24) * HOUR for number in range(1, years * 52, weeks)]
    for change in changes(zone, years):
        before = wall(change.at - MINUTE, change.zone) + MINUTE
        shown += [before + step for step in (-DAY, -HOUR, -15 * MINUTE, 15 * MINUTE, 45 * MINUTE, HOUR, 3 * HOUR, DAY)]
    return sorted(shown)


# The rows of a year are written and looked at for a few zones in each run of the suite.
SOME_OR_ALL = [*((zone, 1) for zone in ZONES[:3]), *(pytest.param(zone, 10, marks=LONG) for zone in ZONES)]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "years"), SOME_OR_ALL)
def test_from_event_to_event_every_rung_rings_once_at_its_moment(house: House, zone: str, years: int) -> None:
    made = Years(house, zone)
    for shown in times_to_promise(zone, years, weeks=1 if years > 1 else 6):
        made.promise(shown)
    looks = made.look_from_event_to_event()
    rungs = len(made.expected())
    assert missed_and_doubled(made) == (0, 0)
    assert looks <= rungs + len(made.made), "it looked when nothing was due"
    assert len(made.rung()) == rungs
    if years > 1:
        note(f"reminders from event to event, {years} years, {zone}", rungs=rungs, looks=looks)


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "years"), SOME_OR_ALL)
def test_minute_by_minute_around_each_change_every_rung_rings_once_in_its_minute(
    house: House, zone: str, years: int
) -> None:
    made, looked = Years(house, zone), 0
    for change in changes(zone, years):
        before = wall(change.at - MINUTE, change.zone) + MINUTE
        for quarter in range(-4, 9):
            made.promise(before + quarter * 15 * MINUTE)
        # An hour before the first is due until a quarter past the last, whose wall may have been put back.
        for at in minutes(change.at - 3 * HOUR, change.at + 5 * HOUR):
            ladder.look(now=at)
            looked += 1
    assert missed_and_doubled(made) == (0, 0)
    if years > 1:
        note(f"reminders minute by minute, {years} years, {zone}", rungs=len(made.expected()), minutes=looked)


# Calling hours -------------------------------------------------------------------------------------------------------

RULES = [
    (time(9), time(20), frozenset(range(6))),
    (time(8), time(21), EVERY_DAY),
    # In the middle of where clocks change.
    (time(2, 30), time(3, 30), EVERY_DAY),
    (time(0), time(1, 30), EVERY_DAY),
    (time(22), time(0), frozenset({5, 6})),
]
GAPS = [2 * HOUR, DAY, 2 * DAY, 45 * MINUTE, 5 * DAY]


def ruled(opens: time, closes: time, weekdays: Iterable[int]) -> hours.Rules:
    return {"": CallingHours(jurisdiction="", opens=opens, closes=closes, weekdays=sorted(weekdays))}


def customer_in(zone: str) -> Customer:
    return Customer(time_zone=zone)


@pytest.mark.parametrize("years", [10])
@pytest.mark.parametrize("zone", ZONES)
def test_from_try_to_try_no_call_is_ever_outside_hours(zone: str, years: int) -> None:
    """Each next try comes as soon after its gap as the hours allow."""
    somebody, end, tries = customer_in(zone), BEGIN.replace(year=BEGIN.year + years), 0
    for opens, closes, weekdays in RULES:
        rules = ruled(opens, closes, weekdays)
        at = BEGIN
        while at < end:
            earliest = at + GAPS[tries % len(GAPS)]
            found = hours.next_open(somebody, after=earliest, by_jurisdiction=rules)
            assert found is not None
            at = found
            shown = wall(at, somebody.zone)
            assert at >= earliest
            assert is_within(shown, opens, closes, weekdays), f"a call at {shown}"
            assert hours.can_call_now(somebody, now=at, by_jurisdiction=rules)
            tries += 1
    assert tries > years * 365


@pytest.mark.parametrize("years", YEARS)
@pytest.mark.parametrize("zone", ZONES)
def test_minute_by_minute_around_each_change_the_hours_are_those_on_the_wall(zone: str, years: int) -> None:
    """Backwards from a day and a half after it: what opens next is the first open minute that was walked over."""
    somebody = customer_in(zone)
    for change in changes(zone, years):
        for opens, closes, weekdays in RULES[:4]:
            rules = ruled(opens, closes, weekdays)
            upcoming: datetime | None = None
            for at in reversed(list(minutes(change.at - 6 * HOUR, change.at + 28 * HOUR))):
                if is_within(wall(at, change.zone), opens, closes, weekdays):
                    upcoming = at
                if at > change.at + 4 * HOUR:
                    continue
                open_now = bool(hours.can_call_now(somebody, now=at, by_jurisdiction=rules))
                assert open_now == (upcoming == at), f"at {at}, around {change}"
                if upcoming is not None and at.minute % 5 == 0:
                    assert hours.next_open(somebody, after=at, by_jurisdiction=rules) == upcoming, (
                        f"after {at}, {change}"
                    )


def note(name: str, **figures: Any) -> None:
    keep(name, SimpleNamespace(**figures))
