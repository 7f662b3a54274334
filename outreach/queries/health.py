"""Reads of the path to the customer: is what is due reminded of, and how do its parts do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import DeliveryStatus
from cases.enums import ObligationStatus
from cases.models import Obligation
from journal.models import Event
from outreach.models import Heartbeat, Probe, Rung

# A reminder this late is no reminder any more: the workers are down, or there is nobody whom it could reach.
REMINDED_WITHIN = timedelta(minutes=2)


def not_set_aside(now: datetime) -> Q:
    """Rows that may be looked at: those that could not be handled are left alone for a while."""
    return Q(set_aside_until__isnull=True) | Q(set_aside_until__lte=now)


def late_reminders(*, now: datetime) -> QuerySet[Obligation]:
    """What is owed and should have been reminded of by now, and was not: the ladder has not come that far.

    It asks the clock and the rows, never a worker: each obligation says when it has to be looked at, and that moves on
    only together with the notices that were due.
    """
    return Obligation.objects.filter(status=ObligationStatus.OPEN, next_look_at__lte=now - REMINDED_WITHIN)


def told_to_nobody(*, now: datetime) -> QuerySet[Obligation]:
    """What is due and nobody was ever told of, though its ladder has a rung for when it is due, or before."""
    with_rung = Rung.objects.filter(active=True, offset_minutes__lte=0).values("kind")
    return Obligation.objects.filter(
        status=ObligationStatus.OPEN, reminded=False, due_end__lte=now - REMINDED_WITHIN, kind__in=with_rung
    )


def is_anything_unreminded(*, now: datetime) -> bool:
    """Is anything due whose reminder is more than two minutes late? One statement: two looks into small indexes."""
    return late_reminders(now=now).order_by().union(told_to_nobody(now=now).order_by(), all=True).exists()


def unreminded_since(*, now: datetime) -> datetime | None:
    """When the first of these reminders should have been given; None when all that are due were."""
    late = late_reminders(now=now).order_by("next_look_at").values_list("next_look_at", flat=True).first()
    nobody = told_to_nobody(now=now).order_by("due_end").values_list("due_end", flat=True).first()
    return min((each for each in (late, nobody) if each is not None), default=None)


# What was tried this often without success, while nothing at all went out for so long, is not the recipient's fault.
REFUSED_TRIES = 2
NOTHING_SENT_FOR = timedelta(minutes=5)


def is_being_refused(rows: QuerySet[Any], *, now: datetime) -> bool:
    """Of what is to be delivered: something failed again and again, and nothing went out lately.

    A server that answers and takes nothing is as closed as one that does not answer. A recipient it does not know says
    nothing of the way there.
    """
    again = rows.filter(status=DeliveryStatus.PENDING, attempts__gte=REFUSED_TRIES).exclude(error="")
    if not again.exclude(error__startswith="SMTPRecipientsRefused").exists():
        return False
    last = rows.filter(status=DeliveryStatus.SENT).order_by("-id").values_list("sent_at", flat=True).first()
    return last is None or last <= now - NOTHING_SENT_FOR


def seen_lately() -> QuerySet[Heartbeat]:
    """The clocks and workers of the last day, the one seen last on top."""
    return Heartbeat.objects.order_by("-beat_at", "name")


def turns() -> QuerySet[Event]:
    """What closed and opened on the path, the newest first. Found by the probes, since a log is long."""
    return Event.objects.filter(subject_kind="probe", subject_id__in=Probe.objects.values("pk")).order_by("-at", "-id")
