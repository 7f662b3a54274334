"""Everything the case screen shows, read in a number of queries that does not depend on how much there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.authority import Verdict
from accounts.enums import Role
from accounts.models import User
from accounts.queries import is_there, staff_of_unit
from cases.domain.acknowledging import OPENERS, QUESTION, feelings_first
from cases.domain.clock import phase
from cases.domain.closing import close_gate
from cases.domain.opening_hours import Reading, suggested
from cases.domain.permissions import can_hand_off, can_reopen, can_work_on
from cases.domain.promises import can_abandon, can_keep
from cases.enums import ErrorStatus, Favor, Feeling, InvestigationStatus, ObligationStatus, Phase, PromiseStatus
from cases.models import Case, Cause, HonoredError, Incident, Investigation, Promise
from cases.queries import visible_cases
from cases.queries.honored_errors import with_calls
from cases.queries.people import Baggage, baggage_of
from cases.queries.precedents import Precedent, bearing_on
from compensation.domain.advising.advice import Advice, advise
from compensation.domain.delivering import can_deliver
from compensation.domain.offers import can_take
from compensation.domain.resubmitting import can_resubmit
from compensation.domain.reversing import can_reverse
from compensation.enums import AwardStatus
from compensation.models import Award
from compensation.queries import awards_of, reason_given
from compensation.queries.advice import with_failures
from desk.queries.given import Delivery, delivery_of
from desk.queries.steps import Facts, Step, next_step, next_words, steps
from desk.queries.story import Line, timeline
from journal.models import Event
from journal.queries import timeline as events_of
from outreach.models import Survey
from outreach.queries.surveys import surveys_about

EVENTS = 60
SURVEYS = 3


@dataclass(frozen=True)
class OpenPromise:
    promise: Promise
    phase: Phase
    may_keep: Verdict
    may_abandon: Verdict

    @property
    def key(self) -> str:
        """What the ids of its fields end with."""
        return str(self.promise.pk)


@dataclass(frozen=True)
class GivenAward:
    award: Award
    delivery: Delivery
    may_deliver: Verdict
    may_reverse: Verdict
    may_take: Verdict | None = None
    may_resubmit: Verdict | None = None


@dataclass
class CasePage:
    """The case as one person sees it now."""

    case: Case
    user: User
    now: datetime
    incidents: list[Incident]
    promises: list[OpenPromise]
    past_promises: int
    awards: list[GivenAward]
    investigation: Investigation | None
    errors: list[HonoredError]
    last_event: int
    facts: Facts
    others: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        return steps(self.facts)

    @property
    def next(self) -> str:
        return next_step(self.facts)

    @property
    def next_words(self) -> str:
        return next_words(self.facts)

    @property
    def suggestions(self) -> list[Reading]:
        """Good next times to promise, on both clocks, each with what to know of it."""
        return suggested(self.case, own_zone=self.user.time_zone, now=self.now)

    @property
    def first_minute_target(self) -> int:
        """Seconds."""
        return int(settings.RECOVERY["FIRST_MINUTE_TARGET_SECONDS"])

    @property
    def first_minute(self) -> int | None:
        """Seconds from the complaint to the first answer by a person; None while there is none."""
        answered = self.case.first_response_at
        return None if answered is None else int((answered - self.case.reported_at).total_seconds())

    @property
    def first_minute_gap(self) -> int:
        """How much of the ring stays empty, in hundredths."""
        return 100 - min(100, 100 * (self.first_minute or 0) // self.first_minute_target)

    @property
    def token(self) -> str:
        """Changes when anything that the screen shows live has changed."""
        phases = "".join(f"{item.promise.pk}{item.phase[:2]}" for item in self.promises)
        phases += "".join(f"{item.award.pk}{item.delivery.phase[:2]}" for item in self.awards)
        return f"{self.case.version}-{self.last_event}-{phases}-{'+'.join(self.others)}"


def find(user: User, reference: str) -> Case | None:
    """The case of this reference, if it is in reach."""
    return (
        visible_cases(user)
        .select_related("customer", "unit", "owner", "first_owner", "opened_by", "closed_by")
        .filter(reference=reference)
        .first()
    )


def read(case: Case, *, user: User, now: datetime, others: list[str]) -> CasePage:
    """What lives: the state of the case, its promises and awards. Six queries, one more where there are errors."""
    promises = list(
        case.promises.select_related("obligation__owner", "obligation__covers_for", "made_by").order_by(
            "obligation__due_end"
        )
    )
    for promise in promises:
        promise.case = case
    open_ones = [promise for promise in promises if promise.status == PromiseStatus.OPEN]
    awards = list(awards_of(case))
    for award in awards:
        award.case = case
    logged = case.incidents.select_related("cause", "originator", "logged_by").order_by("id")
    incidents = list(with_failures(logged, now=now))
    investigation = case.investigations.filter(status=InvestigationStatus.OPEN).select_related("opened_by").first()
    errors = list(with_calls(case.honored_errors.exclude(status=ErrorStatus.WITHDRAWN)).order_by("id"))
    last = Event.objects.filter(case_id=case.pk).order_by("-id").values_list("id", flat=True).first()
    return CasePage(
        case=case,
        user=user,
        now=now,
        incidents=incidents,
        promises=[
            OpenPromise(p, phase(p.obligation, now=now), can_keep(user, p), can_abandon(user, p)) for p in open_ones
        ],
        past_promises=len(promises) - len(open_ones),
        awards=[_given(user, award, now=now) for award in awards],
        investigation=investigation,
        errors=errors,
        last_event=last or 0,
        facts=_facts(case, incidents, errors, promises, awards, investigation),
        others=others,
    )


def _given(user: User, award: Award, *, now: datetime) -> GivenAward:
    """An award with what this person may do about it. Runs no query for one read by ``awards_of``."""
    offered = award.status == AwardStatus.OFFERED
    ended = award.status in (AwardStatus.DECLINED, AwardStatus.EXPIRED, AwardStatus.COUNTERED)
    return GivenAward(
        award,
        delivery_of(award, user=user, now=now),
        may_deliver=can_deliver(user, award),
        may_reverse=can_reverse(user, award),
        may_take=can_take(user, award.offer, now=now) if offered else None,
        may_resubmit=can_resubmit(user, award.approval) if ended and hasattr(award, "approval") else None,
    )


def _facts(
    case: Case,
    incidents: list[Incident],
    errors: list[HonoredError],
    promises: list[Promise],
    awards: list[Award],
    investigation: Investigation | None,
) -> Facts:
    return Facts(
        in_favor=bool(errors),
        only_in_favor=bool(errors) and all(incident.favor == Favor.CUSTOMER for incident in incidents),
        undecided=any(error.status == ErrorStatus.UNDECIDED for error in errors),
        call_owed=any(error.call_due_at is not None and error.call_made_at is None for error in errors),
        feeling=Feeling(case.feeling).label.lower() if case.acknowledged_at and case.feeling else "",
        owner=case.owner.name if case.owner else "",
        remedies=sum(award.status in (AwardStatus.GIVEN, AwardStatus.DELIVERED) for award in awards),
        waiting_approval=any(award.status == AwardStatus.AWAITING_APPROVAL for award in awards),
        to_deliver=any(award.status == AwardStatus.GIVEN for award in awards),
        promises=len(promises),
        promise_open=any(promise.status == PromiseStatus.OPEN for promise in promises),
        cause_known=bool(incidents) and all(incident.cause_id for incident in incidents),
        investigating=investigation is not None,
        closed=case.is_closed,
        historical=case.historical,
    )


def story(case: Case) -> list[Line]:
    """The case's timeline, newest first."""
    return timeline(events_of(case_id=case.pk)[:EVENTS])


