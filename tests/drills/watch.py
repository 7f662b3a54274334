"""Somebody who looks into the database ten times a second and notes when each rung is there to be seen."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connections

from cases.models import Obligation
from journal.enums import EventType
from journal.models import Event
from outreach.domain.ladder import rung_time
from outreach.models import Rung

EVERY = 0.1
# An id is given before the commit, so a later one may be seen first: so many ids back are looked at again.
LOOK_BACK = 3_000

Key = tuple[int, int]


@dataclass
class Watch:
    """When each rung, by obligation and rung, was first seen, in seconds since the epoch."""

    seen: dict[Key, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _events: set[int] = field(default_factory=set)
    _last: int = 0

    def run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self.look()
            except (DatabaseError, InterfaceError):
                connections["default"].close()  # the database is away; that is what some drills are for
            self._stop.wait(max(0.0, EVERY - (time.monotonic() - began)))
        connections["default"].close()

    def look(self) -> None:
        rows = Event.objects.filter(pk__gt=self._last - LOOK_BACK, type=EventType.REMINDER_RUNG)
        found = [row for row in rows.values_list("pk", "subject_id", "data__rung") if row[0] not in self._events]
        now = time.time()
        for pk, obligation, rung in found:
            self._events.add(pk)
            self._last = max(self._last, pk)
            self.seen.setdefault((obligation, rung), now)

    def stop(self) -> None:
        self._stop.set()


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    watch = Watch()
    thread = threading.Thread(target=watch.run, name="watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join(10)


def due_times(obligations: Iterable[int], rungs: list[Rung]) -> dict[Key, float]:
    """When each rung of these should ring, in seconds since the epoch."""
    owed = Obligation.objects.in_bulk(list(obligations))
    return {(pk, rung.pk): rung_time(row, rung).timestamp() for pk, row in owed.items() for rung in rungs}


@dataclass(frozen=True)
class Lateness:
    """How late things were, in seconds: half of them, 95 of 100, and the latest, at most so much."""

    half: float
    p95: float
    worst: float

    @classmethod
    def of(cls, late: Iterable[float]) -> Lateness:
        each = sorted(late)
        if not each:
            return cls(0.0, 0.0, 0.0)
        return cls(*(round(each[int(share * (len(each) - 1))], 2) for share in (0.5, 0.95, 1.0)))


def load() -> float:
    """How many processes want this machine's cores, on average over the last minute."""
    return round(os.getloadavg()[0], 1)
