"""Statements of the ledger: every figure is the plain sum of entries, whoever asks and however it is broken down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Incident
from compensation.domain import awards, honoring, months, reversing
from compensation.enums import Account, Basis, Grouping
from compensation.models import LedgerEntry, MonthSum
from compensation.queries import balances, visible_entries
from compensation.queries.ledger import Narrowing, begins, months_on
from compensation.queries.statements import MONTHS, Figures, Statement, statement
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]
MARCH = date(2026, 3, 1)


@dataclass(frozen=True)
class Moved:
    """An entry as plain Python has it."""

    at: datetime
    rep: int
    case: int
    basis: str
    of: str
    to: str
    amount: int
    currency: str


@pytest.fixture
def field(house: House) -> dict[str, Any]:
    """Two reps and four cases: two causes and none, two products and none."""
    house.usual_caps()
    cases = [house.heard_case() for _ in range(4)]
    fees, late = house.cause("Fees"), house.cause("Late parcels")
    for case, cause, product in zip(cases, (fees, late, fees, None), ("Cards", "", "Loans", "Cards"), strict=True):
        Incident.objects.filter(case=case).update(cause=cause, line_of_business=product)
    return {"reps": [house.alice, house.bob], "awards": [house.give(case, 1) for case in cases], "sue": house.sue}


entries_of_years = st.lists(
    st.builds(
        Moved,
        at=st.one_of(
            st.datetimes(datetime(2025, 1, 1), datetime(2026, 4, 30)),
            st.sampled_from([datetime(2026, 3, 1), datetime(2026, 2, 28, 23, 59, 59, 999999), datetime(2026, 4, 1)]),
        ).map(lambda at: at.replace(tzinfo=UTC)),
        rep=st.integers(0, 1),
        case=st.integers(0, 3),
        basis=st.sampled_from(Basis.values),
        of=st.sampled_from(Account.values),
        to=st.sampled_from(Account.values),
        amount=st.integers(1, 10**12),
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
    ).filter(lambda moved: moved.of != moved.to),
    max_size=25,
)


def enter(field: dict[str, Any], moved: list[Moved]) -> None:
    """Write them into the ledger, beside what stands there."""
    for each in moved:
        award, rep = field["awards"][each.case], field["reps"][each.rep]
        LedgerEntry.objects.create(
            award=award, at=each.at, basis=each.basis, from_account=each.of, to_account=each.to,
            amount_minor=each.amount, currency=each.currency, unit_id=award.unit_id, rep=rep,
            team_id=rep.team_id if each.rep else None, incident=Incident.objects.get(case=award.case_id),
        )  # fmt: skip


def key_of(entry: LedgerEntry, by: Grouping) -> Any:
    """Under what plain Python counts an entry."""
    incident = entry.incident
    return {
        Grouping.REP: entry.rep_id,
        Grouping.TEAM: entry.team_id,
        Grouping.CAUSE: incident.cause_id if incident else None,
        Grouping.PRODUCT: (incident.line_of_business or None) if incident else None,
        Grouping.MONTH: entry.at.astimezone(UTC).date().replace(day=1),
    }[by]


def plain(by: Grouping) -> dict[tuple[Any, str, str], tuple[Counter[str], Counter[str], int]]:
    """Opening and moved by account, and the number of entries, as plain Python sums them for March."""
    found: dict[tuple[Any, str, str], tuple[Counter[str], Counter[str], int]] = {}
    for entry in LedgerEntry.objects.select_related("incident"):
        of_month = entry.at >= begins(MARCH) and entry.at < begins(date(2026, 4, 1))
        if entry.at >= begins(date(2026, 4, 1)) or (not of_month and by in (Grouping.CAUSE, Grouping.PRODUCT)):
            continue
        key = (key_of(entry, by), entry.currency, entry.basis)
        opening, moved, n = found.get(key, (Counter(), Counter(), 0))
        into = moved if of_month or by == Grouping.MONTH else opening
        into[entry.from_account] -= entry.amount_minor
        into[entry.to_account] += entry.amount_minor
        found[key] = (opening, moved, n + (into is moved))
    return found


def nonzero(amounts: Counter[str]) -> dict[str, int]:
    return {str(account): amount for account, amount in amounts.items() if amount}


def said(found: Statement) -> dict[tuple[Any, str, str], Figures]:
    return {
        (line.key, line.currency, basis): figures
        for line in found.lines
        for basis, figures in line.bases.items()
        if figures.entries or nonzero(figures.opening)
    }


@pytest.mark.parametrize("closing", [False, True], ids=["no month closed", "months closed"])
@pytest.mark.parametrize("by", [Grouping.REP, Grouping.TEAM, Grouping.CAUSE, Grouping.PRODUCT])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moved=entries_of_years)
def test_every_figure_is_the_plain_sum_of_entries(
    field: dict[str, Any], house: House, by: Grouping, closing: bool, moved: list[Moved]
) -> None:
    with transaction.atomic():
        enter(field, moved)
        if closing:
            months.close_months(now=begins(date(2026, 3, 20)))
        found, expected = said(statement(house.ada, month=MARCH, by=by)), plain(by)
        for key, (opening, during, n) in expected.items():
            figures = found.get(key, Figures())
            line_is_shown = any(k[:2] == key[:2] for k in found)
            if not line_is_shown:  # nothing moved, and nothing is open: only what was delivered long ago
                assert n == 0
                assert not nonzero(opening).keys() & {Account.PENDING, Account.COMMITTED}
                continue
            assert (nonzero(figures.opening), nonzero(figures.moved), figures.entries) == (
                nonzero(opening),
                nonzero(during),
                n,
            )
        assert found.keys() <= expected.keys()
        transaction.set_rollback(True)


@pytest.mark.parametrize("closing", [False, True], ids=["no month closed", "months closed"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moved=entries_of_years)
def test_each_month_opens_as_the_one_before_it_closed(
    field: dict[str, Any], house: House, closing: bool, moved: list[Moved]
) -> None:
    with transaction.atomic():
        enter(field, moved)
        if closing:
            months.close_months(now=begins(date(2026, 3, 20)))
        found = statement(house.ada, month=MARCH, by=Grouping.MONTH)
        expected = plain(Grouping.MONTH)
        first = months_on(MARCH, 1 - MONTHS)
        for line in found.lines:
            for basis, figures in line.bases.items():
                _, during, n = expected.get((line.key, line.currency, basis), (None, Counter(), 0))
                assert (nonzero(figures.moved), figures.entries) == (nonzero(during), n)
                before: Counter[str] = Counter()
                for (month, currency, of_basis), (_, moves, _) in expected.items():
                    if month < line.key and (currency, of_basis) == (line.currency, basis):
                        before.update(moves)
                assert nonzero(figures.opening) == nonzero(before)
        shown = {(line.key, line.currency) for line in found.lines}
        assert {(m, c) for (m, c, _), (_, _, n) in expected.items() if n and m >= first} <= shown
        transaction.set_rollback(True)


def test_the_totals_are_the_sums_of_the_lines_and_of_the_entries(field: dict[str, Any], house: House) -> None:
    reversing.reverse(field["awards"][0], reason="Twice", by=house.alice, now=NOW)
    entries = visible_entries(house.ada)
    for by in Grouping:
        found = statement(house.ada, month=MARCH, by=by, currency="USD")
        moved = {basis: nonzero(figures.moved) for basis, figures in found.totals["USD"].items() if figures.entries}
        assert moved == {basis: nonzero(amounts) for (_, basis), amounts in balances(entries).items()}
    assert balances(entries)["USD", "goodwill"] == Counter(delivered=3, reversed=1, source=-4)


def test_a_cause_that_is_found_later_counts_for_what_was_given_before(field: dict[str, Any], house: House) -> None:
    lines = {line.name for line in statement(house.ada, month=MARCH, by=Grouping.CAUSE).lines}
    assert lines == {"Fees", "Late parcels", "No cause found yet"}
    Incident.objects.update(cause=house.cause("Fees"))
    found = statement(house.ada, month=MARCH, by=Grouping.CAUSE)
    assert [line.name for line in found.lines] == ["Fees"]
    assert not found.carries


def test_goodwill_entitlement_and_cost_of_error_stand_apart(house: House) -> None:
    house.usual_caps()
    law = house.remedy("law", basis="entitlement", authority="Regulation 261/2004", cost_minor=25000)
    case = house.heard_case()
    awards.give(case, law, by=house.alice, now=NOW)
    house.give(case, 500)
    error = house.favorable(house.customer("Kofi"), value_at_stake_minor=900)
    honoring.honor(error, by=house.sue, now=NOW)
    totals = statement(house.ada, month=MARCH, by=Grouping.REP).totals["USD"]
    assert {basis: nonzero(figures.moved) for basis, figures in totals.items()} == {
        "goodwill": {"source": -500, "delivered": 500},
        "entitlement": {"source": -25000, "delivered": 25000},
        "cost_of_error": {"source": -900, "delivered": 900},
    }


def test_who_sees_which_entries(field: dict[str, Any], house: House) -> None:
    house.give(house.heard_case(), 7, by=house.bob)
    assert {entry.rep_id for entry in visible_entries(house.alice)} == {house.alice.pk}
    assert visible_entries(house.sue).count() == LedgerEntry.objects.count() == visible_entries(house.ada).count()
    assert not visible_entries(house.charlie).exists()
    sums = statement(house.alice, month=MARCH, by=Grouping.REP)
    assert [line.key for line in sums.lines] == [house.alice.pk]
    months.close_months(now=begins(date(2026, 5, 1)))
    april = date(2026, 4, 1)
    assert [line.key for line in statement(house.alice, month=april, by=Grouping.REP).lines] == []
    assert statement(house.sue, month=april, by=Grouping.MONTH).lines
    assert not statement(house.charlie, month=april, by=Grouping.MONTH).lines


def test_a_month_is_closed_once_and_an_entry_that_comes_afterwards_is_named(field: dict[str, Any]) -> None:
    assert months.close_months(now=begins(date(2026, 4, 1))) == 0  # just ended: something may be on its way
    assert months.close_months(now=begins(date(2026, 4, 1)) + timedelta(hours=1)) == 1
    assert months.close_months(now=begins(date(2026, 4, 2))) == 0
    assert months.months_differing() == []
    enter(field, [Moved(NOW, 0, 0, "goodwill", "source", "committed", 5, "USD")])
    assert list(months.sums_differing()) == ["the month 2026-03 was closed at other sums than its entries come to"]
    months.close_month(MARCH, now=NOW)
    assert months.months_differing() == []
    assert MonthSum.objects.filter(to_account="committed").get().amount_minor == 5


@pytest.mark.parametrize("by", Grouping)
def test_a_statement_takes_six_queries_however_much_there_is(field: dict[str, Any], house: House, by: Grouping) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as ran:
            statement(house.sue, month=MARCH, by=by)
        return sum(1 for each in ran if not each["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN")))

    few = queries()
    enter(field, [Moved(NOW, n % 2, n % 4, "goodwill", "source", "delivered", 5, "USD") for n in range(30)])
    assert queries() == few <= 6


def test_entries_are_narrowed_to_what_is_behind_a_figure(field: dict[str, Any], house: House) -> None:
    award = field["awards"][2]
    everything = visible_entries(house.ada)

    def count(**narrow: Any) -> int:
        return Narrowing(**narrow).entries(everything).count()

    fees = Incident.objects.get(case=award.case_id).cause_id
    assert count() == 4
    assert count(cause=str(fees)) == 2
    assert (count(cause="none"), count(product="none"), count(product="Cards")) == (1, 1, 2)
    assert (count(month=MARCH), count(until=MARCH), count(until=date(2026, 4, 1))) == (4, 0, 4)
    assert (count(award=award.pk), count(case=award.case.reference)) == (1, 1)
    assert (count(account="delivered"), count(account="pending"), count(basis="entitlement")) == (4, 0, 0)
    assert (count(rep=house.alice.pk), count(rep=house.bob.pk), count(currency="JPY")) == (4, 0, 0)
    assert (count(team=str(house.alice.team_id)), count(team="none"), count(unit=house.unit.pk)) == (4, 0, 4)