@dataclass(frozen=True)
class Around:
    """What stands around the live part: the person, the choices, and who may do what."""

    baggage: Baggage
    advice: Advice | None
    may_work: Verdict
    may_award: Verdict
    may_hand_off: Verdict
    may_close: Verdict
    may_reopen: Verdict
    feelings: list[tuple[str, str, str]]
    question: str
    colleagues: list[User]
    causes: list[Cause]
    owner_there: bool
    precedents: list[Precedent]
    asks_why: bool
    surveys: list[Survey]


def around(page: CasePage, *, user: User) -> Around:
    """Choices and permissions of one person on one case. About eleven queries, three more where precedents bear on it."""
    case, now = page.case, page.now
    precedents = bearing_on(case)
    works = can_work_on(user, case)
    staff = [] if case.is_closed else _staff(case)
    return Around(
        baggage=baggage_of(case.customer, apart_from_case=case.pk),
        advice=advised(page, user=user) if works else None,
        may_work=works,
        may_award=works if not works else feelings_first(case),
        may_hand_off=can_hand_off(user, case),
        may_close=close_gate(user, case),
        may_reopen=can_reopen(user, case),
        feelings=[(feeling.value, feeling.label, OPENERS[feeling]) for feeling in Feeling],
        question=QUESTION,
        colleagues=[person for person in staff if person.pk != case.owner_id and is_there(person, now)],
        causes=list(Cause.objects.filter(active=True).order_by("path", "id")) if works else [],
        owner_there=case.owner is None or is_there(case.owner, now),
        precedents=precedents,
        asks_why=bool(precedents) and not reason_given(case),
        surveys=list(surveys_about(case=case)[:SURVEYS]),
    )


def advised(page: CasePage, *, user: User) -> Advice:
    """What the case calls for and what this person can give. About five queries."""
    return advise(page.case, user=user, incidents=page.incidents, now=page.now)


def _staff(case: Case) -> list[User]:
    return list(staff_of_unit(case.unit_id, Role.REP, Role.SUPERVISOR).select_related("team"))


def owed_elsewhere(case: Case) -> Any:
    """What else is owed on the case besides promises, deliveries, approvals and offers: calls, decisions, disclosures."""
    return (
        case.obligations.filter(status=ObligationStatus.OPEN)
        .exclude(kind__in=["promise", "delivery", "approval", "offer"])
        .select_related("owner", "undecided_error", "disclosure")
        .order_by("due_end")
    )
