"""Payouts: deliveries that a billing system makes. The row is the queue; who speaks HTTP is not known here.

A row is queued in the transaction that gives the remedy. A sender claims it under a lease, tells the billing system, and
writes down that it did while the lease still holds. Whoever is killed in between leaves a row that is told again, under
the same key: the other side sees that it is the same payout. It may confirm before we have written down that we told it.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.domain.notices import tell
from accounts.models import User
from accounts.queries import administrators, supervisors_of_unit
from compensation.domain.workflow import PAYOUT
from compensation.enums import Method, PayoutStatus
from compensation.models import Award, Payout
from journal.domain.log import record
from journal.enums import EventType

logger = logging.getLogger(__name__)

# What a billing system can do; the catalog lets no other remedy be paid out.
METHODS = frozenset({Method.REFUND, Method.SERVICE_CREDIT, Method.REPLACEMENT})
# Growing gaps between tries; as many tries as gaps, and one. Then people hear of it.
RETRY_AFTER = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
TRIES = len(RETRY_AFTER) + 1


def is_on() -> bool:
    """Whether there is a billing system to tell. Without one, people deliver and write down the reference."""
    return bool(settings.RECOVERY["PAYOUT_WEBHOOK_URL"])


def queue(award: Award, *, now: datetime) -> Payout | None:
    """Put the delivery of an award, just given, in line for the billing system, if there is one."""
    if not is_on():
        return None
    return Payout.objects.create(award=award, key=uuid.uuid4(), queued_at=now, next_try_at=now)


def of(award: Award) -> Payout | None:
    """The payout of an award, if it has one. No query where it was read along, or where there cannot be one."""
    found: Payout | None = getattr(award, "payout", None) if award.method in METHODS else None
    return found


def hold(award: Award) -> Payout | None:
    """The same, locked, of an award that the caller holds."""
    if award.method not in METHODS:
        return None
    held = Payout.objects.select_for_update(no_key=True).filter(award=award).first()
    if held is not None:
        award.payout = held
    return held


def is_ours(award: Award) -> Verdict:
    """People deliver, or take back, what the billing system was not told of or has said that it will not do."""
    payout = of(award)
    if payout is None or payout.status in (PayoutStatus.FAILED, PayoutStatus.CONFIRMED, PayoutStatus.CANCELED):
        return ALLOWED
    if payout.attempts == 0:
        return ALLOWED
    return refuse(
        "payout_under_way",
        "The billing system was told to pay this out and has not answered. Wait until it confirms or fails: "
        "otherwise it may be paid twice, or taken back and paid.",
    )


def leaves_it_to_us(award: Award) -> Verdict:
    """As ``is_ours``, for a delivery: what waits to be told is the billing system's, while there is one."""
    payout = of(award)
    if payout is not None and payout.status == PayoutStatus.QUEUED and payout.attempts == 0 and is_on():
        return refuse("payout_under_way", "The billing system is about to be told, and delivers this.")
    return is_ours(award)


def withdraw(award: Award, *, now: datetime) -> None:
    """It is paid out no more: the award is taken back, or was delivered by hand. The caller holds the payout."""
    payout = of(award)
    if payout is not None and payout.status in (PayoutStatus.QUEUED, PayoutStatus.FAILED):
        end(payout, PayoutStatus.CANCELED, now=now)


def end(payout: Payout, to: PayoutStatus, *, now: datetime, reference: str = "", error: str = "") -> None:
    """Write down how it ended. The caller holds the row. Refused: ``wrong_state``."""
    PAYOUT.move(payout, to)
    payout.ended_at, payout.next_try_at, payout.leased_until = now, None, None
    payout.reference, payout.error = reference, error
    payout.save(update_fields=["status", "ended_at", "next_try_at", "leased_until", "reference", "error"])


# The sender's side -------------------------------------------------------------------------------------------------------


