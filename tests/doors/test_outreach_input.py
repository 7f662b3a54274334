"""What cannot be: zones nobody knows, times that have passed or that the clocks skip, links and callbacks that were made
up, surveys answered twice, numbers that are none. Each door says so in words, and every row of every table is as it was.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.links import token
from cases.models import Case, Customer, Promise
from outreach.models import Program, Survey
from tests.api.conftest import Api
from tests.doors.state import everything
from tests.factories import DAY, NOW, House
from tests.outreach.surveyed import LATER, asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P7", "P22", "P27")]

# The clocks of Berlin go from 02:00 to 03:00, those of Chatham from 02:45 to 03:45.
BERLIN, CHATHAM = "Europe/Berlin", "Pacific/Chatham"
SKIPPED_THERE = "2026-03-29T02:30"
LATER_TODAY = (NOW + DAY / 4).isoformat()


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    Program.objects.update(holdout_percent=0)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(house: House) -> Customer:
    return house.customer(time_zone=BERLIN, jurisdiction="DE")


@pytest.fixture
def case(house: House, customer: Customer) -> Case:
    return house.case(customer)


@pytest.fixture
def promise(house: House, case: Case) -> Promise:
    return house.promise(case, due_end=NOW + 3 * DAY)


# By REST -------------------------------------------------------------------------------------------------------------

# Method, address, body, status, code. In addresses and bodies stand the things of the scene.
BY_REST: list[tuple[str, str, dict[str, Any], int, str]] = [
    # Zones nobody knows.
    ("PATCH", "customers/{customer}/", {"time_zone": "Mars/Olympus"}, 400, "invalid"),
    ("PATCH", "customers/{customer}/", {"time_zone": "CET+1"}, 400, "invalid"),
    ("POST", "cases/{case}/promises/", {"due_end": LATER_TODAY, "zone": "Mars/Olympus"}, 400, "unknown_zone"),
    ("POST", "cases/{case}/promises/", {"due": "tomorrow 9:00", "zone": "../etc/passwd"}, 400, "unknown_zone"),
    # Times that have passed, are too far, are none, or are skipped by the clocks.
    ("POST", "cases/{case}/promises/", {"due_end": "2026-03-10T14:59:59Z"}, 400, "due_in_past"),
    ("POST", "cases/{case}/promises/", {"due_end": NOW.isoformat()}, 400, "due_in_past"),
    ("POST", "cases/{case}/promises/", {"due_end": "2027-03-12T15:00:00Z"}, 400, "due_too_far"),
    ("POST", "cases/{case}/promises/", {"due_end": "9999-12-31T23:59:59Z"}, 400, "invalid"),
    ("POST", "cases/{case}/promises/", {"due_end": "2026-03-11T09:00:00"}, 400, "invalid"),
    ("POST", "cases/{case}/promises/", {"due_end": "2026-02-30T09:00:00Z"}, 400, "invalid"),
    ("POST", "cases/{case}/promises/", {"due_end": "soon"}, 400, "invalid"),
    ("POST", "cases/{case}/promises/", {"due": "when I feel like it"}, 400, "unclear_time"),
    ("POST", "cases/{case}/promises/", {"due": ""}, 400, "invalid"),
    ("POST", "cases/{case}/promises/", {"due": "March 29 02:30"}, 400, "skipped_time"),
    ("POST", "cases/{case}/promises/", {"due": "September 27 03:15", "zone": CHATHAM}, 400, "skipped_time"),
    ("POST", "cases/{case}/promises/", {"due": "tomorrow 9", "due_end": LATER_TODAY}, 400, "invalid"),
    (
        "POST",
        "cases/{case}/promises/",
        {"due_start": "2026-03-11T12:00:00Z", "due_end": "2026-03-11T11:00:00Z"},
        400,
        "invalid",
    ),
    ("POST", "promises/{promise}/move/", {"due_end": "2026-03-01T09:00:00Z", "agreed": True}, 400, "due_in_past"),
    ("POST", "promises/{promise}/move/", {"due": "March 29 02:30", "agreed": True}, 400, "skipped_time"),
    # Numbers that are none.
    ("PATCH", "customers/{customer}/", {"phones": ["call me"]}, 400, "not_a_phone"),
    ("PATCH", "customers/{customer}/", {"phones": ["+49 30 123456", "12"]}, 400, "not_a_phone"),
    ("PATCH", "customers/{customer}/", {"phones": ["+999 555 0100"]}, 400, "not_a_phone"),
    ("PATCH", "customers/{customer}/", {"phones": ["+1" + "5" * 30]}, 400, "not_a_phone"),
    ("PATCH", "customers/{customer}/", {"phones": [True]}, 400, "invalid"),
    ("PUT", "me/phone/", {"dialer": "tin_can", "address": "string"}, 400, "invalid"),
    # Scores that are none.
    ("POST", "surveys/", {"customer": "{customer}", "satisfaction": 0}, 400, "invalid"),
    ("POST", "surveys/", {"customer": "{customer}", "satisfaction": 6}, 400, "invalid"),
    ("POST", "surveys/", {"customer": "{customer}", "satisfaction": "very"}, 400, "invalid"),
    ("POST", "surveys/", {"customer": "{customer}", "satisfaction": None}, 400, "invalid"),
    ("POST", "surveys/", {"customer": 999999, "satisfaction": 1}, 404, "out_of_reach"),
    ("POST", "surveys/", {"satisfaction": 1}, 400, "invalid"),
    # Quiet hours that are none.
    ("PUT", "me/notices/", {"quiet_from": "25:00", "quiet_until": "07:00"}, 400, "invalid"),
    ("PUT", "me/notices/", {"quiet_days": [7]}, 400, "invalid"),
]


def filled(value: Any, scene: dict[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        return scene[value.strip("{}")]
    return {name: filled(each, scene) for name, each in value.items()} if isinstance(value, dict) else value


def test_by_rest_what_cannot_be_is_refused_and_nothing_is_written(
    house: House, customer: Customer, case: Case, promise: Promise, subtests: pytest.Subtests
) -> None:
    scene = {"customer": customer.pk, "case": case.reference, "promise": promise.pk}
    api = Api(house.alice)
    version = api.get(f"customers/{customer.pk}/").headers["ETag"]
    before = everything()
    for method, at, body, status, code in BY_REST:
        with subtests.test(msg=f"{method} {at} {body}"):
            headers = {"If-Match": version} if method == "PATCH" else {}
            told = api._send(method, at.format(**scene), filled(body, scene), headers)
            assert (told.status_code, told.json().get("code")) == (status, code), told.content
            assert told.json()["detail"]
            assert everything() == before


# By links that need no sign-in, and callbacks ------------------------------------------------------------------------


def forged(real: str, other: str) -> list[str]:
    """Tokens that look like one: made up, cut short, changed by a letter, of another kind, with another's signature."""
    flipped = real[:-1] + ("A" if real[-1] != "A" else "B")
    body, _, signature = other.rpartition(":")
    swapped = f"{real.rpartition(':')[0]}:{signature}" if body else other[::-1]
    return ["x", "1", "0" * 400, real[:-1], flipped, f"{real}=", other, swapped, real.upper(), "é", "..%2F..%2Fadmin"]


