"""Reads of calls and signals: always through ``visible_*``, so that a stranger finds nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet

from accounts.enums import Role
from accounts.models import Team, User
from cases.models import CustomerPhone, Incident
from outreach.enums import CallStatus
from outreach.models import CallAnswer, CallAttempt, CallGroupMember, FollowUpCall, Signal


def _in_reach(user: Any) -> Q:
    if user.role == Role.ADMIN:
        return Q()
    # The unit ids in reach as a subquery: it costs no query of its own.
    return Q(unit_id__in=Team.units.through.objects.filter(team_id=user.team_id).values("businessunit_id"))


def visible_calls(user: Any) -> QuerySet[FollowUpCall]:
    """Follow-up calls owed to customers of the units in reach."""
    return FollowUpCall.objects.filter(_in_reach(user))


def visible_signals(user: Any) -> QuerySet[Signal]:
    """Signs of dissatisfaction from customers of the units in reach."""
    return Signal.objects.filter(_in_reach(user))


def usable_phones() -> Prefetch[str, QuerySet[CustomerPhone], str]:
    """A customer's numbers that may be dialed, as ``customer.usable_phones``."""
    return Prefetch(
        "customer__phones", CustomerPhone.objects.filter(wrong=False).order_by("id"), to_attr="usable_phones"
    )


def with_story(calls: QuerySet[FollowUpCall]) -> QuerySet[FollowUpCall]:
    """Calls with all that whoever dials should have before them, in a constant number of queries."""
    answers = Prefetch("answers", CallAnswer.objects.select_related("question").order_by("question__rank", "pk"))
    attempts = CallAttempt.objects.select_related("by", "cause", "dial").prefetch_related(answers).order_by("number")
    incidents = Incident.objects.select_related("cause").order_by("id")
    return calls.select_related(
        "customer", "unit", "obligation", "signal", "rep", "case", "case__owner", "program"
    ).prefetch_related(usable_phones(), Prefetch("attempts", attempts), Prefetch("case__incidents", incidents))


def in_hand(user: User) -> QuerySet[FollowUpCall]:
    """The calls that are with this rep now, the one whose lease ends first at the top."""
    mine = FollowUpCall.objects.filter(rep=user, status=CallStatus.DISPATCHED)
    return mine.select_related("customer", "signal", "obligation").order_by("leased_until", "id")


def waiting(user: User, *, now: datetime) -> QuerySet[FollowUpCall]:
    """Calls in reach that could be made now by whoever takes them, the most pressing first."""
    ready = visible_calls(user).filter(status=CallStatus.PLANNED, not_before__lte=now)
    return ready.select_related("customer", "signal", "obligation", "program").order_by("obligation__due_end", "id")


def later(user: User, *, now: datetime) -> QuerySet[FollowUpCall]:
    """Calls in reach whose next attempt lies ahead, the next one first."""
    ahead = visible_calls(user).filter(status=CallStatus.PLANNED, not_before__gt=now)
    return ahead.select_related("customer", "signal", "obligation").order_by("not_before", "id")


def made_by(user: User, *, since: datetime) -> QuerySet[CallAttempt]:
    """This rep's own attempts since then, newest first."""
    return CallAttempt.objects.filter(by=user, at__gte=since).select_related("call", "call__customer").order_by("-id")


def load_of(days: Mapping[int, datetime]) -> dict[int, tuple[int, int, datetime | None]]:
    """For each rep, whose day began at this moment: calls in hand, customers called today, last attempt. Two queries.

    Customers of calls in hand are not among those called, so that the two can be added.
    """
    counts = (
        FollowUpCall.objects.filter(rep__in=list(days), status=CallStatus.DISPATCHED)
        .values("rep")
        .annotate(count=Count("id"))
        .values_list("rep", "count")
    )
    in_hand_of = dict(counts)
    by_day: dict[datetime, list[int]] = defaultdict(list)
    for rep, begin in days.items():
        by_day[begin].append(rep)
    today = reduce(or_, (Q(by__in=reps, at__gte=begin) for begin, reps in by_day.items()), Q(pk__in=()))
    with_them = Q(call__status=CallStatus.DISPATCHED, call__rep=F("by"))
    made = (
        CallAttempt.objects.filter(today)
        .values("by")
        .annotate(last=Max("at"), count=Count("call", distinct=True, filter=~with_them))
        .values_list("by", "count", "last")
    )
    made_by: dict[int, tuple[int, datetime | None]] = {rep: (count, last) for rep, count, last in made}
    return {rep: (in_hand_of.get(rep, 0), *made_by.get(rep, (0, None))) for rep in days}


def callers_by_unit(unit_ids: set[int], *, there: Q) -> dict[int, list[User]]:
    """Who is there to call for each unit: people chosen for it whose team serves it. One query."""
    callers: dict[int, list[User]] = {unit_id: [] for unit_id in unit_ids}
    chosen = Q(takes_calls=True) | Exists(CallGroupMember.objects.filter(user=OuterRef("pk"), group__active=True))
    serving = (
        User.objects.filter(there, chosen, team__units__in=unit_ids, role__in=[Role.REP, Role.SUPERVISOR])
        .annotate(serves=F("team__units"))
        .order_by("id")
    )
    for person in serving:
        callers[person.serves].append(person)
    return callers
