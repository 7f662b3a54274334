"""Signs of life of the clock and of the workers, kept as rows.

A row, since a worker that no longer hears its queue still answers a ping. The clock notes itself when it ticks; a worker
is noted when it has finished a task, which is the one proof that ticks reach it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from outreach.models import Heartbeat

# The clock ticks every second and each process notes itself every NOTED_EVERY: several of those must be missing.
NOTED_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(days=1)
# What docker-compose.yml calls the workers that have one queue.
ONLY_REMINDERS = "reminders@"


def note(kind: str, name: str, *, now: datetime) -> None:
    """The clock or the worker called `name` is alive at `now` (aware). One statement; the row is made or moved."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(kind=kind, name=name, beat_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["kind", "beat_at"],
    )


def is_alive(kind: str, *, now: datetime, name: str = "") -> bool:
    """Has any clock, or any worker that takes all work, been noted lately? With ``name``, that very one, whatever it takes."""
    rows = Heartbeat.objects.filter(name=name) if name else _of(kind)
    return rows.filter(kind=kind, beat_at__gt=now - SILENT_AFTER).exists()


def can_ring(*, now: datetime) -> bool:
    """Are there a clock and a worker, be it one for reminders alone?"""
    lately = Heartbeat.objects.filter(beat_at__gt=now - SILENT_AFTER)
    return {"beat", "worker"} <= set(lately.values_list("kind", flat=True))


def last_seen(kind: str) -> datetime | None:
    """When a clock, or a worker that takes all work, was last noted; None when none ever was."""
    return _of(kind).order_by("-beat_at").values_list("beat_at", flat=True).first()


def _of(kind: str) -> QuerySet[Heartbeat]:
    """A worker that takes nothing but reminders says nothing of whether anything else is worked at."""
    return Heartbeat.objects.filter(kind=kind).exclude(name__startswith=ONLY_REMINDERS)


def forget(*, now: datetime) -> int:
    """Drop the rows of processes that are long gone: containers come back under new names."""
    return Heartbeat.objects.filter(beat_at__lt=now - FORGOTTEN_AFTER).delete()[0]
