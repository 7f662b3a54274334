"""What is owed: one door for owing it, handing it on and being done with it.

The case's count of open obligations moves here, in memory; the verb that holds the case saves it.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from cases.domain.workflow import OBLIGATION
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Case, Customer, Obligation


def owe(
    kind: ObligationKind,
    *,
    what: str,
    customer: Customer,
    unit_id: int,
    case: Case | None,
    owner: User | None,
    due_end: datetime,
    now: datetime,
    by: User | None,
    due_start: datetime | None = None,
    zone: str | None = None,
) -> Obligation:
    """Write down that something is owed by ``due_end`` (aware, UTC). ``case`` is held by the caller, who saves it.

    No owner means that the supervisors of the unit owe it. The reminder ladder looks at it at once and then plans.
    """
    if case is not None:
        case.open_obligations += 1
    return Obligation.objects.create(
        kind=kind,
        what=what[:200],
        customer=customer,
        unit_id=unit_id,
        case=case,
        owner=owner,
        due_start=due_start,
        due_end=due_end,
        zone=zone or customer.time_zone,
        next_look_at=now,
        created_by=by,
        created_at=now,
    )


def discharge(obligation: Obligation, *, case: Case | None, by: User | None, now: datetime) -> None:
    """It is done. The caller holds the case, if there is one, and saves it. Refused: ``wrong_state``."""
    _end(obligation, ObligationStatus.DISCHARGED, case=case, by=by, now=now)


def abandon(obligation: Obligation, *, case: Case | None, by: User | None, now: datetime) -> None:
    """It is owed no longer. The caller holds the case, if there is one, and saves it. Refused: ``wrong_state``."""
    _end(obligation, ObligationStatus.ABANDONED, case=case, by=by, now=now)


def _end(obligation: Obligation, to: ObligationStatus, *, case: Case | None, by: User | None, now: datetime) -> None:
    OBLIGATION.move(obligation, to)
    if obligation.credited_to_id is None:
        obligation.credited_to = obligation.owner
    obligation.ended_at, obligation.ended_by, obligation.next_look_at = now, by, None
    obligation.save(update_fields=["status", "credited_to", "ended_at", "ended_by", "next_look_at"])
    if case is not None:
        case.open_obligations -= 1


def hand_on(case: Case, *, old_owner: User | None, new_owner: User, now: datetime) -> int:
    """Move what the old owner owes on a case to the new one; returns how many.

    What had fallen due stays to the credit of whoever held it then. Approvals wait with the supervisors and stay.
    """
    open_ones = Obligation.objects.filter(case=case, status=ObligationStatus.OPEN, owner=old_owner).exclude(
        kind=ObligationKind.APPROVAL
    )
    if old_owner is not None:
        open_ones.filter(due_end__lte=now, credited_to__isnull=True).update(credited_to=old_owner)
    return open_ones.update(owner=new_owner, next_look_at=now)
