"""Fills a migrated database with a ledger whose last month has so many entries. The rows are made by the database itself.

Of five awards one waited for an approval first; nine in ten are delivered. Four months before are closed, with a tenth of
the entries each. Counters are made from the awards, so that the books agree.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models

from accounts.models import BusinessUnit, Team, User
from cases.models import Case, Cause, Customer, CustomerUnit, Incident
from compensation.models import Award, Remedy

MONTH, BEFORE = date(2026, 3, 1), datetime(2025, 11, 1, tzinfo=UTC)
REPS, TEAMS, UNITS, CAUSES = 400, 40, 4, 200
ENTRIES_OF_AN_AWARD = 2.1
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
PRODUCTS = ("Broadband", "Mobile", "Billing", "", "Home insurance", "Travel")


def fill(entries: int) -> None:
    """Fill the database. What is measured reads it through the same functions as the pages do."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        # Rows are right by construction: no foreign key is looked up a million times.
        cursor.execute("SET session_replication_role = replica" if postgres else "PRAGMA foreign_keys = OFF")
        of_month = int(entries / ENTRIES_OF_AN_AWARD) + 1
        _people()
        _cases(of_month + of_month // 10 * 4, of_month // 10 * 4)
        cursor.execute(_entries())
        for statement in _counters():
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin" if postgres else "PRAGMA foreign_keys = ON")
        cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")


def _people() -> None:
    _seed(BusinessUnit, UNITS, code="'unit-' || i", name="'Unit ' || i", currency="'USD'")
    _seed(Team, TEAMS, name="'Team ' || i")
    names = {"username": "'rep-' || i", "name": "'Rep ' || i", "role": "'rep'", "password": "'!'"}
    _seed(User, REPS, team=f"i % {TEAMS} + 1", date_joined=_moment("0"), **names)
    _seed(Cause, CAUSES, name="'Cause ' || i", path="'/' || i || '/'")
    told = {"kind": "'monetary'", "gives": "'money'", "method": "'refund'", "currency": "'USD'", "name": "'Refund'"}
    with connection.cursor() as cursor:  # examples that the migrations put there would have the same ids
        cursor.execute("DELETE FROM compensation_remedy")
    _seed(Remedy, 1, code="'refund'", **told)


def _cases(awards: int, earlier: int) -> None:
    """A case with one incident and one award for each number: the earlier ones over four months, the rest in the month."""
    since = int((datetime(MONTH.year, MONTH.month, 1, tzinfo=UTC) - BEFORE).total_seconds())
    month = 27 * 86400
    seconds = (
        f"CASE WHEN i <= {earlier} THEN i * {since - 90000}.0 / {max(earlier, 1)} "
        f"ELSE {since} + (i - {earlier}) * {month}.0 / {awards - earlier} END"
    )
    at = _moment(seconds)
    whole = {"customer": f"i % {awards // 4} + 1", "unit": f"i % {UNITS} + 1"}
    _seed(Customer, awards // 4, name="'Customer ' || i", created_at=_moment("0"))
    _seed(CustomerUnit, awards // 4, customer="i", unit=f"i % {UNITS} + 1")
    _seed(Case, awards, reference="'RC-' || i", channel="'phone'", opened_at=at, reported_at=at, **whole)
    product = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(PRODUCTS))
    _seed(
        Incident,
        awards,
        case="i",
        channel="'phone'",
        line_of_business=f"CASE i % {len(PRODUCTS)} {product} END",
        cause=f"CASE WHEN i % 11 = 0 THEN NULL ELSE i % 1000 * 7919 % {CAUSES} + 1 END",
        reported_at=at,
        logged_at=at,
        **whole,
    )
    rep = f"i * 31 % {REPS} + 1"
    _seed(
        Award,
        awards,
        case="i",
        remedy="1",
        remedy_name="'Refund'",
        basis="CASE WHEN i % 12 = 0 THEN 'entitlement' WHEN i % 40 = 7 THEN 'cost_of_error' ELSE 'goodwill' END",
        status="CASE WHEN i % 10 = 9 THEN 'given' ELSE 'delivered' END",
        cost_minor="500 + i % 4000",
        value_minor="500 + i % 4000",
        currency="'USD'",
        given_by=rep,
        spender=rep,
        team=f"({rep}) % {TEAMS} + 1",
        given_at=at,
        day=_day(at),
        month=_month(at),
        period=_month(at),
        **whole,
    )


def _entries() -> str:
    """What the awards moved, in the order of time."""
    later = "a.given_at + INTERVAL '{0}'" if connection.vendor == "postgresql" else "datetime(a.given_at, '+{0}')"
    hour, day = later.format("1 hour"), later.format("1 day")
    moves = (
        ("a.given_at", "source", "pending", "a.id % 5 = 0"),
        (hour, "pending", "committed", "a.id % 5 = 0"),
        ("a.given_at", "source", "committed", "a.id % 5 <> 0"),
        (day, "committed", "delivered", "a.id % 10 <> 9"),
    )
    moved = " UNION ALL ".join(
        f"SELECT {at} AS at, '{of}' AS of_account, '{to}' AS to_account, a.* FROM compensation_award a WHERE {where}"
        for at, of, to, where in moves
    )
    return (
        "INSERT INTO compensation_ledgerentry (award_id, at, basis, from_account, to_account, amount_minor, currency, "
        "unit_id, team_id, incident_id, rep_id, by_id) SELECT id, at, basis, of_account, to_account, cost_minor, "
        f"currency, unit_id, team_id, case_id, given_by_id, given_by_id FROM ({moved}) AS moved ORDER BY at, id"
    )


def _counters() -> list[str]:
    """Each axis's counters of the goodwill awards."""
    axes = (
        ("case", "case_id", "NULL", "'case:' || case_id || ':' || currency"),
        ("customer", "customer_id", "period", "'customer:' || customer_id || ':' || currency || ':' || period"),
        ("team", "team_id", "period", "'team:' || team_id || ':' || currency || ':' || period"),
        ("day", "spender_id", "day", "'user:' || spender_id || ':' || currency || ':day:' || day"),
        ("month", "spender_id", "month", "'user:' || spender_id || ':' || currency || ':month:' || month"),
    )
    return [
        f"INSERT INTO compensation_capcounter (key, axis, {column.replace('spender', 'user')}, period_start, currency, "
        f"spent_minor, reserved_minor, ceiling_minor) SELECT {key}, '{axis}', {column}, "
        f"{'CAST(NULL AS date)' if start == 'NULL' else start}, currency, SUM(cost_minor), 0, 1000000000000 "
        f"FROM compensation_award WHERE basis = 'goodwill' GROUP BY {column}, currency"
        + (f", {start}" if start != "NULL" else "")
        for axis, column, start, key in axes
    ]


def _seed(model: type[models.Model], count: int, **values: str) -> None:
    """Insert so many rows, numbered from 1, in one statement. ``values`` are SQL of ``i``; the rest is as the model says."""
    columns = {field.column: _value(field, values) for field in model._meta.concrete_fields}  # noqa: SLF001 - documented
    into, of = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    table = model._meta.db_table  # noqa: SLF001 - documented
    with connection.cursor() as cursor:
        cursor.execute(
            f'{NUMBERS.format(count=count)} INSERT INTO "{table}" ({into}) SELECT {of} FROM n'
            if connection.vendor == "sqlite"
            else f'INSERT INTO "{table}" ({into}) SELECT {of} FROM generate_series(1, {count}) AS n(i)'
        )


def _value(field: Any, values: dict[str, str]) -> str:
    if field.primary_key:
        return "i"
    if field.name in values:
        return values[field.name]
    if not field.has_default():
        return "NULL" if field.null else "''"
    default = field.get_default()
    if isinstance(default, bool):
        return str(default).upper() if connection.vendor == "postgresql" else str(int(default))
    if isinstance(default, (list, dict)):
        return "'[]'" if isinstance(default, list) else "'{}'"
    return str(default) if isinstance(default, int) else f"'{default}'"


def _moment(seconds: str) -> str:
    if connection.vendor == "postgresql":
        return f"TIMESTAMPTZ '{BEFORE.isoformat()}' + ({seconds}) * INTERVAL '1 second'"
    return f"datetime('{BEFORE:%Y-%m-%d %H:%M:%S}', ({seconds}) || ' seconds')"


def _day(at: str) -> str:
    return f"(({at}) AT TIME ZONE 'UTC')::date" if connection.vendor == "postgresql" else f"date({at})"


def _month(at: str) -> str:
    if connection.vendor == "postgresql":
        return f"date_trunc('month', ({at}) AT TIME ZONE 'UTC')::date"
    return f"date({at}, 'start of month')"
