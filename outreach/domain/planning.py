"""From signals to calls: who is to be called about what, and why somebody is not."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from cases.domain import casework
from cases.domain.obligations import Debt, owe_all
from cases.enums import ObligationKind
from cases.models import Case
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.domain import hours
from outreach.enums import SignalFate, SignalKind
from outreach.models import FollowUpCall, Program, Signal
from outreach.queries.calls import LIVE, program_in_force, usable_phones

logger = logging.getLogger(__name__)

BATCH = 200
# When the hours first open after the time a call is due by, it is due so long after they open.
AFTER_OPENING = timedelta(hours=1)


def plan(*, now: datetime, limit: int = BATCH) -> int:
    """Give up to ``limit`` new signals their fate: a call, or the reason why there is none. Returns how many.

    One that cannot be weighed is left and reported, and the others go on.
    """
    ids = list(Signal.objects.filter(fate="").order_by("id").values_list("id", flat=True)[:limit])
    program = program_in_force()
    if not ids or program is None:
        return 0
    try:
        return _plan(ids, program, now=now)
    except Exception:
        logger.exception("A batch of %d signals could not be weighed; trying them one by one.", len(ids))
    return sum(_plan_one(signal_id, program, now=now) for signal_id in ids)


def _plan_one(signal_id: int, program: Program, *, now: datetime) -> int:
    try:
        return _plan([signal_id], program, now=now)
    except Exception:
        logger.exception("Signal %d could not be weighed.", signal_id)
        return 0


@dataclass(frozen=True)
class _Plan:
    """A call to be: its signal, when its first attempt may be made and by when it is owed."""

    signal: Signal
    not_before: datetime
    due: datetime


@transaction.atomic
def _plan(ids: Iterable[int], program: Program, *, now: datetime) -> int:
    """The batch in a constant number of statements. Locks signals, then cases."""
    new = Signal.objects.filter(pk__in=ids, fate="").select_related("customer").order_by("id")
    if connection.vendor == "postgresql":
        new = new.select_for_update(of=("self",), skip_locked=True, no_key=True)
    signals = list(new.prefetch_related(usable_phones()))
    rules = hours.rules()
    customer_ids = {signal.customer_id for signal in signals}
    taken = set(
        FollowUpCall.objects.filter(customer__in=customer_ids, status__in=LIVE).values_list("customer_id", flat=True)
    )
    plans: list[_Plan] = []
    for signal in signals:
        signal.fate = weigh(signal, program, already=signal.customer_id in taken, now=now)
        if signal.fate != SignalFate.CALL_PLANNED:
            continue
        opening = hours.next_open(signal.customer, after=now, by_jurisdiction=rules)
        if opening is None:
            signal.fate = SignalFate.NO_HOURS
            continue
        due = max(now + timedelta(hours=program.contact_within_hours), opening + AFTER_OPENING)
        plans.append(_Plan(signal, opening, due))
        taken.add(signal.customer_id)
    Signal.objects.bulk_update(signals, ["fate"])
    calls = _owe_calls(plans, now=now)
    record_many(
        [_planned(call, now=now) for call in calls]
        + [_set_aside(signal, now=now) for signal in signals if signal.fate != SignalFate.CALL_PLANNED]
    )
    return len(signals)


def weigh(signal: Signal, program: Program, *, already: bool, now: datetime) -> SignalFate:
    """What is to become of a signal. A flag or a dispute is dissatisfaction by itself; a score has to be low enough.

    ``signal.customer.usable_phones`` holds the numbers that may be dialed; ``already`` says that a call is planned.
    """
    dissatisfied = signal.kind != SignalKind.SURVEY or (
        signal.score is not None and signal.score <= program.score_at_most
    )
    too_old = now - timedelta(days=settings.RECOVERY["SIGNAL_MAX_AGE_DAYS"])
    obstacles = (
        (not dissatisfied, SignalFate.SATISFIED),
        (signal.at < too_old, SignalFate.TOO_OLD),
        (signal.customer.do_not_call, SignalFate.DO_NOT_CALL),
        (not signal.customer.usable_phones, SignalFate.NO_PHONE),  # type: ignore[attr-defined]
        (already, SignalFate.ALREADY_PLANNED),
    )
    return next((fate for stands, fate in obstacles if stands), SignalFate.CALL_PLANNED)


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
        data={"signal": call.signal_id, "not_before": call.not_before.isoformat()},
    )


def _set_aside(signal: Signal, *, now: datetime) -> Entry:
    return Entry(
        EventType.SIGNAL_SET_ASIDE,
        ("signal", signal.pk),
        now,
        customer_id=signal.customer_id,
        case_id=signal.case_id,
        data={"fate": signal.fate},
    )
