"""What beat rings for in the matter of money."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from compensation.domain import checking, coupons, payouts
from compensation.domain.expiring import expire, expire_on
from compensation.domain.routing import go_up
from compensation.queries import expired_approvals, expired_offers, to_go_up

logger = logging.getLogger(__name__)

BATCH = 100


@shared_task(name="compensation.expire_approvals")
def expire_approvals() -> int:
    """End the requests that nobody answered, and the offers that nobody took up, in time. Each by itself."""
    now, ended = timezone.now(), 0
    for approval in expired_approvals(now=now).select_related("award__case")[:BATCH]:
        try:
            ended += expire(approval, now=now)
        except Exception:
            logger.exception("Approval %d could not be ended.", approval.pk)
    for offer in expired_offers(now=now).select_related("award__case")[:BATCH]:
        try:
            ended += expire_on(offer.award.case, now=now)
        except Exception:
            logger.exception("Offer %d could not be ended.", offer.pk)
    return ended


@shared_task(name="compensation.route_approvals")
def route_approvals() -> int:
    """Put requests before the next person, where nobody answered in time or is not there. Each by itself."""
    now, moved = timezone.now(), 0
    for approval in to_go_up(now=now)[:BATCH]:
        try:
            moved += go_up(approval, now=now)
        except Exception:
            logger.exception("Approval %d could not be put before the next person.", approval.pk)
    return moved


@shared_task(name="compensation.watch_pools")
def watch_pools() -> int:
    """Tell the administrators of coupon pools that run out."""
    return coupons.tell_of_low_pools(now=timezone.now())


@shared_task(name="compensation.watch_payouts")
def watch_payouts() -> int:
    """Tell supervisors of payouts that are overdue and that nobody answers for."""
    return payouts.tell_of_overdue(now=timezone.now())


@shared_task(name="compensation.check_books")
def check_books() -> int:
    """Check the books, once a night. The last check's row says whether it is time."""
    now = timezone.now()
    return int(checking.is_due(now=now) and checking.check(now=now) is not None)
