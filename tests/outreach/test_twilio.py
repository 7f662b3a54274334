"""Twilio, against exchanges as it documents them and its published example of a signature; the service was not called."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.authority import Refused
from journal.models import Event
from outreach.domain.dialing import callbacks, dials, phones, tending, twilio
from outreach.models import Dial, DialEvent
from tests.api.conftest import problem
from tests.factories import NOW, House, again

OURS, ALICES, NUMBER = "+13035550100", "+13035550111", "+13035550142"
SID, TOKEN = "AC0123456789abcdef0123456789abcdef", "12345"
PARENT, CHILD = "CA00000000000000000000000000000001", "CA00000000000000000000000000000002"


def test_the_signature_is_that_of_the_published_example() -> None:
    # https://www.twilio.com/docs/usage/security, and the validator's own tests.
    said = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675309"],
        "Digits": ["1234"],
        "From": ["+14158675309"],
        "To": ["+18005551212"],
    }
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", address, said) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert twilio.is_signed("12345", address, said, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not twilio.is_signed("12345", f"{address}0", said, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not twilio.is_signed("12345", address, said | {"Digits": ["1235"]}, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not twilio.is_signed("12345", address, said, "")
    assert not twilio.is_signed("12345", address, said, "é")


class Service:
    """What answers in Twilio's place: the requests that came, and what it says to each kind."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, list[str]]]] = []
        self.status = 201
        # What becomes of its answer to a call that it took: `lost` on the way, `late`, or `spoilt`.
        self.answer = ""
        self.own: dict[str, Any] = {"sid": PARENT, "status": "in-progress"}
        self.children: list[dict[str, Any]] = []
        self.over = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                service.requests.append(("POST", self.path, parse_qs(body)))
                if service.answer == "lost":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if service.answer == "late":
                    service.over.wait(10)
                self._answer(service.status, {"sid": PARENT, "status": "queued"})

            def do_GET(self) -> None:
                service.requests.append(("GET", self.path, {}))
                children = {"calls": service.children}
                self._answer(200, children if "ParentCallSid" in self.path else service.own)

            def _answer(self, status: int, said: dict[str, Any]) -> None:
                raw = b"<html>" if service.answer == "spoilt" else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                """Nothing: the test says what it needs to."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    made = Service()
    given = {"sid": SID, "token": TOKEN, "number": OURS, "api": made.url}
    settings.RECOVERY = settings.RECOVERY | {"TWILIO": given, "ADDRESS": "https://recovery.example.com"}
    yield made
    made.close()


def rung(house: House, *, now: datetime | None = None) -> Dial:
    """A number that Alice asked for and Twilio was told to ring."""
    at = now or timezone.now()
    phones.choose_phone(house.alice, dialer="twilio", address=ALICES, by=house.alice, now=at)
    dial = dials.dial(house.customer(), key="k", by=house.alice, now=at).dial
    tending.tend(clock=lambda: at)
    made: Dial = again(dial)
    return made


def told(dial: Dial, *, signature: str | None = None, **said: str) -> Any:
    """A callback about the customer's call, signed unless a signature is given."""
    said = {"CallSid": CHILD, "ParentCallSid": PARENT, "AccountSid": SID, **said}
    path = f"/api/v1/dialer-callbacks/twilio/?{urlencode({'attempt': dial.key})}"
    right = twilio.signature(
        TOKEN, f"https://recovery.example.com{path}", {name: [value] for name, value in said.items()}
    )
    return Client().post(
        path,
        urlencode(said),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": right if signature is None else signature},
    )


