"""From signals to calls: who is to be called about what, and why somebody is not."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from cases.domain import casework
from cases.domain.obligations import Debt, owe_all
from cases.enums import ObligationKind
from cases.models import Case
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.domain import hours
from outreach.domain.qualifying import Known, Weighed, weigh
from outreach.domain.setting_aside import set_aside
from outreach.enums import SignalFate
from outreach.models import FollowUpCall, HeldOut, Program, Signal
from outreach.queries.calls import usable_phones
from outreach.queries.health import not_set_aside
from outreach.queries.planning import facts_of
from outreach.queries.programs import programs_in_force

logger = logging.getLogger(__name__)

BATCH = 200
# When the hours first open after the time a call is due by, it is due so long after they open.
AFTER_OPENING = timedelta(hours=1)


def plan(*, now: datetime, limit: int = BATCH) -> int:
    """Give up to ``limit`` new signals their fate: a call, or the reason why there is none. Returns how many it looked at.

    While no program is in force they wait. One that cannot be weighed is set aside and reported, and the others go on.
    """
    ids = list(_to_weigh(now=now).order_by("id").values_list("id", flat=True)[:limit])
    programs = programs_in_force() if ids else []
    if not programs:
        return 0
    try:
        return _plan(ids, programs, now=now)
    except Exception:
        logger.exception("A batch of %d signals could not be weighed; trying them one by one.", len(ids))
    return sum(_plan_one(signal_id, programs, now=now) for signal_id in ids)


def _to_weigh(*, now: datetime) -> QuerySet[Signal]:
    return Signal.objects.filter(not_set_aside(now), fate="")


def _plan_one(signal_id: int, programs: list[Program], *, now: datetime) -> int:
    try:
        return _plan([signal_id], programs, now=now)
    except Exception:
        logger.exception("Signal %d could not be weighed; set aside.", signal_id)
        return set_aside(_to_weigh(now=now), signal_id, now=now)


@dataclass(frozen=True)
class _Plan:
    """A call to be: its signal and program, when its first attempt may be made and by when it is owed."""

    signal: Signal
    program: Program
    by_lot: bool
    not_before: datetime
    due: datetime


@transaction.atomic
def _plan(ids: Iterable[int], programs: list[Program], *, now: datetime) -> int:
    """The batch in a constant number of statements. Locks signals, then cases."""
    new = _to_weigh(now=now).filter(pk__in=ids).select_related("customer").order_by("id")
    if connection.vendor == "postgresql":
        new = new.select_for_update(of=("self",), skip_locked=True, no_key=True)
    signals = list(new.prefetch_related(usable_phones()))
    rules, known = hours.rules(), Known(**facts_of(signals))
    plans: list[_Plan] = []
    weighed: list[tuple[Signal, Weighed]] = []
    for signal in signals:
        found = weigh(signal, programs, known, now=now)
        opening = hours.next_open(signal.customer, after=now, by_jurisdiction=rules) if _could_call(found) else None
        if _could_call(found) and opening is None:
            found = Weighed(SignalFate.NO_HOURS, found.program)
        signal.fate = found.fate
        weighed.append((signal, found))
        if found.fate == SignalFate.CALL_PLANNED and found.program is not None and opening is not None:
            due = max(now + timedelta(hours=found.program.contact_within_hours), opening + AFTER_OPENING)
            plans.append(_Plan(signal, found.program, found.by_lot, opening, due))
            known.live.add(signal.customer_id)
        elif found.fate == SignalFate.HELD_OUT and found.program is not None and found.by_lot:
            known.left_out[signal.customer_id, found.program.pk] = now
    Signal.objects.bulk_update(signals, ["fate"])
    _leave_out(weighed, now=now)
    calls = _owe_calls(plans, now=now)
    record_many(
        [_planned(call, now=now) for call in calls]
        + [_not_called(signal, found, now=now) for signal, found in weighed if found.fate != SignalFate.CALL_PLANNED]
    )
    return len(signals)


def _could_call(found: Weighed) -> bool:
    """Whether hours matter: for who is called, and for who would have been but for the lot."""
    return found.fate in (SignalFate.CALL_PLANNED, SignalFate.HELD_OUT)


def _leave_out(weighed: Iterable[tuple[Signal, Weighed]], *, now: datetime) -> None:
    """Write down whom a lot left uncalled: once for as long as it holds."""
    HeldOut.objects.bulk_create(
        HeldOut(signal=signal, program=found.program, customer_id=signal.customer_id, case_id=signal.case_id, at=now)
        for signal, found in weighed
        if found.fate == SignalFate.HELD_OUT and found.by_lot and found.program is not None
    )


def _owe_calls(plans: list[_Plan], *, now: datetime) -> list[FollowUpCall]:
    """Write the calls and what is owed with them.

    A closed case cannot have anything open on it, so a call about one is owed to the customer alone: its obligation has
    no case, the call itself says which case it is about. A call about an open case is owed on it, and it cannot close
    before the call is made.
    """
    cases = casework.hold_all(plan.signal.case_id for plan in plans if plan.signal.case_id is not None)

    def owed_on(signal: Signal) -> Case | None:
        case = cases.get(signal.case_id) if signal.case_id is not None else None
        return None if case is None or case.is_closed or case.historical else case

    debts = [
        Debt(
            what="Call: they are dissatisfied",
            customer=plan.signal.customer,
            unit_id=plan.signal.unit_id,
            case=owed_on(plan.signal),
            due_end=plan.due,
        )
        for plan in plans
    ]
    obligations = owe_all(ObligationKind.FOLLOW_UP_CALL, debts, now=now)
    casework.save_all({debt.case.pk: debt.case for debt in debts if debt.case is not None}.values())
    return FollowUpCall.objects.bulk_create(
        FollowUpCall(
            obligation=obligation,
            customer_id=plan.signal.customer_id,
            unit_id=plan.signal.unit_id,
            case_id=plan.signal.case_id,
            signal=plan.signal,
            program=plan.program,
            by_lot=plan.by_lot,
            close_by=now + timedelta(hours=plan.program.close_within_hours),
            not_before=plan.not_before,
        )
        for plan, obligation in zip(plans, obligations, strict=True)
    )


def _planned(call: FollowUpCall, *, now: datetime) -> Entry:
    return Entry(
        EventType.CALL_PLANNED,
        ("call", call.pk),
        now,
        customer_id=call.customer_id,
        case_id=call.case_id,
        data={"signal": call.signal_id, "program": call.program_id, "not_before": call.not_before.isoformat()},
    )


def _not_called(signal: Signal, found: Weighed, *, now: datetime) -> Entry:
    return Entry(
        EventType.SIGNAL_SET_ASIDE,
        ("signal", signal.pk),
        now,
        customer_id=signal.customer_id,
        case_id=signal.case_id,
        data={"fate": signal.fate, "program": found.program.pk if found.program else None},
    )
