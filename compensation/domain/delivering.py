"""Delivering what was given: a remedy is promised until it has reached the customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Verdict, first_no
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.domain.obligations import discharge
from cases.domain.permissions import can_work_on
from cases.enums import ObligationStatus
from compensation.domain import ledger
from compensation.domain.steps import hold_award, record_award
from compensation.domain.workflow import AWARD
from compensation.enums import Account, AwardStatus
from compensation.models import Award
from journal.enums import EventType


def can_deliver(user: User, award: Award) -> Verdict:
    """Whoever may work on the case records that a given remedy was delivered."""
    return first_no(AWARD.verdict(award.status, AwardStatus.DELIVERED), can_work_on(user, award.case))


@transaction.atomic
def deliver(award: Award, *, by: User, now: datetime, proof: str = "", version: int | None = None) -> Award:
    """Record that a given remedy reached the customer, with a reference that proves it if there is one.

    Refused: ``out_of_reach``, ``wrong_state``, ``case_closed``, ``historical_case``, ``rep_needed``,
    ``changed_meanwhile``.
    """
    held, locked = hold_award(award, by=by, version=version)
    can_deliver(by, locked).enforce()
    AWARD.move(locked, AwardStatus.DELIVERED)
    locked.delivered_at, locked.proof = now, said(proof, "proof", at_most=200)
    locked.version += 1
    locked.save(update_fields=["status", "delivered_at", "proof", "version"])
    if locked.delivery is not None and locked.delivery.status == ObligationStatus.OPEN:
        discharge(locked.delivery, case=held, by=by, now=now)
    ledger.move(locked, locked.cost_minor, of=Account.COMMITTED, to=Account.DELIVERED, by=by, now=now)
    record_award(EventType.AWARD_DELIVERED, locked, by=by, now=now, words={"proof": locked.proof})
    casework.save(held)
    return locked
