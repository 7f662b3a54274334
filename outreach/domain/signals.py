"""Signs of dissatisfaction: received from surveys, other systems and disputes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.authority import Refused
from accounts.models import User
from accounts.queries import reach
from cases.models import Case, Customer, CustomerUnit
from cases.queries.reach import visible_cases, visible_customers
from journal.domain.log import record
from journal.enums import ActorKind, EventType
from outreach.enums import SignalKind
from outreach.models import Signal, Survey

COMMENT_LENGTH = 5000
# As which system we ourselves receive what customers say on a page of ours.
OUR_OWN = "recovery"


@dataclass(frozen=True)
class Received:
    """The signal, and whether it was new: the same reference from the same system is received once."""

    signal: Signal
    new: bool


def receive(
    customer: Customer,
    *,
    kind: str,
    at: datetime,
    by: User,
    now: datetime,
    score: int | None = None,
    comment: str = "",
    external_system: str = "",
    external_id: str = "",
    case: Case | None = None,
) -> Received:
    """Write down that a customer showed how satisfied they are. What follows from it is planned later.

    ``score`` is 1 (worst) to 5, needed for a survey; ``at`` is when they said it (aware). ``external_system`` and
    ``external_id`` make it once: received again, the first is returned.
    Refused: ``out_of_reach``, ``invalid``, ``score_needed``, ``in_future``, ``other_customer``, ``external_id_taken``.
    """
    check(kind, score=score, at=at, comment=comment, reference=(external_system, external_id), now=now)
    try:
        with transaction.atomic():
            return _receive(
                customer,
                Signal(
                    kind=kind,
                    score=score,
                    at=at,
                    received_at=now,
                    received_from=by,
                    comment=comment.strip(),
                    external_system=external_system,
                    external_id=external_id,
                ),
                case=case,
                by=by,
                now=now,
            )
    except IntegrityError:
        # Somebody else received the same reference between our look and our write.
        with transaction.atomic():
            known = _known(customer, external_system, external_id)
            if known is None:
                raise
            return Received(known, new=False)


def _receive(customer: Customer, signal: Signal, *, case: Case | None, by: User, now: datetime) -> Received:
    if not visible_customers(by).filter(pk=customer.pk).exists():
        raise Refused("out_of_reach", "There is no such customer.")
    known = _known(customer, signal.external_system, signal.external_id)
    if known is not None:
        return Received(known, new=False)
    signal.customer, signal.case = customer, _case_of(customer, case, by=by)
    signal.unit_id = signal.case.unit_id if signal.case else unit_of(customer, by=by)
    signal.save(force_insert=True)
    record(
        EventType.SIGNAL_RECEIVED,
        subject=("signal", signal.pk),
        by=by,
        now=now,
        customer_id=customer.pk,
        case_id=signal.case_id,
        data={"kind": signal.kind, "score": signal.score, "at": signal.at.isoformat()},
        words={"comment": signal.comment},
    )
    return Received(signal, new=True)


def check(
    kind: str, *, score: int | None, at: datetime, comment: str, reference: tuple[str, str], now: datetime
) -> None:
    if kind not in SignalKind.values:
        raise Refused("invalid", f"Choose one of: {', '.join(SignalKind.values)}.", "kind")
    if kind == SignalKind.SURVEY and score is None:
        raise Refused("score_needed", "A survey comes with its score, 1 (worst) to 5.", "score")
    if score is not None and not 1 <= score <= 5:
        raise Refused("invalid", "A score is 1 (worst) to 5.", "score")
    if at.tzinfo is None:
        raise Refused("invalid", "Give the time with its offset from UTC.", "at")
    if at > now:
        raise Refused("in_future", "This time has not come yet.", "at")
    if len(comment) > COMMENT_LENGTH:
        raise Refused("invalid", f"A comment has at most {COMMENT_LENGTH} characters.", "comment")
    system, external_id = reference
    if bool(system) != bool(external_id):
        raise Refused("invalid", "Give both the other system’s name and its id, or neither.", "external_id")
    if len(system) > 40 or len(external_id) > 120:
        raise Refused("invalid", "A system’s name has at most 40 characters, an id at most 120.", "external_id")


def _known(customer: Customer, external_system: str, external_id: str) -> Signal | None:
    if not external_id:
        return None
    known = Signal.objects.filter(external_system=external_system, external_id=external_id).first()
    if known is not None and known.customer_id != customer.pk:
        raise Refused(
            "external_id_taken", f"{external_system} {external_id} was received about another customer.", "external_id"
        )
    return known


def _case_of(customer: Customer, case: Case | None, *, by: User) -> Case | None:
    if case is None:
        return None
    seen = visible_cases(by).filter(pk=case.pk).first()
    if seen is None or seen.customer_id != customer.pk:
        raise Refused("other_customer", "This case is another customer’s.", "case")
    return seen


def unit_of(customer: Customer, *, by: User) -> int:
    """Where no case says which unit it concerns: that of the customer's latest case in reach, else their first unit."""
    units = CustomerUnit.objects.filter(customer=customer, unit_id__in=reach(by)).order_by("id")
    in_reach = list(units.values_list("unit_id", flat=True))
    latest = Case.objects.filter(customer=customer, unit_id__in=in_reach).order_by("-opened_at", "-id").first()
    return latest.unit_id if latest else in_reach[0]


def from_survey(survey: Survey, *, now: datetime) -> Signal:
    """What a survey that was answered says of satisfaction. The caller holds and saves it, and tells of the words."""
    return _written(
        Signal(kind=SignalKind.SURVEY, score=survey.satisfaction, at=survey.answered_at or now, comment=survey.words),
        survey,
        now=now,
    )


def from_request(survey: Survey, *, words: str, now: datetime) -> Signal:
    """That a customer asks to be called, on the page of a survey: once for each, asked again it is the first."""
    known = known_request(survey)
    if known is not None:
        return known
    system, external_id = _of_request(survey)
    signal = Signal(kind=SignalKind.REQUEST, at=now, comment=words, external_system=system, external_id=external_id)
    return _written(signal, survey, now=now, words=words)


def known_request(survey: Survey) -> Signal | None:
    """The request to be called that was made on the page of this survey."""
    system, external_id = _of_request(survey)
    return Signal.objects.filter(external_system=system, external_id=external_id).first()


def _of_request(survey: Survey) -> tuple[str, str]:
    return OUR_OWN, f"call-me:{survey.pk}"


def _written(signal: Signal, survey: Survey, *, now: datetime, words: str = "") -> Signal:
    """A signal from one of our surveys, with its line in the log."""
    signal.customer, signal.case, signal.unit = survey.customer, survey.case, survey.unit
    signal.received_at, signal.received_from = now, survey.received_from
    signal.save(force_insert=True)
    record(
        EventType.SIGNAL_RECEIVED,
        subject=("signal", signal.pk),
        by=survey.received_from,
        now=now,
        customer_id=signal.customer_id,
        case_id=signal.case_id,
        data={"kind": signal.kind, "score": signal.score, "at": signal.at.isoformat(), "survey": survey.pk},
        words={"comment": words},
        actor_kind=None if survey.received_from else ActorKind.CUSTOMER,
    )
    return signal