def claim(*, now: datetime) -> Payout | None:
    """Take the payout that is due longest under a lease of ``RECOVERY["CLAIM_LEASE_SECONDS"]``, with what is told of it.

    The try is counted with the claim, before anything is sent: what was perhaps told is never taken for untold.
    """
    free = Q(status=PayoutStatus.QUEUED, next_try_at__lte=now) & (
        Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    )
    due = Payout.objects.filter(free).order_by("next_try_at", "id")
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock.
    return _claim(due, free, now=now) if due.exists() else None


@transaction.atomic
def _claim(due: QuerySet[Payout], free: Q, *, now: datetime) -> Payout | None:
    if connection.vendor == "postgresql":
        due = due.select_for_update(of=("self",), skip_locked=True, no_key=True)
    payout = due.first()
    if payout is None:
        return None
    until = now + timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
    if not Payout.objects.filter(free, pk=payout.pk).update(leased_until=until, attempts=F("attempts") + 1):
        return None
    told = Payout.objects.select_related("award__remedy", "award__case").prefetch_related(
        "award__customer__external_ids"
    )
    return told.get(pk=payout.pk)


@transaction.atomic
def note_sent(payout: Payout, *, now: datetime) -> bool:
    """Write down that the billing system took a claimed payout; False where that is ours to say no more.

    It may have confirmed meanwhile, or the lease may have run out and somebody else have it.
    """
    held = _still_ours(payout)
    if held is None:
        return False
    PAYOUT.move(held, PayoutStatus.SENT)
    held.sent_at, held.next_try_at, held.leased_until, held.error = now, None, None, ""
    held.save(update_fields=["status", "sent_at", "next_try_at", "leased_until", "error"])
    tell_log(EventType.PAYOUT_SENT, held, by=None, now=now)
    return True


@transaction.atomic
def note_not_sent(payout: Payout, *, error: str, final: bool, now: datetime) -> bool:
    """Plan the next try of a claimed payout, or, after the last and where it is ``final``, tell people of it.

    ``error`` is a kind of fault, without words of the other side: those may name people.
    """
    held = _still_ours(payout)
    if held is None:
        return False
    tried = (held.attempts - 1) % TRIES  # sent again by hand, it is tried as often as before
    if final or tried >= len(RETRY_AFTER):
        end(held, PayoutStatus.FAILED, now=now, error=error)
        tell_log(EventType.PAYOUT_FAILED, held, by=None, now=now)
        tell_people(held, now=now)
        return True
    held.next_try_at, held.leased_until, held.error = now + RETRY_AFTER[tried], None, error
    held.save(update_fields=["next_try_at", "leased_until", "error"])
    return True


def _still_ours(payout: Payout) -> Payout | None:
    held = Payout.objects.select_for_update(of=("self",), no_key=True).select_related("award__case").get(pk=payout.pk)
    if held.status == PayoutStatus.QUEUED and held.leased_until == payout.leased_until:
        return held
    logger.info("Payout %d was settled before its sender came back.", payout.pk)
    return None


def tell_log(
    type_: EventType, payout: Payout, *, by: User | None, now: datetime, words: dict[str, str] | None = None
) -> None:
    """The one event of a payout's step."""
    award = payout.award
    record(
        type_,
        subject=("payout", payout.pk),
        by=by,
        now=now,
        customer_id=award.customer_id,
        case_id=award.case_id,
        data={
            "award": award.pk,
            "status": payout.status,
            "attempts": payout.attempts,
            "amount_minor": award.cost_minor,
            "currency": award.currency,
        },
        words=words,
    )


def tell_people(payout: Payout, *, now: datetime) -> None:
    """The supervisors and the administrators hear of a payout that failed."""
    award = payout.award
    tell(
        [*supervisors_of_unit(award.unit_id), *administrators()],
        key=f"payout_failed:{payout.pk}:{payout.attempts}",
        kind="payout_failed",
        title=f"The billing system did not pay out {award.remedy_name} on {award.case.reference}",
        body="Deliver it by hand and write down its reference, or send it again.",
        path=f"/cases/{award.case.reference}",
        now=now,
        urgent=True,
    )
