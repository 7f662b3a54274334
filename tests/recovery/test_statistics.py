"""SQLite counts what its indexes lead to, so that a query takes the one that leads to fewer rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from compensation.models import Award
from recovery.statistics import gather_statistics
from tests.factories import House

pytestmark = pytest.mark.django_db


def plan(rows: QuerySet[Any]) -> str:
    return str(rows.explain())


@pytest.mark.only("sqlite")
def test_a_query_that_two_indexes_could_serve_goes_by_the_one_that_leads_to_fewer_rows(house: House) -> None:
    house.usual_caps()
    cases = [house.heard_case() for _ in range(12)]
    for case in cases:
        house.give(case, 100)
    both = Award.objects.filter(case=cases[0], remedy=house.remedies["credit"])
    assert "remedy_id" in plan(both), "a guess"
    assert gather_statistics() is True
    assert "compensation_award_case_id" in plan(both)


@pytest.mark.only("sqlite")
def test_it_takes_no_longer_with_more_rows(house: House) -> None:
    gather_statistics()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit")
        assert cursor.fetchone() == (400,)


@pytest.mark.only("postgresql")
def test_postgresql_counts_by_itself(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert gather_statistics() is False
