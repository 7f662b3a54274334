"""Reads of the rollups. No page sums anything but tallies, and each in a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.queries import reach
from cases.enums import ErrorStatus, ObligationKind, ObligationStatus
from cases.models import Cause, Obligation
from cases.queries import visible_customers
from insights.enums import Grain, Measure
from insights.models import Fact, Progress, Tally
from journal.keyset import Order
from outreach.models import Program

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "all": "All time"}
PAGE = 25
NEWEST = Order(("day", "id"))
LONGEST_OVERDUE = Order(("due_end", "id"), descending=False)
OF_ERRORS = (Measure.ERROR_DECIDED, Measure.ERROR_COST, Measure.ERROR_HONESTY, Measure.ERROR_TOLD)
OF_LOTS = (
    Measure.LOT,
    Measure.LOT_OUTCOME,
    Measure.LOT_CHANGE,
    Measure.LOT_RETURN,
    Measure.LOT_SETTLED,
    Measure.LOT_AGAIN,
)
# Who had several errors honored is looked for among so many of the newest: whatever the period, no more is read.
BENEFICIARIES_AMONG = 5000


@dataclass(frozen=True)
class Window:
    """Which figures are meant: days from ``since`` up to and with ``until`` (UTC), of which units, and whose.

    ``since`` None is all time, read by month. ``units`` None is every unit; ``rep`` None is everybody.
    """

    since: date | None
    until: date
    units: frozenset[int] | None
    rep: User | None

    @property
    def grain(self) -> Grain:
        return Grain.DAY if self.since else Grain.MONTH

    def before(self) -> Window | None:
        """The window of the same length just before this one; none before all time."""
        if self.since is None:
            return None
        length = self.until - self.since + timedelta(days=1)
        return Window(self.since - length, self.since - timedelta(days=1), self.units, self.rep)


def window(user: User, *, period: str, unit: int | None, now: datetime) -> Window:
    """What this person may see of what was chosen: their reach, and of a rep their own figures only."""
    today = now.astimezone(UTC).date()
    since = today - timedelta(days=int(period) - 1) if period.isdigit() else None
    units: frozenset[int] | None = None if user.role == Role.ADMIN else reach(user)
    if unit is not None:
        units = frozenset({unit}) if units is None or unit in units else frozenset()
    return Window(since, today, units, user if user.role == Role.REP else None)


def tallies(chosen: Window, *measures: Measure) -> QuerySet[Tally]:
    """The tallies that the chosen figures are sums of; of these measures only, if any are named."""
    rows = Tally.objects.filter(grain=chosen.grain)
    if measures:
        rows = rows.filter(measure__in=measures)
    if chosen.since is not None:
        rows = rows.filter(day__gte=chosen.since, day__lte=chosen.until)
    if chosen.units is not None:
        rows = rows.filter(unit__in=chosen.units)
    return rows.filter(rep=chosen.rep) if chosen.rep is not None else rows


@dataclass
class Sums:
    """Counts and amounts (minor units) by measure and key. History is kept apart."""

    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    amounts: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    given: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    history: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def n(self, measure: Measure, *keys: str) -> int:
        """How many; of all keys when none is named."""
        if keys:
            return sum(self.counts.get((measure, key), 0) for key in keys)
        return sum(count for (what, _), count in self.counts.items() if what == measure)

    def keys(self, measure: Measure) -> dict[str, int]:
        return {key: count for (what, key), count in self.counts.items() if what == measure and count}

    def old(self, measure: Measure) -> int:
        """How many of imported history."""
        return sum(count for (what, _), count in self.history.items() if what == measure)

    def spent(self, measure: Measure) -> dict[str, list[tuple[str, int, int]]]:
        """By currency: key, amount and number of remedies, the largest amount first."""
        listed: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for (what, key, currency), amount in self.amounts.items():
            count = self.given[what, key, currency]
            if what == measure and (amount or count):
                listed[currency].append((key, amount, count))
        return {code: sorted(rows, key=lambda row: (-row[1], -row[2], row[0])) for code, rows in sorted(listed.items())}


def sums(chosen: Window, *measures: Measure) -> Sums:
    """All figures of a window, or those of some measures. One query."""
    read = Sums()
    rows = tallies(chosen, *measures).order_by().values("measure", "key", "currency", "historical")
    for row in rows.annotate(count=Sum("n"), amount=Sum("amount_minor")):
        if row["historical"]:
            read.history[row["measure"], row["key"]] += row["count"]
            continue
        read.counts[row["measure"], row["key"]] += row["count"]
        if row["currency"]:
            read.amounts[row["measure"], row["key"], row["currency"]] += row["amount"]
            read.given[row["measure"], row["key"], row["currency"]] += row["count"]
    return read


def program_names() -> dict[int, str]:
    """The programs of calls by their id. One query."""
    return dict(Program.objects.values_list("pk", "name"))


SERIES = (Measure.OPENED, Measure.CLOSED, Measure.FIRST_RESPONSE, Measure.FIRST_OWNER, Measure.PROMISE)


def series(chosen: Window) -> dict[date, Sums]:
    """The figures that are drawn over time, by day, or by month for all time. One query."""
    read: dict[date, Sums] = defaultdict(Sums)
    rows = tallies(chosen).filter(measure__in=SERIES, historical=False)
    for row in rows.order_by("day").values("day", "measure", "key").annotate(count=Sum("n")):
        read[row["day"]].counts[row["measure"], row["key"]] += row["count"]
    return dict(read)


def history_by_year(chosen: Window) -> dict[int, int]:
    """Imported complaints by the year they were opened in, whatever the period: they are older than any. One query."""
    rows = tallies(Window(None, chosen.until, chosen.units, chosen.rep))
    by_month = rows.filter(measure=Measure.OPENED, historical=True).order_by("day").values("day")
    years: dict[int, int] = defaultdict(int)
    for row in by_month.annotate(count=Sum("n")):
        years[row["day"].year] += row["count"]
    return dict(years)


def by_rep(chosen: Window, *measures: Measure) -> dict[int, tuple[str, Sums]]:
    """Each rep's name and figures. One query."""
    read: dict[int, tuple[str, Sums]] = {}
    rows = tallies(chosen, *measures).filter(rep__isnull=False, historical=False)
    grouped = rows.order_by("rep__name", "rep").values("rep", "rep__name", "measure", "key", "currency")
    for row in grouped.annotate(count=Sum("n"), amount=Sum("amount_minor")):
        _, theirs = read.setdefault(row["rep"], (row["rep__name"], Sums()))
        theirs.counts[row["measure"], row["key"]] += row["count"]
        if row["currency"]:
            theirs.amounts[row["measure"], row["key"], row["currency"]] += row["amount"]
            theirs.given[row["measure"], row["key"], row["currency"]] += row["count"]
    return read


