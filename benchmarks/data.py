"""Fills a migrated database with so many cases, by COPY, and with a rep and a supervisor who may work on half of them.

The newest cases are of errors in the customer's favor, as many as are asked for.

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

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from accounts.domain import credentials
from accounts.enums import Role
from accounts.models import BusinessUnit, Team, User
from benchmarks import awards
from benchmarks.errors import Ground, Place
from cases.domain.references import new_reference
from cases.models import Case, Cause, Customer, CustomerUnit, Incident, SearchKey
from compensation.domain.caps import MONEY_AXES
from compensation.models import Cap, Remedy
from insights.domain import rollup
from insights.models import Fact
from journal.models import Event, Words

NOW = datetime.now(UTC).replace(microsecond=0)
EVENTS_PER_CASE = 5
WORDS = "The parcel came a week late and nobody called back although we were told twice that somebody would."


def fill(cases: int, errors: int) -> dict[str, Any]:
    """Fill the database; returns the rep's API secret and the references of the cases within reach, and more for the pages."""
    units = [BusinessUnit.objects.create(code=f"unit-{n}", name=f"Unit {n}") for n in range(4)]
    served = Team.objects.create(name="Measured team")
    served.units.set(units[:2])
    rep = User.objects.create(username="rep", name="Rita Rep", role=Role.REP, team=served, time_zone="America/Denver")
    of_reps = {"role": Role.REP, "holder": "role:rep", "currency": "USD", "starts_at": NOW - timedelta(days=3650)}
    for axis in MONEY_AXES:
        Cap.objects.create(axis=axis, amount_minor=10**12, **of_reps)
    refund = Remedy.objects.create(code="refund", name="Refund", kind="monetary", currency="USD", delivery_days=3)
    references = _references(cases)
    customers = max(cases // 2, 1)
    _copy(Customer, _customers(customers))
    _copy(CustomerUnit, ((n, n, units[n % 4].pk) for n in range(1, customers + 1)))
    _copy(SearchKey, ((n, n, f"okafor{n}") for n in range(1, customers + 1)))
    _copy(Case, _cases(references, customers, units, rep))
    causes = [Cause.objects.create(pk=n, name=f"Cause {n}", path=f"/{n}/").pk for n in (1, 2)]
    _copy(Incident, _incidents(cases, customers, units, rep, since=cases - errors + 1, causes=causes))
    awards.fill(refund, rep)
    _copy(Event, _events(cases, customers, rep))
    _copy(Words, ((n, json.dumps({"note": WORDS})) for n in range(1, cases * EVENTS_PER_CASE + 1)))
    pages = _fill_errors(cases, errors, customers, units, served, causes)
    with transaction.atomic():
        _, secret = credentials.issue(rep, name="Measurement", by=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_unsequenced")
        cursor.execute(
            "UPDATE cases_case SET open_obligations = 1 FROM cases_obligation AS owed "
            "WHERE owed.case_id = cases_case.id AND owed.status = 'open'"
        )
        cursor.execute("VACUUM ANALYZE")
    mine = [reference for n, reference in enumerate(references, start=1) if _unit_of(n, customers) in (0, 1)]
    return {"secret": secret, "references": mine, "customers": customers, **pages}


def _fill_errors(
    cases: int, errors: int, customers: int, units: list[BusinessUnit], served: Team, causes: list[int]
) -> dict[str, Any]:
    """The newest cases were of an error in the customer's favor; returns what the pages of the register are asked with."""
    people = [
        User.objects.create(
            username=f"rep-{n}", name=f"Rep {n}", role=Role.REP, team=served, time_zone="America/Denver"
        )
        for n in range(3)
    ]
    supervisor, reviewer = (
        User.objects.create(username=name, name=name.title(), role=Role.SUPERVISOR, team=served)
        for name in ("supervisor", "reviewer")
    )
    first = cases - errors + 1
    places = [Place(n, n, (n - 1) % customers + 1, units[_unit_of(n, customers)].pk) for n in range(first, cases + 1)]
    ground = Ground(places, [each.pk for each in people], supervisor.pk, reviewer.pk, NOW, tuple(causes))
    for model, rows in ground.tables():
        _copy(model, rows)
    _copy(Fact, ({"id": n, **row} for n, row in enumerate(ground.facts(), start=1)))
    rollup.sum_anew()
    session = SessionStore()
    session[SESSION_KEY] = str(supervisor.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = supervisor.get_session_auth_hash()
    session.create()
    return {"session": session.session_key, "rep": people[0].pk, "cause": causes[0], "unit": units[0].pk}


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
            "do_not_survey": False,
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
            "has_precedent": False,
            "handoff_count": 0,
            "reopened_count": 0,
            "outcome": "",
            "historical": False,
            "version": 3,
        }


def _incidents(
    cases: int, customers: int, units: list[BusinessUnit], rep: User, *, since: int, causes: list[int]
) -> Iterable[dict[str, Any]]:
    """Those from ``since`` on were in the customer's favor, and their causes are known."""
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
            "favor": "customer" if n >= since else "company",
            "cause_id": causes[n % 2] if n >= since else None,
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
