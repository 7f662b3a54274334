"""What a customer does on the page of their link: answers once, asks to be called, asks not to be asked again.

Nobody is signed in: whoever has the link acts as the customer. Whether a link still leads anywhere is the row's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.authority import Refused, Verdict, refuse
from accounts.domain import links
from accounts.domain.notices import tell
from accounts.domain.words import said
from accounts.queries import answers_for, supervisors_of_unit
from cases.domain.customers import wants_surveys
from cases.enums import Channel
from cases.models import Case
from journal.domain.log import record, together
from journal.enums import ActorKind, EventType
from outreach.domain import signals
from outreach.domain.workflow import SURVEY
from outreach.enums import SignalFate, SignalKind, SurveyStatus
from outreach.models import SCORES, Signal, Survey

WORDS_LENGTH = 5000
# A request waits for the plan for so long before somebody is told of it: without a program there is no plan.
PLANNED_WITHIN = timedelta(minutes=5)
CALLED = (SignalFate.CALL_PLANNED, SignalFate.ALREADY_PLANNED)
REQUESTS = 100


def of_token(token: str) -> Survey:
    """The survey that a link leads to. Refused: ``no_such_link`` for one that we never sent."""
    sent = (SurveyStatus.ASKED, SurveyStatus.ANSWERED, SurveyStatus.EXPIRED)
    rows = Survey.objects.filter(pk=links.read("survey", token) or 0, status__in=sent, template__isnull=False)
    survey = rows.select_related("customer", "case__owner", "unit", "template", "signal").first()
    if survey is None:
        raise Refused("no_such_link", "This link does not lead anywhere. It may have been cut off on its way.")
    return survey


def can_answer(survey: Survey, *, now: datetime) -> Verdict:
    """A survey is answered once, and in its time. The clock decides, whether or not anything has written it down."""
    if survey.status == SurveyStatus.ANSWERED:
        return refuse("survey_answered", "We have your answers already. The first ones count.")
    over = survey.expires_at is not None and survey.expires_at <= now
    if survey.status == SurveyStatus.EXPIRED or over:
        return refuse("survey_expired", "This survey has ended. What you have to say still counts: ask us to call you.")
    return SURVEY.verdict(survey.status, SurveyStatus.ANSWERED)


def note_opened(survey: Survey, *, now: datetime) -> None:
    """The page was looked at for the first time, by the customer or by a program that reads their mail before them."""
    if survey.opened_at is None and survey.status == SurveyStatus.ASKED:
        Survey.objects.filter(pk=survey.pk, opened_at__isnull=True).update(opened_at=now)


@transaction.atomic
@together()
def answer(survey: Survey, *, scores: Mapping[str, int | None], words: str = "", now: datetime) -> Survey:
    """Take a customer's answers: ``scores`` 1 (worst) to 5 by name, of which ``satisfaction`` is needed.

    How satisfied they are is a signal: whether they are called about it is planned from there.
    Refused: ``survey_answered``, ``survey_expired``, ``wrong_state``, ``score_needed``, ``invalid``, ``too_long``.
    """
    given, note = checked(scores), said(words, "words", at_most=WORDS_LENGTH)
    held = _hold(survey)
    can_answer(held, now=now).enforce()
    SURVEY.move(held, SurveyStatus.ANSWERED)
    for name, score in given.items():
        setattr(held, name, score)
    held.words, held.answered_at = note, now
    held.signal = signals.from_survey(held, now=now)
    held.save(update_fields=["status", "words", "answered_at", "signal", *given])
    tell_answered(held, now=now)
    return held


def checked(scores: Mapping[str, int | None]) -> dict[str, int]:
    """Scores that were given. Refused: ``score_needed``, ``invalid``."""
    unknown = set(scores) - set(SCORES)
    if unknown:
        raise Refused("invalid", f"There is no score {sorted(unknown)[0]}.", "scores")
    for name, score in scores.items():
        if score is not None and (isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= 5):
            raise Refused("invalid", "A score is 1 (worst) to 5.", name)
    given = {name: score for name, score in scores.items() if score is not None}
    if "satisfaction" not in given:
        raise Refused("score_needed", "Say how satisfied they are all in all, 1 (worst) to 5.", "satisfaction")
    return given


def tell_answered(survey: Survey, *, now: datetime) -> None:
    """The log's line of an answer, with the customer's words beside it."""
    record(
        EventType.SURVEY_ANSWERED,
        subject=("survey", survey.pk),
        by=survey.received_from,
        now=now,
        customer_id=survey.customer_id,
        case_id=survey.case_id,
        channel=Channel.SURVEY,
        data={
            "kind": survey.kind,
            "source": survey.source,
            "scores": {name: getattr(survey, name) for name in SCORES if getattr(survey, name) is not None},
            "signal": survey.signal_id,
        },
        words={"comment": survey.words},
        actor_kind=None if survey.received_from else ActorKind.CUSTOMER,
    )


@transaction.atomic
@together()
def ask_for_call(survey: Survey, *, words: str = "", now: datetime) -> Signal:
    """A customer asks to be called, once for each survey, also when it is answered or over. Returns the signal.

    It is planned like every other, apart from the lot. Refused: ``wrong_state``, ``too_long``, ``invalid``.
    """
    note = said(words, "words", at_most=WORDS_LENGTH)
    held = _hold(survey)
    if held.status in (SurveyStatus.PLANNED, SurveyStatus.NOT_ASKED):
        SURVEY.verdict(held.status, SurveyStatus.ANSWERED).enforce()
    return signals.from_request(held, words=note, now=now)


@transaction.atomic
def see_to_request(signal: Signal, *, now: datetime) -> Signal:
    """Where no call follows from a request, somebody is told: nobody who asks is left without an answer.

    The owner of the case if they are there and serve its unit, else the supervisors; once, at the latest
    ``PLANNED_WITHIN`` after it came. Returns the signal as it is now.
    """
    rows = Signal.objects.select_for_update(of=("self",), no_key=True).select_related("customer", "case__owner")
    found = rows.get(pk=signal.pk)
    waits = not found.fate and found.received_at > now - PLANNED_WITHIN
    if found.seen_to_at is not None or waits:
        return found
    found.seen_to_at = now
    found.save(update_fields=["seen_to_at"])
    if found.fate in CALLED:
        return found
    owner = found.case.owner if found.case else None
    why = f": {found.get_fate_display()}" if found.fate else ""
    tell(
        [owner] if owner and answers_for(owner, found.unit_id, now) else supervisors_of_unit(found.unit_id),
        key=f"asks_for_call:{found.pk}",
        kind="asks_for_call",
        title=f"{found.customer.display_name} asks to be called, and no call is planned{why}.",
        body=found.comment,
        path=f"/cases/{found.case.reference}" if found.case else f"/customers/{found.customer_id}",
        now=now,
        urgent=True,
    )
    return found


def see_to_requests(*, now: datetime, limit: int = REQUESTS) -> int:
    """The same for all requests that were not seen to, the oldest first; returns how many were. The system's own work."""
    unseen = Signal.objects.filter(kind=SignalKind.REQUEST, seen_to_at__isnull=True)
    listed = list(unseen.exclude(fate="", received_at__gt=now - PLANNED_WITHIN).order_by("received_at")[:limit])
    for signal in listed:
        see_to_request(signal, now=now)
    return len(listed)


def who_answers(case: Case | None, unit_name: str, *, now: datetime) -> str:
    """Whose name a customer is told: the owner of their case while they are there, else the team."""
    owner = case.owner if case is not None else None
    there = owner is not None and case is not None and answers_for(owner, case.unit_id, now)
    return owner.name if owner is not None and there else unit_name


@transaction.atomic
def choose_asking(survey: Survey, *, wanted: bool, now: datetime) -> None:
    """The customer says whether we may ask them again. It holds until they, or we for them, say otherwise."""
    wants_surveys(survey.customer, wanted=wanted, survey_id=survey.pk, now=now)


def _hold(survey: Survey) -> Survey:
    rows = Survey.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("customer", "case", "unit").get(pk=survey.pk)