def overdue_promises(chosen: Window, *, due_before: datetime) -> QuerySet[Obligation]:
    """Promises that nobody has kept and that are past their grace: missed by the clock, though no row says so yet.

    Time alone decides this, so it is read from what is open, by its own index, and not from a tally.
    """
    owed = Obligation.objects.filter(kind=ObligationKind.PROMISE, status=ObligationStatus.OPEN, due_end__lt=due_before)
    if chosen.since is not None:
        owed = owed.filter(due_end__gte=datetime.combine(chosen.since, datetime.min.time(), UTC))
    if chosen.rep is not None:
        return owed.filter(owner=chosen.rep)
    return owed if chosen.units is None else owed.filter(unit__in=chosen.units)


def behind(user: User, chosen: Window, measure: str, keys: Iterable[str], *, historical: bool) -> QuerySet[Fact]:
    """What a figure was counted from; nothing of customers out of reach. Page it in ``NEWEST`` order."""
    facts = Fact.objects.filter(measure=measure, historical=historical, customer__in=visible_customers(user))
    if wanted := list(keys):
        facts = facts.filter(key__in=wanted)
    return _within(facts, chosen).select_related("case", "customer", "rep", "unit")


def _within(facts: QuerySet[Fact], chosen: Window) -> QuerySet[Fact]:
    if chosen.since is not None:
        facts = facts.filter(day__gte=chosen.since, day__lte=chosen.until)
    if chosen.units is not None:
        facts = facts.filter(unit__in=chosen.units)
    return facts.filter(rep=chosen.rep) if chosen.rep is not None else facts


def owed_calls(chosen: Window, *, late: bool, now: datetime) -> QuerySet[Obligation]:
    """Calls still owed to customers about errors in their favor: past their time in this window, or with time left.

    Like overdue promises they are read from what is open.
    """
    owed = Obligation.objects.filter(kind=ObligationKind.DISCLOSURE, status=ObligationStatus.OPEN)
    owed = owed.filter(_late(chosen, now) if late else Q(due_end__gte=now))
    if chosen.rep is not None:
        return owed.filter(owner=chosen.rep)
    return owed if chosen.units is None else owed.filter(unit__in=chosen.units)


def _late(chosen: Window, now: datetime) -> Q:
    since = Q(due_end__gte=datetime.combine(chosen.since, datetime.min.time(), UTC)) if chosen.since else Q()
    return Q(due_end__lt=now) & since


@dataclass(frozen=True)
class Beneficiaries:
    """Of the newest ``errors`` that were honored in a window: how many customers they helped, and whom several times.

    ``several`` gives the number of errors by customer id, the most first; ``more`` that there were older errors.
    """

    errors: int
    customers: int
    several: dict[int, int]
    more: bool


def beneficiaries(chosen: Window) -> Beneficiaries:
    """Who had how many errors honored. One query, of at most ``BENEFICIARIES_AMONG`` rows and by an index of its own."""
    honored = Fact.objects.filter(measure=Measure.ERROR_DECIDED, key=ErrorStatus.HONORED)
    newest = _within(honored, chosen).order_by("-day", "-id").values_list("customer", flat=True)
    found = list(newest[: BENEFICIARIES_AMONG + 1])
    counts = Counter(found[:BENEFICIARIES_AMONG])
    several = {customer: n for customer, n in counts.most_common() if n > 1}
    return Beneficiaries(sum(counts.values()), len(counts), several, len(found) > BENEFICIARIES_AMONG)


def named(user: User, ids: Iterable[int]) -> dict[int, str]:
    """The names of these customers, of those in reach. One query."""
    reached = visible_customers(user).filter(pk__in=list(ids))
    return {customer.pk: customer.display_name for customer in reached}


def units_to_choose(user: User) -> list[BusinessUnit]:
    """The units in reach, for choosing one."""
    units = BusinessUnit.objects.all() if user.role == Role.ADMIN else BusinessUnit.objects.filter(pk__in=reach(user))
    return list(units.order_by("name")[:500])


def counted_at() -> datetime | None:
    """When the rollups last looked at the change feed."""
    return Progress.objects.values_list("at", flat=True).first()


def every_cause() -> dict[str, str]:
    """The names of all causes by id as text. One query."""
    named = Cause.objects.values_list("pk", "name", "parent__name")
    return {str(pk): f"{parent}: {name}" if parent else name for pk, name, parent in named}
