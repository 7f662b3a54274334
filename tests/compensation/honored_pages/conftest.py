"""Errors in the customer's favor on screen: what is read and sent there, and the error that most tests begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.domain import honored_errors
from cases.models import Disclosure, HonoredError
from compensation.domain import honoring
from tests.factories import House

ALL_POINTS = {"points": ["mistake", "should_have", "stance", "next"]}
TOLD = {**ALL_POINTS, "answer": "That was honest of you.", "understanding": "understood", "channel": "phone"}
WRITTEN = {
    "happened_words": "We quoted you the rate of last year.",
    "should_have": "The rate had gone up on 1 January, and we should have said so.",
}


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    house.usual_caps()
    house.caps("rep", award=50000)
    with time_machine.travel(house.now, tick=False):
        yield


@pytest.fixture
def error(house: House) -> HonoredError:
    """240 dollars that Alice quoted too low and reported herself."""
    customer = house.customer(form_of_address="Ms. Okafor", jurisdiction="US-NY")
    return house.favorable(customer)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def text(answer: Any) -> str:
    """A page as a reader sees it, whatever the line breaks."""
    return " ".join(answer.content.decode().split())


def read(user: User, name: str, *args: Any, **query: str) -> str:
    answer = as_(user).get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return text(answer)


def send(user: User, name: str, error: HonoredError, *, htmx: bool = False, **data: Any) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return as_(user).post(reverse(name, args=[error.pk]), data, headers=headers)


def honored(house: House, error: HonoredError) -> Disclosure:
    """Bob honors it; the call that Alice owes."""
    honoring.honor(error, by=house.bob, now=house.now)
    return Disclosure.objects.get(error=error)


def told(house: House, error: HonoredError) -> Disclosure:
    """Alice tells them, with what the letter needs written down."""
    honored_errors.assess(error, by=house.alice, now=house.now, **WRITTEN)
    return house.told(honored(house, error))
