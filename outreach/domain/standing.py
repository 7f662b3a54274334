"""How something that is owed stands, in the words of its reminders: by the clock and not by the rung.

So a reminder that comes late is not a wrong one, and one that was held back can be said anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases.enums import ObligationStatus
from cases.models import Obligation


def title(obligation: Obligation, *, now: datetime) -> str:
    """What is owed to whom, and how it stands."""
    return f"{_how_it_stands(obligation, now=now)}: {obligation.what} — {obligation.customer.display_name}"


def in_chat(obligation: Obligation, *, now: datetime) -> str:
    """The same without a word of or about the customer, for a room that many read and others keep."""
    what = obligation.get_kind_display()
    about = f"{obligation.case.reference} — {what.lower()}" if obligation.case else what
    return f"{_how_it_stands(obligation, now=now)}: {about}"


def _how_it_stands(obligation: Obligation, *, now: datetime) -> str:
    window_ahead = obligation.due_start is not None and now < obligation.due_start
    due = obligation.due_start if window_ahead and obligation.due_start else obligation.due_end
    seconds = (due - now).total_seconds()
    minutes = round(abs(seconds) / 60)
    if minutes == 0:
        return "Due now"
    span = f"{minutes} min" if minutes < 120 else f"{minutes // 60} hours"
    return f"In {span}" if seconds > 0 else f"Overdue by {span}"


@dataclass(frozen=True)
class Standing:
    """How something that is still owed stands: in the words of its reminders, on a screen or by mail, and in chat."""

    title: str
    in_chat: str
    due_end: datetime


def of_open(obligations: Iterable[int], *, now: datetime) -> dict[int, Standing]:
    """Of these obligations those that are still open, by id, with how they stand. One query."""
    still = Obligation.objects.filter(pk__in=obligations, status=ObligationStatus.OPEN)
    return {
        each.pk: Standing(title(each, now=now), in_chat(each, now=now), each.due_end)
        for each in still.select_related("case", "customer")
    }
