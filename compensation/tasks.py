"""What beat rings for in the matter of money."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from compensation.domain import coupons
from compensation.domain.approvals import expire
from compensation.queries import expired_approvals

logger = logging.getLogger(__name__)

BATCH = 100


@shared_task(name="compensation.expire_approvals")
def expire_approvals() -> int:
    """End the requests that nobody answered in time: what they reserved is free again. Each by itself."""
    now, ended = timezone.now(), 0
    for approval in expired_approvals(now=now).select_related("award__case")[:BATCH]:
        try:
            ended += expire(approval, now=now)
        except Exception:
            logger.exception("Approval %d could not be ended.", approval.pk)
    return ended


@shared_task(name="compensation.watch_pools")
def watch_pools() -> int:
    """Tell the administrators of coupon pools that run out."""
    return coupons.tell_of_low_pools(now=timezone.now())