def test_a_link_that_was_made_up_leads_nowhere(
    house: House, customer: Customer, promise: Promise, subtests: pytest.Subtests
) -> None:
    survey = asked(house, house.customer(jurisdiction="US-CO"))
    of_survey, of_promise = token("survey", survey.pk), token("promise", promise.pk)
    browser, before = Client(), everything()
    with time_machine.travel(LATER, tick=False):
        for link in forged(of_survey, of_promise):
            for address in (f"/s/{link}", f"/s/{link}/call", f"/s/{link}/asking"):
                with subtests.test(msg=address[:60]):
                    assert browser.get(address).status_code == 404
                    assert browser.post(address, {"satisfaction": "1", "words": "x"}).status_code == 404
                    assert everything() == before
        for link in forged(of_promise, of_survey):
            with subtests.test(msg=f"/p/{link}"[:60]):
                assert browser.get(f"/p/{link}").status_code == 404
                assert browser.post(f"/p/{link}", {"day": "2026-03-11", "time": "09:00"}).status_code == 404
                assert everything() == before


@pytest.mark.parametrize("token_we_know", ["", "12345"])
def test_a_callback_that_nobody_signed_is_not_read(
    settings: Any, subtests: pytest.Subtests, token_we_know: str
) -> None:
    """Whether we have anything to do with who it claims to be from, or not; all that is told is that it is not signed."""
    twilio = (
        {"sid": "AC1", "token": token_we_know, "number": "+13035550100", "api": "http://127.0.0.1:9"}
        if token_we_know
        else {}
    )
    settings.RECOVERY = settings.RECOVERY | {"TWILIO": twilio}
    before = everything()
    for signature in ("", "x", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "é"):
        for attempt in ("", "1", "x", "0" * 500):
            with subtests.test(msg=f"{signature} {attempt:.9}"):
                told = Client().post(
                    f"{reverse('api-twilio-callbacks')}?attempt={attempt}",
                    "CallStatus=completed&CallSid=CA1",
                    content_type="application/x-www-form-urlencoded",
                    headers={"X-Twilio-Signature": signature},
                )
                assert (told.status_code, told.json()["code"]) == (403, "not_signed"), told.content
                assert everything() == before


