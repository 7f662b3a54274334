"""Follow-up calls: taken by a rep, attempted, turned around or not, given up.

One door for what a rep does. What the clock does to calls is in ``dispatching``. Lock order: the case, then the call,
then the customer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.notices import tell
from accounts.enums import Role
from accounts.models import User
from accounts.queries import supervisors_of_unit
from cases.domain import casework
from cases.domain.contacts import note_contact
from cases.domain.customers import mark_wrong_number
from cases.domain.obligations import abandon, discharge, put_with
from cases.enums import Channel, Direction, ObligationStatus, Reached
from cases.models import Case, Cause, CustomerPhone
from journal.domain.log import record, together
from journal.enums import EventType
from outreach.domain import aftermath, hours
from outreach.domain.workflow import CALL
from outreach.enums import CallOutcome, CallStatus
from outreach.models import CallAttempt, FollowUpCall
from outreach.queries.calls import program_in_force, usable_phones, visible_calls, waiting

logger = logging.getLogger(__name__)

REACHED = {CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND, CallOutcome.REFUSED}
UNANSWERED = (CallOutcome.NO_ANSWER, CallOutcome.LEFT_MESSAGE)
WORDS_LENGTH = 5000
# Among so many of the most pressing calls the next one is looked for.
LOOKED_THROUGH = 50

# How an attempt stands among the contacts of its case.
AS_CONTACT = {
    CallOutcome.TURNED_AROUND: Reached.CUSTOMER,
    CallOutcome.NOT_TURNED_AROUND: Reached.CUSTOMER,
    CallOutcome.REFUSED: Reached.CUSTOMER,
    CallOutcome.LEFT_MESSAGE: Reached.LEFT_MESSAGE,
    CallOutcome.NO_ANSWER: Reached.NO_ANSWER,
    CallOutcome.WRONG_NUMBER: Reached.WRONG_PERSON,
}


def lease() -> timedelta:
    """How long a call stays with a rep who does nothing about it."""
    return timedelta(minutes=settings.RECOVERY["CALL_LEASE_MINUTES"])


def in_call_group(user: User) -> Verdict:
    """Calls are made by the people chosen for it."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    if user.role == Role.ADMIN:
        return refuse("rep_needed", "Administrators set the rules; reps and supervisors work on cases.")
    if not user.takes_calls:
        return refuse("not_in_call_group", "You are not in the group that calls dissatisfied customers.")
    return ALLOWED


def can_take(user: User, call: FollowUpCall, *, now: datetime, rules: hours.Rules | None = None) -> Verdict:
    """Somebody of the call group takes a call that waits, at a time when the customer may be called.

    One that is with them already may be taken again, which renews the time they have for it.
    """
    if call.status == CallStatus.DISPATCHED:
        if call.rep_id == user.pk:
            return first_no(in_call_group(user), hours.can_call_now(call.customer, now=now, by_jurisdiction=rules))
        name = call.rep.name if call.rep else "A colleague"
        return refuse("with_a_colleague", f"{name} has this call.")
    if call.status != CallStatus.PLANNED:
        return CALL.verdict(call.status, CallStatus.DISPATCHED)
    allowed = first_no(in_call_group(user), hours.can_call_now(call.customer, now=now, by_jurisdiction=rules))
    if allowed and call.not_before > now:
        local = call.not_before.astimezone(call.customer.zone)
        return refuse("too_soon", f"The next try is planned for {local:%A %H:%M} their time. Give them until then.")
    return allowed


def can_record(user: User, call: FollowUpCall) -> Verdict:
    """Whoever has the call records what came of it; so does whoever had it last, if it ran longer than their lease."""
    allowed = in_call_group(user)
    if not allowed:
        return allowed
    if call.status == CallStatus.DISPATCHED and call.rep_id != user.pk:
        name = call.rep.name if call.rep else "A colleague"
        return refuse("with_a_colleague", f"{name} has this call.")
    if call.status == CallStatus.PLANNED and call.rep_id != user.pk:
        return refuse("take_first", "Take this call first, so that nobody else calls them at the same time.")
    if call.status not in (CallStatus.PLANNED, CallStatus.DISPATCHED):
        return CALL.verdict(call.status, CallStatus.DONE)
    return ALLOWED


def number_to_dial(call: FollowUpCall, phones: list[CustomerPhone]) -> str:
    """The number for the next try: another one each time, where the customer has several; blank when there is none."""
    return phones[call.attempts_made % len(phones)].number if phones else ""


def hold(call: FollowUpCall, *, by: User | None) -> FollowUpCall:
    """The call's row as it is now, locked until the transaction ends; the customer with their ``usable_phones``.

    Refused: ``out_of_reach``.
    """
    rows = FollowUpCall.objects.all() if by is None else visible_calls(by)
    held = (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "unit", "obligation", "signal", "rep")
        .prefetch_related(usable_phones())
        .filter(pk=call.pk)
        .first()
    )
    if held is None:
        raise Refused("out_of_reach", "There is no such call.")
    if held.rep is None and held.rep_id is not None:
        # It was given to somebody while we waited for the lock: what is joined to the row is as it was before.
        held.rep = User.objects.get(pk=held.rep_id)
    return held


