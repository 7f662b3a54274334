"""A number is rung once for each time it is asked for; what cannot ring is a link, and says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from accounts.authority import Refused
from journal.models import Event
from outreach.domain.dialing import dials, phones, tending
from outreach.domain.dialing.port import Heard
from outreach.enums import DialStatus
from outreach.models import CallAttempt, Dial, DialEvent
from tests.api.conftest import Api, problem
from tests.factories import NOW, House, again
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]

NUMBER = "+13035550142"
SOFTPHONE = "127.0.0.1:4444"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def softphone(house: House, *, of: str = "alice") -> None:
    user = getattr(house, of)
    phones.choose_phone(user, dialer="baresip", address=SOFTPHONE, by=user, now=NOW)


def dialed(house: House, key: str = "k", **about: Any) -> Dial:
    customer = about.pop("customer", None) or house.customer()
    return dials.dial(customer, key=key, by=house.alice, now=NOW, **about).dial


def refused(code: str, **asked: Any) -> None:
    with pytest.raises(Refused) as no:
        dials.dial(**asked)
    assert no.value.code == code


# Asked for -----------------------------------------------------------------------------------------------------------------


def test_a_link_needs_nobody_and_what_its_line_does_is_not_known(house: House) -> None:
    dial = dialed(house)
    assert (dial.dialer, dial.to, dial.status, dial.ended_at) == ("link", NUMBER, "queued", NOW)
    assert tending.tend(clock=lambda: NOW) == 0


def test_a_key_names_one_dial(house: House) -> None:
    softphone(house)
    customer = house.customer()
    first = dials.dial(customer, key="k", by=house.alice, now=NOW)
    again_ = dials.dial(customer, key="k", by=house.alice, now=NOW + timedelta(minutes=5))
    assert (first.new, again_.new) == (True, False)
    assert first.dial.pk == again_.dial.pk
    assert Event.objects.filter(type="dial.started").count() == 1
    refused("key_used", customer=house.customer("Lee"), key="k", by=house.alice, now=NOW)
    assert dials.dial(house.customer("Lee"), key="k", by=house.bob, now=NOW).new  # a key is one's own


def test_one_line_a_person(house: House) -> None:
    softphone(house)
    dialed(house)
    refused("line_in_use", customer=house.customer("Lee"), key="other", by=house.alice, now=NOW)
    # A line that nobody was seen to follow for long is no reason.
    later = NOW + timedelta(minutes=3)
    assert dials.dial(house.customer("Lee"), key="other", by=house.alice, now=later).new


def test_their_own_device_rings_at_any_time(house: House) -> None:
    softphone(house)
    dialed(house)
    dial = dialed(house, "other", by_link=True)
    assert (dial.dialer, dial.asked_of) == ("link", "baresip")


def test_who_takes_their_own_device_instead_is_not_rung_a_second_time(house: House) -> None:
    softphone(house)
    customer = house.customer()
    ours = dialed(house, customer=customer)
    with time_machine.travel(NOW + timedelta(seconds=8), tick=False):
        page = shown(signed_in(house.alice), f"/dials/{ours.pk}")
    assert f'data-dialed="/customers/{customer.pk}/dial"' in page
    dialed(house, "instead", customer=customer, by_link=True)
    assert again(ours).status == "canceled"
    tending.tend(clock=lambda: NOW)
    assert again(ours).ended_at == NOW


@pytest.mark.parametrize("key", ["", " ", "k" * 41, "schlüssel", "a\nb"])
def test_a_key_is_short_and_plain(house: House, key: str) -> None:
    refused("invalid", customer=house.customer(), key=key, by=house.alice, now=NOW)


def test_who_may_not_be_called_is_not_dialed(house: House) -> None:
    customer = house.customer(do_not_call=True)
    refused("do_not_call", customer=customer, key="k", by=house.alice, now=NOW)
    refused("person_needed", customer=house.customer(), key="k", by=house.crm, now=NOW)
    refused("rep_needed", customer=house.customer(), key="k", by=house.ada, now=NOW)
    refused("no_phone", customer=house.customer(phones=[]), key="k", by=house.alice, now=NOW)
    refused("other_phone", customer=house.customer(), key="k", by=house.alice, now=NOW, to="+13035550199")
    assert Dial.objects.count() == 0


def test_a_follow_up_call_is_dialed_by_whoever_has_it_and_within_hours(house: House, outreach: Outreach) -> None:
    call = outreach.call()
    refused("take_first", customer=call.customer, key="k", by=house.alice, now=NOW, call=call)
    taken = outreach.taken(call)
    refused("with_a_colleague", customer=call.customer, key="k", by=house.bob, now=NOW, call=taken)
    night = NOW + timedelta(hours=14)
    refused("outside_hours", customer=call.customer, key="k", by=house.alice, now=night, call=taken)
    assert dials.dial(call.customer, key="k", by=house.alice, now=NOW, call=taken).dial.follow_up_call == call
    # A customer who asked for a call at night gets it.
    assert dials.dial(house.customer(), key="n", by=house.alice, now=night).new


# Heard ---------------------------------------------------------------------------------------------------------------------


def test_what_comes_late_or_twice_changes_nothing(house: House) -> None:
    softphone(house)
    dial = dialed(house)
    for status, key in (("answered", "2"), ("ringing", "1"), ("answered", "2"), ("busy", "3")):
        dials.hear(dial, Heard(DialStatus(status), key), now=NOW)
    assert again(dial).status == "answered"
    assert DialEvent.objects.count() == 3
    dials.hear(dial, Heard(DialStatus.ANSWERED, "4", ended=True), now=NOW + timedelta(minutes=2))
    dial = again(dial)
    assert (dial.answered_at, dial.ended_at) == (NOW, NOW + timedelta(minutes=2))
    assert Event.objects.filter(type="dial.ended").count() == 1


def test_what_waited_too_long_is_left_to_their_own_device(house: House) -> None:
    softphone(house)
    dial = dialed(house)
    tending.tend(clock=lambda: NOW + timedelta(minutes=1))
    dial = again(dial)
    assert (dial.dialer, dial.error) == ("link", "too late")


def test_one_that_was_given_up_before_anybody_rang_is_over(house: House) -> None:
    softphone(house)
    dial = dialed(house)
    dials.give_up(dial, by=house.alice, now=NOW)
    tending.tend(clock=lambda: NOW)
    dial = again(dial)
    assert (dial.status, dial.ended_at, dial.error) == ("canceled", NOW, "")
    with pytest.raises(Refused, match="cannot become"):
        dials.give_up(dial, by=house.alice, now=NOW)


def test_nobody_gives_up_for_somebody_else(house: House) -> None:
    softphone(house)
    with pytest.raises(Refused) as no:
        dials.give_up(dialed(house), by=house.bob, now=NOW)
    assert no.value.code == "not_yours"


def test_a_softphone_that_moved_out_of_its_network_is_not_spoken_with(house: House, settings: Any) -> None:
    softphone(house)
    dial = dialed(house)
    settings.RECOVERY = settings.RECOVERY | {"SOFTPHONE_NETWORKS": ["10.1.0.0/16"]}
    tending.tend(clock=lambda: NOW)
    dial = again(dial)
    assert (dial.dialer, dial.error) == ("link", "outside_network")


# What came of it -----------------------------------------------------------------------------------------------------------


def test_an_attempt_knows_its_dial_and_the_dial_decides_nothing(house: House, outreach: Outreach) -> None:
    softphone(house)
    taken = outreach.taken(outreach.call())
    dial = dials.dial(taken.customer, key="k", by=house.alice, now=NOW, call=taken).dial
    dials.hear(dial, Heard(DialStatus.ANSWERED, "1"), now=NOW)
    # Picked up, by whoever it was: it was not the customer.
    outreach.outcome(taken, "no_answer")
    attempt = CallAttempt.objects.get()
    assert (attempt.dial, attempt.outcome) == (dial, "no_answer")
    assert again(dial).ended_at == NOW + timedelta(minutes=2)


def test_recording_what_came_of_it_stops_what_still_rings(house: House, outreach: Outreach) -> None:
    softphone(house)
    taken = outreach.taken(outreach.call())
    dial = dials.dial(taken.customer, key="k", by=house.alice, now=NOW, call=taken).dial
    dials.hear(dial, Heard(DialStatus.RINGING, "1", ref="abc"), now=NOW)
    outreach.outcome(taken, "no_answer")
    dial = again(dial)
    assert (dial.status, dial.ended_at) == ("canceled", None)  # for whoever tends the line to hang up


# What a rep calls with ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialer", "address", "code"),
    [
        ("baresip", "localhost:4444", "invalid"),
        ("baresip", "127.0.0.1", "invalid"),
        ("baresip", "127.0.0.1:25", "invalid"),
        ("baresip", "127.0.0.1:99999", "invalid"),
        ("baresip", "169.254.169.254:8080", "outside_network"),
        ("baresip", "10.0.0.5:4444", "outside_network"),
        ("link", "sip.example.com/path", "invalid"),
        ("link", "evil@example.com", "invalid"),
        ("ami", "PJSIP/alice", "not_offered"),
        ("twilio", "+13035550142", "not_offered"),
        ("fax", "", "invalid"),
    ],
)
def test_what_a_rep_cannot_choose(house: House, dialer: str, address: str, code: str) -> None:
    with pytest.raises(Refused) as no:
        phones.choose_phone(house.alice, dialer=dialer, address=address, by=house.alice, now=NOW)
    assert no.value.code == code


@pytest.mark.parametrize(
    "address", ["Local/911@anything", "PJSIP/alice\r\nAction: Command", "PJSIP/", "pjsip/alice", "PJSIP/a b"]
)
def test_a_channel_is_a_telephone_and_nothing_else(house: House, address: str, asterisk_settings: None) -> None:
    with pytest.raises(Refused) as no:
        phones.choose_phone(house.alice, dialer="ami", address=address, by=house.alice, now=NOW)
    assert no.value.code == "invalid"


@pytest.fixture
def asterisk_settings(settings: Any) -> None:
    given = {"host": "127.0.0.1", "port": 5038, "user": "u", "secret": "s", "context": "out", "caller_id": ""}
    settings.RECOVERY = settings.RECOVERY | {"AMI": given}


def test_a_link_is_tel_or_sip(house: House) -> None:
    assert phones.link_to(NUMBER, phones.phone_of(house.alice)) == f"tel:{NUMBER}"
    chosen = phones.choose_phone(house.alice, dialer="link", address="sip.example.com", by=house.alice, now=NOW)
    assert phones.link_to(NUMBER, chosen) == f"sip:{NUMBER}@sip.example.com"


def test_what_is_no_longer_set_up_is_a_link_again(house: House, settings: Any) -> None:
    softphone(house)
    settings.RECOVERY = settings.RECOVERY | {"SOFTPHONE_NETWORKS": []}
    assert dialed(house).dialer == "link"


# The doors -----------------------------------------------------------------------------------------------------------------


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def shown(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_the_call_page_dials_and_shows_the_line(house: House, outreach: Outreach) -> None:
    softphone(house)
    call = outreach.taken(outreach.call())
    client = signed_in(house.alice)
    page = shown(client, f"/calls/{call.pk}")
    assert f'action="/calls/{call.pk}/dial"' in page
    assert "Rung by your softphone" in page
    said = client.post(f"/calls/{call.pk}/dial", {"key": "k", "to": NUMBER}, headers={"HX-Request": "true"})
    dial = Dial.objects.get()
    assert "About to ring" in said.content.decode()
    assert f'hx-get="/dials/{dial.pk}/line"' in said.content.decode()
    dials.hear(dial, Heard(DialStatus.RINGING, "1"), now=NOW)
    assert "Ringing" in shown(client, f"/dials/{dial.pk}/line")
    first = client.get(f"/dials/{dial.pk}/line")
    same = client.get(f"/dials/{dial.pk}/line", headers={"If-None-Match": first["ETag"]})
    assert same.status_code == 304
    dials.hear(dial, Heard(DialStatus.BUSY, "2", "SIP 486"), now=NOW)
    page = shown(client, f"/calls/{call.pk}")
    assert "<b>Busy</b>" in page
    assert 'form="outcome" name="outcome" value="no_answer"' in page


def test_without_scripts_the_line_has_a_page(house: House) -> None:
    softphone(house)
    client, customer = signed_in(house.alice), house.customer()
    answer = client.post(f"/customers/{customer.pk}/dial", {"key": "k"})
    dial = Dial.objects.get()
    assert answer["Location"] == f"/dials/{dial.pk}"
    assert "Stop" in shown(client, f"/dials/{dial.pk}")
    assert client.post(f"/dials/{dial.pk}/give-up")["Location"] == f"/dials/{dial.pk}"
    assert "Given up while it rang" in shown(client, f"/dials/{dial.pk}")
    assert signed_in(house.bob).get(f"/dials/{dial.pk}").status_code == 404


def test_a_dialer_that_is_down_says_so_and_is_a_link(house: House, outreach: Outreach) -> None:
    softphone(house)
    call = outreach.taken(outreach.call())
    dial = dials.dial(call.customer, key="k", by=house.alice, now=NOW, call=call).dial
    dials.hand_to_link(dial, error="ConnectionRefusedError", now=NOW)
    page = shown(signed_in(house.alice), f"/calls/{call.pk}")
    assert "Your softphone cannot be reached, so nothing rang." in page
    assert f'href="tel:{NUMBER}"' in page


def test_a_line_that_nobody_rings_offers_their_own_device(house: House) -> None:
    softphone(house)
    dial = dialed(house)
    with time_machine.travel(NOW + timedelta(seconds=8), tick=False):
        page = shown(signed_in(house.alice), f"/dials/{dial.pk}")
    assert "We have not heard it ring yet." in page
    assert f'href="tel:{NUMBER}"' in page


def test_beside_a_case_the_buttons_come_for_who_has_a_dialer(house: House) -> None:
    case = house.case()
    client = signed_in(house.alice)
    assert client.get(f"/customers/{case.customer_id}/line?case={case.reference}").status_code == 204
    softphone(house)
    page = shown(client, f"/customers/{case.customer_id}/line?case={case.reference}")
    assert f'name="case" value="{case.reference}"' in page
    client.post(f"/customers/{case.customer_id}/dial", {"key": "k", "case": case.reference})
    assert Dial.objects.get().case == case


def test_one_chooses_ones_phone(house: House) -> None:
    client = signed_in(house.alice)
    assert "now: a link that your own phone opens" in shown(client, "/preferences/phone")
    wrong = client.post("/preferences/phone", {"dialer": "baresip", "address": "10.9.9.9:4444"})
    assert wrong.status_code == 422
    assert "Softphones are not spoken with at this address" in wrong.content.decode()
    assert client.post("/preferences/phone", {"dialer": "baresip", "address": SOFTPHONE}).status_code == 302
    assert phones.phone_of(house.alice).address == SOFTPHONE


def test_dials_by_rest(house: House, outreach: Outreach) -> None:
    softphone(house)
    call = outreach.taken(outreach.call())
    api = Api(house.alice)
    made = api.post("dials/", {"follow_up_call": call.pk, "key": "k"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["to"], told["dialer"], told["status"], told["link"]) == (NUMBER, "baresip", "queued", f"tel:{NUMBER}")
    assert made["Location"] == f"/api/v1/dials/{told['id']}/"
    assert api.post("dials/", {"follow_up_call": call.pk, "key": "k"}).status_code == 200
    problem(api.post("dials/", {"customer": call.customer_id, "key": "other"}), "line_in_use", 409)
    problem(api.post("dials/", {"key": "other"}), "invalid", 400, "customer")
    problem(api.post("dials/", {"case": "RC-0000000X", "key": "other"}), "out_of_reach", 404, "case")
    assert api.post(f"dials/{told['id']}/give-up/").json()["status"] == "canceled"
    assert [each["id"] for each in api.get("dials/", status="canceled").json()["results"]] == [told["id"]]
    problem(Api(house.charlie).get(f"dials/{told['id']}/"), "out_of_reach", 404)


def test_ones_phone_by_rest(house: House) -> None:
    api = Api(house.alice)
    assert api.get("me/phone/").json() == {"dialer": "link", "address": "", "offered": ["link", "baresip"]}
    assert api.put("me/phone/", {"dialer": "baresip", "address": SOFTPHONE}).json()["address"] == SOFTPHONE
    problem(api.put("me/phone/", {"dialer": "twilio", "address": NUMBER}), "not_offered", 400, "dialer")
    problem(api.put("me/phone/", {"dialer": "baresip", "address": "8.8.8.8:4444"}), "outside_network", 400, "address")
    problem(Api(house.crm).put("me/phone/", {"dialer": "link"}), "person_needed", 403)
