"""What the ledger comes to for a month, by rep, team, cause, product or month. Amounts in minor units.

The month itself is always summed from its entries. What came before it is read from the sums of closed months and from
the entries of those that are not closed yet, so that a statement takes as long as its month is large and no longer,
however old the ledger grows. Causes and products are those of the incidents as they are known now, so they say what
moved in the month and carry nothing forward.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, DateField, Max, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth

from accounts.models import Team, User
from cases.models import Cause
from compensation.enums import Account, Basis, Grouping
from compensation.models import ClosedMonth, LedgerEntry, MonthSum
from compensation.queries.ledger import begins, ends, months_on, seen_by

MONTHS = 12  # what a statement by month looks back on, its own included
MOVES = ("currency", "basis", "from_account", "to_account")
COLUMN = {
    Grouping.REP: "rep",
    Grouping.TEAM: "team",
    Grouping.CAUSE: "incident__cause",
    Grouping.PRODUCT: "incident__line_of_business",
}
CARRIES = frozenset({Grouping.REP, Grouping.TEAM, Grouping.MONTH})
NAMELESS = {Grouping.TEAM: "No team", Grouping.CAUSE: "No cause found yet", Grouping.PRODUCT: "No product named"}
OPEN = (Account.PENDING, Account.COMMITTED)

Move = tuple[Any, str, str, str, str, int, int]


@dataclass
class Figures:
    """One basis of one line: what stood in each account before, what moved in and out since, and by how many entries."""

    opening: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    entries: int = 0

    @property
    def closing(self) -> Counter[str]:
        return Counter({account: self.opening[account] + self.moved[account] for account in Account.values})

    @property
    def anything(self) -> bool:
        """Whether there is anything to show: something moved, or something is still open from before."""
        return bool(self.entries) or any(self.opening[account] for account in OPEN)

    def add(self, other: Figures) -> None:
        """Take in the figures of another line."""
        for mine, theirs in ((self.opening, other.opening), (self.moved, other.moved)):
            for account, amount in theirs.items():
                mine[account] += amount
        self.entries += other.entries


@dataclass
class Line:
    """A rep, team, cause, product or month with what is counted under it in one currency, each basis by itself."""

    key: Any
    name: str
    currency: str
    bases: dict[str, Figures]


@dataclass(frozen=True)
class Statement:
    """``totals`` by currency and basis are the sums of the lines; ``carries`` says whether there are opening balances."""

    month: date
    by: Grouping
    lines: list[Line]
    totals: dict[str, dict[str, Figures]]
    carries: bool


def statement(
    user: Any, *, month: date, by: Grouping, unit: int | None = None, currency: str = "", rep: int | None = None
) -> Statement:
    """The statement of one month (its first day), of what this user may see. At most six queries, whatever its size."""
    narrow = {name: value for name, value in (("unit", unit), ("currency", currency), ("rep", rep)) if value}
    entries = seen_by(user, LedgerEntry.objects.filter(**narrow))
    sums = seen_by(user, MonthSum.objects.filter(**narrow))
    lines: dict[tuple[Any, str], dict[str, Figures]] = {}
    with _roomy():
        if by == Grouping.MONTH:
            _fill_months(lines, entries, sums, month)
        else:
            during = entries.filter(at__gte=begins(month), at__lt=ends(month))
            _add(lines, _moves(during, COLUMN[by]), "moved")
            if by in CARRIES:
                _add(lines, _before(entries, sums, month, COLUMN[by]), "opening")
    named = _named(by, lines)
    return Statement(month, by, named, _totals(by, named), by in CARRIES)


@contextmanager
def _roomy() -> Iterator[None]:
    """Room on PostgreSQL to join a month's incidents in one go, and no compiling of what runs for half a second."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")
        yield


def _moves(entries: QuerySet[LedgerEntry], column: str) -> Iterator[Move]:
    rows = entries.order_by().values_list(column, *MOVES)
    # Not by a cursor of the server: PostgreSQL runs those without parallel workers, and here the answer is short.
    yield from rows.annotate(Sum("amount_minor"), Count("id"))


def _before(entries: QuerySet[LedgerEntry], sums: QuerySet[MonthSum], month: date, column: str) -> Iterator[Move]:
    """What moved before a month began."""
    closed = sums.filter(month__month__lt=month).order_by().values_list(column, *MOVES)
    yield from closed.annotate(Sum("amount_minor"), Sum("entries"))
    last = ClosedMonth.objects.filter(month__lt=month).aggregate(last=Max("month"))["last"]
    if last is None or months_on(last, 1) < month:
        rest = entries.filter(at__lt=begins(month))
        yield from _moves(rest.filter(at__gte=ends(last)) if last else rest, column)