def test_a_survey_is_answered_once(house: House) -> None:
    survey = asked(house, house.customer(jurisdiction="US-CO"))
    at = reverse("survey", args=[token("survey", survey.pk)])
    with time_machine.travel(LATER, tick=False):
        assert Client().post(at, {"satisfaction": "5"}).status_code == 302
        before = everything()
        for _ in range(3):
            again = Client().post(at, {"satisfaction": "1"})
            assert again.status_code == 409
            assert everything() == before
    assert Survey.objects.get(pk=survey.pk).satisfaction == 5


def test_a_score_that_another_system_sends_twice_is_one(house: House, customer: Customer) -> None:
    api = Api(house.crm)
    body = {"customer": customer.pk, "satisfaction": 4, "external_system": "asks", "external_id": "17"}
    first = api.post("surveys/", body)
    assert first.status_code == 201
    before = everything()
    second = api.post("surveys/", body | {"satisfaction": 1})
    assert second.status_code in (200, 409)
    assert everything() == before
    assert Survey.objects.get().satisfaction == 4


@pytest.mark.parametrize(
    ("day", "time", "why"),
    [
        ("2026-03-09", "11:00", "This time has passed"),
        ("2026-03-29", "02:30", "the clocks go forward then"),
        ("whenever", "11:00", "no day that we can read"),
        ("", "", "Choose one of the times"),
    ],
)
def test_on_the_customers_page_a_time_that_cannot_be_is_said_beside_the_times_that_can(
    promise: Promise, day: str, time: str, why: str
) -> None:
    before = everything()
    given = {"day": day, "time": time, "words": "Please ring twice"}
    shown = Client().post(f"/p/{token('promise', promise.pk)}", given)
    page = html.unescape(shown.content.decode())
    assert why in page
    assert 'name="slot"' in page, "a dead end"
    assert "Please ring twice" in page
    assert everything() == before


# In the browser ------------------------------------------------------------------------------------------------------

IN_THE_BROWSER: list[tuple[str, dict[str, str], str]] = [
    ("/cases/{case}/promise", {"due": "2026-03-10T14:00:00Z"}, "This time has passed"),
    ("/cases/{case}/promise", {"due": "2027-06-01T14:00:00Z"}, "more than a year ahead"),
    ("/cases/{case}/promise", {"due": "other", "wall": SKIPPED_THERE}, "There is no 02:30"),
    ("/cases/{case}/promise", {"due": "other", "said": "March 29 02:30"}, "There is no 02:30"),
    ("/cases/{case}/promise", {"due": "other", "said": "in a while"}, "not a time we can read"),
    ("/cases/{case}/promise", {"due": "2026-03-11T09:00:00"}, "Choose when they will hear"),
    ("/cases/{case}/promise", {}, "Choose when they will hear"),
    ("/cases/{case}/promises/{promise}/move", {"due": "2026-03-01T09:00:00Z", "agreed": "on"}, "This time has passed"),
    ("/customers/{customer}/edit", {"time_zone": "Mars/Olympus"}, "is not a time zone"),
    ("/customers/{customer}/edit", {"time_zone": ""}, "required"),
    ("/customers/{customer}/edit", {"phones": "call me"}, "phone number"),
    ("/customers/{customer}/edit", {"phones": "+49 30 123456\n12"}, "phone number"),
]


def test_in_the_browser_what_cannot_be_is_said_and_nothing_is_written(
    house: House, customer: Customer, case: Case, promise: Promise, subtests: pytest.Subtests
) -> None:
    scene = {"customer": customer.pk, "case": case.reference, "promise": promise.pk}
    browser = Client()
    browser.force_login(house.alice)
    whole = {"time_zone": BERLIN, "language": "en", "channel_preference": "phone", "version": str(customer.version)}
    before = everything()
    for at, body, why in IN_THE_BROWSER:
        with subtests.test(msg=f"{at} {body}"):
            sent = whole | body if at.startswith("/customers") else body
            shown = browser.post(at.format(**scene), sent)
            assert shown.status_code == 422
            assert why in html.unescape(shown.content.decode())
            assert everything() == before
