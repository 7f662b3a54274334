"""Programs, groups and calling hours by REST."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from outreach.models import CallingHours, Program
from tests.api.conftest import Api
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]
Clients = Callable[..., Api]


def test_who_does_not_administer_reads_and_does_not_write(house: House, api: Clients) -> None:
    sue = api(house.sue)
    assert sue.get("programs/").status_code == 200
    assert sue.post("programs/", {"name": "N", "score_at_most": 1}).json()["code"] == "administrator_needed"
    assert Program.objects.count() == 1


def test_a_program_does_all_of_it_by_rest(house: House, api: Clients) -> None:
    ada = api(house.ada)
    group = ada.post("call-groups/", {"name": "Front", "members": [{"user": house.alice.pk, "languages": ["en"]}]})
    assert (group.status_code, group.json()["members"][0]["user"]["name"]) == (201, "Alice")
    made = ada.post(
        "programs/",
        {
            "name": "Flags",
            "score_at_most": 1,
            "kinds": ["crm_flag"],
            "group": group.json()["id"],
            "questions": ["When?"],
        },
    )
    assert made.status_code == 201, made.json()
    assert made.json()["questions"][0]["words"] == "When?"
    at = f"programs/{made.json()['id']}/"
    assert ada.patch(at, {"rank": 7}).status_code == 428
    changed = ada.patch(at, {"rank": 7}, version=1)
    assert (changed.status_code, changed.json()["rank"]) == (200, 7)
    assert ada.patch(at, {"rank": 8}, version=1).json()["code"] == "changed_meanwhile"
    listed = api(house.alice).get("programs/").json()["results"]
    assert {each["name"] for each in listed} == {"Flags", "Call the dissatisfied"}
    hours = ada.post("calling-hours/", {"jurisdiction": "FR", "opens": "10:00", "closes": "20:00", "weekdays": [0]})
    assert hours.status_code == 201
    at = f"calling-hours/{hours.json()['id']}/"
    assert ada.patch(at, {"closes": "09:00"}, version=1).json()["code"] == "invalid"
    assert CallingHours.objects.get(jurisdiction="FR").closes.hour == 20


def test_an_unknown_place_or_group_is_refused_by_rest(house: House, api: Clients) -> None:
    ada = api(house.ada)
    assert ada.post("programs/", {"name": "N", "score_at_most": 1, "group": 99}).json()["code"] == "out_of_reach"
    bad = {"jurisdiction": "Mars", "opens": "10:00", "closes": "20:00", "weekdays": [0]}
    assert ada.post("calling-hours/", bad).json()["code"] == "invalid"
    assert ada.post("call-groups/", {"name": "G", "members": [{"user": 99}]}).json()["code"] == "out_of_reach"
    assert Program.objects.get().version == 1