def _by_month(entries: QuerySet[LedgerEntry], sums: QuerySet[MonthSum], until: date) -> Iterator[Move]:
    """What moved in each month, the last that is meant included."""
    closed = sums.filter(month__month__lt=until).order_by().values_list("month__month", *MOVES)
    yield from closed.annotate(Sum("amount_minor"), Sum("entries"))
    last = ClosedMonth.objects.filter(month__lt=until).aggregate(last=Max("month"))["last"]
    if last is None or months_on(last, 1) < until:
        rest = entries.filter(at__lt=begins(until))
        rest = rest.filter(at__gte=ends(last)) if last else rest
        for at, *move in _moves(rest.annotate(of=TruncMonth("at", tzinfo=UTC)), "of"):
            yield (at.date(), *move)
    yield from _moves(
        entries.filter(at__gte=begins(until), at__lt=ends(until)).annotate(of=Value(until, DateField())), "of"
    )


def _fill_months(
    lines: dict[tuple[Any, str], dict[str, Figures]],
    entries: QuerySet[LedgerEntry],
    sums: QuerySet[MonthSum],
    month: date,
) -> None:
    """A line for each of the last months in which anything moved or was open, each opening as the one before it closed."""
    moves: dict[date, list[Move]] = {}
    first = months_on(month, 1 - MONTHS)
    for move in _by_month(entries, sums, month):
        moves.setdefault(max(move[0], months_on(first, -1)), []).append(move)
    standing: dict[str, dict[str, Figures]] = {}
    for of_month in [months_on(first, number) for number in range(-1, MONTHS)]:
        turn: dict[tuple[Any, str], dict[str, Figures]] = {}
        _add(turn, ((of_month, *move[1:]) for move in moves.get(of_month, [])), "moved")
        for currency, before in standing.items():
            for basis, figures in before.items():
                of_line = turn.setdefault((of_month, currency), {})
                of_line.setdefault(basis, Figures()).opening = figures.closing
        standing = {currency: bases for (_, currency), bases in turn.items()}
        if of_month >= first:
            lines.update(turn)


def _add(lines: dict[tuple[Any, str], dict[str, Figures]], moves: Iterable[Move], what: str) -> None:
    for key, currency, basis, of, to, amount, entries in moves:
        figures = lines.setdefault((key or None, currency), {}).setdefault(basis, Figures())
        counted = getattr(figures, what)
        counted[of] -= int(amount)
        counted[to] += int(amount)
        if what == "moved":
            figures.entries += entries


def _named(by: Grouping, lines: dict[tuple[Any, str], dict[str, Figures]]) -> list[Line]:
    """The lines that say anything, with their names: the costliest first, months in their order."""
    keys = {key for key, _ in lines if key is not None}
    names: dict[Any, str] = {}
    if by == Grouping.REP:
        names = dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))
    elif by == Grouping.TEAM:
        names = dict(Team.objects.filter(pk__in=keys).values_list("pk", "name"))
    elif by == Grouping.CAUSE:
        names = dict(Cause.objects.filter(pk__in=keys).values_list("pk", "name"))
    elif by == Grouping.MONTH:
        names = {key: f"{key:%B %Y}" for key in keys}
    named = [
        Line(key, names.get(key, str(key)) if key is not None else NAMELESS.get(by, ""), currency, bases)
        for (key, currency), bases in lines.items()
        if any(figures.anything for figures in bases.values())
    ]
    if by == Grouping.MONTH:
        return sorted(named, key=lambda line: (line.currency, line.key))
    return sorted(named, key=lambda line: (line.currency, -spent(line.bases.values()), line.name))


def spent(figures: Iterable[Figures]) -> int:
    """What was given in the month and still stands, delivered or to be delivered."""
    return sum(each.moved[Account.COMMITTED] + each.moved[Account.DELIVERED] for each in figures)


def _totals(by: Grouping, lines: list[Line]) -> dict[str, dict[str, Figures]]:
    """Each currency's bases over all lines. Of months, it opens as the first one did."""
    totals: dict[str, dict[str, Figures]] = {}
    for line in lines:
        bases = totals.setdefault(line.currency, {basis: Figures() for basis in Basis.values})
        for basis, figures in line.bases.items():
            bases[basis].add(figures)
    if by == Grouping.MONTH:
        _open_as_first(lines, totals)
    return totals


def _open_as_first(lines: list[Line], totals: dict[str, dict[str, Figures]]) -> None:
    for bases in totals.values():
        for figures in bases.values():
            figures.opening = Counter()
    seen: set[tuple[str, str]] = set()
    for line in lines:
        for basis, figures in line.bases.items():
            if (line.currency, basis) not in seen:
                seen.add((line.currency, basis))
                totals[line.currency][basis].opening = Counter(figures.opening)
