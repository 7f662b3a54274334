"""The steps that giving, approving and delivering share. Each runs inside the verb that holds the case."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.authority import ChangedMeanwhile
from accounts.models import User
from cases.domain import casework
from cases.domain.clock import at_wall_time, zone_named
from cases.domain.obligations import discharge, owe
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Case, Obligation
from compensation.domain import caps, coupons, ledger, payouts
from compensation.domain.workflow import AWARD
from compensation.enums import Account, AwardStatus, Method
from compensation.models import Award
from journal.domain.log import record
from journal.enums import EventType

# What a delivery is proved by, in words. Where nothing stands here, a reference is welcome and not needed.
PROOF = {
    Method.REFUND: "the refund’s reference",
    Method.REPLACEMENT: "the order number",
    Method.SERVICE_CREDIT: "the credit’s reference",
}
TO_DO = {
    Method.REFUND: "Pay the refund",
    Method.REPLACEMENT: "Order the replacement",
    Method.SERVICE_CREDIT: "Post the credit",
    Method.COUPON: "Give the code",
}


def owe_delivery(award: Award, case: Case, *, by: User, now: datetime) -> Obligation | None:
    """What is not delivered by being given is owed by the case's owner. The caller holds and saves the case.

    What needs a proof is never delivered by being given: at once, as 0 days, then means by the end of the owner's day.
    """
    days, owner = award.remedy.delivery_days, case.owner or award.given_by
    method = Method(award.method)
    if days is None and method not in PROOF:
        return None
    to_do = TO_DO.get(method, "Deliver")
    if award.remedy.payout and payouts.is_on():
        to_do = "See that it is paid out"
    award.delivery = owe(
        ObligationKind.DELIVERY,
        what=f"{to_do}: {award.remedy_name}",
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=owner,
        due_end=now + timedelta(days=days) if days else _end_of_day(owner, now),
        by=by,
        now=now,
    )
    return award.delivery


def _end_of_day(user: User, now: datetime) -> datetime:
    today = now.astimezone(zone_named(user.time_zone)).date()
    return at_wall_time(datetime.combine(today + timedelta(days=1), time.min), user.time_zone)


def take_effect(
    award: Award,
    case: Case,
    *,
    by: User,
    now: datetime,
    note: str = "",
    of: Account = Account.SOURCE,
    type_: EventType = EventType.AWARD_GIVEN,
) -> None:
    """A remedy is given: what is left is to deliver it, if that takes any doing. Its counters have been drawn on.

    ``of`` is where its money stands until now. A code that is given at once is taken here, and what a billing system
    delivers put in line for it. Refused: ``pool_empty``.
    """
    if award.spender is None:  # it costs nothing, draws on no cap, or was given without questions
        award.spender = by
        award.day, award.month = caps.periods(by, now)
    AWARD.move(award, AwardStatus.GIVEN)
    award.method = award.remedy.method
    due = owe_delivery(award, case, by=by, now=now)
    if due is None:
        AWARD.move(award, AwardStatus.DELIVERED)
        award.delivered_at = now
    if award.pk is not None:
        award.version += 1
    award.save(force_insert=award.pk is None)
    if due is None and award.method == Method.COUPON:
        coupons.take(award, case, now=now)
    if due is not None and award.remedy.payout:
        payouts.queue(award, now=now)
    ledger.move(award, award.cost_minor, of=of, to=Account.COMMITTED if due else Account.DELIVERED, by=by, now=now)
    words = {"note": note, "precedent_reason": award.precedent_reason}
    record_award(type_, award, by=by, now=now, words=words)


def hand_over(award: Award, case: Case, *, proof: str, by: User, now: datetime) -> None:
    """It reached the customer: the one way to be delivered of what was given before. The caller holds both.

    Refused: ``wrong_state``.
    """
    AWARD.move(award, AwardStatus.DELIVERED)
    award.delivered_at, award.proof = now, proof
    award.version += 1
    award.save(update_fields=["status", "delivered_at", "proof", "version"])
    if award.delivery is not None and award.delivery.status == ObligationStatus.OPEN:
        discharge(award.delivery, case=case, by=by, now=now)
    ledger.move(award, award.cost_minor, of=Account.COMMITTED, to=Account.DELIVERED, by=by, now=now)
    record_award(EventType.AWARD_DELIVERED, award, by=by, now=now, words={"proof": proof})
    casework.save(case)


def record_award(
    type_: EventType, award: Award, *, by: User | None, now: datetime, words: dict[str, str] | None = None
) -> None:
    """The one event of an award's step, before its case is saved."""
    record(
        type_,
        subject=("award", award.pk),
        by=by,
        now=now,
        customer_id=award.customer_id,
        case_id=award.case_id,
        data={
            **casework.as_version(award.case),
            "version": award.version,
            "remedy": award.remedy_id,
            "status": award.status,
            "cost_minor": award.cost_minor,
            "value_minor": award.value_minor,
            "currency": award.currency,
            "no_questions": award.no_questions,
        },
        words={"remedy": award.remedy_name, **(words or {})},
    )


def hold_award(award: Award, *, by: User | None, version: int | None = None) -> tuple[Case, Award]:
    """The case and the award, both locked, the case first. ``version`` is what the writer last saw of the award.

    Refused: ``out_of_reach``, ``changed_meanwhile``.
    """
    held = casework.hold(award.case, by=by)
    locked = (
        Award.objects.select_for_update(of=("self",), no_key=True)
        .select_related("remedy", "delivery", "given_by", "spender", "payout")
        .get(pk=award.pk)
    )
    locked.case = held
    if version is not None and version != locked.version:
        raise ChangedMeanwhile(casework.changes_since("award", locked.pk, version), version=locked.version)
    return held, locked
