"""Real SIP calls on loopback: a rep's softphone rings a customer's telephone, and the record says what the line did."""

from __future__ import annotations

import socketserver
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from journal.models import Event
from outreach.domain.dialing import baresip, dials, phones, tending
from outreach.domain.dialing.baresip import Baresip, framed, unframed
from outreach.domain.dialing.port import Unreachable
from outreach.enums import DialStatus
from outreach.models import Dial, DialEvent
from tests.factories import House, again
from tests.harness.telephony import Callee, Softphone

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]
NUMBER = "+13035550142"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def rings_soon_over(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"RING_TIMEOUT_SECONDS": 2}


def asked(house: House, softphone: Softphone | str, key: str = "one") -> Dial:
    """Alice, who has this softphone, asks for a customer's number."""
    control = softphone if isinstance(softphone, str) else softphone.control
    phones.choose_phone(house.alice, dialer="baresip", address=control, by=house.alice, now=now())
    return dials.dial(house.customer(), key=key, by=house.alice, now=now()).dial


@pytest.mark.parametrize(
    ("manner", "status", "heard", "detail"),
    [
        ("answers", "answered", ["ringing", "answered"], ""),
        ("busy", "busy", ["ringing", "busy"], "SIP 486"),
        ("declines", "declined", ["ringing", "declined"], "SIP 603"),
        ("rings", "no_answer", ["ringing", "no_answer"], "ring timeout"),
        ("unknown", "invalid", ["invalid"], "SIP 404"),
    ],
)
def test_what_the_line_did_is_read_back(
    house: House,
    softphone: Softphone,
    callee: Callee,
    rings_soon_over: None,
    manner: str,
    status: str,
    heard: list[str],
    detail: str,
) -> None:
    callee(manner)
    dial = asked(house, softphone)
    assert dial.status == DialStatus.QUEUED
    assert tending.tend(clock=now) == 1
    dial = again(dial)
    events = list(DialEvent.objects.filter(dial=dial))
    assert dial.status == status
    assert [event.status for event in events] == heard
    assert events[-1].detail == detail
    assert dial.provider_ref
    assert dial.dialer == "baresip"
    assert (dial.answered_at is not None) == (status == "answered")
    assert (dial.ended_at is None) == (status == "answered")
    ends = Event.objects.filter(type="dial.ended", subject_id=dial.pk)
    assert [end.data["status"] for end in ends] == ([] if status == "answered" else [status])


def test_a_rep_who_gives_up_stops_the_ringing(house: House, softphone: Softphone, callee: Callee) -> None:
    customers_telephone = callee("rings")
    line = Baresip().start("a", softphone.control, NUMBER, 30)
    assert [heard.status for heard in line.hear(3)] == ["ringing"]
    line.hang_up()
    line.close()
    assert customers_telephone.wait(10) == 0  # it got its CANCEL


@pytest.mark.django_db(transaction=True)
def test_giving_up_is_seen_by_whoever_follows_the_line(house: House, softphone: Softphone, callee: Callee) -> None:
    customers_telephone = callee("rings")
    dial = asked(house, softphone)
    tender = threading.Thread(target=tended)
    tender.start()
    wait_for(dial, "ringing")
    dials.give_up(again(dial), by=house.alice, now=now())
    tender.join(15)
    dial = again(dial)
    assert (dial.status, dial.ended_at is not None) == ("canceled", True)
    assert customers_telephone.wait(10) == 0
    assert Event.objects.filter(type="dial.ended", subject_id=dial.pk).count() == 1


def tended() -> None:
    from django.db import connections  # a thread of its own has a connection of its own

    try:
        tending.tend(clock=now)
    finally:
        connections.close_all()


def wait_for(dial: Dial, status: str) -> None:
    until = time.monotonic() + 15
    while again(dial).status != status:
        assert time.monotonic() < until, again(dial).status
        time.sleep(0.05)


def test_a_line_lost_sight_of_is_followed_on_and_not_rung_again(
    house: House, softphone: Softphone, callee: Callee, rings_soon_over: None
) -> None:
    callee("rings")
    dial = asked(house, softphone)
    # Somebody claimed it, rang, and was killed.
    Dial.objects.filter(pk=dial.pk).update(leased_until=now() - timedelta(seconds=1))
    Baresip().start(dial.key, softphone.control, NUMBER, 30).close()
    assert tending.tend(clock=now) == 1
    dial = again(dial)
    assert dial.status == DialStatus.NO_ANSWER
    assert list(DialEvent.objects.values_list("key", flat=True)) == ["resumed:ringing", "ring_timeout"]


def test_a_line_that_nobody_knows_of_any_more_has_failed_and_is_not_rung_again(
    house: House, softphone: Softphone, callee: Callee
) -> None:
    customers_telephone = callee("answers")
    dial = asked(house, softphone)
    Dial.objects.filter(pk=dial.pk).update(leased_until=now() - timedelta(seconds=1))
    tending.tend(clock=now)
    dial = again(dial)
    assert (dial.status, dial.error) == ("failed", "lost")
    assert customers_telephone.poll() is None  # nobody called


def test_a_softphone_that_is_not_there_leaves_it_to_their_own_device(house: House, softphone: Softphone) -> None:
    softphone.stop()
    dial = asked(house, softphone)
    tending.tend(clock=now)
    dial = again(dial)
    assert (dial.dialer, dial.asked_of, dial.error) == ("link", "baresip", "ConnectionRefusedError")
    assert dial.ended_at is not None
    assert dials.link_for(dial) == f"tel:{NUMBER}"
    told = Event.objects.filter(type="dial.started", subject_id=dial.pk).order_by("id")
    assert [event.data["dialer"] for event in told] == ["baresip", "link"]


class Deaf(socketserver.BaseRequestHandler):
    """A softphone that takes what it is told and says nothing to `dial`, and what it has when it is asked."""

    rings: ClassVar[str] = ""
    told: ClassVar[list[str]] = []

    def handle(self) -> None:
        rest = b""
        while came := self.request.recv(65536):
            commands, rest = unframed(rest + came)
            for each in commands:
                self.told.append(each["command"])
                if each["command"] != "dial":
                    self.request.sendall(framed({"response": True, "token": each["token"], "data": self.rings}))


@pytest.mark.practice("P27")
@pytest.mark.parametrize(
    ("rings", "status", "error"),
    [(f"RINGING sip:{NUMBER}@127.0.0.1", "no_answer", ""), ("", "failed", "lost")],
)
def test_a_softphone_whose_answer_is_lost_may_ring_and_is_asked_whether_it_does(
    house: House, rings_soon_over: None, monkeypatch: pytest.MonkeyPatch, rings: str, status: str, error: str
) -> None:
    monkeypatch.setattr(baresip, "ANSWER", 0.5)
    monkeypatch.setattr(Deaf, "rings", rings)
    monkeypatch.setattr(Deaf, "told", [])
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Deaf) as phone:
        threading.Thread(target=phone.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        dial = asked(house, f"127.0.0.1:{phone.server_address[1]}")
        for _ in range(2):  # whether the same run asks or the next one
            tending.tend(clock=now)
        phone.shutdown()
    dial = again(dial)
    assert (dial.dialer, dial.status, dial.error) == ("baresip", status, error)
    assert Deaf.told[:2] == ["dial", "listcalls"]
    assert Deaf.told.count("dial") == 1


def test_what_is_no_softphone_is_not_believed() -> None:
    with pytest.raises(Unreachable):
        Baresip().start("a", "127.0.0.1:1", NUMBER, 30)
