"""Surveys by REST: those we sent, answers from other systems, and the words they are asked with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from outreach.domain import planning
from outreach.models import FollowUpCall, Program, Signal, Survey
from tests.api.conftest import Api, problem
from tests.api.test_queries import counted
from tests.factories import NOW, House
from tests.outreach.surveyed import LATER, asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22"), pytest.mark.practice("P29")]
Clients = Callable[..., Api]


@pytest.fixture(autouse=True)
def _now(db: None) -> Any:
    Program.objects.update(holdout_percent=0)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def crm(house: House, api: Clients) -> Api:
    return api(house.crm)


def test_an_answer_from_elsewhere_is_taken_once_and_a_low_one_leads_to_a_call(house: House, crm: Api) -> None:
    dana = house.customer(jurisdiction="US-CO", external_ids=[("crm", "C-1")])
    case = house.case(dana)
    told = {
        "customer_known_as": {"system": "crm", "external_id": "C-1"},
        "case": case.reference,
        "satisfaction": 1,
        "ease": 2,
        "words": "Nobody listened",
        "external_system": "tool",
        "external_id": "7",
    }
    first, second = crm.post("surveys/", told), crm.post("surveys/", told | {"satisfaction": 5})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first["Location"].endswith(f"/surveys/{first.json()['id']}/")
    shown = crm.get(f"surveys/{first.json()['id']}/").json()
    assert (shown["kind"], shown["source"], shown["status"]) == ("outside", "api", "answered")
    assert (shown["case"], shown["satisfaction"], shown["ease"]) == (case.reference, 1, 2)
    planning.plan(now=NOW)
    assert FollowUpCall.objects.get().signal_id == shown["signal"]


@pytest.mark.parametrize(
    ("given", "code", "status", "field"),
    [
        ({}, "invalid", 400, "satisfaction"),
        ({"satisfaction": 0}, "invalid", 400, "satisfaction"),
        ({"satisfaction": "5"}, "invalid", 400, "satisfaction"),
        ({"satisfaction": 5, "ease": 6}, "invalid", 400, "ease"),
        ({"satisfaction": 5, "luck": 5}, "invalid", 400, "luck"),
        ({"satisfaction": 5, "answered_at": "2030-01-01T00:00:00Z"}, "in_future", 400, "at"),
        ({"satisfaction": 5, "external_id": "7"}, "invalid", 400, "external_id"),
        ({"satisfaction": 5, "case": "RC-00000000"}, "out_of_reach", 404, "case"),
        ({"satisfaction": 5, "customer": 999999}, "out_of_reach", 404, "customer"),
        ({"satisfaction": 5, "customer": None}, "invalid", 400, "customer"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    house: House, crm: Api, given: dict[str, Any], code: str, status: int, field: str
) -> None:
    answer = crm.post("surveys/", {"customer": house.customer().pk} | given)
    problem(answer, code, status, field)
    assert not Survey.objects.exists()
    assert not Signal.objects.exists()


def test_an_id_that_was_received_about_somebody_else_is_taken(house: House, crm: Api) -> None:
    told = {"satisfaction": 5, "external_system": "tool", "external_id": "7"}
    crm.post("surveys/", {"customer": house.customer().pk} | told)
    other = crm.post("surveys/", {"customer": house.customer().pk} | told)
    problem(other, "external_id_taken", 409, "external_id")


def test_a_case_of_somebody_else_is_not_this_customers(house: House, crm: Api) -> None:
    case = house.case()
    answer = crm.post("surveys/", {"customer": house.customer().pk, "case": case.reference, "satisfaction": 3})
    problem(answer, "other_customer", 409, "case")


def test_surveys_in_reach_are_listed_narrowed_and_nobodys_link_is_shown(house: House, api: Clients, crm: Api) -> None:
    survey = asked(house)
    (row,) = crm.get("surveys/", status="asked", kind="closure").json()["results"]
    assert (row["id"], row["asked_at"]) == (survey.pk, LATER.isoformat().replace("+00:00", "Z"))
    assert "token" not in row
    assert not crm.get("surveys/", status="answered").json()["results"]
    assert not api(house.charlie).get("surveys/").json()["results"]
    assert api(house.charlie).get(f"surveys/{survey.pk}/").status_code == 404


def test_a_page_of_surveys_takes_as_many_queries_as_one(house: House, crm: Api) -> None:
    customer = house.customer()
    for n in range(6):
        crm.post("surveys/", {"customer": customer.pk, "satisfaction": 1 + n % 5})
    with counted() as one:
        crm.get("surveys/", page_size=1)
    with counted() as many:
        crm.get("surveys/", page_size=6)
    assert len(one) == len(many)


def test_an_administrator_keeps_the_words_and_others_read_them(house: House, api: Clients) -> None:
    ada = api(house.ada)
    (now,) = ada.get("survey-templates/", kind="closure", language="en", active="true").json()["results"]
    new = {name: now[name] for name in ("kind", "language", "subject", "message", "heading", "intro", "thanks")}
    new |= {"questions": now["questions"], "heading": "Tell us", "instead_of": now["id"]}
    kept = ada.post("survey-templates/", new)
    assert (kept.status_code, kept.json()["heading"], kept.json()["active"]) == (201, "Tell us", True)
    assert ada.get(f"survey-templates/{now['id']}/").json()["active"] is False
    assert ada.post("survey-templates/", new | {"heading": "Again"}).status_code == 412
    refused = api(house.alice).post("survey-templates/", new)
    problem(refused, "administrator_needed", 403)
    (french,) = ada.get("survey-templates/", kind="closure", language="fr", active="true").json()["results"]
    assert ada.post(f"survey-templates/{french['id']}/retire/").json()["active"] is False
