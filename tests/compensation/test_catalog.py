"""What a remedy costs, and what the catalog takes."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.authority import Refused
from compensation.domain import awards, catalog
from compensation.models import Remedy
from tests.compensation.books import refusal
from tests.factories import NOW, House, again

pytestmark = pytest.mark.django_db


@pytest.mark.practice("P15", "P18")
@pytest.mark.parametrize(
    ("fields", "given", "cost", "value"),
    [
        ({}, {"amount_minor": 700}, 700, 700),
        ({"cost_minor": 500}, {}, 500, 500),
        ({"cost_minor": 500, "value_minor": 1500}, {"amount_minor": 500}, 500, 1500),
        ({"cost_minor": 0, "currency": ""}, {}, 0, 0),
        ({"cost_minor": 0, "value_minor": 900}, {}, 0, 900),
    ],
)
def test_a_remedy_costs_what_the_catalog_says_or_what_the_rep_chose(
    house: House, fields: dict[str, Any], given: dict[str, Any], cost: int, value: int
) -> None:
    remedy = house.remedy("it", **fields)
    assert awards.price(remedy, house.case(), **{"amount_minor": None, "currency": None} | given) == (
        cost,
        value,
        "USD",
    )


@pytest.mark.practice("P17")
def test_a_remedy_without_questions_has_a_fixed_cost_else_it_would_pass_every_cap(house: House) -> None:
    assert refusal(house.remedy, "anything", no_questions=True) == "invalid"


@pytest.mark.practice("P18")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"by": "sue"}, "administrator_needed"),
        ({"currency": "", "cost_minor": 5}, "invalid"),
        ({"currency": ""}, "invalid"),
        ({"cost_minor": -5}, "not_an_amount"),
        ({"cost_minor": 2**63}, "amount_too_large"),
        ({"currency": "usd"}, "unknown_currency"),
        ({"kind": "bribe"}, "invalid"),
        ({"name": ""}, "invalid"),
        ({"code": "not a slug"}, "invalid"),
    ],
)
def test_a_line_of_the_catalog_is_sound(house: House, fields: dict[str, Any], code: str) -> None:
    given = {"code": "new", "name": "New", "kind": "monetary", "currency": "USD", "by": "ada"} | fields
    by = getattr(house, given.pop("by"))
    assert refusal(catalog.save_remedy, None, by=by, now=NOW, **given) == code
    assert not Remedy.objects.exists()


@pytest.mark.practice("P8")
def test_two_administrators_who_change_the_same_remedy_are_told_of_each_other(house: House) -> None:
    remedy = house.remedy()
    catalog.save_remedy(remedy, by=house.ada, now=NOW, version=1, name="Store credit")
    with pytest.raises(Refused) as refused:
        catalog.save_remedy(remedy, by=house.ada, now=NOW, version=1, name="Voucher")
    assert refused.value.details["changes"][0]["fields"] == ["name"]
    assert again(remedy).name == "Store credit"
