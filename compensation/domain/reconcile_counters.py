"""Cap counters against the ledger and what waits: a part of reconciling the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as When
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models import When as Then

from compensation.domain.side_by_side import side_by_side
from compensation.enums import Account, ApprovalStatus, AwardStatus, Axis, Basis
from compensation.models import Approval, Award, CapCounter, LedgerEntry

GIVEN = (Account.COMMITTED, Account.DELIVERED)
# What an entry does to what is given and stands: it comes in, it goes out, or it moves within.
STANDS, STOOD = Q(to_account__in=GIVEN), Q(from_account__in=GIVEN)
SIGNED = When(Then(STANDS, then=F("amount_minor")), default=-F("amount_minor"))
Stream = Iterator[tuple[tuple[Any, ...], int]]


@dataclass(frozen=True)
class _Counted:
    """Where one axis's counters are read off an award: whose they are, in which currency and period."""

    axis: Axis
    whose: str  # of the award, and of the counter but for a spender, who is its user there
    period: str
    form: str

    def key(self, *values: Any) -> str:
        return self.form.format(*values)

    def columns(self, award: str) -> tuple[str, ...]:
        return (f"{award}{self.whose}", "currency", *((f"{award}{self.period}",) if self.period else ()))


SHARED = (
    _Counted(Axis.CASE, "case", "", "case:{}:{}"),
    _Counted(Axis.CUSTOMER, "customer", "period", "customer:{}:{}:{}"),
    _Counted(Axis.TEAM, "team", "period", "team:{}:{}:{}"),
)
OWN = (
    _Counted(Axis.DAY, "spender", "day", "user:{}:{}:day:{}"),
    _Counted(Axis.MONTH, "spender", "month", "user:{}:{}:month:{}"),
)


def counters_differing() -> Iterator[str]:
    """Each counter that says something else than the ledger and what waits, axis by axis; and those that are missing."""
    for counted in (*SHARED, *OWN):
        yield from _of_axis(counted)
    yield from _unasked()
    over = CapCounter.objects.filter(ceiling_minor__lt=F("spent_minor") + F("reserved_minor")).order_by("key")
    for counter in over.iterator(chunk_size=1000):
        yield f"counter {counter.key} is over its ceiling of {counter.ceiling_minor}"


def _of_axis(counted: _Counted) -> Iterator[str]:
    goodwill = LedgerEntry.objects.filter(
        award__isnull=False, basis=Basis.GOODWILL, award__no_questions=False, award__historical=False
    )
    reserving = Award.objects.filter(status=AwardStatus.OFFERED, basis=Basis.GOODWILL)
    waiting = Approval.objects.filter(status=ApprovalStatus.WAITING)
    if counted in OWN:  # what waits for an approval spends nobody's day before it is answered
        waiting = waiting.none()
    crossing = goodwill.filter(STANDS & ~STOOD | ~STANDS & STOOD)
    expected = {
        "stands": _summed(crossing, counted, "award__", SIGNED),
        "waiting": _summed(waiting, counted, "award__", F("asked_minor")),
        "offered": _summed(reserving, counted, "", F("cost_minor")),
    }
    for key, said in side_by_side(**_kept(counted), **expected):
        yield from _compared(counted.key(*key), said, said["stands"], said["waiting"] + said["offered"])


def _summed(rows: QuerySet[Any], counted: _Counted, award: str, amount: F | When) -> Stream:
    """What rows come to for each counter of an axis, in the order of their keys."""
    columns = counted.columns(award)
    rows = rows.filter(**{f"{columns[0]}__isnull": False})
    found = rows.order_by(*columns).values_list(*columns).annotate(total=Sum(amount))
    for *key, total in found.iterator(chunk_size=1000):
        yield tuple(key), int(total)


def _kept(counted: _Counted) -> dict[str, Stream]:
    """What the counters of an axis say, and that they are there."""
    whose = "user" if counted.whose == "spender" else counted.whose
    columns = (whose, "currency", *(("period_start",) if counted.period else ()))
    rows = CapCounter.objects.filter(axis=counted.axis).order_by(*columns)

    def of(column: str | None) -> Stream:
        named = (column,) if column else ()
        for found in rows.values_list(*columns, *named).iterator(chunk_size=1000):
            yield tuple(found[: len(columns)]), found[-1] if column else 1

    return {"there": of(None), "spent": of("spent_minor"), "reserved": of("reserved_minor")}


def _compared(key: str, said: Any, spent: int, reserved: int) -> Iterator[str]:
    if not said["there"]:
        if spent or reserved:
            yield f"counter {key} is missing, the ledger and what waits say {spent + reserved}"
        return
    for name, expected in (("spent", spent), ("reserved", reserved)):
        if said[name] != expected:
            yield f"counter {key} says {name} {said[name]}, the ledger and what waits say {expected}"


def _unasked() -> Iterator[str]:
    """No-questions remedies are counted by number."""
    columns = ("spender", "day")
    given = Award.objects.filter(Q(spender__isnull=False), no_questions=True, historical=False).order_by(*columns)
    counters = CapCounter.objects.filter(axis=Axis.NO_QUESTIONS).order_by("user", "period_start")
    kept = counters.values_list("user", "period_start", "spent_minor", "reserved_minor")
    for key, said in side_by_side(
        there=(((user, day), 1) for user, day, *_ in kept.iterator(chunk_size=1000)),
        spent=(((user, day), spent) for user, day, spent, _ in kept.iterator(chunk_size=1000)),
        reserved=(((user, day), held) for user, day, _, held in kept.iterator(chunk_size=1000)),
        given=(
            ((user, day), times)
            for user, day, times in given.values_list(*columns).annotate(Count("id")).iterator(chunk_size=1000)
        ),
    ):
        yield from _compared("user:{}:no_questions:{}".format(*key), said, said["given"], 0)
