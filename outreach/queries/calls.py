"""Reads of calls and signals: always through ``visible_*``, so that a stranger finds nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Prefetch, Q, QuerySet

from accounts.enums import Role
from accounts.models import Team, User
from cases.models import CustomerPhone, Incident
from outreach.enums import CallStatus
from outreach.models import CallAttempt, FollowUpCall, Program, Signal

LIVE = (CallStatus.PLANNED, CallStatus.DISPATCHED)


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


def program_in_force() -> Program | None:
    """Which signals are called about, how soon and how often; None when nobody is called."""
    return Program.objects.filter(active=True).first()


def usable_phones() -> Prefetch[str, QuerySet[CustomerPhone], str]:
    """A customer's numbers that may be dialed, as ``customer.usable_phones``."""
    return Prefetch(
        "customer__phones", CustomerPhone.objects.filter(wrong=False).order_by("id"), to_attr="usable_phones"
    )


def with_story(calls: QuerySet[FollowUpCall]) -> QuerySet[FollowUpCall]:
    """Calls with all that whoever dials should have before them, in a constant number of queries."""
    attempts = CallAttempt.objects.select_related("by", "cause").order_by("number")
    incidents = Incident.objects.select_related("cause").order_by("id")
    return calls.select_related(
        "customer", "unit", "obligation", "signal", "rep", "case", "case__owner"
    ).prefetch_related(usable_phones(), Prefetch("attempts", attempts), Prefetch("case__incidents", incidents))


def in_hand(user: User) -> QuerySet[FollowUpCall]:
    """The calls that are with this rep now, the one whose lease ends first at the top."""
    mine = FollowUpCall.objects.filter(rep=user, status=CallStatus.DISPATCHED)
    return mine.select_related("customer", "signal", "obligation").order_by("leased_until", "id")


def waiting(user: User, *, now: datetime) -> QuerySet[FollowUpCall]:
    """Calls in reach that could be made now by whoever takes them, the most pressing first."""
    ready = visible_calls(user).filter(status=CallStatus.PLANNED, not_before__lte=now)
    return ready.select_related("customer", "signal", "obligation").order_by("obligation__due_end", "id")


def later(user: User, *, now: datetime) -> QuerySet[FollowUpCall]:
    """Calls in reach whose next attempt lies ahead, the next one first."""
    ahead = visible_calls(user).filter(status=CallStatus.PLANNED, not_before__gt=now)
    return ahead.select_related("customer", "signal", "obligation").order_by("not_before", "id")


def made_by(user: User, *, since: datetime) -> QuerySet[CallAttempt]:
    """This rep's own attempts since then, newest first."""
    return CallAttempt.objects.filter(by=user, at__gte=since).select_related("call", "call__customer").order_by("-id")


def load_of(reps: list[int], *, since: datetime) -> dict[int, tuple[int, datetime | None]]:
    """How many calls each rep has in hand, and when they last recorded an attempt since then. Two queries."""
    counts = (
        FollowUpCall.objects.filter(rep__in=reps, status=CallStatus.DISPATCHED)
        .values("rep")
        .annotate(count=Count("id"))
        .values_list("rep", "count")
    )
    in_hand_of = dict(counts)
    last = (
        CallAttempt.objects.filter(by__in=reps, at__gte=since)
        .values("by")
        .annotate(last=Max("at"))
        .values_list("by", "last")
    )
    last_of = dict(last)
    return {rep: (in_hand_of.get(rep, 0), last_of.get(rep)) for rep in reps}


def callers_by_unit(unit_ids: set[int], *, there: Q) -> dict[int, list[User]]:
    """Who is there to call for each unit: people of the call group whose team serves it. One query."""
    callers: dict[int, list[User]] = {unit_id: [] for unit_id in unit_ids}
    serving = (
        User.objects.filter(there, team__units__in=unit_ids, takes_calls=True, role__in=[Role.REP, Role.SUPERVISOR])
        .annotate(serves=F("team__units"))
        .order_by("id")
    )
    for person in serving:
        callers[person.serves].append(person)
    return callers
