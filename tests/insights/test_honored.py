"""The figures of errors in the customer's favor: each with its n, each leading to what it was counted from, at a constant price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insights import queries
from insights.models import Fact
from tests.factories import DAY, HOUR, House
from tests.insights.test_views import as_, page, shown
from tests.volume import many_errors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(house.now, tick=False):
        yield


@pytest.mark.practice("P4")
def test_every_chart_says_its_n_and_each_figure_leads_to_as_many_rows(house: House) -> None:
    many_errors(house, 40)
    html = page(house.sue, "/insights/honored")
    assert shown(html, "Honored") == "94.7%"
    assert shown(html, "Told in time") == "94.4%"
    assert shown(html, "Had more than one honored") == "100%"
    assert "n = 38" in html
    links = set(re.findall(r'href="(/insights/(?:cases|honored/calls)\?[^"]+)"', html))
    assert len(links) > 10
    for link in links:
        listed = page(house.sue, link.replace("&amp;", "&"))
        n = int(re.search(r"n = (-?\d+)", listed)[1])  # type: ignore[index]
        rows = listed.count('class="row"')
        assert rows == min(n, queries.PAGE), link
        assert rows, link


def test_a_call_still_owed_is_read_from_the_clock(house: House) -> None:
    many_errors(house, 20)
    html = page(house.sue, "/insights/honored/calls?late=1")
    assert "n = 1." in html
    assert "Calls overdue now" in html
    assert "n = 1." in page(house.sue, "/insights/honored/calls?late=")
    with time_machine.travel(house.now + 2 * DAY, tick=False):
        assert "n = 2." in page(house.sue, "/insights/honored/calls?late=1")
        assert "n = 0." in page(house.sue, "/insights/honored/calls?late=")


def test_of_many_only_the_newest_are_looked_through_and_it_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_errors(house, 60)
    monkeypatch.setattr(queries, "BENEFICIARIES_AMONG", 10)
    assert "among the newest 10 honored errors" in page(house.sue, "/insights/honored")


def test_reps_see_their_own_and_strangers_nothing(house: House) -> None:
    many_errors(house, 40)
    own = page(house.alice, "/insights/honored")
    assert "Your own figures" in own
    assert "Bob" not in own
    assert 0 < Fact.objects.filter(measure="error_decided", rep=house.alice).count() < 38
    assert "Nothing was decided" in page(house.charlie, "/insights/honored")
    assert "Customer 1" not in page(house.charlie, "/insights/honored")
    assert "n = 0." in page(house.charlie, "/insights/honored/calls?late=1")


@pytest.mark.parametrize(
    "query",
    ["customer=0", "customer=x", "customer=99999999999999999999", "customer=1&after=x", "again=1&before=%00"],
)
def test_nonsense_of_a_figure_is_not_there(house: House, query: str) -> None:
    assert as_(house.sue).get(f"/insights/cases?measure=error_decided&{query}").status_code == 404
    assert as_(house.sue).get("/insights/honored/calls?late=x&after=x").status_code == 404


def test_charts_cost_as_many_queries_with_three_thousand_errors_as_with_a_hundred(house: House) -> None:
    client = as_(house.sue)
    addresses = [f"/insights/honored?period={period}" for period in ("30", "all")] + [
        "/insights/honored/calls?late=1",
        "/insights/cases?measure=error_decided&key=honored&again=1",
    ]

    def costs() -> list[int]:
        counted = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries_:
                assert client.get(address).status_code == 200
            counted.append(len(queries_))
        return counted

    many_errors(house, 100)
    few = costs()
    many_errors(house, 2900, apart=timedelta(minutes=3))
    assert Fact.objects.filter(measure="error_decided").count() == 2850
    assert costs() == few
    # One of them asks, for the frame of the page, whether any reminder is late.
    assert max(few) <= 15, few


@pytest.mark.only("postgresql")
def test_who_had_several_is_read_by_an_index_of_its_own(house: House) -> None:
    """The plan that many rows would get: a range of the index from its newest end, and no sort."""
    many_errors(house, 100)
    chosen = queries.window(house.ada, period="30", unit=None, now=house.now + HOUR)
    with CaptureQueriesContext(connection) as ran:
        queries.beneficiaries(chosen)
    (asked,) = [query["sql"] for query in ran if query["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        # A hundred rows are read in any other way first; with a million it is this one.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + asked.replace("%", "%%"))
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "facts_of_honored_errors" in plan, plan
    assert "SORT" not in plan.upper(), plan
