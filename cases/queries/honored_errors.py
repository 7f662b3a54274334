"""Errors in the customer's favor and the calls about them: who sees which, and the register."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.lookups import Exact

from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.queries import there
from cases.enums import DisclosureStatus, ErrorStatus
from cases.models import Cause, Disclosure, HonoredError, Letter
from cases.queries.people import folded
from cases.queries.reach import customer_in_reach

DECIDED = (ErrorStatus.HONORED, ErrorStatus.RESCINDED)


class RegisterFilter(models.TextChoices):
    """What the register can be narrowed to."""

    UNDECIDED = "undecided", "Undecided"
    OVERDUE_DECISION = "overdue_decision", "Decision overdue"
    CALL_DUE = "call_due", "Call to make"
    CALL_OVERDUE = "call_overdue", "Call overdue"
    TOLD = "told", "Told"
    TO_REVIEW = "to_review", "To review"
    REVIEWED = "reviewed", "Reviewed"


def visible_errors(user: Any) -> QuerySet[HonoredError]:
    """Errors of customers in reach, and those whose call this user owes: it stays theirs when they change teams."""
    if user.role == Role.ADMIN:
        return HonoredError.objects.all()
    owed = Disclosure.objects.filter(error=OuterRef(OuterRef("pk")), owed_by=user.pk)
    return HonoredError.objects.filter(customer_in_reach(user, or_else=Q(Exists(owed))))


def visible_disclosures(user: Any) -> QuerySet[Disclosure]:
    """Calls about errors of customers in reach, and those that this user owes or has made."""
    if user.role == Role.ADMIN:
        return Disclosure.objects.all()
    own = Q(Exact(OuterRef("owed_by_id"), user.pk))
    return Disclosure.objects.filter(customer_in_reach(user, "error__customer", or_else=own))


def line_key(line_of_business: str) -> str:
    """What makes two spellings of a line of business the same one: case and the width of its spaces apart."""
    return " ".join(folded(line_of_business).split())[:120]


def register(
    user: User,
    *,
    now: datetime,
    show: str = "",
    rep: User | int | None = None,
    cause: Cause | None = None,
    kind: str = "",
    line: str = "",
    month: date | None = None,
    unit: BusinessUnit | int | None = None,
) -> QuerySet[HonoredError]:
    """The errors that this user sees, the newest first, narrowed.

    ``show`` is one of ``RegisterFilter``; ``rep`` who made the mistake; ``cause`` that cause or any under it; ``month`` any day
    of the month (UTC, as Insights counts) in which the error became known. A ``show`` that is unknown finds nothing.
    """
    errors = visible_errors(user)
    if show:
        errors = errors.filter(shown_as(show, now=now)) if show in RegisterFilter.values else errors.none()
    if unit is not None:
        errors = errors.filter(unit=unit)
    if rep is not None:
        errors = errors.filter(originator=rep)
    if cause is not None:
        errors = errors.filter(under(cause))
    if kind:
        errors = errors.filter(kind_of_action=kind)
    if line:
        errors = errors.filter(of_line(line))
    if month is not None:
        errors = errors.filter(in_month(month))
    return errors.order_by("-opened_at", "-id")


def under(cause: Cause) -> Q:
    """Errors of this cause or of any under it."""
    return Q(incident__cause__path__startswith=cause.path)


def of_line(line_of_business: str) -> Q:
    """Errors in this line of business, however it is spelled."""
    return Q(line_key=line_key(line_of_business))


def in_month(day: date) -> Q:
    """Became known in the month (UTC) of this day."""
    """Errors that became known in the month of this day (UTC)."""
    begins = datetime(day.year, day.month, 1, tzinfo=UTC)
    if day.year == MAXYEAR:  # the month after it may not exist
        return Q(opened_at__gte=begins)
    return Q(opened_at__gte=begins, opened_at__lt=(begins + timedelta(days=32)).replace(day=1))


def shown_as(show: str, *, now: datetime) -> Q:
    """What one of ``RegisterFilter`` means at this moment."""
    """Errors that one of ``RegisterFilter`` narrows to."""
    owed = Q(call_due_at__isnull=False, call_made_at__isnull=True)
    return {
        RegisterFilter.UNDECIDED: Q(status=ErrorStatus.UNDECIDED),
        RegisterFilter.OVERDUE_DECISION: Q(status=ErrorStatus.UNDECIDED, obligation__due_end__lt=now),
        RegisterFilter.CALL_DUE: owed,
        RegisterFilter.CALL_OVERDUE: owed & Q(call_due_at__lt=now),
        RegisterFilter.TOLD: Q(call_made_at__isnull=False),
        RegisterFilter.TO_REVIEW: Q(status__in=DECIDED, reviewed_at__isnull=True),
        RegisterFilter.REVIEWED: Q(reviewed_at__isnull=False),
    }[RegisterFilter(show)]


def with_calls(errors: QuerySet[HonoredError]) -> QuerySet[HonoredError]:
    """Errors with their incident and its cause, people and case, and their calls, oldest first, in two queries."""
    calls = Disclosure.objects.select_related("obligation", "owed_by", "originator", "caller").order_by("pk")
    return errors.select_related(
        "incident__cause", "customer", "case", "unit", "originator", "decided_by", "obligation"
    ).prefetch_related(Prefetch("disclosures", calls))


def whole_call(disclosures: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Calls with what they tell of, who owes them and by when; attempts and reassignments too, in three queries."""
    return disclosures.select_related(
        "obligation", "error__incident", "error__customer", "case__owner", "originator", "owed_by", "caller", "contact"
    ).prefetch_related(
        "attempts__by", "attempts__promise__obligation", "reassignments__from_user", "reassignments__to_user"
    )


def call_owed(error: HonoredError) -> Disclosure | None:
    """The call that is owed about an error now, if there is one."""
    owed = error.disclosures.filter(status=DisclosureStatus.OWED)
    return owed.select_related("obligation", "owed_by", "originator", "case", "error").first()


def call_that_told(error: HonoredError) -> Disclosure | None:
    """The call by which the customer was told of the decision that stands, if it was made."""
    if error.call_made_at is None:
        return None
    told = error.disclosures.filter(status=DisclosureStatus.MADE, kind=error.status)
    return told.select_related("obligation", "owed_by", "originator", "caller", "contact").order_by("-made_at").first()


def latest_letter(error: HonoredError) -> Letter | None:
    """The newest letter about an error, without its pages (they are read when they are asked for)."""
    return error.letters.defer("html", "pdf").order_by("-id").first()


def calls_across_absences(now: datetime) -> QuerySet[Disclosure]:
    """Calls that fall due while whoever owes them is away."""
    return _owed_by_the_absent(now).filter(
        owed_by__is_active=True, owed_by__away_until__isnull=False, obligation__due_end__lt=F("owed_by__away_until")
    )


def calls_of_the_absent(now: datetime) -> QuerySet[Disclosure]:
    """Calls that are owed by somebody who is away or has left."""
    return _owed_by_the_absent(now).select_related("owed_by", "error__customer", "obligation")


def _owed_by_the_absent(now: datetime) -> QuerySet[Disclosure]:
    absent = User.objects.filter(~there(now))
    return Disclosure.objects.filter(status=DisclosureStatus.OWED, owed_by__in=absent).order_by("pk")
