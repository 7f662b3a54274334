"""Reads of surveys: always through ``visible_surveys``, so that a stranger finds nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.enums import Role
from accounts.models import Team
from cases.enums import CaseStatus
from cases.models import Case
from outreach.enums import CallOutcome, CallStatus, SignalFate, SurveyKind, SurveyStatus
from outreach.models import FollowUpCall, HeldOut, Signal, Survey, SurveyTemplate
from outreach.queries.calls import usable_phones
from outreach.queries.health import not_set_aside

# A closure or a call that nobody has looked at for so long is no longer asked about: it would only remind of it.
LOOKED_BACK = timedelta(days=7)


def visible_surveys(user: Any) -> QuerySet[Survey]:
    """Surveys about customers of the units in reach."""
    if user.role == Role.ADMIN:
        return Survey.objects.all()
    units = Team.units.through.objects.filter(team_id=user.team_id).values("businessunit_id")
    return Survey.objects.filter(unit_id__in=units)


def with_subjects(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """Surveys with the customer, the case, what the answer led to and who sent it."""
    return surveys.select_related("customer", "case", "signal", "signal__call", "received_from")


def closures_unasked(*, now: datetime) -> QuerySet[Case]:
    """Cases that were closed lately and for whose closure no survey is planned, the first closed first."""
    key = Concat(
        Value("closure:"),
        Cast(OuterRef("pk"), CharField()),
        Value(":"),
        Cast(OuterRef("reopened_count"), CharField()),
        output_field=CharField(),
    )
    closed = Case.objects.filter(status=CaseStatus.CLOSED, historical=False, closed_at__gt=now - LOOKED_BACK)
    return closed.filter(~Exists(Survey.objects.filter(key=key))).order_by("closed_at", "id")


def calls_unasked(*, now: datetime) -> QuerySet[FollowUpCall]:
    """Calls that ended lately, reached or not, and after which no survey is planned.

    Those of the lot also where nobody tried: whom it left uncalled is asked whatever happened since. Who does not want to
    talk is left alone, and so is who was asked twice already: the call was about a second answer.
    """
    lately = FollowUpCall.objects.filter(finished_at__gt=now - LOOKED_BACK, survey__isnull=True)
    ended = lately.filter(Q(attempts_made__gt=0) | Q(by_lot=True))
    return (
        ended.exclude(outcome=CallOutcome.REFUSED)
        .exclude(signal__survey__kind=SurveyKind.FOLLOW_UP)
        .order_by("finished_at", "id")
    )


def held_out_unasked(*, now: datetime) -> QuerySet[HeldOut]:
    """Customers with a score who were lately left uncalled by lot, and whom no second survey is planned for."""
    key = Concat(Value("held_out:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    lately = HeldOut.objects.filter(at__gt=now - LOOKED_BACK, signal__score__isnull=False)
    return (
        lately.exclude(signal__survey__kind=SurveyKind.FOLLOW_UP)
        .filter(~Exists(Survey.objects.filter(key=key)))
        .order_by("at", "pk")
    )


def to_ask(*, now: datetime) -> QuerySet[Survey]:
    """Planned surveys whose time has come and that are not set aside."""
    return Survey.objects.filter(not_set_aside(now), status=SurveyStatus.PLANNED, ask_at__lte=now).order_by(
        "ask_at", "id"
    )


def to_expire(*, now: datetime) -> QuerySet[Survey]:
    """Surveys that are still open and whose time is over."""
    return Survey.objects.filter(status=SurveyStatus.ASKED, expires_at__lte=now).order_by("expires_at", "id")


def templates_in_force() -> dict[tuple[str, str], SurveyTemplate]:
    """The words in force, by kind and language. One query, to be read once for a batch."""
    return {(each.kind, each.language): each for each in SurveyTemplate.objects.filter(active=True)}


def surveys_about(*, case: Case | None = None, customer_id: int | None = None) -> QuerySet[Survey]:
    """What a customer answered, about one case or at all, the newest first."""
    answered = Survey.objects.filter(status=SurveyStatus.ANSWERED).order_by("-answered_at", "-id")
    return answered.filter(case=case) if case is not None else answered.filter(customer_id=customer_id or 0)


def call_about(signal: Signal) -> FollowUpCall | None:
    """The call that a signal led to, or that was planned already when it came; its customer with ``usable_phones``."""
    calls = FollowUpCall.objects.select_related("obligation", "customer").prefetch_related(usable_phones())
    if signal.fate == SignalFate.ALREADY_PLANNED:
        return calls.filter(customer=signal.customer_id, status__in=[CallStatus.PLANNED, CallStatus.DISPATCHED]).first()
    return calls.filter(signal=signal).first()


def answers_since(since: datetime) -> dict[str, int]:
    """How many surveys were asked since then, and how many of those were answered. One query."""
    return Survey.objects.filter(asked_at__gte=since).aggregate(
        asked=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False))
    )


def why_not_since(since: datetime) -> list[tuple[str, int]]:
    """How many surveys were not sent since then, by the code of why. One query."""
    unsent = Survey.objects.filter(status=SurveyStatus.NOT_ASKED, ask_at__gte=since)
    counts = unsent.values(code=F("why_not")).annotate(n=Count("pk")).order_by("-n")
    return [(row["code"], row["n"]) for row in counts]
