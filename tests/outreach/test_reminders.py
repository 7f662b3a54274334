"""Settings → Reminders: the ladder of each kind, and when a unit is there. In the browser and by REST."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client

from accounts.authority import ChangedMeanwhile, Refused
from accounts.models import BusinessUnit, Notice
from cases.enums import ObligationKind
from cases.models import Obligation
from journal.models import Event
from outreach.domain import ladder, reminding
from outreach.models import Rung
from tests.api.conftest import Api, problem
from tests.factories import HOUR, MINUTE, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P7")]


def rung(kind: str = "promise", offset: int = 0) -> Rung:
    return Rung.objects.get(kind=kind, offset_minutes=offset)


def add(house: House, **given: Any) -> Rung:
    usual = {"kind": "promise", "offset_minutes": -30, "audience": "owner", "channels": ["desk"]}
    return reminding.add_rung(by=house.ada, now=NOW, **usual | given)


def refusal(work: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(*args, **given)
    return refused.value.code


# The rule --------------------------------------------------------------------------------------------------------------


def test_a_new_reminder_rings_for_what_is_owed_already(house: House) -> None:
    promise = house.promise(house.case(), due_end=NOW + 2 * HOUR)
    ladder.look(now=NOW)
    assert again(promise).obligation.next_look_at == NOW + HOUR
    new = add(house, offset_minutes=-90)
    ladder.look(now=NOW)
    assert again(promise).obligation.next_look_at == NOW + 30 * MINUTE
    ladder.look(now=NOW + 30 * MINUTE)
    assert Notice.objects.filter(key=f"rung:{promise.pk}:{new.pk}", user=house.alice).count() == 1


def test_every_change_is_told(house: House) -> None:
    new = add(house)
    reminding.change_rung(new, channels=["email", "desk"], by=house.ada, now=NOW)
    reminding.change_rung(new, active=False, by=house.ada, now=NOW)
    reminding.change_rung(new, active=False, by=house.ada, now=NOW)
    told = Event.objects.filter(type="outreach_rule.changed", subject_kind="rung", subject_id=new.pk)
    assert [event.data["version"] for event in told.order_by("id")] == [1, 2, 3]
    new = again(new)
    assert (new.channels, new.active, new.version) == (["desk", "email"], False, 3)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"channels": []}, "invalid"),
        ({"channels": ["pigeon"]}, "invalid"),
        ({"kind": "rumor"}, "invalid"),
        ({"audience": "everybody"}, "invalid"),
        ({"offset_minutes": 43_201}, "invalid"),
        ({"offset_minutes": -10}, "rung_exists"),
    ],
)
def test_a_reminder_that_cannot_be_is_refused(house: House, given: dict[str, Any], code: str) -> None:
    before = Rung.objects.count()
    assert refusal(add, house, **given) == code
    assert Rung.objects.count() == before


@pytest.mark.parametrize("kind", ObligationKind.values)
def test_somebody_always_hears_when_it_is_due_or_late(house: House, kind: str) -> None:
    late = list(Rung.objects.filter(kind=kind, offset_minutes__gte=0, active=True).order_by("-audience"))
    assert late, "the ladder we start with tells somebody of every kind"
    refused = 0
    for each in late:
        try:
            reminding.change_rung(each, active=False, by=house.ada, now=NOW)
        except Refused as no:
            assert no.code == "rung_needed"
            refused += 1
    assert refused
    assert Rung.objects.filter(kind=kind, offset_minutes__gte=0, active=True).exists()


def test_the_supervisors_always_hear_of_a_missed_promise(house: House) -> None:
    assert refusal(reminding.change_rung, rung(offset=15), active=False, by=house.ada, now=NOW) == "rung_needed"


def test_when_and_whom_a_reminder_tells_stays(house: House) -> None:
    from outreach.domain.rules import save_rung

    moved = rung(offset=-10)
    moved.offset_minutes = -20
    assert refusal(save_rung, moved, by=house.ada, now=NOW) == "invalid"


def test_two_administrators_do_not_overwrite_each_other(house: House) -> None:
    reminding.change_rung(rung(), channels=["desk"], version=1, by=house.ada, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        reminding.change_rung(rung(), channels=["chat"], version=1, by=house.ada, now=NOW)


def test_only_administrators_keep_the_ladder(house: House) -> None:
    assert refusal(reminding.change_rung, rung(), active=False, by=house.sue, now=NOW) == "administrator_needed"
    with pytest.raises(Refused):
        reminding.add_rung(
            kind="promise", offset_minutes=-5, audience="owner", channels=["desk"], by=house.alice, now=NOW
        )


# The screen ------------------------------------------------------------------------------------------------------------


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_everybody_may_look_and_administrators_may_change(house: House) -> None:
    page = browser(house.alice).get("/settings/reminders").content.decode()
    assert "1 hour before" in page
    assert "15 min after" in page
    assert "Switch off" not in page
    assert "Switch off" in browser(house.ada).get("/settings/reminders").content.decode()
    assert browser(house.alice).post("/settings/reminders/new", {}).status_code == 422


def test_a_reminder_is_added_and_switched_off_in_the_browser(house: House) -> None:
    ada = browser(house.ada)
    given = {
        "kind": "delivery", "number": "2", "unit": "hours", "side": "before", "audience": "owner", "channels": ["desk", "chat"],
    }  # fmt: skip
    assert ada.post("/settings/reminders/new", given).status_code == 302
    new = rung("delivery", -120)
    assert new.channels == ["desk", "chat"]
    again_page = ada.post("/settings/reminders/new", given)
    assert again_page.status_code == 422
    assert "There is such a reminder already" in again_page.content.decode()
    assert ada.post(f"/settings/reminders/{new.pk}", {"channels": ["desk"], "version": "1"}).status_code == 302
    assert (again(new).active, again(new).channels) == (False, ["desk"])


def test_what_cannot_be_changed_is_said_beside_it(house: House) -> None:
    answer = browser(house.ada).post(
        f"/settings/reminders/{rung(offset=15).pk}", {"channels": ["desk"], "version": "1"}
    )
    assert answer.status_code == 422
    assert "The supervisors have to hear" in answer.content.decode()


def test_opening_hours_are_kept(house: House) -> None:
    ada, address = browser(house.ada), f"/settings/reminders/hours/{house.unit.pk}"
    assert ada.get(address).status_code == 200
    given = {
        "time_zone": "America/Denver", "opens": "09:00", "closes": "17:30", "weekdays": ["0", "1", "5"], "holiday_region": "us-co",
    }  # fmt: skip
    assert ada.post(address, given).status_code == 302
    unit = BusinessUnit.objects.get(pk=house.unit.pk)
    assert (unit.time_zone, unit.opens, unit.closes, unit.weekdays, unit.holiday_region) == (
        "America/Denver",
        time(9),
        time(17, 30),
        [0, 1, 5],
        "US-CO",
    )
    assert Event.objects.filter(type="unit.changed").last().data["fields"]  # type: ignore[union-attr]
    page = ada.get("/settings/reminders").content.decode()
    assert "Monday, Tuesday, Saturday, 09:00 to 17:30 in Denver" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "not a time zone"),
        ({"opens": "18:00", "closes": "09:00"}, "closes before it opens"),
        ({"holiday_region": "XX"}, "do not know the holidays"),
        ({"weekdays": ["9"]}, "not one of the available choices"),
        ({"opens": "25:00"}, "Enter a valid time"),
    ],
)
def test_opening_hours_that_cannot_be_are_said_beside_their_field(
    house: House, given: dict[str, Any], said: str
) -> None:
    usual = {"time_zone": "UTC", "opens": "09:00", "closes": "17:00", "weekdays": ["0"], "holiday_region": ""}
    answer = browser(house.ada).post(f"/settings/reminders/hours/{house.unit.pk}", usual | given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert again(house.unit).opens == house.unit.opens


# REST ------------------------------------------------------------------------------------------------------------------


def test_the_ladder_by_rest(house: House) -> None:
    ada, alice = Api(house.ada), Api(house.alice)
    listed = alice.get("reminder-rungs/", kind="promise").json()["results"]
    assert {each["offset_minutes"] for each in listed} == {-60, -10, 0, 15}
    body = {"kind": "promise", "offset_minutes": -30, "audience": "owner", "channels": ["chat"]}
    problem(alice.post("reminder-rungs/", body), "administrator_needed", 403)
    made = ada.post("reminder-rungs/", body)
    assert made.status_code == 201
    address = f"reminder-rungs/{made.json()['id']}/"
    assert ada.get(address).json() == made.json()
    problem(ada.post("reminder-rungs/", body), "rung_exists", 409, "offset_minutes")
    problem(ada.patch(address, {"active": False}), "version_needed", 428)
    changed = ada.patch(address, {"active": False}, version=1)
    assert (changed.status_code, changed.json()["active"], changed.json()["version"]) == (200, False, 2)
    problem(ada.patch(address, {"active": True}, version=1), "changed_meanwhile", 412)
    problem(ada.patch(f"reminder-rungs/{rung(offset=15).pk}/", {"active": False}, version=1), "rung_needed", 409)
    problem(ada.patch(address, {"offset_minutes": 7}, version=2), "invalid", 400)
    assert Obligation.objects.count() == 0
