"""Calling a customer back: when it is morning where they are, by the rep's own device, as often as it takes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from desk.management.demo.stage import Cast
from outreach.domain import hours
from outreach.domain.calls import take
from outreach.domain.dialing import dials
from outreach.domain.outcomes import REACHED, record_outcome
from outreach.enums import CallOutcome, CallStatus
from outreach.models import FollowUpCall

# Whoever does not pick up is let ring for a minute; a conversation takes longer.
CONVERSATION, RINGING = timedelta(minutes=6), timedelta(minutes=1)
# What is told ends so long before the demo is loaded: the call may still be made by whoever loads it.
ENDS_BEFORE = timedelta(minutes=30)


class Try(NamedTuple):
    """One try: how it went, what we heard, what would help, which cause."""

    outcome: CallOutcome
    wrong: str = ""
    help: str = ""
    cause: str = ""


def ring_back(
    cast: Cast, call: FollowUpCall, tries: Sequence[Try], *, by: str, after: datetime
) -> Generator[datetime, None, FollowUpCall]:
    """Try to reach a customer, the first time when calling hours next allow it from ``after`` on.

    Returns the call as it stands. Where it has not been morning since, it is still to be made.
    """
    rep = cast.staff[by]
    at = hours.next_open(call.customer, after=max(after, call.not_before))
    for tried in tries:
        if at is None or at > cast.now - ENDS_BEFORE:
            return call
        yield at
        call = take(call, by=rep, now=at)
        dials.dial(call.customer, key=f"call-{call.pk}-{call.attempts_made}", by=rep, now=at, call=call)
        ended = at + (CONVERSATION if tried.outcome in REACHED else RINGING)
        yield ended
        call = record_outcome(
            call,
            outcome=tried.outcome,
            what_went_wrong=tried.wrong,
            what_would_help=tried.help,
            cause=cast.causes[tried.cause] if tried.cause else None,
            by=rep,
            now=ended,
        )
        if call.status in (CallStatus.DONE, CallStatus.GIVEN_UP):
            cast.plan_surveys(ended)
            return call
        at = call.not_before
    return call
