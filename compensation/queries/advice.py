"""Reads for advice: its rules, what happened on a case that bears on it, and what can be offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Least

from cases.enums import PromiseStatus
from cases.models import Incident, Investigation, Promise
from cases.queries import visible_incidents
from compensation.enums import AwardStatus
from compensation.models import AdviceRule, Remedy
from compensation.queries.coupons import coupons_left
from journal.enums import EventType
from journal.models import Event

# Awards that a case has had, and those that wait for an answer.
STANDS = frozenset({AwardStatus.GIVEN, AwardStatus.DELIVERED})
WAITS = frozenset({AwardStatus.AWAITING_APPROVAL, AwardStatus.OFFERED})


def advice_rules() -> QuerySet[AdviceRule]:
    """All rules of advice, in the order of their lines; those that are switched off too."""
    return AdviceRule.objects.order_by("position", "id")


def with_failures(incidents: QuerySet[Incident], *, now: datetime) -> QuerySet[Incident]:
    """Incidents with what happened on their case since: when a promise was last missed (``missed_at``) and made
    (``promised_at``), when it was last reopened (``reopened_at``), whether the cause is or was looked for (``sought``).

    A promise is missed at the time it was for, or when it was moved without agreement; an open one once past its grace.
    """
    on_case = Promise.objects.filter(case=OuterRef("case"))
    past_grace = now - timedelta(minutes=settings.RECOVERY["PROMISE_GRACE_MINUTES"])
    due, ended = F("obligation__due_end"), F("obligation__ended_at")
    missed = on_case.filter(
        Q(status=PromiseStatus.MISSED) | Q(status=PromiseStatus.OPEN, obligation__due_end__lt=past_grace)
    ).annotate(missed_at=Least(due, Coalesce(ended, due)))
    made = on_case.exclude(status=PromiseStatus.ABANDONED).order_by("-made_at")
    reopened = Event.objects.filter(case=OuterRef("case"), type=EventType.CASE_REOPENED).order_by("-id")
    return incidents.annotate(
        missed_at=Subquery(missed.order_by("-missed_at").values("missed_at")[:1]),
        promised_at=Subquery(made.values("made_at")[:1]),
        reopened_at=Subquery(reopened.values("at")[:1]),
        sought=Exists(Investigation.objects.filter(case=OuterRef("case"))),
    )


def incidents_of(user: Any, reference: str, *, now: datetime) -> QuerySet[Incident]:
    """The incidents of one case in reach with the case itself, its unit and customer, and ``with_failures``. One query."""
    incidents = visible_incidents(user).filter(case__reference=reference)
    return with_failures(incidents.select_related("case__unit", "case__customer").order_by("id"), now=now)


def offerable(case_id: int, currency: str, *, now: datetime) -> QuerySet[Any]:
    """What can be given now in a currency (``on_offer``): in the catalog, and with a code left where it takes one.

    With it what the case has had already: a remedy comes once more for each award of it that stands or waits, with the
    award's ``award_status``, ``award_at``, ``award_worth`` and ``award_currency``, whether or not it is still on offer.
    One query for both, which begins at the case: what others were given of a remedy is not looked at.
    """
    left = coupons_left(OuterRef("pool"), on=now.date())
    in_stock = Q(pool__isnull=True) | Q(pool__active=True) & Q(Exists(left))
    on_offer = (
        Remedy.objects.filter(in_stock, active=True, currency__in=("", currency))
        .order_by()
        .annotate(
            on_offer=Value(True),
            award_status=Value(None, CharField()),
            award_at=Value(None, DateTimeField()),
            award_worth=Value(None, BigIntegerField()),
            award_currency=Value(None, CharField()),
        )
    )
    had = (
        Remedy.objects.filter(awards__case=case_id, awards__status__in=STANDS | WAITS)
        .order_by()
        .annotate(
            on_offer=Value(False),
            award_status=F("awards__status"),
            award_at=F("awards__given_at"),
            award_worth=F("awards__value_minor"),
            award_currency=F("awards__currency"),
        )
    )
    return on_offer.union(had, all=True).order_by("kind", "name", "id")
