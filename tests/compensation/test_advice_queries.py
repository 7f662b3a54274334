"""What is read for advice is found by the case and by the pool, however much others were given."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from compensation.domain.coupon_lines import Line
from compensation.domain.coupons import fill, save_pool
from compensation.models import CouponPool
from compensation.queries.advice import offerable
from compensation.queries.coupons import coupons_left, pools_with_counts
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15")]
TODAY = NOW.date()


def plan(rows: QuerySet[Any]) -> str:
    """How the database would read them, without statistics."""
    with CaptureQueriesContext(connection) as ran:
        list(rows)
    (asked,) = [query["sql"] for query in ran if query["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.replace("%", "%%"))
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.fixture
def pool(house: House) -> CouponPool:
    made = save_pool(None, code="summer", name="Summer", by=house.ada, now=NOW)
    fill(made, [Line(1, "A-1"), Line(2, "A-2")], by=house.ada, now=NOW)
    return made


@pytest.mark.only("sqlite")
def test_what_a_case_has_had_is_found_by_the_case(house: House, pool: CouponPool) -> None:
    house.usual_caps()
    house.remedy("voucher", kind="non_monetary", cost_minor=100, method="coupon", pool=pool)
    found = plan(offerable(house.heard_case().pk, "USD", now=NOW))
    assert "compensation_award_case_id" in found, found
    assert "compensation_award_remedy_id" not in found, found
    assert "coupons_left (pool_id=?)" in found, found


@pytest.mark.only("sqlite")
def test_the_codes_that_are_left_are_found_by_their_pool(house: House, pool: CouponPool) -> None:
    for found in (plan(coupons_left(pool, on=TODAY).order_by("id")), plan(pools_with_counts(on=TODAY))):
        assert "coupons_left (pool_id=?)" in found, found
        assert "(award_id=?)" not in found, found


def test_what_a_case_has_had_comes_beside_what_is_on_offer(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.remedy("hamper", kind="non_monetary", cost_minor=100)
    house.give(case, 300)
    house.give(case, 400)
    house.give(house.heard_case(), 500)
    rows = list(offerable(case.pk, "USD", now=NOW))
    assert [(row.code, row.on_offer, row.award_worth) for row in rows if row.on_offer] == [
        ("credit", True, None),
        ("hamper", True, None),
    ]
    assert sorted((row.code, row.award_worth, row.award_currency) for row in rows if not row.on_offer) == [
        ("credit", 300, "USD"),
        ("credit", 400, "USD"),
    ]
    assert {row.award_at for row in rows} == {None, NOW}
