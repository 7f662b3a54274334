"""The steps that giving, approving and delivering share. Each runs inside the verb that holds the case."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.authority import ChangedMeanwhile
from accounts.models import User
from cases.domain import casework
from cases.domain.obligations import owe
from cases.enums import ObligationKind
from cases.models import Case, Obligation
from compensation.domain import caps, ledger
from compensation.domain.workflow import AWARD
from compensation.enums import Account, AwardStatus
from compensation.models import Award
from journal.domain.log import record
from journal.enums import EventType


def owe_delivery(award: Award, case: Case, *, by: User, now: datetime) -> Obligation | None:
    """That a remedy which takes days be delivered is owed by the case's owner. The caller holds and saves the case."""
    days = award.remedy.delivery_days
    if days is None:
        return None
    award.delivery = owe(
        ObligationKind.DELIVERY,
        what=f"Deliver: {award.remedy_name}",
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=case.owner or award.given_by,
        due_end=now + timedelta(days=days),
        by=by,
        now=now,
    )
    return award.delivery


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

    ``of`` is where its money stands until now.
    """
    if award.spender is None:  # it costs nothing, draws on no cap, or was given without questions
        award.spender = by
        award.day, award.month = caps.periods(by, now)
    AWARD.move(award, AwardStatus.GIVEN)
    due = owe_delivery(award, case, by=by, now=now)
    if due is None:
        AWARD.move(award, AwardStatus.DELIVERED)
        award.delivered_at = now
    if award.pk is not None:
        award.version += 1
    award.save(force_insert=award.pk is None)
    ledger.move(award, award.cost_minor, of=of, to=Account.COMMITTED if due else Account.DELIVERED, by=by, now=now)
    words = {"note": note, "precedent_reason": award.precedent_reason}
    record_award(type_, award, by=by, now=now, words=words)


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
        .select_related("remedy", "delivery", "given_by", "spender")
        .get(pk=award.pk)
    )
    locked.case = held
    if version is not None and version != locked.version:
        raise ChangedMeanwhile(casework.changes_since("award", locked.pk, version), version=locked.version)
    return held, locked
