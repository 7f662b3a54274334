"""Requests that nobody answered in time: until they are swept they hold what others could be given.

An award that finds no room takes such requests out of its way in its own transaction, those of other cases of the same
customer and team too. Gauges take no notice of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from cases.domain import casework
from cases.models import Case
from compensation.domain import caps
from compensation.domain.caps import Draw
from compensation.domain.expiring import expire_held, stale_requests
from compensation.enums import ApprovalStatus, Axis
from compensation.models import Approval, Award


def make_room(award: Award, held: Case, *, then: list[Draw], now: datetime) -> int:
    """Expire the stale requests that hold some of the counters the award shares with others; returns how many.

    ``held`` is the award's case, held and saved by the caller. Other cases are locked only where nobody else holds them:
    nobody ever waits for a second case, so that two awards cannot wait for each other. What is passed over is left to
    whoever holds it, or to the sweep. ``then`` is what the caller draws on next.
    """
    in_the_way = _stale(then, now=now).values_list("pk", "award__case")
    found = dict(in_the_way)
    if not found:
        return 0
    cases = {held.pk: held}
    others = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    for case in others.filter(pk__in=set(found.values()) - {held.pk}).order_by("id"):
        cases[case.pk] = case
    stale = list(stale_requests(now=now).filter(pk__in=found, award__case__in=cases))
    for approval in stale:
        approval.award.case = cases[approval.award.case_id]
    expire_held(stale, now=now, then=then)
    for pk in {approval.award.case_id for approval in stale} - {held.pk}:
        casework.save(cases[pk])
    return len(stale)


def held_by_stale(drawn: Iterable[Draw], *, now: datetime) -> Counter[str]:
    """What stale requests hold of counters that several people draw on, by key. One query."""
    shared = [draw for draw in drawn if draw.axis in caps.SHARED_AXES]
    held: Counter[str] = Counter()
    if not shared:
        return held
    rows = _stale(shared, now=now).order_by().values_list(
        "currency", "award__case", "award__customer", "award__team", "award__period"
    )  # fmt: skip
    for currency, case, customer, team, period, asked in rows.annotate(Sum("asked_minor")):
        whole = caps.shared(
            dict.fromkeys(Axis, 0), currency=currency, case_id=case, customer_id=customer, team_id=team, period=period
        )
        held.update({draw.key: asked for draw in whole})
    return held


def _stale(drawn: Iterable[Draw], *, now: datetime) -> QuerySet[Approval]:
    """Requests that still hold some of these counters though nobody answered them in time."""
    holds = Q(pk__in=[])
    for draw in drawn:
        if draw.axis == Axis.CASE:
            holds |= Q(currency=draw.currency, award__case=draw.case_id)
        elif draw.axis == Axis.CUSTOMER:
            of_customer = Q(award__customer=draw.customer_id, award__period=draw.period_start)
            holds |= Q(currency=draw.currency) & of_customer
        elif draw.axis == Axis.TEAM:
            holds |= Q(currency=draw.currency, award__team=draw.team_id, award__period=draw.period_start)
    return Approval.objects.filter(holds, status=ApprovalStatus.WAITING, expires_at__lte=now)
