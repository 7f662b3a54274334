"""Reads of what may be spent alone: now, over time, and as planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from compensation.enums import Axis
from compensation.models import Cap
from journal.enums import EventType
from journal.models import Event

# The order in which axes are shown, from what is given at once to what a whole team gives.
AXES = (Axis.AWARD, Axis.CASE, Axis.CUSTOMER, Axis.DAY, Axis.MONTH, Axis.TEAM, Axis.NO_QUESTIONS)


def all_caps() -> QuerySet[Cap]:
    """What holds, what held and what is planned, with whose it is and who set it."""
    return Cap.objects.select_related("user", "set_by")


def caps_at(moment: datetime) -> QuerySet[Cap]:
    """The caps in force at a moment, by currency, holder and axis."""
    held = all_caps().filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)
    return held.order_by("currency", "role", "user__name", "axis")


def caps_over_time(holder: str) -> QuerySet[Cap]:
    """All caps that one holder (``role:rep``, ``user:7``) has, had and is to have, the latest first."""
    return all_caps().filter(holder=holder).order_by("-starts_at", "-id")


@dataclass(frozen=True)
class Planned:
    """A change ahead: ``cap`` begins ``at``, in place of ``before`` where something held, or, where ``ends``, it ends then."""

    cap: Cap
    at: datetime
    before: Cap | None = None
    ends: bool = False


def planned_changes(now: datetime) -> list[Planned]:
    """What is planned, the soonest first. One query."""
    ahead = list(all_caps().filter(Q(starts_at__gt=now) | Q(ends_at__gt=now)))
    begins = {(cap.holder, cap.axis, cap.currency, cap.starts_at) for cap in ahead}
    ended_by = {(cap.holder, cap.axis, cap.currency, cap.ends_at): cap for cap in ahead}
    changes = []
    for cap in ahead:
        cell = (cap.holder, cap.axis, cap.currency)
        if cap.starts_at > now:
            changes.append(Planned(cap, cap.starts_at, ended_by.get((*cell, cap.starts_at))))
        if cap.ends_at is not None and (*cell, cap.ends_at) not in begins:
            changes.append(Planned(cap, cap.ends_at, ends=True))
    return sorted(changes, key=lambda change: (change.at, change.cap.currency, change.cap.holder, change.cap.axis))


def told_of(caps: list[Cap]) -> list[Event]:
    """What the log says of these caps: who set, ended or took out what, and when; the newest first. One query."""
    about = Event.objects.filter(
        type=EventType.CAP_CHANGED, subject_kind="cap", subject_id__in=[cap.pk for cap in caps]
    )
    return list(about.select_related("actor").order_by("-id"))
