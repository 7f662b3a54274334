"""What is owed: one door for owing it, handing it on and being done with it.

The case's count of open obligations moves here, in memory; the verb that holds the case saves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from accounts.domain.notices import settle
from accounts.models import User
from accounts.queries import supervisors_of_unit
from cases.domain.workflow import OBLIGATION
from cases.enums import DisclosureStatus, ObligationKind, ObligationStatus, OwedBecause
from cases.models import Case, Customer, Disclosure, Obligation

NOT_THE_OWNERS = (ObligationKind.APPROVAL, ObligationKind.FOLLOW_UP_CALL)
# Calls that the owner of the case owes, since nobody of us made the mistake.
BY_OWNER = (OwedBecause.SYSTEM, OwedBecause.PARTNER, OwedBecause.UNKNOWN)

# Of these somebody hears at once, before the ladder rings.
TOLD_AT_ONCE = (ObligationKind.APPROVAL, ObligationKind.DISCLOSURE)


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
        reminded=kind in TOLD_AT_ONCE,
        created_by=by,
        created_at=now,
    )


@dataclass(frozen=True)
class Debt:
    """What ``owe_all`` writes down; the same as the arguments of ``owe``. ``case`` is held by the caller."""

    what: str
    customer: Customer
    unit_id: int
    case: Case | None
    due_end: datetime


def owe_all(kind: ObligationKind, debts: Iterable[Debt], *, now: datetime) -> list[Obligation]:
    """Write down many of one kind in one statement: the system's own work, owed by nobody yet. See ``owe``."""
    listed = list(debts)
    for debt in listed:
        if debt.case is not None:
            debt.case.open_obligations += 1
    return Obligation.objects.bulk_create(
        Obligation(
            kind=kind,
            what=debt.what[:200],
            customer=debt.customer,
            unit_id=debt.unit_id,
            case=debt.case,
            due_end=debt.due_end,
            zone=debt.customer.time_zone,
            next_look_at=now,
            created_at=now,
        )
        for debt in listed
    )


def put_with(owners: Mapping[int, User | None], *, now: datetime) -> None:
    """Say who owes these open obligations from now on, by their ids: one statement a batch. None: the supervisors.

    What had fallen due stays to the credit of whoever held it then.
    """
    held = list(
        Obligation.objects.select_for_update(of=("self",), no_key=True).filter(
            pk__in=owners, status=ObligationStatus.OPEN
        )
    )
    for obligation in held:
        if obligation.due_end <= now and obligation.credited_to_id is None:
            obligation.credited_to_id = obligation.owner_id
        obligation.owner = owners[obligation.pk]
        obligation.next_look_at = now
    Obligation.objects.bulk_update(held, ["owner", "credited_to", "next_look_at"])


def discharge(obligation: Obligation, *, case: Case | None, by: User | None, now: datetime) -> None:
    """It is done. The caller holds the case, if there is one, and saves it. Refused: ``wrong_state``."""
    _end(obligation, ObligationStatus.DISCHARGED, case=case, by=by, now=now)


def abandon(obligation: Obligation, *, case: Case | None, by: User | None, now: datetime) -> None:
    """It is owed no longer. The caller holds the case, if there is one, and saves it. Refused: ``wrong_state``."""
    _end(obligation, ObligationStatus.ABANDONED, case=case, by=by, now=now)


def reminder_key(obligation_id: int, which: object = "") -> str:
    """The key of a notice that reminds of this. All of them leave the desks when it is owed no longer."""
    return f"rung:{obligation_id}:{which}"


def _end(obligation: Obligation, to: ObligationStatus, *, case: Case | None, by: User | None, now: datetime) -> None:
    OBLIGATION.move(obligation, to)
    if obligation.credited_to_id is None:
        obligation.credited_to_id = obligation.owner_id
    obligation.ended_at, obligation.ended_by, obligation.next_look_at = now, by, None
    obligation.save(update_fields=["status", "credited_to", "ended_at", "ended_by", "next_look_at"])
    if obligation.reminded:
        reminded = Q(pk=obligation.owner_id) | Q(pk__in=supervisors_of_unit(obligation.unit_id).values("pk"))
        settle(User.objects.filter(reminded), about=[reminder_key(obligation.pk)], now=now)
    if case is not None:
        case.open_obligations -= 1


def put_off(obligation: Obligation, *, owner: User | None, due_end: datetime, zone: str, now: datetime) -> None:
    """It is owed anew: by this person, by this time in their zone. The reminder ladder begins again."""
    obligation.owner, obligation.due_end, obligation.zone = owner, due_end, zone
    obligation.credited_to, obligation.next_look_at = None, now
    obligation.save(update_fields=["owner", "due_end", "zone", "credited_to", "next_look_at"])


def hand_on(case: Case, *, old_owner: User | None, new_owner: User, now: datetime) -> int:
    """Move what the old owner owes on a case to the new one; returns how many.

    What had fallen due stays to the credit of whoever held it then. Approvals wait with the supervisors, follow-up calls
    with the group that makes them, and to tell a customer of a mistake stays with whoever made it: only where nobody of
    us did it is the owner's, and goes along.
    """
    theirs = Disclosure.objects.filter(case=case, status=DisclosureStatus.OWED, owed_because__in=BY_OWNER)
    whose = Q(owner=old_owner)
    if old_owner is not None:
        whose |= Q(covers_for=old_owner)  # with somebody who covers for them
    open_ones = Obligation.objects.filter(
        whose & ~Q(kind__in=[*NOT_THE_OWNERS, ObligationKind.DISCLOSURE])
        | Q(kind=ObligationKind.DISCLOSURE, pk__in=theirs.values("pk")),
        case=case,
        status=ObligationStatus.OPEN,
    )
    held = dict(open_ones.values_list("pk", "owner_id"))
    if held:
        open_ones.filter(due_end__lte=now, credited_to__isnull=True).update(credited_to=F("owner"))
        Obligation.objects.filter(pk__in=held).update(owner=new_owner, covers_for=None, next_look_at=now)
        theirs.update(owed_by=new_owner)
        reminded = User.objects.filter(pk__in={owner for owner in held.values() if owner is not None})
        settle(reminded, about=[reminder_key(each) for each in held], now=now)
    return len(held)
