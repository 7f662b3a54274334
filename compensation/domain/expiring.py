"""What nobody answered, or took up, in time ends, and what it held is free again. The system's own work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.domain.notices import tell
from cases.domain import casework
from cases.domain.obligations import abandon
from cases.models import Case
from compensation.domain import caps, offering
from compensation.domain.caps import Draw
from compensation.domain.requests import release
from compensation.domain.steps import record_award
from compensation.domain.workflow import APPROVAL
from compensation.enums import ApprovalStatus, AwardStatus, OfferStatus
from compensation.models import Approval, CounterOffer
from journal.enums import EventType


def expire_stale(case: Case, *, now: datetime) -> int:
    """Expire the requests and offers of a held case whose time has passed; returns how many. The caller saves the case."""
    stale = list(stale_requests(now=now).filter(award__case=case))
    for approval in stale:
        approval.award.case = case
    expire_held(stale, now=now)
    offers = list(stale_offers(now=now).filter(award__case=case))
    for offer in offers:
        offer.award.case = case
    expire_held_offers(offers, now=now)
    return len(stale) + len(offers)


def stale_requests(*, now: datetime) -> QuerySet[Approval]:
    """Requests whose time has passed, locked, in the order of their ids. Their cases are held by the caller."""
    return (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .select_related("award", "award__remedy", "obligation", "requested_by")
        .filter(status=ApprovalStatus.WAITING, expires_at__lte=now)
        .order_by("id")
    )


def stale_offers(*, now: datetime) -> QuerySet[CounterOffer]:
    """The same of offers that nobody took up."""
    return (
        CounterOffer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("award", "award__remedy", "award__spender", "obligation", "offered_to", "offered_by")
        .filter(status=OfferStatus.OPEN, expires_at__lte=now)
        .order_by("id")
    )


def held_draws(stale: Iterable[Approval]) -> list[Draw]:
    """The counters on which these requests are reserved."""
    return [draw for approval in stale for draw in caps.shared_draws(approval.award, offering.NOTHING)]


def expire_held(stale: list[Approval], *, now: datetime) -> None:
    """Expire these. Their cases are held by the caller, who saves them, and are those of the awards."""
    if len(stale) > 1:
        caps.lock(held_draws(stale))
    for approval in stale:
        case = approval.award.case
        APPROVAL.move(approval, ApprovalStatus.EXPIRED)
        approval.save(update_fields=["status"])
        release(approval, case, AwardStatus.EXPIRED, by=None, now=now)
        abandon(approval.obligation, case=case, by=None, now=now)
        record_award(EventType.AWARD_EXPIRED, approval.award, by=None, now=now)
        tell(
            [approval.requested_by],
            key=f"expired:{approval.pk}",
            kind="approval_expired",
            title=f"Nobody answered your request on {case.reference} in time",
            path=f"/cases/{case.reference}",
            now=now,
            urgent=True,
        )


def expire_held_offers(stale: list[CounterOffer], *, now: datetime) -> None:
    """Expire these offers. Their cases are held by the caller, who saves them, and are those of the awards."""
    if len(stale) > 1:
        caps.lock([draw for offer in stale for draw in offering.draws(offer.award)])
    for offer in stale:
        award = offer.award
        offering.end(offer, OfferStatus.EXPIRED, AwardStatus.EXPIRED, by=None, now=now)
        record_award(EventType.AWARD_EXPIRED, award, by=None, now=now)
        tell(
            [offer.offered_to],
            key=f"offer-expired:{offer.pk}",
            kind="offer_expired",
            title=f"What {offer.offered_by.name} offered instead on {award.case.reference} was not taken up in time",
            path=f"/cases/{award.case.reference}",
            now=now,
            urgent=True,
        )


@transaction.atomic
def expire(approval: Approval, *, now: datetime) -> int:
    """Expire what is stale on one approval's case; returns how many."""
    return expire_on(approval.award.case, now=now)


@transaction.atomic
def expire_on(case: Case, *, now: datetime) -> int:
    """Expire what is stale on a case; returns how many."""
    held = casework.hold(case, by=None)
    count = expire_stale(held, now=now)
    if count:
        casework.save(held)
    return count
