"""Insights on screen: figures with their n, each leading to what it was counted from, at the price of a few queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import User
from cases.domain import promises
from cases.domain.causes import set_cause
from compensation.domain import approvals
from insights.domain import figures, rollup
from insights.domain.figures import Share
from insights.models import Fact
from insights.queries import Sums
from tests.factories import DAY, HOUR, House, again

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(house.now, tick=False):
        yield


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def page(user: User, address: str = "/insights") -> str:
    answer = as_(user).get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def shown(html: str, label: str) -> str:
    """The figure of the headline with this label."""
    found = re.search(rf"{re.escape(escape(label))}</h2>.*?tile-value[^>]*>\s*(?:<a[^>]*>)?([^<]+)<", html, re.S)
    assert found, label
    return found[1].strip()


@pytest.mark.practice("P13")
def test_the_first_minute_is_a_share_of_all_who_waited_the_unanswered_too(house: House) -> None:
    house.case()  # by phone: answered at once
    house.case(channel="email")  # nobody has answered yet
    rollup.roll_up(now=house.now)
    html = page(house.sue)
    assert shown(html, "Answered within 60 s") == "50.0%"
    assert "n = 2" in html


@pytest.mark.practice("P14")
def test_first_owner_solving_stands_against_its_target_with_both_meanings(house: House) -> None:
    house.closed_case()
    rollup.roll_up(now=house.now)
    html = page(house.sue)
    assert shown(html, "Solved by the first owner") == "100%"
    assert "the 95% target" in html
    assert "100% without asking a supervisor" in html


@pytest.mark.practice("P7")
def test_a_promise_past_its_grace_counts_as_missed_though_no_row_says_so(house: House) -> None:
    case = house.case()
    promises.keep(house.promise(case), by=house.alice, now=house.now)
    house.promise(again(case))
    rollup.roll_up(now=house.now)
    with time_machine.travel(house.now + HOUR + timedelta(minutes=16), tick=False):
        html = page(house.sue)
        listed = page(house.sue, "/insights/overdue")
    assert shown(html, "Promises kept in time") == "50.0%"
    assert "1 overdue now" in html
    assert case.reference in listed
    assert "n = 1" in listed


@pytest.mark.practice("P9")
def test_the_silent_are_estimated_and_it_says_so(house: House) -> None:
    for _ in range(42):
        house.case()
    rollup.roll_up(now=house.now)
    html = page(house.sue)
    assert "≈ 58" in html
    assert "An estimate, not a count: n = 42" in html


@pytest.mark.practice("P24")
def test_cost_is_put_down_to_causes_the_costliest_first(house: House) -> None:
    house.usual_caps()
    for amount, name in ((500, "Small trouble"), (1500, "Great trouble")):
        case = house.heard_case()
        house.give(case, amount)
        set_cause(again(case), cause=house.cause(name), by=house.alice, now=house.now)
    rollup.roll_up(now=house.now)
    html = page(house.sue)
    assert html.index("Great trouble") < html.index("Small trouble")
    assert "$15.00" in html
    assert "75% so far" in html


@pytest.mark.practice("P4")
def test_whoever_reports_their_own_mistake_counts_as_honest(house: House) -> None:
    house.case(originator_kind="person", originator=house.alice)
    house.case(originator_kind="person", originator=house.bob)
    rollup.roll_up(now=house.now)
    assert shown(page(house.sue), "Owned up by themselves") == "50.0%"


def test_reps_see_their_own_figures_and_no_colleagues(house: House) -> None:
    house.case()
    house.case(by=house.bob)
    rollup.roll_up(now=house.now)
    html = page(house.alice)
    assert "Your own figures" in html
    assert "Bob" not in html
    assert shown(html, "Cases") == "1"
    assert shown(page(house.sue), "Cases") == "2"


def test_a_stranger_sees_nothing_of_it(house: House) -> None:
    house.case(house.customer("Dana Okafor"))
    rollup.roll_up(now=house.now)
    assert shown(page(house.charlie), "Cases") == "0"
    assert "Dana Okafor" not in page(house.charlie, "/insights/cases?measure=opened")
    assert shown(page(house.charlie, f"/insights?unit={house.unit.pk}"), "Cases") == "0"


def test_every_link_leads_to_as_many_rows_as_its_figure_says(house: House) -> None:
    house.usual_caps()
    for channel in ("phone", "email", "email"):
        house.case(channel=channel, originator_kind="person", originator=house.alice)
    house.closed_case()
    case = house.heard_case()
    house.give(case, 500)
    approvals.approve(house.asked(case, 3000), by=house.sue, now=house.now)
    promises.keep(house.promise(again(case)), by=house.alice, now=house.now)
    rollup.roll_up(now=house.now)
    links = set(re.findall(r'href="(/insights/cases\?[^"]+)"', page(house.sue)))
    assert len(links) > 8
    for link in links:
        html = page(house.sue, link.replace("&amp;", "&"))
        said = int(re.search(r"n = (-?\d+)", html)[1])  # type: ignore[index]
        assert html.count('class="row"') == said, link


def test_history_is_apart_from_every_figure(house: House) -> None:
    house.historical_case()
    rollup.rebuild(now=house.now)
    html = page(house.sue)
    assert shown(html, "Cases") == "0"
    assert "Imported history, counted apart" in html
    assert "complaint of 2026" in html
    assert "An old complaint" in page(house.sue, "/insights/cases?measure=opened&history=1")


def test_a_period_takes_in_its_days_and_no_others(house: House) -> None:
    house.case()
    rollup.roll_up(now=house.now)
    with time_machine.travel(house.now + 7 * DAY, tick=False):
        assert shown(page(house.sue, "/insights?period=7"), "Cases") == "0"
        assert shown(page(house.sue, "/insights?period=30"), "Cases") == "1"
    assert shown(page(house.sue, "/insights?period=all"), "Cases") == "1"


@pytest.mark.parametrize("address", ["/insights?period=x&unit=y", "/insights?unit=999999", "/insights?period=90&unit="])
def test_nonsense_is_answered_with_the_usual(house: House, address: str) -> None:
    page(house.sue, address)


@pytest.mark.parametrize("query", ["", "measure=nothing", "measure=opened&after=x", "measure=opened&before=%00"])
def test_nonsense_of_a_figure_is_not_there(house: House, query: str) -> None:
    assert as_(house.sue).get(f"/insights/cases?{query}").status_code == 404


def test_it_costs_as_many_queries_with_a_hundred_cases_as_with_three(house: House) -> None:
    addresses = ["/insights", "/insights?period=all", "/insights/cases?measure=opened"]
    client = as_(house.sue)

    def costs() -> list[int]:
        counted = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counted.append(len(queries))
        return counted

    for _ in range(3):
        house.case()
    rollup.roll_up(now=house.now)
    few = costs()
    for _ in range(97):
        house.case(house.customer())
    rollup.roll_up(now=house.now)
    assert Fact.objects.filter(measure="opened").count() == 100
    assert costs() == few
    # One of them asks, for the frame of the page, whether any reminder is late.
    assert max(few) <= 15, few


def test_a_share_of_nothing_is_not_none_and_nearly_all_is_not_all() -> None:
    assert figures.percent(Share(0, 0)) == "–"
    assert figures.percent(Share(0, 5)) == "0%"
    assert figures.percent(Share(5, 5)) == "100%"
    assert figures.percent(Share(9999, 10000)) == "> 99.9%"
    assert figures.percent(Share(1, 10000)) == "< 0.1%"


def test_the_median_lies_in_its_bucket_and_the_unanswered_wait_longest() -> None:
    read = Sums()
    read.counts["first_response", "30"] = 2
    read.counts["first_response", "60"] = 2
    assert figures.median_seconds(read) == 30
    read.counts["first_response", "none"] = 4
    assert figures.median_seconds(read) == 60
    read.counts["first_response", "more"] = 1
    assert figures.median_seconds(read) is None
    assert figures.median_seconds(Sums()) is None
