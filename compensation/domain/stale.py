"""Requests and offers that nobody answered in time: until they are swept they hold what others could be given.

An award that finds no room takes them out of its way in its own transaction, those of other cases of the same customer
and team too. Gauges take no notice of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import DateField, IntegerField, Q, QuerySet, Sum, Value

from cases.domain import casework
from cases.models import Case
from compensation.domain import caps, offering
from compensation.domain.caps import Draw
from compensation.domain.expiring import expire_held, expire_held_offers, held_draws, stale_offers, stale_requests
from compensation.enums import ApprovalStatus, Axis, OfferStatus
from compensation.models import Approval, CounterOffer


def make_room(held: Case, *, then: list[Draw], now: datetime) -> int:
    """Expire the stale requests and offers that hold some of the counters which are drawn on next (``then``); returns
    how many.

    ``held`` is a case that the caller holds and saves. Other cases are locked only where nobody else holds them: nobody
    ever waits for a second case, so that two awards cannot wait for each other. What is passed over is left to whoever
    holds it, or to the sweep. Then all counters are held at once, in the order of their keys.
    """
    asked = dict(_stale(then, now=now).values_list("pk", "award__case"))
    offered = dict(_stale_offers(then, now=now).values_list("pk", "award__case"))
    if not asked and not offered:
        return 0
    cases = {held.pk: held}
    others = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    wanted = {*asked.values(), *offered.values()} - {held.pk}
    cases |= {case.pk: case for case in others.filter(pk__in=wanted).order_by("id")}
    requests = list(stale_requests(now=now).filter(pk__in=asked, award__case__in=cases))
    offers = list(stale_offers(now=now).filter(pk__in=offered, award__case__in=cases))
    both: list[Approval | CounterOffer] = [*requests, *offers]
    for each in both:
        each.award.case = cases[each.award.case_id]
    caps.lock([*then, *held_draws(requests), *(draw for offer in offers for draw in offering.draws(offer.award))])
    expire_held(requests, now=now)
    expire_held_offers(offers, now=now)
    for pk in {each.award.case_id for each in both} - {held.pk}:
        casework.save(cases[pk])
    return len(both)


def held_by_stale(drawn: Iterable[Draw], *, now: datetime) -> Counter[str]:
    """What stale requests and offers hold of these counters, by key. One query, none where there is no counter."""
    wanted = list(drawn)
    held: Counter[str] = Counter()
    if not wanted:
        return held
    whose = ("award__currency", "award__case", "award__customer", "award__team", "award__period")
    nobody = {"person": Value(None, IntegerField()), "day": Value(None, DateField()), "month": Value(None, DateField())}
    asked = _stale(wanted, now=now).order_by().annotate(**nobody).values_list(*whose, *nobody)
    offered = _stale_offers(wanted, now=now).order_by()
    offered = offered.values_list(*whose, "award__spender", "award__day", "award__month")
    rows = asked.annotate(held=Sum("asked_minor")).union(offered.annotate(held=Sum("award__cost_minor")), all=True)
    for *shared, spender, day, month, amount in rows:
        own = [f"user:{spender}:{shared[0]}:{axis}:{start}" for axis, start in ((Axis.DAY, day), (Axis.MONTH, month))]
        held.update(dict.fromkeys([*_shared_keys(*shared), *(own if spender else [])], amount))
    return held


def _shared_keys(currency: str, case: int, customer: int, team: int | None, period: object) -> list[str]:
    drawn = caps.shared(
        offering.NOTHING,
        currency=currency,
        case_id=case,
        customer_id=customer,
        team_id=team,
        period=period,  # type: ignore[arg-type]
    )
    return [draw.key for draw in drawn]


def _stale(drawn: Iterable[Draw], *, now: datetime) -> QuerySet[Approval]:
    """Requests that still hold some of these counters though nobody answered them in time."""
    shared = [draw for draw in drawn if draw.axis in caps.SHARED_AXES]
    return Approval.objects.filter(_holds(shared), status=ApprovalStatus.WAITING, expires_at__lte=now)


def _stale_offers(drawn: Iterable[Draw], *, now: datetime) -> QuerySet[CounterOffer]:
    """The same of offers that nobody took up: those hold the day and the month of whoever offered, too."""
    return CounterOffer.objects.filter(_holds(drawn), status=OfferStatus.OPEN, expires_at__lte=now)


def _holds(drawn: Iterable[Draw]) -> Q:
    holds = Q(pk__in=[])
    for draw in drawn:
        of = {
            Axis.CASE: Q(award__case=draw.case_id),
            Axis.CUSTOMER: Q(award__customer=draw.customer_id, award__period=draw.period_start),
            Axis.TEAM: Q(award__team=draw.team_id, award__period=draw.period_start),
            Axis.DAY: Q(award__spender=draw.user_id, award__day=draw.period_start),
            Axis.MONTH: Q(award__spender=draw.user_id, award__month=draw.period_start),
        }[draw.axis]
        holds |= Q(award__currency=draw.currency) & of
    return holds
