"""What a rep owes, to whom and by when, and what comes next in each of their cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from accounts.enums import Role
from accounts.models import Notice, User
from accounts.queries import own_currency, unseen_notices, visible_units
from cases.domain.clock import phase
from cases.enums import (
    CaseStatus,
    ErrorStatus,
    Favor,
    Feeling,
    InvestigationStatus,
    ObligationKind,
    ObligationStatus,
    Phase,
    PromiseStatus,
)
from cases.models import Case, HonoredError, Incident, Investigation, Obligation, Promise
from cases.queries import visible_cases, visible_obligations
from cases.queries.reach import units_of
from compensation.domain.gauges import Gauge, gauges_in
from compensation.enums import AwardStatus, Axis
from compensation.models import Approval, Award, Payout
from compensation.queries import answered_since, waiting_approvals
from desk.queries.steps import Facts, next_words
from outreach.enums import CallStatus
from outreach.models import FollowUpCall

SHOWN = 40
CASES = 30


@dataclass(frozen=True)
class Owed:
    """One thing owed, and what the clock says of it."""

    obligation: Obligation
    phase: Phase

    @property
    def shape(self) -> str:
        return {
            ObligationKind.PROMISE: "phone",
            ObligationKind.DELIVERY: "package-check",
            ObligationKind.APPROVAL: "shield-check",
            ObligationKind.OFFER: "hand-coins",
            ObligationKind.FOLLOW_UP_CALL: "phone-call",
            ObligationKind.DECISION: "scale",
            ObligationKind.DISCLOSURE: "megaphone",
        }.get(ObligationKind(self.obligation.kind), "circle-dot")

    @property
    def shown(self) -> Phase:
        """Only a promise is ever called missed: all else is late and not lost, as long as it stands here."""
        lost = self.obligation.kind == ObligationKind.PROMISE
        return Phase.OVERDUE if self.phase == Phase.MISSED and not lost else self.phase

    @property
    def payout(self) -> Payout | None:
        """Of a delivery that a billing system makes."""
        award = getattr(self.obligation, "award", None)
        return getattr(award, "payout", None)

    @property
    def mood(self) -> str:
        return {Phase.SOON: "warn", Phase.DUE: "warn", Phase.OVERDUE: "bad", Phase.MISSED: "bad"}.get(self.phase, "")


@dataclass(frozen=True)
class MyCase:
    """One open case and its next step."""

    case: Case
    next: str


def owed_by(user: User, *, now: datetime) -> list[Owed]:
    """What this person owes, soonest first; a supervisor also what waits in their units without an owner.

    Calls wait for the call group, and come to the supervisor only when nobody made them in time.
    """
    owed = visible_obligations(user).filter(status=ObligationStatus.OPEN)
    mine = Q(owner=user)
    if user.role == Role.SUPERVISOR:
        waits = Q(owner__isnull=True, unit_id__in=units_of(user))
        mine |= waits & (~Q(kind=ObligationKind.FOLLOW_UP_CALL) | Q(due_end__lt=now))
    owed = owed.filter(mine).select_related(
        "customer", "case", "promise", "covers_for", "undecided_error", "disclosure", "award__payout"
    )
    owed = owed.order_by("due_end", "id")
    return [Owed(obligation, phase(obligation, now=now)) for obligation in owed[:SHOWN]]


def with_facts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with what their next step depends on, in the same query."""
    here = OuterRef("pk")
    awards = Award.objects.filter(case=here)
    promises = Promise.objects.filter(case=here)
    errors = HonoredError.objects.filter(case=here).exclude(status=ErrorStatus.WITHDRAWN)
    return cases.select_related("customer", "unit", "owner").annotate(
        has_remedy=Exists(awards.filter(status__in=[AwardStatus.GIVEN, AwardStatus.DELIVERED])),
        waits_approval=Exists(awards.filter(status=AwardStatus.AWAITING_APPROVAL)),
        has_delivery=Exists(awards.filter(status=AwardStatus.GIVEN)),
        has_error=Exists(errors),
        has_undecided=Exists(errors.filter(status=ErrorStatus.UNDECIDED)),
        has_call=Exists(errors.filter(call_due_at__isnull=False, call_made_at__isnull=True)),
        has_hurt=Exists(Incident.objects.filter(case=here).exclude(favor=Favor.CUSTOMER)),
        has_promise=Exists(promises),
        has_open_promise=Exists(promises.filter(status=PromiseStatus.OPEN)),
        lacks_cause=Exists(Incident.objects.filter(case=here, cause__isnull=True)),
        is_investigated=Exists(Investigation.objects.filter(case=here, status=InvestigationStatus.OPEN)),
    )


