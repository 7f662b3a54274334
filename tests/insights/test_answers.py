"""How long requests waited for an answer: counted from the log, by who answered, down to the cases."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from compensation.domain import approvals
from insights import queries
from insights.domain import answers
from insights.domain.rollup import rebuild, roll_up
from insights.enums import Measure
from insights.models import Fact
from tests.factories import HOUR, MINUTE, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


def test_half_and_nine_tenths_by_who_answered_and_down_to_the_cases(house: House) -> None:
    cache.clear()
    house.usual_caps()
    now = timezone.now()
    for minutes, by in ((1, house.sue), (4, house.sue), (9, house.sam), (120, house.sam)):
        asked = house.asked(house.heard_case(), 3000, now=now - 3 * HOUR)
        approvals.approve(asked, by=by, now=now - 3 * HOUR + minutes * MINUTE)
    house.asked(house.heard_case(), 3000, now=now)  # what still waits is no answer yet
    roll_up(now=now)
    window = queries.window(house.sue, period="30", unit=None, now=now)
    read = queries.sums(window)
    everybody, sam, sue = answers.times(read, queries.by_rep(window, *answers.OF_ANSWERS))
    assert (everybody.n, sam.name, sue.name) == (4, "Sam", "Sue")
    assert (everybody.median, everybody.p90) == (300, pytest.approx(3600 + 3 * 3600 * 0.6))
    assert (sue.in_time.part, sue.in_time.of, sam.in_time.part, sam.in_time.of) == (2, 2, 1, 2)
    counted = list(Fact.objects.filter(measure=Measure.ANSWER).order_by("pk").values_list("key", "rep__username"))
    rebuild(now=now)
    assert (
        list(Fact.objects.filter(measure=Measure.ANSWER).order_by("pk").values_list("key", "rep__username")) == counted
    )
    client = Client()
    client.force_login(house.sue, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get("/insights?period=30").content.decode()
    assert "How long requests waited for an answer" in page
    late = client.get("/insights/cases?period=30&measure=answer_due&key=late").content.decode()
    assert "Late" in late
    client.force_login(house.alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "How long requests waited" not in client.get("/insights?period=30").content.decode()


def test_nothing_is_said_of_no_answers() -> None:
    assert answers.times(queries.Sums(), {}) == []
