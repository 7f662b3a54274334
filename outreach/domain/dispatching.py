"""What the clock does to calls: gives them to reps who are there, takes back what was left untouched, withdraws others."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.domain.notices import Telling, tell_all
from accounts.models import User
from accounts.queries import there
from cases.domain import casework
from cases.domain.obligations import put_with
from cases.models import Case, CustomerPhone
from journal.domain.log import Entry, record, record_many
from journal.enums import EventType
from outreach.domain import callers, hours
from outreach.domain.calls import hold, lease
from outreach.domain.outcomes import end_obligation, tell_given_up
from outreach.domain.sharing import Desks, desks, share
from outreach.domain.workflow import CALL
from outreach.enums import CallStatus, Withdrawn
from outreach.models import FollowUpCall, Program
from outreach.queries.calls import callers_by_unit
from outreach.queries.dials import is_spoken_on
from outreach.queries.programs import LIVE

logger = logging.getLogger(__name__)

BATCH = 100
# Where the rules allow no calls at all, they are asked again so much later: somebody may have changed them.
NO_HOURS_AGAIN = timedelta(days=1)


def dispatch(*, now: datetime, limit: int = BATCH) -> int:
    """Withdraw, take back, and give out up to ``limit`` calls; returns how many were given out."""
    withdraw_unwanted(now=now, limit=limit)
    take_back(now=now, limit=limit)
    return give_out(now=now, limit=limit)


def _locked(calls: QuerySet[FollowUpCall]) -> QuerySet[FollowUpCall]:
    if connection.vendor == "postgresql":
        return calls.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return calls


@transaction.atomic
def take_back(*, now: datetime, limit: int = BATCH) -> int:
    """Calls whose lease ran out untouched, or whose rep went away, wait for somebody else; returns how many.

    One on which its rep has a line up stays with them. Who went away may still record what came of it.
    """
    gone = User.objects.filter(~there(now)).values("pk")
    left = FollowUpCall.objects.filter(Q(leased_until__lte=now) | Q(rep__in=gone), status=CallStatus.DISPATCHED)
    calls = list(_locked(left.exclude(is_spoken_on(now=now)).order_by("leased_until"))[:limit])
    if not calls:
        return 0
    expired = {call for call in calls if call.leased_until is not None and call.leased_until <= now}
    for call in calls:
        CALL.move(call, CallStatus.PLANNED)
        call.leased_until = None
        call.version += 1
    FollowUpCall.objects.bulk_update(calls, ["status", "leased_until", "version"])
    put_with({call.obligation_id: None for call in calls}, now=now)
    record_many(
        Entry(
            EventType.CALL_RETURNED,
            ("call", call.pk),
            now,
            customer_id=call.customer_id,
            case_id=call.case_id,
            data={"from": call.rep_id, "because": "untouched" if call in expired else "away"},
        )
        for call in calls
    )
    return len(calls)


@transaction.atomic
def give_out(*, now: datetime, limit: int = BATCH) -> int:
    """Give calls whose time has come to reps who are there, most pressing first. In a constant number of statements.

    Whose call it is says ``sharing``. Outside the hours where the customer is, its next attempt moves to when they open.
    """
    ready = FollowUpCall.objects.filter(status=CallStatus.PLANNED, not_before__lte=now, customer__do_not_call=False)
    free = _desks(set(ready.order_by().values_list("unit_id", flat=True).distinct()), now=now)
    # What nobody is free for is left out, so that it does not fill the batch while it waits.
    ready = ready.filter(_somebody_free_for(free, now=now))
    particulars = ready.select_related("customer", "obligation").order_by("not_before", "id")
    calls = list(_locked(particulars)[:limit])
    if not calls:
        return 0
    rules = hours.rules()
    closed = [call for call in calls if not hours.can_call_now(call.customer, now=now, by_jurisdiction=rules)]
    for call in closed:
        opening = hours.next_open(call.customer, after=now, by_jurisdiction=rules)
        call.not_before = opening or now + NO_HOURS_AGAIN
    FollowUpCall.objects.bulk_update(closed, ["not_before"])
    open_now = [call for call in calls if call not in closed]
    given = share(sorted(open_now, key=lambda call: (call.obligation.due_end, call.pk)), free, now=now)
    if given:
        _give(given, now=now)
    return len(given)


def _desks(unit_ids: set[int], *, now: datetime) -> Desks:
    """Who is there, by unit and program. They are held until the transaction ends, so that nobody takes one beside it."""
    people = callers_by_unit(unit_ids, there=there(now))
    ids = {rep.pk for reps in people.values() for rep in reps}
    rows = User.objects.filter(pk__in=ids).order_by("pk")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, no_key=True)
    held = {person.pk: person for person in rows}
    reps = {unit_id: [held[rep.pk] for rep in reps if rep.pk in held] for unit_id, reps in people.items()}
    return desks(reps, callers.known(held.values(), now=now), [*Program.objects.all(), None])


def _somebody_free_for(free: Desks, *, now: datetime) -> Q:
    """Calls of the programs and units for which somebody is free, languages whose speakers are all busy excepted."""
    alike: dict[tuple[int | None, frozenset[str]], list[int]] = defaultdict(list)
    for (unit_id, program_id), desk in free.items():
        if desk.free():
            alike[program_id, desk.tied()].append(unit_id)
    wanted = Q(pk__in=())
    for (program_id, tied), unit_ids in alike.items():
        these = Q(unit__in=unit_ids, program=program_id) if program_id else Q(unit__in=unit_ids, program__isnull=True)
        for tongue in sorted(tied):
            spoken = Q(customer__language__iexact=tongue) | Q(customer__language__istartswith=f"{tongue}-")
            these &= ~spoken | Q(obligation__due_end__lte=now)
        wanted |= these
    return wanted


def _give(given: list[tuple[FollowUpCall, User]], *, now: datetime) -> None:
    until = now + lease()
    for call, rep in given:
        CALL.move(call, CallStatus.DISPATCHED)
        call.rep, call.leased_until = rep, until
        call.version += 1
    FollowUpCall.objects.bulk_update([call for call, _ in given], ["status", "rep", "leased_until", "version"])
    put_with({call.obligation_id: rep for call, rep in given}, now=now)
    record_many(
        Entry(
            EventType.CALL_DISPATCHED,
            ("call", call.pk),
            now,
            customer_id=call.customer_id,
            case_id=call.case_id,
            data={"to": rep.pk, "taken": False, "leased_until": until.isoformat()},
        )
        for call, rep in given
    )
    tell_all(
        [
            Telling(
                [rep],
                key=f"call:{call.pk}:{call.version}",
                kind="call_given",
                title=f"A call to make: {call.customer.display_name}",
                path=f"/calls/{call.pk}",
                urgent=True,
            )
            for call, rep in given
        ],
        now=now,
    )


def withdraw_unwanted(*, now: datetime, limit: int = BATCH) -> int:
    """Give up calls that may not be made any more, wherever they are; returns how many. Each by itself."""
    usable = CustomerPhone.objects.filter(customer=OuterRef("customer"), wrong=False)
    # Asked this often it is asked of a small index: SQLite takes none for a status that is one of several.
    live = FollowUpCall.objects.filter(status__in=LIVE, finished_at__isnull=True)
    unwanted = live.filter(Q(customer__do_not_call=True) | ~Exists(usable))
    count = 0
    for call in unwanted.select_related("customer").order_by("id")[:limit]:
        because = Withdrawn.DO_NOT_CALL if call.customer.do_not_call else Withdrawn.NO_PHONE
        try:
            count += withdraw(call, because=because, now=now)
        except Exception:
            logger.exception("Call %d could not be withdrawn.", call.pk)
    return count


@transaction.atomic
def withdraw(call: FollowUpCall, *, because: Withdrawn, now: datetime) -> bool:
    """Give up a call that nobody may make any more. The system's own work; False if it was finished meanwhile."""
    case = casework.hold(Case(pk=call.case_id), by=None) if call.case_id is not None else None
    held = hold(call, by=None)
    if held.status not in LIVE:
        return False
    CALL.move(held, CallStatus.GIVEN_UP)
    held.finished_at, held.leased_until = now, None
    held.version += 1
    held.save(update_fields=["status", "finished_at", "leased_until", "version"])
    end_obligation(held, case, done=False, by=None, now=now)
    if case is not None and not case.is_closed and not case.historical:
        casework.save(case)
    record(
        EventType.CALL_FINISHED,
        subject=("call", held.pk),
        now=now,
        customer_id=held.customer_id,
        case_id=held.case_id,
        data={"status": held.status, "because": because.value, "attempts": held.attempts_made},
    )
    if because != Withdrawn.DO_NOT_CALL:
        tell_given_up(held, case, now=now)
    return True
