"""Fills a migrated database with so many cases, by COPY, and with a rep who may work on half of them.

The rows are such as the domain writes; they are written around it only because a hundred thousand cases are wanted in
seconds. What is measured afterwards goes through the doors.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.domain import credentials
from accounts.enums import Role
from accounts.models import BusinessUnit, Team, User
from cases.domain.references import new_reference
from cases.models import Case, Customer, CustomerUnit, Incident, SearchKey
from compensation.enums import Axis
from compensation.models import Cap, Remedy
from journal.models import Event, Words

NOW = datetime.now(UTC).replace(microsecond=0)
EVENTS_PER_CASE = 5
WORDS = "The parcel came a week late and nobody called back although we were told twice that somebody would."


def fill(cases: int) -> dict[str, Any]:
    """Fill the database; returns the rep's API secret and the references of the cases within reach."""
    units = [BusinessUnit.objects.create(code=f"unit-{n}", name=f"Unit {n}") for n in range(4)]
    served = Team.objects.create(name="Measured team")
    served.units.set(units[:2])
    rep = User.objects.create(username="rep", name="Rita Rep", role=Role.REP, team=served, time_zone="America/Denver")
    for axis in (Axis.AWARD, Axis.CASE, Axis.DAY, Axis.MONTH):
        Cap.objects.create(role=Role.REP, axis=axis, currency="USD", amount_minor=10**12)
    Remedy.objects.create(code="refund", name="Refund", kind="monetary", currency="USD", delivery_days=3)
    references = _references(cases)
    customers = max(cases // 2, 1)
    _copy(Customer, _customers(customers))
    _copy(CustomerUnit, ((n, n, units[n % 4].pk) for n in range(1, customers + 1)))
    _copy(SearchKey, ((n, n, f"okafor{n}") for n in range(1, customers + 1)))
    _copy(Case, _cases(references, customers, units, rep))
    _copy(Incident, _incidents(cases, customers, units, rep))
    _copy(Event, _events(cases, customers, rep))
    _copy(Words, ((n, json.dumps({"note": WORDS})) for n in range(1, cases * EVENTS_PER_CASE + 1)))
    with transaction.atomic():
        _, secret = credentials.issue(rep, name="Measurement", by=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_unsequenced")
        cursor.execute("ANALYZE")
    mine = [reference for n, reference in enumerate(references, start=1) if _unit_of(n, customers) in (0, 1)]
    return {"secret": secret, "references": mine, "customers": customers}


def _unit_of(case: int, customers: int) -> int:
    return ((case - 1) % customers + 1) % 4


def _references(count: int) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        found.add(new_reference())
    return sorted(found, key=lambda _: random.random())


def _customers(count: int) -> Iterable[dict[str, Any]]:
    for n in range(1, count + 1):
        yield {
            "id": n,
            "preferred_name": f"Amara Okafor{n}",
            "form_of_address": "Ms. Okafor",
            "time_zone": "America/Denver",
            "language": "en",
            "channel_preference": "phone",
            "do_not_call": False,
            "jurisdiction": "US-CO",
            "value_currency": "",
            "risk_flags": "[]",
            "version": 1,
            "created_at": NOW,
        }


def _cases(references: list[str], customers: int, units: list[BusinessUnit], rep: User) -> Iterable[dict[str, Any]]:
    for n, reference in enumerate(references, start=1):
        opened = NOW - timedelta(minutes=7 * (len(references) - n))
        customer = (n - 1) % customers + 1
        yield {
            "id": n,
            "reference": reference,
            "customer_id": customer,
            "unit_id": units[customer % 4].pk,
            "title": WORDS[:80],
            "status": "open",
            "severity": ("low", "medium", "high")[n % 3],
            "urgent": False,
            "channel": "phone",
            "owner_id": rep.pk,
            "first_owner_id": rep.pk,
            "opened_at": opened,
            "opened_by_id": rep.pk,
            "reported_at": opened,
            "first_response_at": opened + timedelta(seconds=40),
            "feeling": "frustrated",
            "acknowledged_at": opened + timedelta(minutes=2),
            "open_obligations": 0,
            "handoff_count": 0,
            "reopened_count": 0,
            "outcome": "",
            "historical": False,
            "version": 3,
        }


def _incidents(cases: int, customers: int, units: list[BusinessUnit], rep: User) -> Iterable[dict[str, Any]]:
    for n in range(1, cases + 1):
        reported = NOW - timedelta(minutes=7 * (cases - n))
        customer = (n - 1) % customers + 1
        yield {
            "id": n,
            "customer_id": customer,
            "case_id": n,
            "unit_id": units[customer % 4].pk,
            "customer_words": WORDS,
            "our_words": "",
            "channel": "phone",
            "line_of_business": "Parcels",
            "category": "Late delivery",
            "severity": ("low", "medium", "high")[n % 3],
            "kind_of_action": "delivery",
            "complainer": "",
            "reported_at": reported,
            "logged_at": reported,
            "logged_by_id": rep.pk,
            "originator_kind": "unknown",
            "favor": "company",
            "currency": "",
            "external_system": "",
            "external_id": "",
            "historical": False,
            "version": 1,
        }


def _events(cases: int, customers: int, rep: User) -> Iterable[dict[str, Any]]:
    for n in range(cases * EVENTS_PER_CASE):
        case = n // EVENTS_PER_CASE + 1
        yield {
            "id": n + 1,
            "type": "case.noted",
            "at": NOW - timedelta(minutes=7 * (cases - case)),
            "actor_id": rep.pk,
            "actor_kind": "person",
            "channel": "",
            "subject_kind": "case",
            "subject_id": case,
            "customer_id": (case - 1) % customers + 1,
            "case_id": case,
            "data": "{}",
        }


def _copy(model: Any, rows: Iterable[Any]) -> None:
    """COPY rows (dicts of columns, or tuples in the order of the table's columns) and set the sequence after them."""
    described = model._meta  # noqa: SLF001 - Django's documented name for it
    table = described.db_table
    columns = [field.column for field in described.concrete_fields]
    buffer, used = io.StringIO(), columns
    for row in rows:
        if isinstance(row, dict):
            used = list(row)
            row = tuple(row.values())
        buffer.write("\t".join(_text(value) for value in row) + "\n")
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(used)}) FROM STDIN", buffer)
        if described.pk.column == "id":
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
