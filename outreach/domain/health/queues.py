"""The queues of rows that the background works off, and how long the oldest row has been waiting.

A queue that is worked off says nothing; one whose oldest due row gets old says that nobody works at it, whatever the
workers' signs of life say, or that it cannot be handled. What is set aside because of that is due all the same, and is
counted. An app above has its own watched by `register`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from accounts.enums import DeliveryStatus
from accounts.models import Notice
from cases.enums import ObligationStatus
from cases.models import Message, Obligation
from compensation.enums import PayoutStatus
from compensation.models import Payout
from outreach.enums import SurveyStatus
from outreach.models import InboundMail, Signal, Survey
from outreach.queries.health import not_set_aside

# Most queues are looked at every second or two, the slowest every minute.
OLD_AFTER = timedelta(minutes=2)
# Beyond so many, how many does not matter.
MANY = 1000
Oldest = Callable[[datetime], datetime | None]


@dataclass(frozen=True)
class Queue:
    """What waits in it, and since when the oldest row of it has been due; None when nothing is.

    ``failed`` are the rows that wait and could not be handled when they were tried.
    """

    name: str
    title: str
    oldest: Oldest
    failed: Callable[[], QuerySet[Any]] | None = None


@dataclass(frozen=True)
class Waiting:
    """The oldest due row of a queue, and how many of those in it are set aside."""

    name: str
    title: str
    since: datetime
    seconds: int
    old: bool
    set_aside: int = 0


def _first(rows: QuerySet[Any], due: str) -> datetime | None:
    """When the row that was due first was due. ``due`` is indexed, or the queue short by its partial index."""
    found: datetime | None = rows.order_by(due).values_list(due, flat=True).first()
    return found


def _to_deliver(rows: QuerySet[Any], now: datetime) -> datetime | None:
    """Of rows that a sender takes under a lease: the oldest that nobody has and that is not for later."""
    free = rows.filter(status=DeliveryStatus.PENDING).annotate(due=Coalesce("leased_until", "created_at"))
    return _first(free.filter(due__lte=now), "due")


def _notices(now: datetime) -> datetime | None:
    ready = Notice.objects.filter(status=DeliveryStatus.PENDING).annotate(
        due=Coalesce("leased_until", "not_before", "created_at")
    )
    return _first(ready.filter(due__lte=now), "due")


def _unhandled(now: datetime) -> datetime | None:
    return _first(InboundMail.objects.filter(fate="", received_at__lte=now), "received_at")


def _unplanned(now: datetime) -> datetime | None:
    return _first(Signal.objects.filter(fate="", received_at__lte=now), "received_at")


_queues: dict[str, Queue] = {}


def register(queue: Queue) -> None:
    """Have a queue watched."""
    _queues[queue.name] = queue


for each in (
    Queue(
        "reminders",
        "Reminders",
        lambda now: _first(
            Obligation.objects.filter(not_set_aside(now), status=ObligationStatus.OPEN, next_look_at__lte=now),
            "next_look_at",
        ),
    ),
    Queue("notices", "Notices to colleagues", _notices),
    Queue("messages", "Messages to customers", lambda now: _to_deliver(Message.objects.all(), now)),
    Queue(
        "signals",
        "Signs of dissatisfaction",
        _unplanned,
        lambda: Signal.objects.filter(fate="", failed_tries__gt=0),
    ),
    Queue(
        "surveys",
        "Surveys to send",
        lambda now: _first(Survey.objects.filter(status=SurveyStatus.PLANNED, ask_at__lte=now), "ask_at"),
        lambda: Survey.objects.filter(status=SurveyStatus.PLANNED, failed_tries__gt=0),
    ),
    Queue("mails", "Mails that came in", _unhandled),
    Queue(
        "payouts",
        "Payouts",
        lambda now: _first(
            Payout.objects.filter(status=PayoutStatus.QUEUED)
            .annotate(due=Coalesce("leased_until", F("next_try_at")))
            .filter(next_try_at__lte=now, due__lte=now),
            "due",
        ),
    ),
):
    register(each)


def waiting(*, now: datetime) -> list[Waiting]:
    """Every queue in which something is due, the longest waiting first."""
    found = []
    for queue in _queues.values():
        since = queue.oldest(now)
        if since is not None and since <= now:
            age = now - since
            aside = queue.failed()[:MANY].count() if queue.failed else 0
            found.append(Waiting(queue.name, queue.title, since, int(age.total_seconds()), age > OLD_AFTER, aside))
    return sorted(found, key=lambda each: each.since)
