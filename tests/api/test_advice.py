"""Advice by REST: the package with reasons and sources, options with who can approve, in at most eight queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from compensation.domain import awards
from compensation.models import AdviceRule
from tests.api.conftest import problem
from tests.api.test_queries import DETAIL, counted
from tests.factories import HOUR, House

Clients = Callable[..., Any]

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P15", "P18")]


@pytest.fixture
def stocked(house: House) -> House:
    house.usual_caps()
    house.remedy("sorry", kind="apology", currency="", cost_minor=0)
    house.remedy("coffee", kind="non_monetary", cost_minor=300, value_minor=900, no_questions=True)
    house.remedy("refund", kind="monetary", cost_minor=3000)
    house.remedy()
    return house


@pytest.mark.practice("P17")
def test_a_case_is_advised_on(stocked: House, api: Clients) -> None:
    stocked.caps(stocked.sue, award=5000)
    case = stocked.heard_case(severity="high", kind_of_action="fee", loss_minor=1200, currency="USD")
    awards.give(case, stocked.remedies["sorry"], by=stocked.alice, now=stocked.now)
    told = api(stocked.alice).get(f"cases/{case.reference}/advice/").json()
    assert (told["case"], told["severity"], told["failed"]) == (case.reference, "high", ["fee"])
    assert (told["loss_minor"], told["most_minor"], told["currency"]) == (1200, 1800, "USD")
    assert told["may_give"]["code"] == "ok"
    assert {line["rule"]: (line["state"], line["done"]) for line in told["package"]} == {
        "apology": ("done", True),
        "high_help": ("open", False),
        "high_make_up": ("open", False),
        "fits_money": ("open", False),
    }
    rules = {rule.code: rule for rule in AdviceRule.objects.all()}
    for line in told["package"]:
        assert (line["reason"], line["source"]) == (rules[line["rule"]].words, rules[line["rule"]].citation)
    assert [flag["rule"] for flag in told["flags"]] == ["apology_alone"]
    options = {option["remedy"]: option for option in told["options"]}
    assert options["credit"]["suggested_minor"] == 1200
    assert options["credit"]["fits"] is True
    assert options["coffee"]["no_questions"] is True
    assert options["refund"]["alone"]["code"] == "over_cap"
    assert options["refund"]["approver"]["name"] == "Sue"
    assert options["refund"]["more_than_helps"] is True
    assert (told["at_once"], told["no_questions"]["left_minor"]) == ("coffee", told["no_questions"]["cap_minor"])
    assert {cap["axis"] for cap in told["caps"]} == {"award", "case", "customer", "day", "month", "team"}


def test_of_an_open_amount_it_says_how_far_the_caller_goes_and_who_approves_the_rest(
    stocked: House, api: Clients
) -> None:
    stocked.caps(stocked.sue, award=5000)
    stocked.caps(stocked.sam, award=40000)
    case = stocked.heard_case(loss_minor=30000, currency="USD")
    told = api(stocked.alice).get(f"cases/{case.reference}/advice/").json()
    credit = next(option for option in told["options"] if option["remedy"] == "credit")
    assert (credit["suggested_minor"], credit["alone"]["code"]) == (2000, "ok")
    assert (credit["alone_minor"], credit["whole_minor"], credit["approvable_minor"]) == (2000, 30000, 40000)
    assert credit["approver"]["name"] == "Sam"
    refund = next(option for option in told["options"] if option["remedy"] == "refund")
    assert (refund["alone_minor"], refund["whole_minor"], refund["approvable_minor"]) == (None, None, None)
    assert [(each["person"]["name"], each["answers"]["name"], each["up_to_minor"]) for each in told["above"]] == [
        ("Sue", "Sue", 5000),
        ("Sam", "Sam", 40000),
    ]


def test_before_the_feelings_it_says_that_nothing_may_be_given_yet(stocked: House, api: Clients) -> None:
    told = api(stocked.alice).get(f"cases/{stocked.case().reference}/advice/").json()
    assert told["may_give"]["code"] == "feelings_first"
    assert told["options"]


def test_history_and_strangers(stocked: House, api: Clients) -> None:
    told = api(stocked.alice).get(f"cases/{stocked.historical_case().reference}/advice/").json()
    assert (told["may_give"]["code"], [line["rule"] for line in told["package"]]) == ("historical_case", ["apology"])
    at = f"cases/{stocked.case().reference}/advice/"
    problem(api(stocked.charlie).get(at), "out_of_reach", 404)


def test_eight_queries_whatever_the_case_has_seen(stocked: House, api: Clients) -> None:
    now = datetime.now(UTC)
    case, rep = stocked.heard_case(), api(stocked.alice)
    at = f"cases/{case.reference}/advice/"
    with counted() as few:
        assert rep.get(at).status_code == 200
    for _ in range(3):
        stocked.logged(case.customer, case=case, kind_of_action="fee", loss_minor=100, currency="USD")
        stocked.give(case, 100)
        stocked.promise(case)
    stocked.asked(case, now=now)
    stocked.promise(case, now=now, due_end=now + HOUR)
    with counted() as many:
        assert rep.get(at).status_code == 200
    assert len(few) <= len(many) <= DETAIL, "\n".join(many)


def test_rules_are_read_by_everybody_and_changed_by_administrators(house: House, api: Clients) -> None:
    listed = api(house.alice).get("advice-rules/", effect="fits").json()["results"]
    assert {rule["code"] for rule in listed} == {"fits_money", "fits_delivery", "fits_service", "fits_attention"}
    here = f"advice-rules/{next(rule['id'] for rule in listed if rule['code'] == 'fits_money')}/"
    shown = api(house.alice).get(here)
    assert (shown.headers["ETag"], shown.json()["gives"]) == ('"1"', ["money"])
    ada = api(house.ada)
    problem(ada.patch(here, {"active": False}), "version_needed", 428)
    off = ada.patch(here, {"active": False}, version=1)
    assert (off.json()["active"], off.headers["ETag"]) == (False, '"2"')
    tuned = ada.patch(here, {"kinds_of_action": ["fee", "billing", "fee"]}, version=2)
    assert tuned.json()["kinds_of_action"] == ["billing", "fee"]
    for wrong in ({"severities": ["huge"]}, {"kinds": "apology"}, {"percent": 150}, {"active": "yes"}, {"gives": []}):
        problem(ada.patch(here, wrong, version=3), "invalid", 400)
    problem(ada.patch("advice-rules/999999/", {"active": False}, version=1), "out_of_reach", 404)
