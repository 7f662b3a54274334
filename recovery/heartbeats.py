"""The clock and the workers leave a sign of life in the database; `/readyz` and `manage.py heartbeat` read it."""

import logging
import socket
import threading
from time import monotonic
from typing import Any

from celery.beat import Scheduler
from celery.signals import task_postrun
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

logger = logging.getLogger(__name__)


class _Noted:
    """When this process last noted itself. Worker threads share it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at: dict[str, float] = {}

    def is_due(self, name: str, seconds: float) -> bool:
        with self.lock:
            due = monotonic() - self.at.get(name, float("-inf")) >= seconds
            if due:
                self.at[name] = monotonic()
            return due


_noted = _Noted()


def _note(kind: str, name: str) -> None:
    # Imported here: Celery loads this module before Django's models are ready.
    from outreach.domain import heartbeats

    if not _noted.is_due(f"{kind} {name}", heartbeats.NOTED_EVERY.total_seconds()):
        return
    try:
        now = timezone.now()
        heartbeats.note(kind, name, now=now)
        heartbeats.forget(now=now)
    except DatabaseError as problem:
        # A clock that stopped ticking because it could not say so would make a small fault a large one.
        logger.warning("Could not note the heartbeat of the %s: %s", kind, type(problem).__name__)


class Clock(Scheduler):
    """Beat, with a sign of life at its ticks. It keeps no file: the schedule is in the code."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        close_old_connections()
        _note("beat", f"beat@{socket.gethostname()}")
        seconds: float = super().tick(*args, **kwargs)
        return seconds


@task_postrun.connect
def _worker_worked(task: Any = None, **kwargs: Any) -> None:
    """After a task, whatever came of it: it was heard, which is the point."""
    hostname = getattr(getattr(task, "request", None), "hostname", None)
    # Tasks that a test or a command calls directly have no worker.
    if hostname:
        _note("worker", str(hostname))
