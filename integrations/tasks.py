"""What beat rings for in the matter of other systems."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.domain import idempotency
from integrations.domain import payouts
from journal.domain import feed

BATCH = 1000
ROUNDS = 20


@shared_task(name="integrations.sequence_feed")
def sequence_feed() -> int:
    """Give committed events their positions in the change feed."""
    total = 0
    for _ in range(ROUNDS):
        done = feed.sequence(limit=BATCH)
        total += done
        if done < BATCH:
            break
    return total


@shared_task(name="integrations.forget_answers")
def forget_answers() -> int:
    """Forget the answers that were kept for repeated requests, once they are older than a day."""
    return idempotency.purge(now=timezone.now())


@shared_task(name="integrations.send_payouts")
def send_payouts() -> int:
    """Tell the billing system what it is to pay out."""
    return payouts.send_due(clock=timezone.now)
