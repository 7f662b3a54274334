"""Reads of the nightly checks of the books."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from compensation.models import LedgerEntry, Reconciliation

# A night that was missed is made up within this; later, something is wrong with what should have checked.
STALE_AFTER = timedelta(hours=36)


def checks() -> QuerySet[Reconciliation]:
    """The checks that came to their end, the newest first."""
    return Reconciliation.objects.filter(running=False).order_by("-began_at", "-id")


def last_check() -> Reconciliation | None:
    """The newest check that came to its end."""
    return checks().first()


def books_agree(*, now: datetime) -> bool:
    """Whether the last check found no difference and is recent. Where none has run yet, whether none had to."""
    last = last_check()
    if last is None:
        return not LedgerEntry.objects.filter(at__lte=now - STALE_AFTER).exists()
    return last.differences == 0 and now - last.began_at <= STALE_AFTER
