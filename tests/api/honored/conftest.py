"""Errors in the customer's favor by REST: where they are, and what is sent about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from cases.enums import Point
from cases.models import HonoredError
from compensation.domain import rescission_rules
from tests.api.conftest import Api
from tests.factories import DAY, NOW, House

Clients = Callable[..., Api]
WORDS = {"happened_words": "You were quoted last year’s rate.", "should_have": "The new rate holds since March."}
TOLD = {"points": list(Point.values), "understanding": "understood", "answer": "Thank you for telling me."}
TOMORROW = (NOW + DAY).isoformat()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def rule(house: House, effect: str = "allowed", **fields: Any) -> Any:
    given = {"jurisdiction": "US-CO", "effect": effect, "valid_from": date(2021, 1, 1), "citation": "Handbook 4.2"}
    return rescission_rules.add_rule(by=house.ada, now=NOW, **given | fields)


def favorable(house: House, **particulars: Any) -> HonoredError:
    customer = house.customer(jurisdiction="US-CO", emails=["dana@example.com"])
    return house.favorable(customer, value_at_stake_minor=1500, **particulars)


def at(error: HonoredError, verb: str = "") -> str:
    return f"honored-errors/{error.pk}/{verb}"
