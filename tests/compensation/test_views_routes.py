"""Routes in Settings: a unit's times, who answers now, who stands in, and who would be asked."""

from __future__ import annotations

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

from accounts.models import BusinessUnit, User
from compensation.domain import deputies, routes
from compensation.models import ApprovalRoute, Deputy
from journal.models import Event
from tests.compensation.books import refusal
from tests.factories import DAY, NOW, House, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
TIMES = {"answer_minutes": 20, "goes_up_minutes": 8, "expires_hours": 24}


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    house.usual_caps()
    house.caps(house.sam, award=40000)
    with time_machine.travel(house.now, tick=False):
        yield


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def text(user: User, query: str = "") -> str:
    answer = as_(user).get(f"/settings/routes{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_ladder_as_it_stands_now(house: House) -> None:
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.sue, now=NOW)
    away(house.sue)
    html = text(house.alice)
    assert html.index("$200.00") < html.index("$400.00")
    assert "Bob stands in" in html
    assert "Bob for Sue" in html


def test_without_a_choice_the_unit_is_shown_whose_request_has_waited_longest(house: House) -> None:
    before = BusinessUnit.objects.create(code="aaa", name="AAA before all others")
    assert text(house.ada).count("AAA before all others") >= 1
    assert f'value="{before.pk}" selected' in text(house.ada)
    house.asked(house.heard_case())
    assert f'value="{house.unit.pk}" selected' in text(house.ada)


def test_an_administrator_keeps_the_times_of_a_unit_and_the_log_tells(house: House) -> None:
    posted = as_(house.ada).post("/settings/routes/times", {**TIMES, "unit": house.unit.pk, "version": 0})
    assert (posted.status_code, posted.url) == (302, f"/settings/routes?unit={house.unit.pk}")
    assert routes.times_of(house.unit.pk) == routes.Times(20, 8, 24, 1)
    event = Event.objects.get(type="approval_route.changed")
    assert (event.subject_id, event.data["answer_minutes"]) == (house.unit.pk, 20)
    assert routes.times_of(house.other_unit.pk) == routes.usual_times()


def test_two_administrators_do_not_overwrite_each_other(house: House) -> None:
    routes.set_times(house.unit, **TIMES, by=house.ada, now=NOW)
    posted = as_(house.ada).post(
        "/settings/routes/times", {**TIMES, "answer_minutes": 30, "unit": house.unit.pk, "version": 0}
    )
    assert posted.status_code == 422
    assert "changed by Ada" in posted.content.decode()
    assert ApprovalRoute.objects.get().answer_minutes == 20


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answer_minutes": 0}, "answer_minutes"),
        ({"goes_up_minutes": 10**6}, "goes_up_minutes"),
        ({"expires_hours": True}, "expires_hours"),
        ({"expires_hours": 1, "answer_minutes": 61}, "answer_minutes"),
    ],
)
def test_times_that_cannot_be_are_refused(house: House, given: dict[str, Any], field: str) -> None:
    assert refusal(routes.set_times, house.unit, **TIMES | given, by=house.ada, now=NOW) == "invalid"


@pytest.mark.parametrize("who", ["alice", "sue"])
def test_only_an_administrator_keeps_times(house: House, who: str) -> None:
    user = getattr(house, who)
    assert refusal(routes.set_times, house.unit, **TIMES, by=user, now=NOW) == "administrator_needed"
    posted = as_(user).post("/settings/routes/times", {**TIMES, "unit": house.unit.pk})
    assert posted.status_code == 422
    assert not ApprovalRoute.objects.exists()
    assert "Keep these times" not in text(user)


def deputy(house: House, **given: Any) -> dict[str, Any]:
    ends = (NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    return {"unit": house.unit.pk, "principal": house.sue.pk, "deputy": house.bob.pk, "ends_at": ends} | given


def test_a_supervisor_names_who_stands_in_by_their_own_clock_and_ends_it(house: House) -> None:
    sue = as_(house.sue)
    assert sue.post("/settings/routes/deputies", deputy(house)).status_code == 302
    named = Deputy.objects.get()
    assert (named.deputy, named.ends_at) == (house.bob, NOW + timedelta(days=2, hours=4)), "in New York"
    assert as_(house.alice).post(f"/settings/routes/deputies/{named.pk}/end").status_code == 422
    assert sue.post(f"/settings/routes/deputies/{named.pk}/end").status_code == 302
    assert not Deputy.objects.filter(ends_at__gt=NOW).exists()


@pytest.mark.parametrize(
    "given", [{"deputy": "sue"}, {"ends_at": "2020-01-01T00:00"}, {"ends_at": ""}, {"principal": "sam"}]
)
def test_what_does_not_do_is_told_beside_its_field(house: House, given: dict[str, Any]) -> None:
    sent = {key: getattr(house, value).pk if hasattr(house, value or "-") else value for key, value in given.items()}
    posted = as_(house.sue).post("/settings/routes/deputies", deputy(house, **sent))
    assert posted.status_code == 422
    assert 'aria-invalid="true"' in posted.content.decode()
    assert not Deputy.objects.exists()


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("30", "<b>Sue</b> would be asked for $30.00. Then: Sam."),
        ("300", "<b>Sam</b> would be asked for $300.00."),
        ("5,000", "Nobody here may approve $5,000.00."),
        ("lots", "is not an amount"),
        ("-1", "above zero"),
    ],
)
def test_who_would_be_asked_now(house: House, amount: str, said: str) -> None:
    assert said in text(house.alice, f"?unit={house.unit.pk}&amount={amount}&currency=USD")


def test_who_would_be_asked_while_somebody_is_away(house: House) -> None:
    away(house.sue)
    assert "<b>Sam</b> would be asked" in text(house.alice, "?amount=30")
    deputies.name_deputy(house.sue, deputy=house.bob, ends_at=NOW + DAY, by=house.ada, now=NOW)
    assert "<b>Bob</b> in place of Sue, would be asked" in text(house.alice, "?amount=30")


@pytest.mark.parametrize("query", ["?unit=999", "?unit=x", "?unit=99999999999999999999", "?unit=-1"])
def test_a_unit_out_of_reach_is_not_there(house: House, query: str) -> None:
    assert as_(house.alice).get(f"/settings/routes{query}").status_code == 404


def test_it_costs_as_many_queries_with_many_supervisors_as_with_two(house: House) -> None:
    client = as_(house.ada)

    def cost() -> int:
        with CaptureQueriesContext(connection) as ran:
            client.get(f"/settings/routes?unit={house.unit.pk}&amount=30")
        return len(ran)

    cost()
    few = cost()
    for number in range(8):
        boss = house.person(f"boss{number}", role="supervisor")
        deputies.name_deputy(boss, deputy=house.bob, ends_at=NOW + DAY, by=house.ada, now=NOW)
    assert cost() <= few
