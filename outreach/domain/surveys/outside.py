"""Answers that other systems took: received by REST or from a file, once each by the id they have there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2s
from uuid import uuid4

from django.db import IntegrityError, transaction

from accounts.authority import Refused
from accounts.domain.words import said
from accounts.models import User
from cases.enums import Channel
from cases.models import Case, Customer
from cases.queries.reach import visible_cases, visible_customers
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.domain import signals
from outreach.domain.surveys.answering import WORDS_LENGTH, checked
from outreach.enums import SignalFate, SignalKind, SurveyKind, SurveySource, SurveyStatus
from outreach.models import SCORES, Signal, Survey


@dataclass(frozen=True)
class Answer:
    """What a customer answered elsewhere. ``unit_id`` is whose it is, ``at`` (aware) when they did."""

    customer: Customer
    unit_id: int
    at: datetime
    scores: Mapping[str, int]
    case: Case | None = None
    words: str = ""
    external_system: str = ""
    external_id: str = ""
    apart: str = field(default_factory=lambda: uuid4().hex)

    @property
    def once(self) -> str:
        """What makes it once: how it is known there. One that nobody named is another each time."""
        known = f"{self.external_system}\x00{self.external_id}" if self.external_id else self.apart
        return f"outside:{blake2s(known.encode(), digest_size=24).hexdigest()}"


@dataclass(frozen=True)
class Received:
    """The survey, and whether it was new."""

    survey: Survey
    new: bool


def receive(
    customer: Customer,
    *,
    scores: Mapping[str, int | None],
    at: datetime,
    by: User,
    now: datetime,
    words: str = "",
    case: Case | None = None,
    external_system: str = "",
    external_id: str = "",
) -> Received:
    """Take one answer from another system. Received again under the same reference, it is the first.

    Refused: ``out_of_reach``, ``other_customer``, ``invalid``, ``score_needed``, ``too_long``, ``in_future``,
    ``external_id_taken``.
    """
    if not visible_customers(by).filter(pk=customer.pk).exists():
        raise Refused("out_of_reach", "There is no such customer.")
    seen = visible_cases(by).filter(pk=case.pk).first() if case is not None else None
    if case is not None and (seen is None or seen.customer_id != customer.pk):
        raise Refused("other_customer", "This case is another customer’s.", "case")
    unit_id = seen.unit_id if seen is not None else signals.unit_of(customer, by=by)
    answer = Answer(customer, unit_id, at, checked(scores), seen, words, external_system, external_id)
    check(answer, now=now)
    new = receive_all([answer], source=SurveySource.API, by=by, now=now) > 0
    survey = Survey.objects.get(key=answer.once)
    if survey.customer_id != customer.pk:
        known_as = f"{external_system} {external_id}"
        raise Refused("external_id_taken", f"{known_as} was received about another customer.", "external_id")
    return Received(survey, new=new)


def check(answer: Answer, *, now: datetime) -> None:
    """Refused: ``invalid``, ``too_long``, ``in_future``, for what cannot be kept."""
    reference = (answer.external_system, answer.external_id)
    said(answer.words, "words", at_most=WORDS_LENGTH)
    signals.check(
        SignalKind.SURVEY,
        score=answer.scores["satisfaction"],
        at=answer.at,
        comment=answer.words,
        reference=reference,
        now=now,
    )


def receive_all(answers: Iterable[Answer], *, source: str, by: User | None, now: datetime) -> int:
    """Write down answers that were checked, in a constant number of statements; those known already are left.

    Returns how many were new. Two programs that send the same at once end up with one of each.
    """
    listed = list({answer.once: answer for answer in answers}.items())
    try:
        return _write(listed, source=source, by=by, now=now)
    except IntegrityError:
        # Somebody else wrote some of them between our look and our write: now they are known.
        return _write(listed, source=source, by=by, now=now)


@transaction.atomic
def _write(answers: list[tuple[str, Answer]], *, source: str, by: User | None, now: datetime) -> int:
    known = set(Survey.objects.filter(key__in=[key for key, _ in answers]).values_list("key", flat=True))
    new = [(key, answer) for key, answer in answers if key not in known]
    written = Signal.objects.bulk_create([_signal(answer, by=by, now=now) for _, answer in new])
    surveys = Survey.objects.bulk_create(
        [_survey(key, answer, signal, source=source, by=by) for (key, answer), signal in zip(new, written, strict=True)]
    )
    record_many(entry for survey in surveys for entry in _told(survey, by=by, now=now))
    return len(surveys)


def _signal(answer: Answer, *, by: User | None, now: datetime) -> Signal:
    history = answer.case is not None and answer.case.historical
    return Signal(
        customer=answer.customer,
        unit_id=answer.unit_id,
        case=answer.case,
        kind=SignalKind.SURVEY,
        score=answer.scores["satisfaction"],
        at=answer.at,
        received_at=now,
        received_from=by,
        comment=answer.words.strip(),
        fate=SignalFate.HISTORICAL if history else "",
    )


def _survey(key: str, answer: Answer, signal: Signal, *, source: str, by: User | None) -> Survey:
    return Survey(
        customer=answer.customer,
        unit_id=answer.unit_id,
        case=answer.case,
        kind=SurveyKind.OUTSIDE,
        source=source,
        status=SurveyStatus.ANSWERED,
        key=key,
        ask_at=answer.at,
        answered_at=answer.at,
        words=answer.words.strip(),
        signal=signal,
        received_from=by,
        external_system=answer.external_system,
        external_id=answer.external_id,
        **answer.scores,
    )


def _told(survey: Survey, *, by: User | None, now: datetime) -> Iterable[Entry]:
    scores = {name: getattr(survey, name) for name in SCORES if getattr(survey, name) is not None}
    signal = survey.signal_id
    yield Entry(
        EventType.SIGNAL_RECEIVED,
        ("signal", signal or 0),
        now,
        by,
        survey.customer_id,
        survey.case_id,
        data={
            "kind": SignalKind.SURVEY,
            "score": survey.satisfaction,
            "at": survey.ask_at.isoformat(),
            "survey": survey.pk,
        },
    )
    yield Entry(
        EventType.SURVEY_ANSWERED,
        ("survey", survey.pk),
        now,
        by,
        survey.customer_id,
        survey.case_id,
        Channel.SURVEY,
        data={"kind": survey.kind, "source": survey.source, "scores": scores, "signal": signal},
        words={"comment": survey.words},
    )
