"""Times as people mean them: on a wall, in a zone."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from accounts.authority import Refused
from accounts.models import time_zones
from cases.domain.languages import ENGLISH, city, times
from cases.enums import ObligationStatus, Phase
from cases.models import Obligation

MORNING, AFTERNOON = time(9, 30), time(14, 0)
SOON = timedelta(minutes=60)
FARTHEST = timedelta(days=366)


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """The zone of this IANA name. Refused: ``unknown_zone``."""
    if name not in time_zones():
        raise Refused("unknown_zone", f"“{name}” is not a time zone such as America/Denver.", "zone")
    return zoneinfo.ZoneInfo(name)


def at_wall_time(wall: datetime, zone: str) -> datetime:
    """The moment, in UTC, at which a clock in ``zone`` shows ``wall`` (which has no zone of its own).

    Refused: ``invalid`` for a time at the very end of the calendar, ``unknown_zone``.

    When the clocks go back a time comes twice: the first is meant, since being early keeps a promise. When they go
    forward a time is skipped: the moment as far past the change as the wall time was past it.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no zone of its own")
    try:
        return wall.replace(tzinfo=zone_named(zone), fold=0).astimezone(UTC)
    except OverflowError:
        raise Refused("invalid", "There is no such time.", "due_end") from None


def said_wall(wall: datetime, zone: str, *, field: str = "due") -> datetime:
    """The same for a time that somebody chose: one that the clocks skip is not guessed at, since they can choose again.

    Refused: ``skipped_time``, and as ``at_wall_time``.
    """
    moment = at_wall_time(wall, zone)
    shown = moment.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0)
    if shown != wall:
        raise Refused(
            "skipped_time",
            f"There is no {wall:%H:%M} on {times(ENGLISH).on(wall)} in {city(zone)}: the clocks go forward then. "
            f"Did you mean {shown:%H:%M}?",
            field,
        )
    return moment


def in_words(due_end: datetime, due_start: datetime | None, *, zone: str, language: str = ENGLISH) -> str:
    """As a customer is told: by 09:30 on Tuesday, March 10; on Friday, March 13, between 09:00 and 11:00.

    ``language`` is the customer's; our own people read English.
    """
    place = zone_named(zone)
    return times(language).due(due_end.astimezone(place), due_start.astimezone(place) if due_start else None)


def check_due(due_end: datetime, *, due_start: datetime | None, now: datetime) -> None:
    """A due time lies ahead, within a year, and its window is in order. Refused: ``invalid``, ``due_in_past``, …"""
    for moment, field in ((due_end, "due_end"), (due_start, "due_start")):
        if moment is not None and moment.tzinfo is None:
            raise Refused("invalid", "Give the time with its offset from UTC.", field)
    if due_end <= now:
        raise Refused("due_in_past", "This time has passed. Choose one that is still ahead.", "due_end")
    if due_end > now + FARTHEST:
        raise Refused("due_too_far", "This is more than a year ahead. Choose a nearer time.", "due_end")
    if due_start is not None and due_start > due_end:
        raise Refused("invalid", "The window ends before it begins.", "due_start")


def phase(obligation: Obligation, *, now: datetime) -> Phase:
    """What the clock says of something that is still owed. Grace is ``RECOVERY["PROMISE_GRACE_MINUTES"]``."""
    grace = timedelta(minutes=settings.RECOVERY["PROMISE_GRACE_MINUTES"])
    begins = obligation.due_start or obligation.due_end
    if obligation.status != ObligationStatus.OPEN or now < begins - SOON:
        return Phase.AHEAD
    if now < begins:
        return Phase.SOON
    if now <= obligation.due_end:
        return Phase.DUE
    return Phase.OVERDUE if now <= obligation.due_end + grace else Phase.MISSED


@dataclass(frozen=True)
class Suggestion:
    """A due time as people say it. ``due`` is aware, in UTC."""

    said: str
    due: datetime


def suggestions(now: datetime, zone: str) -> list[Suggestion]:
    """The next good times to promise, in the customer's zone: soon, later today, tomorrow, the next working day."""
    local = now.astimezone(zone_named(zone))
    offered = [
        Suggestion("in 20 min", now + timedelta(minutes=20)),
        Suggestion("in 1 hour", now + timedelta(hours=1)),
    ]
    later = _next_half_hour(local + timedelta(hours=2))
    if later.date() == local.date() and later.time() <= time(19, 0):
        offered.append(Suggestion(f"today {later:%H:%M}", at_wall_time(later, zone)))
    tomorrow = local.date() + timedelta(days=1)
    offered.append(Suggestion("tomorrow morning", at_wall_time(datetime.combine(tomorrow, MORNING), zone)))
    offered.append(Suggestion("tomorrow afternoon", at_wall_time(datetime.combine(tomorrow, AFTERNOON), zone)))
    monday = _next_monday(local.date())
    if monday > tomorrow:
        said = "Monday morning" if local.weekday() else "next Monday morning"
        offered.append(Suggestion(said, at_wall_time(datetime.combine(monday, MORNING), zone)))
    return offered


def _next_half_hour(moment: datetime) -> datetime:
    naive = moment.replace(tzinfo=None, second=0, microsecond=0)
    return naive + timedelta(minutes=-naive.minute % 30)


def _next_monday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())
