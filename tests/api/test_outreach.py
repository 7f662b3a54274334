"""Signals and follow-up calls by REST, as a CRM and as a rep's dialer use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import User
from outreach.domain import planning
from outreach.models import CallAttempt, FollowUpCall, Program, Signal
from tests.api.conftest import Api, problem
from tests.api.test_queries import counted
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23"), pytest.mark.practice("P29")]
Clients = Callable[..., Api]


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _no_lot(house: House) -> None:
    Program.objects.update(holdout_percent=0)


@pytest.fixture
def alice(house: House, api: Clients) -> Api:
    User.objects.filter(pk=house.alice.pk).update(takes_calls=True)
    house.alice.refresh_from_db()
    return api(house.alice)


@pytest.fixture
def crm(house: House, api: Clients) -> Api:
    return api(house.crm)


def dissatisfied(crm: Api, customer: Any, **given: Any) -> Any:
    return crm.post("dissatisfaction/", {"customer": customer.pk, "kind": "survey", "score": 1, **given})


def planned(crm: Api, house: House, **particulars: Any) -> int:
    dissatisfied(crm, house.customer(jurisdiction="US", **particulars))
    planning.plan(now=NOW)
    number: int = crm.get("follow-up-calls/").json()["results"][0]["id"]
    return number


def test_a_crm_signals_and_a_rep_takes_the_call_and_records_what_came_of_it(house: House, crm: Api, alice: Api) -> None:
    told = dissatisfied(
        crm, house.customer(jurisdiction="US"), comment="Nobody called", external_system="crm", external_id="7"
    )
    assert (told.status_code, told.json()["fate"]) == (201, "")
    planning.plan(now=NOW)
    (signal,) = crm.get("dissatisfaction/").json()["results"]
    assert signal["fate"] == "call_planned"
    (call,) = alice.get("follow-up-calls/", status="planned").json()["results"]
    assert call["signal"]["comment"] == "Nobody called"
    taken = alice.post(f"follow-up-calls/{call['id']}/take/").json()
    assert (taken["status"], taken["rep"]["name"], taken["dial"], taken["open_now"]) == (
        "dispatched",
        "Alice",
        "+13035550142",
        True,
    )
    done = alice.post(
        f"follow-up-calls/{call['id']}/outcome/",
        {"outcome": "turned_around", "what_went_wrong": "No callback", "cause": house.cause().pk},
    ).json()
    assert (done["status"], done["outcome"], done["rep"]["name"]) == ("done", "turned_around", "Alice")
    (attempt,) = alice.get(f"follow-up-calls/{call['id']}/").json()["attempts"]
    assert (attempt["what_went_wrong"], attempt["phone"]) == ("No callback", "+13035550142")


def test_the_same_reference_again_is_the_same_signal(house: House, crm: Api) -> None:
    customer = house.customer()
    first = dissatisfied(crm, customer, external_system="crm", external_id="7")
    second = dissatisfied(crm, customer, external_system="crm", external_id="7", score=2)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_a_customer_is_named_by_another_systems_id(house: House, crm: Api) -> None:
    house.customer(external_ids=[("crm", "C-1")])
    told = crm.post(
        "dissatisfaction/", {"customer_known_as": {"system": "crm", "external_id": "C-1"}, "kind": "crm_flag"}
    )
    assert told.status_code == 201


@pytest.mark.parametrize(
    ("body", "code", "status", "field"),
    [
        ({"kind": "survey", "score": 1}, "invalid", 400, "customer"),
        ({"customer": 999_999, "kind": "crm_flag"}, "out_of_reach", 404, "customer"),
        ({"customer": "mine", "kind": "survey"}, "score_needed", 400, "score"),
        ({"customer": "mine", "kind": "survey", "score": 9}, "invalid", 400, "score"),
        ({"customer": "mine", "kind": "gossip"}, "invalid", 400, "kind"),
        ({"customer": "mine", "kind": "dispute", "at": "2030-01-01T00:00:00Z"}, "in_future", 400, "at"),
        ({"customer": "mine", "kind": "dispute", "case": "RC-2222222Z"}, "out_of_reach", 404, "case"),
        ({"customer": "mine", "kind": "dispute", "mood": "bad"}, "invalid", 400, "mood"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    house: House, crm: Api, body: dict[str, Any], code: str, status: int, field: str
) -> None:
    if body.get("customer") == "mine":
        body = body | {"customer": house.customer().pk}
    problem(crm.post("dissatisfaction/", body), code, status, field)
    assert not Signal.objects.exists()


def test_a_stranger_finds_nothing(house: House, crm: Api, api: Clients) -> None:
    call = planned(crm, house)
    charlie = api(house.charlie)
    assert charlie.get("follow-up-calls/").json()["results"] == []
    assert charlie.get("dissatisfaction/").json()["results"] == []
    problem(charlie.get(f"follow-up-calls/{call}/"), "out_of_reach", 404)
    problem(charlie.post(f"follow-up-calls/{call}/take/"), "out_of_reach", 404)


def test_who_may_not_call_hears_why(house: House, crm: Api, alice: Api, api: Clients) -> None:
    call = planned(crm, house)
    problem(crm.post(f"follow-up-calls/{call}/take/"), "person_needed", 403)
    problem(api(house.bob).post(f"follow-up-calls/{call}/take/"), "not_in_call_group", 403)
    problem(alice.post(f"follow-up-calls/{call}/outcome/", {"outcome": "no_answer"}), "take_first", 409)
    alice.post(f"follow-up-calls/{call}/take/")
    problem(
        alice.post(f"follow-up-calls/{call}/outcome/", {"outcome": "turned_around"}),
        "words_needed",
        400,
        "what_went_wrong",
    )
    assert not CallAttempt.objects.exists()


def test_nobody_is_called_at_night(house: House, crm: Api, alice: Api) -> None:
    call = planned(crm, house)
    with time_machine.travel(datetime(2026, 3, 11, 6, tzinfo=UTC), tick=False):
        shown = alice.get(f"follow-up-calls/{call}/").json()
        assert (shown["open_now"], "08:00" in shown["why_not"]) == (False, True)
        problem(alice.post(f"follow-up-calls/{call}/take/"), "outside_hours", 409)


def test_a_repeated_outcome_under_one_key_is_one_attempt(house: House, crm: Api, alice: Api) -> None:
    call = planned(crm, house)
    alice.post(f"follow-up-calls/{call}/take/")
    first = alice.post(f"follow-up-calls/{call}/outcome/", {"outcome": "no_answer"}, key="k1")
    second = alice.post(f"follow-up-calls/{call}/outcome/", {"outcome": "no_answer"}, key="k1")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert CallAttempt.objects.count() == 1


def test_lists_and_details_take_few_queries_whatever_the_rows(house: House, crm: Api, alice: Api) -> None:
    call = planned(crm, house)
    for number in range(8):
        planned(crm, house, name=f"Customer {number}")
    for path in ("follow-up-calls/", "dissatisfaction/"):
        with counted() as ran:
            assert len(alice.get(path).json()["results"]) == 9
        assert len(ran) <= 4, ran
    alice.post(f"follow-up-calls/{call}/take/")
    alice.post(f"follow-up-calls/{call}/outcome/", {"outcome": "no_answer"})
    with counted() as ran:
        alice.get(f"follow-up-calls/{call}/")
    assert len(ran) <= 8, ran


def test_signalling_taking_and_recording_take_few_queries(house: House, crm: Api, alice: Api) -> None:
    case = house.case(house.customer(jurisdiction="US"))
    with counted() as ran:
        dissatisfied(crm, case.customer, case=case.reference)
    assert len(ran) <= 20, ran
    planning.plan(now=NOW)
    call = FollowUpCall.objects.get()
    for path, body in (("take", {}), ("outcome", {"outcome": "turned_around", "what_went_wrong": "No callback"})):
        with counted() as ran:
            assert alice.post(f"follow-up-calls/{call.pk}/{path}/", body).status_code == 200
        assert len(ran) <= 20, ran
