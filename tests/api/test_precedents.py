"""What a program reads of earlier honored errors, and what it has to say to give something in spite of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from compensation.models import Award
from tests.api.conftest import problem
from tests.api.test_queries import DETAIL, LIST, WRITE, counted
from tests.factories import DAY, House

pytestmark = pytest.mark.practice("P3")
Clients = Callable[..., Any]


def test_a_customer_s_precedents_and_those_that_bear(house: House, api: Clients) -> None:
    customer, program = house.customer(), api(house.crm)
    fee = house.honored(customer)
    quote = house.honored(customer, kind_of_action="quote", line_of_business="Household")
    house.in_favor(customer)  # undecided
    house.honored()  # somebody else's
    at = f"customers/{customer.pk}/precedents/"
    everything = program.get(at).json()["results"]
    assert [(each["honored_error"], each["because"]) for each in everything] == [(quote.pk, []), (fee.pk, [])]
    assert everything[1] | {"happened_at": ""} == {
        "honored_error": fee.pk,
        "because": [],
        "case": fee.case.reference,
        "kind_of_action": "fee",
        "line_of_business": "Motor",
        "cause": None,
        "what_happened": "",
        "should_have": "",
        "happened_at": "",
        "honored_at": "2026-03-10T15:00:00Z",
        "call": everything[1]["call"],
    }

    def bearing(**asked: str) -> list[tuple[int, list[str]]]:
        return [(each["honored_error"], each["because"]) for each in program.get(at, **asked).json()["results"]]

    assert bearing(kind_of_action="fee") == [(fee.pk, ["kind_of_action"])]
    assert bearing(line_of_business=" HOUSEHOLD") == [(quote.pk, ["line_of_business"])]
    assert bearing(kind_of_action="quote", line_of_business="motor") == [
        (quote.pk, ["kind_of_action"]),
        (fee.pk, ["line_of_business"]),
    ]
    assert bearing(kind_of_action="conduct") == bearing(kind_of_action="other") == []


def test_what_cannot_be_asked_is_refused_and_strangers_find_nothing(house: House, api: Clients) -> None:
    at = f"customers/{house.honored().customer_id}/precedents/"
    problem(api(house.crm).get(at, kind_of_action="gift"), "invalid", 400, "kind_of_action")
    problem(api(house.crm).get(at, line_of_business=""), "invalid", 400, "line_of_business")
    problem(api(house.charlie).get(at), "out_of_reach", 404)


def test_a_case_carries_what_bears_on_it(house: House, api: Clients) -> None:
    customer = house.customer()
    error = house.honored(customer)
    plain, similar = house.case(customer, kind_of_action="conduct"), house.case(customer, kind_of_action="fee")
    rep = api(house.alice)
    assert rep.get(f"cases/{plain.reference}/").json()["precedents"] == []
    house.told(error.disclosures.get(), answer="Fair enough")
    [told] = rep.get(f"cases/{similar.reference}/").json()["precedents"]
    assert (told["honored_error"], told["because"], told["case"]) == (
        error.pk,
        ["kind_of_action"],
        error.case.reference,
    )
    call = told["call"]
    assert (call["status"], call["made_at"], call["answer"], call["understanding"]) == (
        "made",
        "2026-03-10T15:00:00Z",
        "Fair enough",
        "understood",
    )
    assert call["caller"]["name"] == call["owed_by"]["name"] == "Alice"


def test_who_answers_the_phone_sees_them_first(house: House, api: Clients) -> None:
    error = house.honored()
    [match] = api(house.alice).post("pop/", {"phone": "+13035550142"}).json()["matches"]
    [told] = match["precedents"]
    assert (told["honored_error"], told["kind_of_action"], told["told_at"]) == (error.pk, "fee", None)
    house.told(error.disclosures.get(), answer="Fair enough")
    [match] = api(house.alice).post("pop/", {"phone": "+13035550142"}).json()["matches"]
    [told] = match["precedents"]
    assert (told["told_at"], told["told_by"], told["answer"]) == ("2026-03-10T15:00:00Z", "Alice", "Fair enough")


def test_an_award_in_spite_of_one_says_why(house: House, api: Clients) -> None:
    customer = house.customer()
    error = house.honored(customer)
    house.usual_caps()
    house.remedy()
    case, program = house.heard_case(customer, kind_of_action="fee"), api(house.crm)
    house.caps(house.crm, award=2000, case=5000, day=10000, month=100000)
    at, body = f"cases/{case.reference}/awards/", {"remedy": "credit", "amount_minor": 500}
    no = problem(program.post(at, body, key="first"), "precedent_reason_needed", 409, "precedent_reason")
    assert [(each["honored_error"], each["because"]) for each in no["precedents"]] == [(error.pk, ["kind_of_action"])]
    assert not Award.objects.exists()
    problem(program.post(at, body | {"precedent_reason": "x" * 301}, key="long"), "invalid", 400, "precedent_reason")
    given = program.post(at, body | {"precedent_reason": "Not the same fee"}, key="second")
    assert (given.status_code, given.json()["precedent_reason"]) == (201, "Not the same fee")
    assert program.post(at, body, key="third").status_code == 201


def test_what_it_costs_in_queries(house: House, api: Clients) -> None:
    customer = house.customer()
    for _ in range(3):
        house.honored(customer)
    house.usual_caps()
    house.remedy()
    case, rep = house.heard_case(customer, kind_of_action="fee", now=house.now + DAY), api(house.alice)
    for _ in range(2):
        house.logged(customer, case=case, now=house.now + DAY)
    for path, most, found in (
        (f"customers/{customer.pk}/precedents/", LIST, "results"),
        (f"cases/{case.reference}/", DETAIL, "precedents"),
    ):
        with counted() as ran:
            answer = rep.get(path)
        assert len(answer.json()[found]) == 3
        assert len(ran) <= most, "\n".join(ran)
    with counted() as ran:
        [match] = rep.post("pop/", {"phone": "+13035550142"}).json()["matches"]
    assert len(match["precedents"]) == 3
    assert len(ran) <= DETAIL, "\n".join(ran)
    awards = f"cases/{case.reference}/awards/"
    body = {"remedy": "credit", "amount_minor": 100}
    for key, more in (("first", {"precedent_reason": "Not the same fee"}), ("second", {})):
        with counted() as ran:
            assert rep.post(awards, body | more, key=key).status_code == 201
        assert len(ran) <= WRITE, "\n".join(ran)
    again = {"customer": customer.pk, "case": case.reference, "channel": "email", "our_words": "Late again"}
    with counted() as ran:
        assert rep.post("incidents/", again, key="third").status_code == 201
    assert len(ran) <= WRITE, "\n".join(ran)
