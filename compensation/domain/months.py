"""Closing the months of the ledger: an ended month is summed up once, and held against its entries ever after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncMonth

from compensation.domain.side_by_side import side_by_side
from compensation.models import ClosedMonth, LedgerEntry, MonthSum
from compensation.queries.ledger import ends, first_of, months_on, of_month

# What was begun just before midnight may be committed after it.
AFTER = timedelta(hours=1)
WHOSE = ("unit", "rep", "basis", "currency", "from_account", "to_account")


def close_months(*, now: datetime) -> int:
    """Sum up each month that has ended and is not closed yet, the oldest first; returns how many."""
    last = ClosedMonth.objects.aggregate(last=Max("month"))["last"]
    month = months_on(last, 1) if last else _first_month()
    closed = 0
    while month is not None and ends(month) + AFTER <= now:
        close_month(month, now=now)
        month, closed = months_on(month, 1), closed + 1
    return closed


@transaction.atomic
def close_month(month: date, *, now: datetime) -> ClosedMonth:
    """Sum a month up, or sum it up anew where it has been closed before."""
    ClosedMonth.objects.filter(month=month).delete()
    closed = ClosedMonth.objects.create(month=month, closed_at=now)
    columns = [f"{name}_id" if name in ("unit", "rep") else name for name in WHOSE]
    moved = LedgerEntry.objects.filter(of_month(month)).order_by().values(*columns, "team_id")
    found = moved.annotate(amount_minor=Sum("amount_minor"), entries=Count("id"))
    MonthSum.objects.bulk_create((MonthSum(month=closed, **row) for row in found), batch_size=1000)
    return closed


def _first_month() -> date | None:
    first = LedgerEntry.objects.aggregate(first=Min("at"))["first"]
    return first_of(first.astimezone(UTC).date()) if first else None


def months_differing() -> list[date]:
    """Closed months that do not say what their entries do: something was entered in them afterwards."""
    last = ClosedMonth.objects.aggregate(last=Max("month"))["last"]
    if last is None:
        return []
    entries = LedgerEntry.objects.filter(at__lt=ends(last)).annotate(of=TruncMonth("at", tzinfo=UTC))
    found = side_by_side(entries=_by(entries, "of"), sums=_by(MonthSum.objects.all(), "month__month"))
    return sorted({key[0] for key, said in found if said["entries"] != said["sums"]})


def sums_differing() -> Iterator[str]:
    """The same in words."""
    for month in months_differing():
        yield f"the month {month:%Y-%m} was closed at other sums than its entries come to"


def _by(rows: QuerySet[LedgerEntry] | QuerySet[MonthSum], month: str) -> Iterator[tuple[tuple[Any, ...], int]]:
    columns = (month, *WHOSE)
    found = rows.order_by(*columns).values_list(*columns).annotate(Sum("amount_minor"))
    for at, *key, amount in found.iterator(chunk_size=1000):
        yield (at.date() if isinstance(at, datetime) else at, *key), int(amount)
