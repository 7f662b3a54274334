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
from accounts.domain.notices import Telling, tell, tell_all
from accounts.enums import Role
from accounts.models import User
from accounts.queries import administrators, staff_by_unit, supervisors_of_unit
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Obligation
from compensation.domain.workflow import PAYOUT
from compensation.enums import AwardStatus, Method, PayoutStatus
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
        "The billing system was told to pay this out and has not answered. Wait until it confirms or fails, or have a "
        "supervisor ask there: otherwise it may be paid twice, or taken back and paid.",
    )


def leaves_it_to_us(award: Award) -> Verdict:
    """As ``is_ours``, for a delivery: what is in line is the billing system's while there is one, and then people's."""
    payout = of(award)
    if payout is None or payout.status != PayoutStatus.QUEUED:
        return is_ours(award)
    if not is_on():
        return ALLOWED
    if payout.attempts == 0:
        return refuse("payout_under_way", "The billing system is about to be told, and delivers this.")
    return is_ours(award)


def withdraw(award: Award, *, now: datetime) -> None:
    """It is paid out no more: the award is taken back, or was delivered by hand. The caller holds the payout."""
    payout = of(award)
    if payout is not None and payout.status in (PayoutStatus.QUEUED, PayoutStatus.FAILED):
        end(payout, PayoutStatus.CANCELED, now=now)


def end(
    payout: Payout,
    to: PayoutStatus,
    *,
    now: datetime,
    reference: str = "",
    error: str = "",
    perhaps_paid: bool = False,
) -> None:
    """Write down how it ended. The caller holds the row. Refused: ``wrong_state``."""
    PAYOUT.move(payout, to)
    payout.ended_at, payout.next_try_at, payout.leased_until = now, None, None
    payout.reference, payout.error, payout.perhaps_paid = reference, error, perhaps_paid
    payout.save(
        update_fields=["status", "ended_at", "next_try_at", "leased_until", "reference", "error", "perhaps_paid"]
    )


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
    # Whoever had it before and never came back may have told it.
    perhaps_paid = payout.perhaps_paid or payout.leased_until is not None
    if not Payout.objects.filter(free, pk=payout.pk).update(
        leased_until=until, attempts=F("attempts") + 1, perhaps_paid=perhaps_paid
    ):
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
    held.sent_at, held.next_try_at, held.leased_until, held.error, held.perhaps_paid = now, None, None, "", False
    held.save(update_fields=["status", "sent_at", "next_try_at", "leased_until", "error", "perhaps_paid"])
    tell_log(EventType.PAYOUT_SENT, held, by=None, now=now)
    return True


@transaction.atomic
def note_not_sent(payout: Payout, *, error: str, final: bool, now: datetime, perhaps_paid: bool = False) -> bool:
    """Plan the next try of a claimed payout, or, after the last and where it is ``final``, tell people of it.

    ``error`` is a kind of fault, without words of the other side: those may name people. ``perhaps_paid`` says that it
    gave no answer and may have taken it; of one such try that stands, until there is an answer, and ``final`` is one.
    """
    held = _still_ours(payout)
    if held is None:
        return False
    tried = (held.attempts - 1) % TRIES  # sent again by hand, it is tried as often as before
    perhaps_paid = not final and (held.perhaps_paid or perhaps_paid)
    if final or tried >= len(RETRY_AFTER):
        end(held, PayoutStatus.FAILED, now=now, error=error, perhaps_paid=perhaps_paid)
        tell_log(EventType.PAYOUT_FAILED, held, by=None, now=now)
        tell_people(held, now=now)
        return True
    held.next_try_at, held.leased_until = now + RETRY_AFTER[tried], None
    held.error, held.perhaps_paid = error, perhaps_paid
    held.save(update_fields=["next_try_at", "leased_until", "error", "perhaps_paid"])
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
            "perhaps_paid": payout.perhaps_paid,
            "amount_minor": award.cost_minor,
            "currency": award.currency,
        },
        words=words,
    )


# Telling people ----------------------------------------------------------------------------------------------------------


def tell_people(payout: Payout, *, now: datetime) -> None:
    """The supervisors and the administrators hear of a payout that failed, or of which nobody knows what became."""
    about = f"{payout.award.remedy_name} on {payout.award.case.reference}"
    title = f"The billing system did not pay out {about}"
    body = "Deliver it by hand and write down its reference, or send it again."
    if payout.perhaps_paid:
        title = f"The billing system gave no answer about {about}"
        body = "It may have paid it. Ask there before anything is paid by hand, and say on the case what became of it."
    _tell(payout, "payout_failed", title, body, once=f"{payout.pk}:{payout.attempts}", now=now)


def tell_of_paid_twice(payout: Payout, *, now: datetime) -> None:
    """They hear, once, that the billing system confirmed what it was no longer asked for, or had been given up on."""
    award = payout.award
    about = f"{award.remedy_name} on {award.case.reference}"
    title = f"{about} may have been paid twice"
    body = "It was delivered by hand before the billing system confirmed it. Compare both references on the case."
    if payout.status == PayoutStatus.CONFIRMED:
        title = f"{about} was paid out after all"
        body = "We had given it up. Whoever was paying it by hand stops, or it is paid twice."
    elif award.status == AwardStatus.REVERSED:
        title = f"{about} was taken back, and has been paid"
        body = "The billing system confirmed it afterwards. Have it called back there, or let the customer keep it."
    _tell(payout, "payout_paid_twice", title, body, once=str(payout.pk), now=now)


def _tell(payout: Payout, kind: str, title: str, body: str, *, once: str, now: datetime) -> None:
    award = payout.award
    tell(
        [*supervisors_of_unit(award.unit_id), *administrators()],
        key=f"{kind}:{once}",
        kind=kind,
        title=title,
        body=body,
        path=f"/cases/{award.case.reference}#award-{award.pk}",
        now=now,
        urgent=True,
    )


def tell_of_overdue(*, now: datetime) -> int:
    """Tell whoever can act of deliveries that are late because a payout was never answered: once for each sending.

    Those are the supervisors of the unit who did not give it; where there is none, the administrators. What is still
    tried is not among them: people hear when that fails. Returns how many there are.
    """
    stuck = [PayoutStatus.SENT] if is_on() else [PayoutStatus.SENT, PayoutStatus.QUEUED]
    late = Obligation.objects.filter(
        kind=ObligationKind.DELIVERY, status=ObligationStatus.OPEN, due_end__lte=now, award__payout__status__in=stuck
    )
    found = [each.award for each in late.select_related("case", "award__payout")]
    supervisors = staff_by_unit({award.unit_id for award in found}, Role.SUPERVISOR)
    tell_all([_overdue(award, supervisors[award.unit_id]) for award in found], now=now)
    return len(found)


def _overdue(award: Award, supervisors: list[User]) -> Telling:
    payout, case = award.payout, award.case
    return Telling(
        [person for person in supervisors if person.pk != award.given_by_id] or list(administrators()),
        key=f"payout_overdue:{payout.pk}:{payout.attempts}",
        kind="payout_overdue",
        title=f"The billing system has not confirmed {award.remedy_name} on {case.reference}, and it is overdue",
        body="Ask there, and say on the case whether it was paid.",
        path=f"/cases/{case.reference}#award-{award.pk}",
        urgent=True,
    )
