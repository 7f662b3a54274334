"""The ledger: each entry moves an amount from one account to another, so the books balance by construction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Subquery

from accounts.models import User
from cases.models import Incident
from compensation.enums import Account, Basis
from compensation.models import Award, Decision, LedgerEntry


def move(
    award: Award, amount_minor: int, *, of: Account, to: Account, by: User | None, now: datetime
) -> LedgerEntry | None:
    """Enter one move of an award's money, in the transaction that makes it so. Nothing is entered for nothing."""
    if amount_minor == 0:
        return None
    return LedgerEntry.objects.create(
        award=award,
        at=now,
        basis=award.basis,
        from_account=of,
        to_account=to,
        amount_minor=amount_minor,
        currency=award.currency,
        unit_id=award.unit_id,
        team_id=award.team_id,
        incident_id=Subquery(Incident.objects.filter(case_id=award.case_id).order_by("id").values("id")[:1]),
        rep_id=award.given_by_id,
        by=by,
    )


def enter(decision: Decision, *, of: Account, to: Account, by: User, now: datetime) -> LedgerEntry | None:
    """Enter what honoring an error costs us, or, once another decision supersedes it, that it is taken back.

    It stands to whoever made the mistake, or, where no colleague did, to whoever decided. Nothing is entered for nothing.
    """
    if decision.cost_minor == 0:
        return None
    error = decision.error
    return LedgerEntry.objects.create(
        decision=decision,
        at=now,
        basis=Basis.COST_OF_ERROR,
        from_account=of,
        to_account=to,
        amount_minor=decision.cost_minor,
        currency=decision.currency,
        unit_id=error.unit_id,
        team_id=error.originator.team_id if error.originator else decision.by.team_id,
        incident_id=error.incident_id,
        rep_id=error.originator_id or decision.by_id,
        by=by,
    )
