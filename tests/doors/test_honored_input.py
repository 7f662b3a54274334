"""What cannot be said of an error in the customer's favor, in the browser: refused in words, and nothing written.

The same by REST stands in ``tests/api/honored/``.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.enums import Point
from cases.models import HonoredError
from compensation.domain import rescission_rules
from tests.doors.state import everything
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1", "P2")]

LOG = {
    "our_words": "Waived the wrong fee", "channel": "phone", "severity": "medium", "favor": "customer",
    "kind_of_action": "fee", "mistake": "person",
}  # fmt: skip
TOLD = {"points": list(Point.values), "understanding": "understood", "channel": "phone"}
CHOOSE = "Select a valid choice"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def refused(user: User, at: str, body: dict[str, Any], said: str) -> None:
    """Post it, read why not, and find every row of every table as it was."""
    browser = Client()
    browser.force_login(user)
    before = everything()
    answer = browser.post(at, body)
    assert answer.status_code == 422
    assert said in html.unescape(answer.content.decode())
    assert everything() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"originator": "999999"}, CHOOSE),
        ({"originator": "crm"}, CHOOSE),
        ({"originator": "charlie"}, CHOOSE),
        ({"originator": ""}, "Say which colleague made the mistake."),
        ({"originator": "bob", "mistake": "system"}, "A colleague is named, so the mistake is a colleague’s."),
        ({"originator": "bob", "occurred_at": "2027-03-10T09:00"}, "This time has not come yet."),
        ({"originator": "bob", "reported_at": "2026-03-10T23:59"}, "This time has not come yet."),
        ({"originator": "bob", "occurred_at": "2026-02-30T09:00"}, "valid date"),
    ],
)
def test_an_error_that_cannot_be_is_not_logged(house: House, change: dict[str, str], said: str) -> None:
    customer = house.customer()
    change = {
        name: str(house.__dict__[value].pk) if value in house.__dict__ else value for name, value in change.items()
    }
    refused(house.alice, reverse("log-save"), LOG | {"customer": customer.pk} | change, said)


def favorable(house: House, **given: Any) -> HonoredError:
    return house.favorable(house.customer(jurisdiction="US-CO"), value_at_stake_minor=1500, **given)


def test_nothing_is_decided_about_what_is_in_nobodys_favor(house: House) -> None:
    case = house.case()
    browser = Client()
    browser.force_login(house.sue)
    before = everything()
    assert not hasattr(case.incidents.get(), "honored_error")
    for verb in ("honored-honor", "honored-rescind", "honored-told", "honored-review", "honored-letter-make"):
        assert browser.post(reverse(verb, args=[case.incidents.get().pk]), {"reason": "x"}).status_code == 404
    assert everything() == before


MISSING = [[], ["mistake"], ["mistake", "should_have", "stance"], ["mistake"] * 4]


@pytest.mark.parametrize("points", MISSING, ids=len)
def test_a_call_without_all_its_points_is_not_made(house: House, points: list[str]) -> None:
    error = favorable(house)
    house.decided(error, by=house.sam)
    said = "The customer has to hear this too"
    refused(house.alice, reverse("honored-told", args=[error.pk]), TOLD | {"points": points}, said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"understanding": ""}, "Say whether the customer understood."),
        ({"understanding": "maybe"}, CHOOSE),
        ({"points": ["mistake", "else"]}, CHOOSE),
        ({"channel": "import"}, CHOOSE),
        ({"channel": "email"}, "Talk with them."),
    ],
)
def test_a_call_that_cannot_be_is_not_made(house: House, change: dict[str, Any], said: str) -> None:
    error = favorable(house)
    house.decided(error, by=house.sam)
    refused(house.alice, reverse("honored-told", args=[error.pk]), TOLD | change, said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"outcome": "call_back"}, "Say when to call back"),
        ({"outcome": "call_back", "call_back_at": "2026-03-09T09:00"}, "past"),
        ({"outcome": "call_back", "call_back_at": "2126-03-09T09:00"}, "far"),
        ({"outcome": "told"}, "Say how the call went."),
    ],
)
def test_a_try_that_cannot_be_is_not_kept(house: House, body: dict[str, str], said: str) -> None:
    error = favorable(house)
    house.decided(error, by=house.sam)
    refused(house.alice, reverse("honored-attempt", args=[error.pk]), {"channel": "phone", **body}, said)


@pytest.mark.parametrize("verb", ["honored-told", "honored-attempt", "honored-reassign"])
def test_nobody_is_told_before_the_decision(house: House, verb: str) -> None:
    error = favorable(house)
    body = TOLD | {"outcome": "no_answer", "to": house.bob.pk, "reason": "x"}
    refused(house.alice, reverse(verb, args=[error.pk]), body, 'data-refused="undecided"')


def test_what_the_rules_prohibit_is_refused_with_its_source(house: House) -> None:
    error = favorable(house)
    source = "Colorado Revised Statutes, example"
    rescission_rules.add_rule(
        jurisdiction="US-CO", effect="prohibited", valid_from=date(2021, 1, 1), citation=source, by=house.ada, now=NOW
    )
    at = reverse("honored-rescind", args=[error.pk])
    refused(house.sue, at, {"reason": "It is much"}, 'data-refused="rescission_prohibited"')
    refused(house.sue, at, {"reason": "It is much"}, f"The rules prohibit taking this back. Source: {source}")
