"""Reads of what a billing system is to pay out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Role
from cases.queries import visible_cases
from compensation.enums import PayoutStatus
from compensation.models import Payout

# What was tried this often without success, while nothing at all was taken for so long, is not that payout's fault.
REFUSED_TRIES = 2
NOTHING_TAKEN_FOR = timedelta(minutes=5)


def visible_payouts(user: Any) -> QuerySet[Payout]:
    """Payouts of awards on cases in reach, each with its award, case and remedy."""
    payouts = Payout.objects.select_related("award__case", "award__remedy")
    return payouts if user.role == Role.ADMIN else payouts.filter(award__case__in=visible_cases(user))


def are_payouts_refused(*, now: datetime) -> bool:
    """Payouts are tried again and again, and the billing system took none lately. Both looks go by the queue's index."""
    waiting = Payout.objects.filter(status=PayoutStatus.QUEUED, next_try_at__isnull=False)
    if not waiting.filter(attempts__gte=REFUSED_TRIES).exclude(error="").exists():
        return False
    last = Payout.objects.filter(sent_at__isnull=False).order_by("-id").values_list("sent_at", flat=True).first()
    return last is None or last <= now - NOTHING_TAKEN_FOR
