"""What came of an attempt: turned around or not, tried again, given up. Lock order: the case, then the call, then the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from accounts.authority import Refused
from accounts.domain.notices import tell
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
from outreach.domain import aftermath, trying
from outreach.domain.calls import can_record, hold, lease, number_to_dial
from outreach.domain.dialing import dials
from outreach.domain.workflow import CALL
from outreach.enums import CallOutcome, CallStatus
from outreach.models import CallAnswer, CallAttempt, FollowUpCall, ProgramQuestion
from outreach.queries.programs import gaps_of

REACHED = {CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND, CallOutcome.REFUSED}
UNANSWERED = (CallOutcome.NO_ANSWER, CallOutcome.LEFT_MESSAGE)
WORDS_LENGTH = 5000

# How an attempt stands among the contacts of its case.
AS_CONTACT = {
    CallOutcome.TURNED_AROUND: Reached.CUSTOMER,
    CallOutcome.NOT_TURNED_AROUND: Reached.CUSTOMER,
    CallOutcome.REFUSED: Reached.CUSTOMER,
    CallOutcome.LEFT_MESSAGE: Reached.LEFT_MESSAGE,
    CallOutcome.NO_ANSWER: Reached.NO_ANSWER,
    CallOutcome.WRONG_NUMBER: Reached.WRONG_PERSON,
}


@dataclass(frozen=True)
class Said:
    """What the rep heard: what went wrong, what would put it right, which cause, answers, and words for colleagues."""

    what_went_wrong: str = ""
    what_would_help: str = ""
    cause: Cause | None = None
    words: str = ""
    answers: Mapping[int, str] = field(default_factory=dict)


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
    answers: Mapping[int, str] | None = None,
) -> FollowUpCall:
    """Record what one attempt came to, and plan what follows from it.

    Not reached: the next attempt after a growing gap and within calling hours, or the call is given up. A wrong number
    is marked, and the next one is tried at once. Reached and turned around: done. Reached and still dissatisfied: done,
    and the case goes on: a closed one is reopened, and where there is none, one is opened.
    ``phone`` is the number that was dialed, the proposed one if blank; ``answers`` are those to the questions of the
    call's program, by the question's id, and blank ones are none.
    Refused: ``out_of_reach``, ``take_first``, ``with_a_colleague``, ``wrong_state``, ``invalid``, ``words_needed``,
    ``other_phone``, ``other_question``, ``cause_retired``, and as ``in_call_group``.
    """
    given = {question: answer.strip() for question, answer in (answers or {}).items() if answer.strip()}
    said = Said(what_went_wrong.strip(), what_would_help.strip(), cause, words.strip(), given)
    _check(outcome, said)
    # A case is set when the call is planned or ended, so what the caller saw is what to lock first.
    case = casework.hold(Case(pk=call.case_id), by=None) if call.case_id is not None else None
    held = hold(call, by=by)
    can_record(by, held, now=now).enforce()
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
    for name, value in (
        ("what_went_wrong", said.what_went_wrong),
        ("what_would_help", said.what_would_help),
        ("words", said.words),
        *((f"question_{question}", answer) for question, answer in said.answers.items()),
    ):
        if len(value) > WORDS_LENGTH:
            raise Refused("invalid", f"At most {WORDS_LENGTH} characters.", name)
    if outcome in (CallOutcome.TURNED_AROUND, CallOutcome.NOT_TURNED_AROUND) and not said.what_went_wrong:
        raise Refused(
            "words_needed", "Write what went wrong, as they told it: that is what the call is for.", "what_went_wrong"
        )
    if said.cause is not None and not said.cause.active:
        raise Refused("cause_retired", "This cause is no longer used. Choose another.", "cause")


def _write_attempt(
    call: FollowUpCall, outcome: str, said: Said, *, phone: str, case: Case | None, by: User, now: datetime
) -> None:
    asked = _questions(call, said)
    attempt = CallAttempt.objects.create(
        call=call,
        number=call.attempts_made,
        by=by,
        at=now,
        phone=phone,
        dial=dials.behind(call, by=by, phone=phone, now=now),
        outcome=outcome,
        what_went_wrong=said.what_went_wrong,
        what_would_help=said.what_would_help,
        cause=said.cause,
    )
    CallAnswer.objects.bulk_create(
        CallAnswer(attempt=attempt, question=question, words=said.answers[question.pk]) for question in asked
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
            **{question.words: said.answers[question.pk] for question in asked},
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


def _questions(call: FollowUpCall, said: Said) -> list[ProgramQuestion]:
    """The questions that were answered. One that was retired while the rep was on the line still takes its answer."""
    if not said.answers:
        return []
    asked = list(ProgramQuestion.objects.filter(pk__in=said.answers, program=call.program_id))
    if len(asked) != len(said.answers):
        raise Refused("other_question", "This question is not one of this call’s program.", "answers")
    return asked


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
    """When we would try again if nobody answers now; None when this is the last try.

    After the program's next gap, within calling hours, and where it can be at a time of day not tried yet.
    """
    tries = call.attempts.filter(outcome__in=UNANSWERED) if call.attempts_made else CallAttempt.objects.none()
    before = list(tries.values_list("at", flat=True))
    gaps = gaps_of(call)
    if len(before) >= len(gaps):
        return None
    return trying.another_time(call.customer, after=now + timedelta(minutes=gaps[len(before)]), tried=[*before, now])


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
