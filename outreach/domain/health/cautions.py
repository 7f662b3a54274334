"""What to know when something is booked while a way is closed. Nothing booked ever ends in “try again later” (P27):

the booking is a row and stands; what would have carried word of it falls back, and whoever booked is told to what.
"""

from __future__ import annotations

from datetime import datetime

from cases.enums import MessageKind
from cases.models import Message, Promise
from outreach.domain import heartbeats
from outreach.domain.health.standing import is_open
from outreach.queries.health import is_anything_unreminded

MAIL_WAITS = (
    "Mail is not going out now: the confirmation waits until it does, so say the time to the customer yourself."
)
REMINDERS_MAY_BE_LATE = (
    "Nothing rings for reminders now, so they may be late: go by your desk, which shows what is due by the clock."
)


def cautions_of(promise: Promise, *, now: datetime) -> list[str]:
    """What stands in for what is closed, for a promise just made or moved. Empty while all is open."""
    found = []
    if _is_confirmed_by_mail(promise) and not is_open("mail", now=now):
        found.append(MAIL_WAITS)
    if _rings_late(now):
        found.append(REMINDERS_MAY_BE_LATE)
    return found


def _is_confirmed_by_mail(promise: Promise) -> bool:
    return Message.objects.filter(
        case=promise.case_id, kind=MessageKind.PROMISE, link=f"promise:{promise.pk}", sent_at__isnull=True
    ).exists()


def _rings_late(now: datetime) -> bool:
    """Clock or workers are silent, or reminders are late already, whatever they say."""
    return not heartbeats.can_ring(now=now) or is_anything_unreminded(now=now)
