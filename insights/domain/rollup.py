"""Keeping the rollups right: a little at each tick, from the change feed, and wholly when somebody asks for it.

What changed about a case replaces all its facts; then the days those facts stood or stand on are summed anew. A step is
one transaction with its place in the feed, so one that is killed has done nothing, and one that is repeated does the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import BusinessUnit
from cases.models import Case
from insights.domain.facts import of_cases, of_signals
from insights.domain.lots import grown_up, of_lots, touched_lots
from insights.enums import Grain, Source
from insights.models import Fact, Progress, Tally
from journal.domain.feed import sequence
from journal.models import FeedPosition
from outreach.models import Signal

STEP = 100
# A condition of more parts than this is deeper than SQLite reads.
MOST_CELLS = 400
DIMENSIONS = ("rep_id", "measure", "key", "currency", "historical")
Cells = set[tuple[int, date]]


def roll_up(*, now: datetime, at_most: int = 50) -> int:
    """Bring the rollups up to the change feed, in at most so many steps; returns how many events were new."""
    while sequence():
        pass
    seen = 0
    for _ in range(at_most):
        step = _step(now=now)
        seen += step
        if step < STEP:
            break
    for _ in range(at_most):
        if not (ripe := grown_up(now=now, limit=STEP)):
            break
        _rewrite_held([], ripe, now=now)
    return seen


def rebuild(*, now: datetime, told: Callable[[int], None] = lambda _: None) -> int:
    """Count everything anew; returns how many cases that was. Work may go on meanwhile; a second run changes nothing.

    ``told`` hears how many cases and signals each step has done.
    """
    head = FeedPosition.objects.aggregate(last=Max("position"))["last"] or 0
    count = 0
    for ids in _in_steps(Case.objects.all()):
        _rewrite_held(ids, [], now=now)
        count += len(ids)
        told(len(ids))
    for ids in _in_steps(Signal.objects.all()):
        _rewrite_held([], ids, now=now)
        told(len(ids))
    sum_anew()
    with transaction.atomic():
        progress = _hold()
        progress.position, progress.at = max(progress.position, head), now
        progress.save()
    return count


def sum_anew() -> None:
    """Sum all facts anew, unit by unit, as they stand."""
    for unit_id in BusinessUnit.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            _hold()
            days = set(Fact.objects.filter(unit=unit_id).values_list("day", flat=True).distinct())
            Tally.objects.filter(unit=unit_id).delete()
            _sum_up({(unit_id, day) for day in days})


def _in_steps(things: QuerySet[Case] | QuerySet[Signal]) -> Iterable[list[int]]:
    last = 0
    while ids := list(things.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:STEP]):
        yield ids
        last = ids[-1]


def _hold() -> Progress:
    """One hand at a time: whoever holds this row may write the rollups."""
    Progress.objects.get_or_create(pk=1)
    return Progress.objects.select_for_update(no_key=True).get(pk=1)


@transaction.atomic
def _step(*, now: datetime) -> int:
    progress = _hold()
    new = list(
        FeedPosition.objects.filter(position__gt=progress.position)
        .order_by("position")
        .values_list("position", "event__case_id", "event__subject_kind", "event__subject_id")[:STEP]
    )
    if new:
        progress.position = new[-1][0]
        cases = {case_id for _, case_id, _, _ in new if case_id is not None}
        signals = {subject for _, _, kind, subject in new if kind == Source.SIGNAL}
        calls = {subject for _, _, kind, subject in new if kind == "call"}
        _rewrite(cases, signals | touched_lots(signals, calls), now=now)
    progress.at = now
    progress.save()
    return len(new)


@transaction.atomic
def _rewrite_held(case_ids: Iterable[int], signal_ids: Iterable[int], *, now: datetime) -> None:
    _hold()
    _rewrite(case_ids, signal_ids, now=now)


def _rewrite(case_ids: Iterable[int], signal_ids: Iterable[int], *, now: datetime) -> None:
    """Replace the facts of these cases, of their signals and of these signals, and sum up what that touches."""
    cases = set(case_ids)
    signals = set(signal_ids) | set(Signal.objects.filter(case__in=cases).values_list("pk", flat=True))
    old = Fact.objects.filter(
        Q(source=Source.CASE, source_id__in=cases) | Q(source=Source.SIGNAL, source_id__in=signals)
    )
    touched: Cells = set(old.values_list("unit_id", "day"))
    old.delete()
    new = [*of_cases(cases), *of_signals(signals), *of_lots(signals, now=now)]
    Fact.objects.bulk_create(new, batch_size=500)
    _sum_up(touched | {(fact.unit_id, fact.day) for fact in new})


def _sum_up(cells: Cells) -> None:
    """Sum the facts of these days of these units anew, and then the months that they lie in. Six queries, however many."""
    listed = sorted(cells)
    for begin in range(0, len(listed), MOST_CELLS):
        _sum_up_some(listed[begin : begin + MOST_CELLS])


def _sum_up_some(cells: list[tuple[int, date]]) -> None:
    days: dict[int, set[date]] = defaultdict(set)
    months: dict[int, set[date]] = defaultdict(set)
    for unit_id, day in cells:
        days[unit_id].add(day)
        months[unit_id].add(day.replace(day=1))
    of_days = _any(Q(unit=unit_id, day__in=wanted) for unit_id, wanted in days.items())
    Tally.objects.filter(of_days, grain=Grain.DAY).delete()
    _write(Grain.DAY, Fact.objects.filter(of_days).annotate(start=F("day")))
    within = _any(
        Q(unit=unit_id, day__gte=month, day__lt=(month + timedelta(days=32)).replace(day=1))
        for unit_id, wanted in months.items()
        for month in wanted
    )
    of_months = _any(Q(unit=unit_id, day__in=wanted) for unit_id, wanted in months.items())
    Tally.objects.filter(of_months, grain=Grain.MONTH).delete()
    _write(Grain.MONTH, Tally.objects.filter(within, grain=Grain.DAY).annotate(start=TruncMonth("day")))


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def _write(grain: Grain, started: QuerySet[Fact] | QuerySet[Tally]) -> None:
    grouped: Any = started.order_by().values("start", "unit_id", *DIMENSIONS)
    Tally.objects.bulk_create(
        [
            Tally(
                grain=grain,
                day=row["start"],
                n=row["count"],
                amount_minor=row["amount"],
                **{name: row[name] for name in ("unit_id", *DIMENSIONS)},
            )
            for row in grouped.annotate(count=Sum("n"), amount=Sum("amount_minor"))
        ],
        batch_size=500,
    )
