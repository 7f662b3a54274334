"""Caps by REST: set from a moment on, ended, taken out of the plan; read by everybody; measured for others by supervisors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compensation.models import Cap
from tests.api.conftest import problem
from tests.factories import House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
Clients = Callable[..., Any]
SETTING = {"role": "rep", "axis": "team", "currency": "USD", "amount_minor": 500000}


def ahead(days: int = 10) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def test_a_cap_is_set_planned_and_taken_out_of_the_plan(house: House, api: Clients) -> None:
    house.usual_caps()
    admin = api(house.ada)
    held = admin.get("caps/", state="in_force", role="rep", axis="team").json()["results"]
    assert [(cap["amount_minor"], cap["state"]) for cap in held] == [(10**12, "in_force")]
    stale = admin.post("caps/", SETTING, **{"If-Match": '"9"'})
    problem(stale, "changed_meanwhile", 412)
    planned = admin.post("caps/", SETTING | {"starts_at": ahead()}, **{"If-Match": f'"{held[0]["version"]}"'})
    assert (planned.status_code, planned.json()["state"], planned.json()["set_by"]["name"]) == (201, "planned", "Ada")
    assert admin.get(planned.headers["Location"].removeprefix("/api/v1/")).json() == planned.json()
    assert again(Cap.objects.get(pk=held[0]["id"])).ends_at is not None
    assert [cap["id"] for cap in admin.get("caps/", at=ahead(11), role="rep", axis="team").json()["results"]] == [
        planned.json()["id"]
    ]
    out = admin.post(f"caps/{planned.json()['id']}/end/")
    assert (out.status_code, out.json()["state"]) == (200, "taken_out")
    assert admin.get("caps/", state="planned").json()["results"] == []
    assert Cap.objects.get(pk=held[0]["id"]).ends_at is None


def test_a_cap_ends_and_a_planned_end_is_taken_back(house: House, api: Clients) -> None:
    own = house.caps(house.alice, day=700)["day"]
    admin, then = api(house.ada), ahead(3)
    planned = admin.post(f"caps/{own.pk}/end/", {"ends_at": then})
    assert (planned.status_code, planned.json()["state"], planned.json()["ends_at"]) == (
        200,
        "in_force",
        then.replace("+00:00", "Z"),
    )
    assert admin.post(f"caps/{own.pk}/keep/").json()["ends_at"] is None
    problem(admin.post(f"caps/{own.pk}/keep/"), "wrong_state", 409)
    assert admin.post(f"caps/{own.pk}/end/").json()["state"] == "ended"
    problem(admin.post(f"caps/{own.pk}/end/"), "wrong_state", 409)


@pytest.mark.parametrize(
    ("given", "code", "status", "field"),
    [
        ({"axis": "week"}, "invalid", 400, "axis"),
        ({"axis": "no_questions"}, "invalid", 400, "currency"),
        ({"currency": ""}, "invalid", 400, "currency"),
        ({"currency": "ZZZ"}, "unknown_currency", 400, "currency"),
        ({"amount_minor": -1}, "invalid", 400, "amount_minor"),
        ({"amount_minor": 10**18}, "invalid", 400, "amount_minor"),
        ({"amount_minor": "5"}, "invalid", 400, "amount_minor"),
        ({"amount_minor": 5.5}, "invalid", 400, "amount_minor"),
        ({"role": "admin"}, "invalid", 400, "role"),
        ({"user": 10**9}, "out_of_reach", 404, "user"),
        ({"starts_at": "2020-01-01T00:00:00Z"}, "in_past", 400, "starts_at"),
        ({"starts_at": "2020-01-01T00:00:00"}, "invalid", 400, "starts_at"),
        ({"axis": "no_questions", "currency": "", "amount_minor": 1001}, "not_an_amount", 400, "amount_minor"),
    ],
)
def test_a_cap_that_cannot_be_meant_is_refused(
    house: House, api: Clients, given: dict[str, Any], code: str, status: int, field: str
) -> None:
    problem(api(house.ada).post("caps/", SETTING | given), code, status, field)
    assert not Cap.objects.exists()


def test_caps_are_read_by_everybody_and_set_by_administrators(house: House, api: Clients) -> None:
    house.usual_caps()
    cap = Cap.objects.get(role="rep", axis="day")
    for who in (house.alice, house.sue, house.crm):
        client = api(who)
        assert client.get(f"caps/{cap.pk}/").status_code == 200
        problem(client.post("caps/", SETTING), "administrator_needed", 403)
        problem(client.post(f"caps/{cap.pk}/end/"), "administrator_needed", 403)
        problem(client.post(f"caps/{cap.pk}/keep/"), "administrator_needed", 403)


def test_ones_own_caps_on_every_axis_with_the_one_that_binds(house: House, api: Clients) -> None:
    house.usual_caps()
    house.caps("rep", customer=4000, team=9000, no_questions=7)
    house.now = datetime.now(UTC)
    case = house.heard_case()
    house.give(case, 1500)
    told = api(house.alice).get("caps/me/", case=case.reference).json()
    assert {gauge["axis"]: (gauge["cap_minor"], gauge["left_minor"]) for gauge in told["caps"]} == {
        "award": (2000, 2000),
        "case": (5000, 3500),
        "customer": (4000, 2500),
        "day": (10000, 8500),
        "month": (100000, 98500),
        "team": (9000, 7500),
    }
    assert (told["binding"]["axis"], told["binding"]["left_minor"]) == ("award", 2000)
    assert (told["no_questions"]["cap_minor"], told["no_questions"]["currency"]) == (7, "")
    elsewhere = api(house.charlie)
    problem(elsewhere.get("caps/me/", case=case.reference), "out_of_reach", 404, "case")
    problem(elsewhere.get("caps/me/", currency="ZZZ"), "unknown_currency", 400, "currency")


def test_supervisors_see_what_a_colleague_could_spend_and_who_would_be_asked(house: House, api: Clients) -> None:
    house.usual_caps()
    house.caps(house.sam, award=9000)
    house.now = datetime.now(UTC)
    case = house.heard_case()
    house.give(case, 1500)
    told = api(house.sue).get("caps/preview/", user=house.alice.pk, case=case.reference).json()
    assert (told["person"]["name"], told["case"], told["binding"]["axis"]) == ("Alice", case.reference, "award")
    assert [(above["person"]["name"], above["up_to_minor"]) for above in told["above"]] == [
        ("Sam", 9000),
        ("Sue", 20000),
    ]
    house.caps("rep", now=datetime.now(UTC) + timedelta(days=5), award=100)
    later = api(house.ada).get("caps/preview/", user=house.alice.pk, at=ahead(6)).json()
    assert (later["binding"]["axis"], later["binding"]["left_minor"]) == ("award", 100)
    problem(api(house.alice).get("caps/preview/", user=house.bob.pk), "supervisor_needed", 403)
    problem(api(house.crm).get("caps/preview/", user=house.bob.pk), "person_needed", 403)
    problem(api(house.sue).get("caps/preview/", user=house.charlie.pk), "out_of_reach", 404, "user")
    problem(api(house.sue).get("caps/preview/"), "invalid", 400, "user")
    problem(api(house.sue).get("caps/preview/", user="me"), "invalid", 400, "user")


def test_an_award_above_a_cap_and_a_refusal_name_the_cap_that_binds(house: House, api: Clients) -> None:
    house.usual_caps()
    house.remedy()
    case, rep = house.heard_case(), api(house.alice)
    path = f"cases/{case.reference}/awards/"
    asked = rep.post(path, {"remedy": "credit", "amount_minor": 3000}, key="a").json()
    assert (asked["status"], asked["binding"]) == (
        "awaiting_approval",
        {"axis": "award", "left_minor": 2000, "currency": "USD"},
    )
    assert rep.get(f"awards/{asked['id']}/").json()["binding"] == asked["binding"]
    given = rep.post(path, {"remedy": "credit", "amount_minor": 500}, key="b").json()
    assert (given["status"], given["binding"]) == ("delivered", None)
    refused = problem(rep.post(path, {"remedy": "credit", "amount_minor": 30000}, key="c"), "beyond_every_cap", 409)
    assert refused["binding"]["axis"] in ("award", "case")
    assert refused["binding"]["currency"] == "USD"
