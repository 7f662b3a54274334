"""What is offered first: what the case calls for, then what is worth much to the customer and costs us little."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case
from compensation.domain import advisor
from compensation.domain.gauges import gauges
from compensation.models import Remedy
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15", "P18")]


def offers(house: House, case: Case) -> list[advisor.Offer]:
    measured = gauges(house.alice, currency="USD", now=NOW, case=case)
    return advisor.offers(case, list(Remedy.objects.all()), measured)


@pytest.fixture
def catalog(house: House) -> House:
    house.usual_caps()
    lines: dict[str, dict[str, Any]] = {
        "sorry": {"kind": "apology", "currency": "", "cost_minor": 0},
        "help": {"kind": "assistance", "cost_minor": 500},
        "hamper": {"kind": "non_monetary", "cost_minor": 1000, "value_minor": 4000},
        "voucher": {"kind": "monetary", "cost_minor": 1000, "value_minor": 1500},
        "refund": {"kind": "monetary", "cost_minor": 3000, "value_minor": 3000},
        "replace": {"kind": "assistance", "cost_minor": 9000, "no_questions": True},
        "euros": {"kind": "monetary", "currency": "EUR", "cost_minor": 100},
    }
    for code, fields in lines.items():
        house.remedy(code, **fields)
    return house


@pytest.mark.parametrize(
    ("severity", "order"),
    [
        ("low", ["hamper", "help", "replace", "voucher", "refund", "sorry"]),
        ("medium", ["hamper", "help", "replace", "voucher", "refund", "sorry"]),
        ("high", ["hamper", "voucher", "refund", "help", "replace", "sorry"]),
    ],
)
def test_the_order_is_what_the_case_calls_for_then_worth_over_cost(
    catalog: House, severity: str, order: list[str]
) -> None:
    case = catalog.heard_case(severity=severity)
    assert [offer.remedy.code for offer in offers(catalog, case)] == order


def test_an_apology_alone_is_the_weakest_answer_and_says_so(catalog: House) -> None:
    last = offers(catalog, catalog.heard_case())[-1]
    assert (last.remedy.kind, last.why) == ("apology", "Always; but an apology alone is the weakest answer.")


@pytest.mark.parametrize(
    ("severity", "said"),
    [("low", "one of them is enough"), ("medium", "help or compensate"), ("high", "both assistance and compensation")],
)
def test_what_the_case_calls_for_is_said_in_words(house: House, severity: str, said: str) -> None:
    assert said in advisor.called_for(house.case(severity=severity))


def test_each_offer_says_whether_it_may_be_given_alone(catalog: House) -> None:
    alone = {offer.remedy.code: offer.alone.code for offer in offers(catalog, catalog.heard_case())}
    assert alone == {
        "hamper": "ok",
        "help": "ok",
        "voucher": "ok",
        "sorry": "ok",
        "refund": "over_cap",
        "replace": "ok",
    }


def test_what_is_given_in_another_currency_is_not_offered(catalog: House) -> None:
    assert "euros" not in [offer.remedy.code for offer in offers(catalog, catalog.heard_case())]