def facts_of(case: Case) -> Facts:
    """The facts of a case read by ``with_facts``."""
    read = case.__dict__
    return Facts(
        in_favor=read["has_error"],
        only_in_favor=read["has_error"] and not read["has_hurt"],
        undecided=read["has_undecided"],
        call_owed=read["has_call"],
        feeling=Feeling(case.feeling).label if case.acknowledged_at and case.feeling else "",
        owner=case.owner.name if case.owner else "",
        remedies=int(read["has_remedy"]),
        waiting_approval=read["waits_approval"],
        to_deliver=read["has_delivery"],
        promises=int(read["has_promise"]),
        promise_open=read["has_open_promise"],
        cause_known=not read["lacks_cause"],
        investigating=read["is_investigated"],
        closed=case.is_closed,
        historical=case.historical,
    )


def my_cases(user: User) -> list[MyCase]:
    """A person's open cases, urgent ones first, then the newest."""
    cases = visible_cases(user).filter(~Q(status=CaseStatus.CLOSED), owner=user).order_by("-opened_at", "-id")
    mine = [MyCase(case, next_words(facts_of(case))) for case in with_facts(cases)[:CASES]]
    return sorted(mine, key=lambda item: not item.case.urgent)


def answers(user: User, *, now: datetime) -> list[Approval]:
    """What became of what this person asked for, in the last day."""
    return list(answered_since(user, now - timedelta(days=1))[:6])


def calls_of(user: User) -> list[FollowUpCall]:
    """The follow-up calls this person has been given."""
    given = FollowUpCall.objects.filter(rep=user, status=CallStatus.DISPATCHED)
    return list(given.select_related("customer", "signal", "case").order_by("leased_until")[:6])


def notices(user: User) -> list[Notice]:
    """The newest notices that have not been put away."""
    return list(unseen_notices(user)[:4])


@dataclass(frozen=True)
class Counts:
    """What the navigation counts: due within the hour, calls in hand, requests that wait. None reads as nothing."""

    desk: int
    late: bool
    calls: int
    approvals: int


def counts(user: User, *, now: datetime) -> Counts:
    """At most three queries, each over a partial index."""
    mine = visible_obligations(user).filter(owner=user, status=ObligationStatus.OPEN)
    mine = mine.filter(due_end__lte=now + timedelta(hours=1))
    due = list(mine.order_by("due_end").values_list("due_end", flat=True)[:99])
    calls = FollowUpCall.objects.filter(rep=user, status=CallStatus.DISPATCHED).values_list("pk", flat=True)[:99]
    waiting = waiting_approvals(user, now=now).exclude(requested_by=user).values_list("pk", flat=True)[:99]
    return Counts(
        desk=len(due),
        late=bool(due) and due[0] < now,
        calls=len(calls),
        approvals=len(waiting) if user.role == Role.SUPERVISOR else 0,
    )


def left_to_give(user: User, *, now: datetime) -> list[Gauge]:
    """Today's and this month's caps and what is left of each, in every currency that this person may spend or has spent.

    The currencies are those of the units they serve, the first unit's first. Where nothing may be spent, in that alone.
    """
    served = visible_units(user).order_by().values("currency").annotate(first=Min("id")).order_by("first")
    currencies = [unit["currency"] for unit in served] or [own_currency(user)]
    gauges = gauges_in(user, currencies, now=now)
    measured = {
        currency: [gauge for gauge in gauges[currency] if gauge.axis in (Axis.DAY, Axis.MONTH)]
        for currency in currencies
    }
    telling = [those for those in measured.values() if any(gauge.cap or gauge.used for gauge in those)]
    return [gauge for those in telling or [measured[currencies[0]]] for gauge in those]
