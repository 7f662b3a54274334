"""What follows for a customer who answered, asked for a call or came too late. No page of theirs is a dead end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from cases.models import Customer
from outreach.domain import hours
from outreach.domain.signals import known_request
from outreach.domain.surveys.answering import can_answer, who_answers
from outreach.enums import CallStatus, SignalFate
from outreach.models import FollowUpCall, Survey
from outreach.queries.surveys import call_about

# Shown of a number, so that whoever it belongs to knows which is meant and nobody else does.
DIGITS = 2
# So many days back a closing time is looked for.
DAYS_BACK = 9


@dataclass(frozen=True)
class NextStep:
    """``call_by`` (aware) is by when we call, ``digits`` how the number ends; ``called_at`` when we have spoken.

    ``heard_by`` names who was told of a request where no call is planned; ``asked`` that they asked for one already.
    """

    sorry: bool = False
    call_by: datetime | None = None
    called_at: datetime | None = None
    calling_soon: bool = False
    digits: str = ""
    asked: bool = False
    heard_by: str = ""

    @property
    def promised(self) -> bool:
        """Whether they know that somebody is going to be in touch."""
        return bool(self.call_by or self.calling_soon or self.heard_by)


def next_step(survey: Survey, *, now: datetime) -> NextStep:
    """What follows from what this survey brought. Four queries at most.

    A call is named only where one is planned: what the plan leaves out by lot or by rule is promised to nobody.
    """
    if can_answer(survey, now=now):
        return NextStep()
    request = known_request(survey)
    sorry = low(survey)
    for signal in filter(None, (request, survey.signal)):
        call = call_about(signal)
        if call is None:
            continue
        if call.status == CallStatus.DONE:
            return NextStep(sorry=False, called_at=call.finished_at, asked=request is not None)
        if call.status in (CallStatus.PLANNED, CallStatus.DISPATCHED):
            return _planned(call, sorry=sorry, asked=request is not None, now=now)
    if request is not None:
        waits = request.fate == SignalFate.CALL_PLANNED or (not request.fate and request.seen_to_at is None)
        who = "" if waits else who_answers(survey.case, survey.unit.name, now=now)
        return NextStep(sorry=sorry, calling_soon=waits, heard_by=who, asked=True)
    return NextStep(sorry=sorry)


def low(survey: Survey) -> bool:
    """Whether the answer says that it is not put right (setting ``DISSATISFIED_SCORE_AT_MOST``)."""
    worst: int = settings.RECOVERY["DISSATISFIED_SCORE_AT_MOST"]
    return survey.satisfaction is not None and survey.satisfaction <= worst


def _planned(call: FollowUpCall, *, sorry: bool, asked: bool, now: datetime) -> NextStep:
    """A call that is to be made: by when, while that lies ahead."""
    by = last_open(call.customer, before=call.obligation.due_end, now=now)
    numbers = list(call.customer.usable_phones)  # type: ignore[attr-defined]
    digits = numbers[0].number[-DIGITS:] if numbers else ""
    return NextStep(sorry=sorry, asked=asked, call_by=by if by > now else None, calling_soon=by <= now, digits=digits)


def last_open(customer: Customer, *, before: datetime, now: datetime) -> datetime:
    """The last moment at which we may still call, not after ``before``: nobody is told of a call at night.

    ``before`` itself where the hours do not help, such as those that never open.
    """
    opening = hours.hours_in(customer.jurisdiction, hours.rules())
    if hours.is_open(customer.zone, opening, before):
        return before
    day = before.astimezone(customer.zone).date()
    for back in range(DAYS_BACK):
        local = day - timedelta(days=back)
        midnight = opening.closes == hours.MIDNIGHT
        closes = datetime.combine(local + timedelta(days=1) if midnight else local, opening.closes, customer.zone)
        if now < closes <= before and hours.is_open(customer.zone, opening, closes - timedelta(minutes=1)):
            return closes
    return before