@pytest.mark.django_db
def test_it_rings_the_rep_and_says_what_to_do_then(house: House, service: Service) -> None:
    dial = rung(house)
    ((method, path, asked),) = service.requests
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{SID}/Calls.json")
    assert (asked["From"], asked["To"]) == ([OURS], [ALICES])
    here = f"https://recovery.example.com/api/v1/dialer-callbacks/twilio/?attempt={house.alice.pk}%3Ak"
    assert asked["StatusCallback"] == [here]
    assert f'<Dial callerId="{OURS}" timeout="30">' in asked["Twiml"][0]
    assert f'statusCallback="{here}"' in asked["Twiml"][0]
    assert f">{NUMBER}</Number>" in asked["Twiml"][0]
    assert (dial.status, dial.provider_ref, dial.dialer) == ("queued", PARENT, "twilio")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"CallStatus": "completed", "CallDuration": "74"}, "answered"),
        ({"CallStatus": "busy", "SipResponseCode": "486"}, "busy"),
        ({"CallStatus": "busy", "SipResponseCode": "603"}, "declined"),
        ({"CallStatus": "no-answer"}, "no_answer"),
        ({"CallStatus": "failed", "SipResponseCode": "404"}, "invalid"),
        ({"CallStatus": "failed", "SipResponseCode": "503"}, "failed"),
        ({"CallStatus": "canceled"}, "canceled"),
    ],
)
def test_signed_callbacks_say_what_the_line_did(
    house: House, service: Service, said: dict[str, str], status: str
) -> None:
    dial = rung(house)
    assert told(dial, CallStatus="initiated").status_code == 204
    assert told(dial, CallStatus="ringing").status_code == 204
    assert again(dial).status == "ringing"
    for _ in range(2):  # Twilio may say it twice
        assert told(dial, **said).status_code == 204
    dial = again(dial)
    assert dial.status == status
    assert dial.ended_at is not None
    assert Event.objects.filter(type="dial.ended", subject_id=dial.pk).count() == 1
    assert told(dial, CallStatus="ringing").status_code == 204  # late
    assert again(dial).status == status


@pytest.mark.django_db
def test_a_machine_that_picked_up_is_told_of_after_the_pick_up(house: House, service: Service) -> None:
    dial = rung(house)
    told(dial, CallStatus="in-progress")
    told(dial, CallStatus="in-progress", AnsweredBy="machine_start")
    assert again(dial).status == "machine"


@pytest.mark.django_db
def test_a_rep_who_does_not_pick_up_calls_nobody(house: House, service: Service) -> None:
    dial = rung(house)
    assert told(dial, CallSid=PARENT, ParentCallSid="", CallStatus="no-answer").status_code == 204
    assert again(dial).status == "canceled"
    assert DialEvent.objects.get().detail == "own phone"


@pytest.mark.django_db
@pytest.mark.parametrize("signature", ["", "AAAA", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "é"])
def test_forged_callbacks_are_refused_and_change_nothing(house: House, service: Service, signature: str) -> None:
    dial = rung(house)
    before = (Event.objects.count(), DialEvent.objects.count())
    problem(told(dial, signature=signature, CallStatus="completed"), "not_signed", 403)
    assert (Event.objects.count(), DialEvent.objects.count()) == before
    assert again(dial).status == "queued"


@pytest.mark.django_db
def test_a_callback_about_nothing_is_told_so(house: House, service: Service) -> None:
    dial = rung(house)
    dial.key = "1:other"
    problem(told(dial, CallStatus="completed"), "out_of_reach", 404)


@pytest.mark.django_db
def test_without_an_account_nobody_is_believed(house: House) -> None:
    with pytest.raises(Exception, match="not signed"):
        callbacks.hear_twilio("https://x/", attempt="1:k", said={}, signature="AAAA", now=NOW)


@pytest.mark.django_db
@pytest.mark.practice("P27")
@pytest.mark.parametrize("status", [307, 401, 429])
def test_an_account_that_does_not_ring_leaves_it_to_their_own_device(
    house: House, service: Service, status: int
) -> None:
    service.status = status
    dial = rung(house)
    assert (dial.dialer, dial.asked_of, dial.error) == ("link", "twilio", f"HTTP {status}")
    assert dial.provider_ref == ""


@pytest.mark.django_db
@pytest.mark.practice("P27")
@pytest.mark.parametrize("api", ["http://127.0.0.1:1", "http://nobody.invalid", "nowhere"])
def test_an_account_that_nobody_reaches_leaves_it_to_their_own_device(
    house: House, service: Service, settings: Any, api: str
) -> None:
    settings.RECOVERY = settings.RECOVERY | {"TWILIO": settings.RECOVERY["TWILIO"] | {"api": api}}
    dial = rung(house)
    assert (dial.dialer, dial.asked_of, dial.error != "") == ("link", "twilio", True)