@transaction.atomic
def take(call: FollowUpCall, *, by: User, now: datetime) -> FollowUpCall:
    """Take a call that waits, or keep one for longer.

    Refused: ``out_of_reach``, ``not_in_call_group``, ``rep_needed``, ``person_needed``, ``with_a_colleague``,
    ``wrong_state``, ``do_not_call``, ``outside_hours``, ``too_soon``.
    """
    held = hold(call, by=by)
    can_take(by, held, now=now).enforce()
    new = held.status == CallStatus.PLANNED
    if new:
        CALL.move(held, CallStatus.DISPATCHED)
        held.rep = by
    held.leased_until = now + lease()
    held.version += 1
    held.save(update_fields=["status", "rep", "leased_until", "version"])
    if new:
        put_with({held.obligation_id: by}, now=now)
        record(
            EventType.CALL_DISPATCHED,
            subject=("call", held.pk),
            by=by,
            now=now,
            customer_id=held.customer_id,
            case_id=held.case_id,
            data={"to": by.pk, "taken": True, "leased_until": held.leased_until.isoformat()},
        )
    return held


def take_next(*, by: User, now: datetime) -> FollowUpCall:
    """Take the most pressing call that waits and may be made now.

    One that a colleague takes first, or whose customer may not be called at this hour, does not stand in the way of the
    next. Refused: ``nothing_waits``, and as ``in_call_group``.
    """
    in_call_group(by).enforce()
    rules = hours.rules()
    for call in waiting(by, now=now)[:LOOKED_THROUGH]:
        if not can_take(by, call, now=now, rules=rules):
            continue
        try:
            return take(call, by=by, now=now)
        except Refused as refused:
            logger.info("Call %d was passed over: %s.", call.pk, refused.code)
    raise Refused("nothing_waits", "No call can be made just now. One will be shown here as soon as it can.")


@dataclass(frozen=True)
class Said:
    """What the rep heard: what went wrong, what would put it right, which cause, and words for colleagues."""

    what_went_wrong: str = ""
    what_would_help: str = ""
    cause: Cause | None = None
    words: str = ""


@transaction.atomic
@together()
def record_outcome(
    call: FollowUpCall,
    *,
    outcome: str,
    by: User,
    now: datetime,
    phone: str = "",
    what_went_wrong: str = "",
    what_would_help: str = "",
    cause: Cause | None = None,
    words: str = "",
) -> FollowUpCall:
    """Record what one attempt came to, and plan what follows from it.

    Not reached: the next attempt after a growing gap and within calling hours, or the call is given up. A wrong number
    is marked, and the next one is tried at once. Reached and turned around: done. Reached and still dissatisfied: done,
    and the case goes on: a closed one is reopened, and where there is none, one is opened.
    ``phone`` is the number that was dialed, the proposed one if blank.
    Refused: ``out_of_reach``, ``take_first``, ``with_a_colleague``, ``wrong_state``, ``invalid``, ``words_needed``,
    ``other_phone``, ``cause_retired``, and as ``in_call_group``.
    """
    said = Said(what_went_wrong.strip(), what_would_help.strip(), cause, words.strip())
    _check(outcome, said)
    # A case is set when the call is planned or ended, so what the caller saw is what to lock first.
    case = casework.hold(Case(pk=call.case_id), by=None) if call.case_id is not None else None
    held = hold(call, by=by)
    can_record(by, held).enforce()
    if said.cause is not None and case is not None and outcome in REACHED:
        case = aftermath.note_cause(case, said.cause, by=by, now=now)
    if case is not None:
        held.case = case
    phones: list[CustomerPhone] = held.customer.usable_phones  # type: ignore[attr-defined]
    # A number that was removed while the rep was on the line is no reason to lose what was said on it.
    dialed = (phone or number_to_dial(held, phones)) if phones else ""
    if phones and dialed not in {each.number for each in phones}:
        raise Refused("other_phone", "Choose the number that you dialed.", "phone")
    result = CallOutcome(outcome)
    opening = next_attempt(held, now=now) if result in UNANSWERED else None
    held.attempts_made += 1
    _write_attempt(held, outcome, said, phone=dialed, case=case, by=by, now=now)
    if result == CallOutcome.WRONG_NUMBER:
        phones[:] = [each for each in phones if each.number != dialed]
        _wrong_number(held, case, dialed=dialed, others=len(phones), by=by, now=now)
    elif result in UNANSWERED:
        _unanswered(held, case, result, opening=opening, by=by, now=now)
    else:
        _finish(held, case, CallStatus.DONE, outcome=result, by=by, now=now)
    if case is not None and not case.is_closed and not case.historical:
        casework.save(case)
    if result == CallOutcome.NOT_TURNED_AROUND:
        held.case = aftermath.carry_on(held, case, said.what_went_wrong, said.what_would_help, by=by, now=now)
    held.version += 1
    held.save()
    return held


