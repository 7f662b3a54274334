"""Who is not there, since when, and whether it is for long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts.enums import WorkingState
from accounts.models import User
from accounts.queries import is_there
from journal.enums import EventType
from journal.queries import of_subject


@dataclass(frozen=True)
class Absence:
    """One absence of one person. ``until`` None: nobody knows when they return; ``left`` says that they do not."""

    left: bool
    until: datetime | None
    is_long: bool

    @property
    def name(self) -> str:
        """Tells one absence of a person from the next."""
        if self.left:
            return "left"
        return f"{self.until:%Y%m%dT%H%M%S}" if self.until else "away"

    @property
    def words(self) -> str:
        """As a colleague is told of it, after the name."""
        if self.left:
            return "has left"
        return f"is away until {self.until:%A, %B} {self.until.day}" if self.until else "is away"


def absence_of(user: User, *, now: datetime) -> Absence | None:
    """What keeps this person away now; None when they are there.

    Long is one of more than ``LONG_ABSENCE_DAYS`` from its beginning, which the log knows, to its end, and that of
    whoever left. One query for those who are away, else none.
    """
    if is_there(user, now):
        return None
    if not user.is_active or user.is_service or user.working_state == WorkingState.LEFT:
        return Absence(left=True, until=None, is_long=True)
    ends = user.away_until or now
    longest = timedelta(days=settings.RECOVERY["LONG_ABSENCE_DAYS"])
    return Absence(left=False, until=user.away_until, is_long=ends - _since(user, now=now) > longest)


def _since(user: User, *, now: datetime) -> datetime:
    """When they went away: at the first of the last unbroken run of “away” in the log, where an end may have moved."""
    since = now
    changes = of_subject("user", user.pk).filter(type=EventType.USER_STATE_CHANGED).select_related(None)
    for at, data in changes.values_list("at", "data")[:20]:
        if data.get("state") != WorkingState.AWAY:
            break
        ended = datetime.fromisoformat(data["until"]) if data.get("until") else None
        if ended is not None and ended < since:
            break  # they had come back in between
        since = at
    return since