@pytest.fixture(params=["lost", "late", "spoilt", "HTTP 500", "HTTP 504"])
def answer_lost(request: pytest.FixtureRequest, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call, and what it says to that does not arrive."""
    monkeypatch.setattr(twilio, "TIMEOUTS", (3.05, 0.3))
    service.answer = request.param
    if request.param.startswith("HTTP"):
        service.status = int(request.param.removeprefix("HTTP "))


@pytest.mark.django_db
@pytest.mark.practice("P27")
def test_what_may_ring_is_not_left_to_their_own_device_and_callbacks_go_on_to_be_taken(
    house: House, service: Service, answer_lost: None
) -> None:
    dial = rung(house)
    assert (dial.dialer, dial.status, dial.ended_at) == ("twilio", "queued", None)
    page = Client()
    page.force_login(house.alice, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    shown = " ".join(page.get(f"/dials/{dial.pk}").content.decode().split())
    assert "We lost sight of the line, and do not know whether it rang." in shown
    assert "nothing rang" not in shown
    with pytest.raises(Refused, match="rings for you already"):
        dials.dial(house.customer(), key="again", by=house.alice, now=timezone.now())
    told(dial, CallStatus="ringing")
    assert (again(dial).status, again(dial).provider_ref, again(dial).error) == ("ringing", PARENT, "")
    told(dial, CallStatus="completed")
    assert again(dial).status == "answered"


@pytest.mark.django_db
def test_what_nobody_tells_of_after_its_answer_was_lost_has_failed(house: House, service: Service) -> None:
    service.answer = "lost"
    dial = rung(house, now=NOW)
    assert tending.tend(clock=lambda: NOW + timedelta(seconds=60)) == 0  # there is time yet
    tending.tend(clock=lambda: NOW + timedelta(seconds=80))
    assert (again(dial).status, again(dial).error, again(dial).dialer) == ("failed", "lost", "twilio")
    assert [path for method, path, _ in service.requests if method == "POST"] == [
        f"/2010-04-01/Accounts/{SID}/Calls.json"
    ]


@pytest.mark.django_db
def test_what_was_given_up_before_it_was_heard_of_is_hung_up_when_it_is(house: House, service: Service) -> None:
    service.answer = "lost"
    dial = rung(house)
    dials.give_up(dial, by=house.alice, now=timezone.now())
    service.answer = ""
    told(dial, CallStatus="ringing")
    tending.tend(clock=timezone.now)
    assert service.requests[-1][1:] == (f"/2010-04-01/Accounts/{SID}/Calls/{PARENT}.json", {"Status": ["completed"]})
    assert (again(dial).status, again(dial).ended_at is not None) == ("canceled", True)


@pytest.mark.django_db
def test_callbacks_that_stay_away_are_read_instead(house: House, service: Service) -> None:
    with time_machine.travel(NOW, tick=False):
        dial = rung(house, now=NOW)
        assert tending.tend(clock=lambda: NOW + timedelta(seconds=60)) == 0  # there is time yet
        later = NOW + timedelta(seconds=80)
        service.children = [{"sid": CHILD, "status": "no-answer"}]
        assert tending.tend(clock=lambda: later) == 1
    dial = again(dial)
    assert (dial.status, dial.ended_at) == ("no_answer", later)


@pytest.mark.django_db
def test_a_rep_who_laid_down_before_the_customer_was_called(house: House, service: Service) -> None:
    dial = rung(house, now=NOW)
    service.own = {"sid": PARENT, "status": "completed"}
    tending.tend(clock=lambda: NOW + timedelta(minutes=5))
    assert again(dial).status == "canceled"


@pytest.mark.django_db
def test_giving_up_ends_the_call_at_twilio(house: House, service: Service) -> None:
    dial = rung(house)
    told(dial, CallStatus="ringing")
    dials.give_up(again(dial), by=house.alice, now=timezone.now())
    tending.tend(clock=timezone.now)
    dial = again(dial)
    assert (dial.status, dial.ended_at is not None) == ("canceled", True)
    assert service.requests[-1][1:] == (f"/2010-04-01/Accounts/{SID}/Calls/{PARENT}.json", {"Status": ["completed"]})