def _check(outcome: str, said: Said) -> None:
    if outcome not in CallOutcome.values:
        raise Refused("invalid", "Say how the call went.", "outcome")
    for field, value in (
        ("what_went_wrong", said.what_went_wrong),
        ("what_would_help", said.what_would_help),
        ("words", said.words),
    ):
        if len(value) > WORDS_LENGTH:
            raise Refused("invalid", f"At most {WORDS_LENGTH} characters.", field)
    if outcome in (CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND) and not said.what_went_wrong:
        raise Refused(
            "words_needed", "Write what went wrong, as they told it: that is what the call is for.", "what_went_wrong"
        )
    if said.cause is not None and not said.cause.active:
        raise Refused("cause_retired", "This cause is no longer used. Choose another.", "cause")


def _write_attempt(
    call: FollowUpCall, outcome: str, said: Said, *, phone: str, case: Case | None, by: User, now: datetime
) -> None:
    CallAttempt.objects.create(
        call=call,
        number=call.attempts_made,
        by=by,
        at=now,
        phone=phone,
        outcome=outcome,
        what_went_wrong=said.what_went_wrong,
        what_would_help=said.what_would_help,
        cause=said.cause,
    )
    record(
        EventType.CALL_ATTEMPTED,
        subject=("call", call.pk),
        by=by,
        now=now,
        customer_id=call.customer_id,
        case_id=call.case_id,
        channel=Channel.PHONE,
        data={
            "number": call.attempts_made,
            "outcome": outcome,
            "cause": said.cause.pk if said.cause else None,
        },
        words={
            "what_went_wrong": said.what_went_wrong,
            "what_would_help": said.what_would_help,
            "note": said.words,
        },
    )
    if case is not None and not case.is_closed and not case.historical:
        note_contact(
            case,
            channel=Channel.PHONE,
            direction=Direction.OUT,
            reached=AS_CONTACT[CallOutcome(outcome)],
            by=by,
            now=now,
        )


def _wrong_number(call: FollowUpCall, case: Case | None, *, dialed: str, others: int, by: User, now: datetime) -> None:
    if dialed:
        mark_wrong_number(call.customer, number=dialed, by=by, now=now)
    if others == 0:
        _finish(call, case, CallStatus.GIVEN_UP, outcome=CallOutcome.WRONG_NUMBER, by=by, now=now)
        return
    # The rep is at the phone already: the call stays with them and the next number is tried at once.
    if call.status == CallStatus.DISPATCHED:
        call.leased_until = now + lease()


def next_attempt(call: FollowUpCall, *, now: datetime) -> datetime | None:
    """When we would try again if nobody answers now, within calling hours; None when this is the last try."""
    program = program_in_force()
    gaps = program.retry_after_minutes if program else []
    before = call.attempts.filter(outcome__in=UNANSWERED).count() if call.attempts_made else 0
    if before >= len(gaps):
        return None
    return hours.next_open(call.customer, after=now + timedelta(minutes=gaps[before]))


def _unanswered(
    call: FollowUpCall, case: Case | None, outcome: CallOutcome, *, opening: datetime | None, by: User, now: datetime
) -> None:
    if opening is None:
        _finish(call, case, CallStatus.GIVEN_UP, outcome=outcome, by=by, now=now)
        return
    if call.status == CallStatus.DISPATCHED:
        CALL.move(call, CallStatus.PLANNED)
    call.rep, call.leased_until, call.not_before = None, None, opening
    put_with({call.obligation_id: None}, now=now)


def _finish(
    call: FollowUpCall, case: Case | None, to: CallStatus, *, outcome: CallOutcome, by: User, now: datetime
) -> None:
    CALL.move(call, to)
    call.outcome, call.finished_at, call.rep, call.leased_until = outcome, now, by, None
    end_obligation(call, case, done=to == CallStatus.DONE, by=by, now=now)
    record(
        EventType.CALL_FINISHED,
        subject=("call", call.pk),
        by=by,
        now=now,
        customer_id=call.customer_id,
        case_id=call.case_id,
        data={"status": to, "outcome": outcome, "attempts": call.attempts_made},
    )
    if to == CallStatus.GIVEN_UP:
        tell_given_up(call, case, now=now)


def end_obligation(call: FollowUpCall, case: Case | None, *, done: bool, by: User | None, now: datetime) -> None:
    """The call is owed no longer; a held case that it was owed on has one thing less open, and the caller saves it."""
    obligation = call.obligation
    if obligation.status != ObligationStatus.OPEN:
        return
    owed_on = case if obligation.case_id is not None else None
    (discharge if done else abandon)(obligation, case=owed_on, by=by, now=now)


def tell_given_up(call: FollowUpCall, case: Case | None, *, now: datetime) -> None:
    """A customer whom we could not reach is not forgotten: somebody decides what to do instead."""
    owner = case.owner if case is not None and not case.is_closed else None
    tell(
        [owner] if owner else supervisors_of_unit(call.unit_id),
        key=f"call_given_up:{call.pk}",
        kind="call_given_up",
        title=f"We could not reach {call.customer.display_name} after {call.attempts_made} tries. Try another way.",
        path=f"/cases/{case.reference}" if owner and case else f"/customers/{call.customer_id}",
        now=now,
    )
