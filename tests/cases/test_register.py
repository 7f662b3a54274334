"""The register stays as quick with many errors as with few: as many queries, and every way to narrow it reads an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.enums import KindOfAction
from cases.models import HonoredError
from cases.queries.honored_errors import RegisterFilter, register, visible_errors
from journal.keyset import Order, window
from tests.factories import House
from tests.volume import many_errors

pytestmark = pytest.mark.django_db

NEWEST, SOONEST = Order(("opened_at", "id")), Order(("call_due_at", "id"), descending=False)
BY_DUE = {RegisterFilter.CALL_DUE, RegisterFilter.CALL_OVERDUE}


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(house.now, tick=False):
        yield


def narrowed(house: House) -> dict[str, dict[str, Any]]:
    """Every way to narrow the register, by name."""
    return {
        "all": {},
        **{show.value: {"show": show.value} for show in RegisterFilter},
        "rep": {"rep": house.alice.pk},
        "cause": {"cause": house.cause()},
        "kind": {"kind": "quote"},
        "line": {"line": "PARCELS "},
        "month": {"month": house.now.date()},
        "unit": {"unit": house.unit.pk},
        "unit and review": {"unit": house.unit.pk, "show": "to_review"},
    }


def test_every_page_of_it_costs_as_many_queries_with_three_thousand_as_with_a_hundred(house: House) -> None:
    client = Client()
    client.force_login(house.sue, backend=settings.AUTHENTICATION_BACKENDS[0])
    queries_of = [
        {name: getattr(value, "pk", value) for name, value in wanted.items()} for wanted in narrowed(house).values()
    ]
    for query in queries_of:
        if "month" in query:
            query["month"] = f"{house.now:%Y-%m}"

    def costs() -> list[int]:
        counted = []
        for query in queries_of:
            with CaptureQueriesContext(connection) as ran:
                answer = client.get("/honored", query)
            assert answer.status_code == 200
            assert b'id="error-' in answer.content, query
            counted.append(len(ran))
        return counted

    many_errors(house, 100)
    few = costs()
    many_errors(house, 2900, apart=timedelta(minutes=3))
    assert HonoredError.objects.count() == 3000
    assert costs() == few


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("who", ["sue", "ada"])
def test_every_way_to_narrow_it_reads_an_index_and_sorts_nothing(house: House, who: str) -> None:
    """The plans that a million rows would get."""
    many_errors(house, 100)
    user = getattr(house, who)
    plans = {}
    for name, wanted in narrowed(house).items():
        with CaptureQueriesContext(connection) as ran:
            rows = register(user, now=house.now, **wanted)
            window(rows, SOONEST if wanted.get("show") in BY_DUE else NEWEST, size=30)
        asked = next(query["sql"] for query in ran if query["sql"].startswith("SELECT"))
        with connection.cursor() as cursor:
            # A hundred rows are read in any other way first; with a million it is this one.
            for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute("EXPLAIN " + asked.replace("%", "%%"))
            plans[name] = "\n".join(row[0] for row in cursor.fetchall())
    for name, plan in plans.items():
        assert re.search(r"using errors_\w+ on cases_honorederror", plan), (name, plan)
        assert not re.search(r"Sort|Seq Scan on cases_(honorederror|incident|customerunit)", plan), (name, plan)
    for name, index in {"rep": "errors_of_originator", "kind": "errors_of_kind", "line": "errors_of_line"}.items():
        assert index in plans[name] or "errors_newest" in plans[name], plans[name]
    for name in BY_DUE:
        assert "errors_next_to_tell" in plans[name] or "errors_with_call_owed" in plans[name], plans[name]


@pytest.mark.only("postgresql")
def test_who_sees_it_is_asked_error_by_error(house: House) -> None:
    """Not by looking up every customer in reach before the first row is read."""
    many_errors(house, 100)
    plan = visible_errors(house.alice).order_by("-opened_at", "-id")[:30].explain()
    assert "Semi Join" in plan, plan


def test_a_kind_that_nobody_made_finds_nothing(house: House) -> None:
    many_errors(house, 20)
    assert not register(house.sue, now=house.now, kind=KindOfAction.CONDUCT).exists()
