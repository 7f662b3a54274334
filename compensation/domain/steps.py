"""The steps that giving, approving and delivering share. Each runs inside the verb that holds the case."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.authority import ChangedMeanwhile
from accounts.models import User
from cases.domain import casework
from cases.domain.obligations import owe
from cases.enums import ObligationKind
from cases.models import Case, Obligation
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
