"""What works in the background, by its rows: reminders, the clock, the workers, the queues; and the broker between them."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings
from redis import Redis

from outreach.domain import heartbeats
from outreach.domain.health import queues
from outreach.domain.health.paths import Check, Closed, Found, Path, register
from outreach.queries.health import is_anything_unreminded, late_reminders, told_to_nobody, unreminded_since

OFTEN = timedelta(seconds=30)
# Beyond so many, how many does not matter.
MANY = 1000


def _reminders(now: datetime) -> Found:
    """Nothing due has a reminder that is more than two minutes late, whatever the workers say."""
    if is_anything_unreminded(now=now):
        raise Closed(
            "LateReminders",
            since=unreminded_since(now=now),
            late=late_reminders(now=now)[:MANY].count(),
            told_to_nobody=told_to_nobody(now=now)[:MANY].count(),
        )
    return None


def _alive(kind: str) -> Check:
    def check(now: datetime) -> Found:
        seen = heartbeats.last_seen(kind)
        if seen is None:
            raise Closed("NeverSeen")
        if seen <= now - heartbeats.SILENT_AFTER:
            raise Closed("Silent", since=seen)
        return {"seconds_ago": max(0, int((now - seen).total_seconds()))}

    return check


def _queues(now: datetime) -> Found:
    """Whatever is due is worked at: none of the queues has a row that waits for more than two minutes."""
    waiting = queues.waiting(now=now)
    found = [{"queue": each.name, "seconds": each.seconds, "set_aside": each.set_aside} for each in waiting]
    if any(each.old for each in waiting):
        raise Closed("OldWork", since=waiting[0].since, queues=found)
    return {"queues": found}


def _broker(now: datetime) -> Found:
    with closing(Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)) as redis:
        redis.ping()
    return None


register(
    Path(
        "reminders",
        "Reminders",
        "Every rung of the ladder, to whoever owes it or to their supervisor.",
        "Desks show what is due by the clock. Work by the desk, and call whoever is due.",
        _reminders,
        every=OFTEN,
        at_a_glance=True,
    )
)
register(
    Path(
        "beat",
        "Clock",
        "Says “look now” to the workers, every second.",
        "What is due waits in the database and is done when the clock is back. “manage.py sweep” does it without.",
        _alive("beat"),
        at_a_glance=True,
        on_schedule=False,
    )
)
register(
    Path(
        "worker",
        "Workers",
        "Reminders, mail, surveys, calls: all that happens by itself.",
        "What is due waits in the database and is done when a worker is back. “manage.py sweep” does it without.",
        _alive("worker"),
        at_a_glance=True,
        on_schedule=False,
    )
)
register(
    Path(
        "work",
        "Oldest due work",
        "How long the oldest row of each queue has been waiting.",
        "Nothing is lost: the rows wait until somebody works at them.",
        _queues,
        every=OFTEN,
        at_a_glance=True,
    )
)
register(
    Path(
        "broker",
        "Broker",
        "Carries the clock’s ticks to the workers.",
        "Ticks are lost and nothing else: the first one after its return finds all that is due.",
        _broker,
        is_set_up=lambda: bool(settings.REDIS_URL),
        to_set_up="There is none: clock and workers are in this process.",
        at_a_glance=True,
        on_schedule=False,
    )
)
