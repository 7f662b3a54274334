"""Asterisk by its manager interface, against exchanges as it documents them; no Asterisk was run."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

import pytest
from django.utils import timezone

from outreach.domain.dialing import dials, phones, tending
from outreach.domain.dialing.asterisk import Asterisk, packed, unpacked
from outreach.domain.dialing.port import Heard, Stop, Unreachable, follow
from outreach.models import Dial
from tests.factories import House, again
from tests.harness.exchange import ScriptedExchange, nobody_there, reached

NUMBER = "+13035550142"

# What an exchange says once the rep has picked up and the dialplan calls the customer. Fields that nobody reads are left out.
CALLED = """
Event: Newchannel
Channel: PJSIP/alice-00000011
Uniqueid: recovery-{attempt}
Linkedid: recovery-{attempt}
ChannelState: 0

Event: Newstate
Channel: PJSIP/alice-00000011
ChannelState: 5
ChannelStateDesc: Ringing
Uniqueid: recovery-{attempt}
Linkedid: recovery-{attempt}

Event: OriginateResponse
ActionID: {attempt}:Originate
Response: Success
Channel: PJSIP/alice-00000011
Reason: 4
Uniqueid: recovery-{attempt}

Event: Newchannel
Channel: PJSIP/trunk-00000012
Uniqueid: 1700000000.18
Linkedid: recovery-{attempt}
ChannelState: 0

Event: DialBegin
Channel: PJSIP/alice-00000011
Uniqueid: recovery-{attempt}
Linkedid: recovery-{attempt}
DestChannel: PJSIP/trunk-00000012
DestUniqueid: 1700000000.18
DestLinkedid: recovery-{attempt}
DialString: +13035550142@trunk
"""
RINGS = """
Event: DialState
Channel: PJSIP/alice-00000011
Uniqueid: recovery-{attempt}
DestChannel: PJSIP/trunk-00000012
DestUniqueid: 1700000000.18
DialStatus: RINGING

Event: Newstate
Channel: PJSIP/trunk-00000012
ChannelState: 5
ChannelStateDesc: Ringing
Uniqueid: 1700000000.18
Linkedid: recovery-{attempt}
"""
SOMEBODY_ELSE = """
Event: Hangup
Channel: PJSIP/bob-00000002
Uniqueid: 1700000000.3
Linkedid: 1700000000.3
Cause: 17
Cause-txt: User busy
"""


def hangup(cause: int) -> str:
    return f"""
Event: Hangup
Channel: PJSIP/trunk-00000012
Uniqueid: 1700000000.18
Linkedid: recovery-{{attempt}}
Cause: {cause}
Cause-txt: said
"""


def dial_end(status: str) -> str:
    return f"""
Event: DialEnd
Channel: PJSIP/alice-00000011
Uniqueid: recovery-{{attempt}}
DestChannel: PJSIP/trunk-00000012
DestUniqueid: 1700000000.18
DialStatus: {status}
"""


CHANNELS = """
Event: CoreShowChannel
Channel: PJSIP/alice-00000011
ChannelState: 6
ChannelStateDesc: Up
Uniqueid: recovery-{attempt}
Linkedid: recovery-{attempt}

Event: CoreShowChannel
Channel: PJSIP/trunk-00000012
ChannelState: 5
ChannelStateDesc: Ringing
Uniqueid: 1700000000.18
Linkedid: recovery-{attempt}
"""
OWN_PHONE_SILENT = """
Event: OriginateResponse
ActionID: {attempt}:Originate
Response: Failure
Channel: PJSIP/alice
Reason: 3
Uniqueid: recovery-{attempt}
"""
OWN_HANGUP = """
Event: Hangup
Channel: PJSIP/alice-00000011
Uniqueid: recovery-{attempt}
Linkedid: recovery-{attempt}
Cause: 16
Cause-txt: Normal Clearing
"""


def heard(exchange: ScriptedExchange, *, ring_timeout: float = 5) -> list[Heard]:
    said: list[Heard] = []
    line = Asterisk(reached(exchange)).start("7", "PJSIP/alice", NUMBER, 30)
    try:
        follow(line, ring_timeout=ring_timeout, stop=Stop(), tell=said.append)
    finally:
        line.close()
    return said


@pytest.mark.parametrize(
    ("ending", "status", "detail"),
    [
        (dial_end("ANSWER"), "answered", ""),
        (hangup(17) + dial_end("BUSY"), "busy", "Q.850 17"),
        (hangup(21) + dial_end("BUSY"), "declined", "Q.850 21"),  # the dialplan calls it busy
        (dial_end("NOANSWER") + hangup(19), "no_answer", "Q.850 19"),
        (hangup(1) + dial_end("CHANUNAVAIL"), "invalid", "Q.850 1"),
        (hangup(20) + dial_end("CHANUNAVAIL"), "unavailable", "Q.850 20"),
        (hangup(38) + dial_end("CONGESTION"), "failed", "Q.850 38"),
        (hangup(16) + dial_end("NOANSWER"), "no_answer", ""),  # the cause says nothing
        (hangup(0), "failed", ""),
        (dial_end("CANCEL"), "canceled", ""),
        (OWN_HANGUP, "canceled", "own phone"),
    ],
)
def test_how_the_customers_line_ended(exchange: ScriptedExchange, ending: str, status: str, detail: str) -> None:
    exchange.tells = CALLED + SOMEBODY_ELSE + RINGS + ending
    said = heard(exchange)
    assert [each.status for each in said] == ["ringing", status]
    assert said[-1].detail == detail
    assert said[-1].ref == "recovery-7"


def test_it_rings_the_reps_own_phone_under_our_name_for_it(exchange: ScriptedExchange) -> None:
    exchange.tells = OWN_PHONE_SILENT
    said = heard(exchange)
    assert [(each.status, each.detail) for each in said] == [("canceled", "own phone")]
    (asked,) = exchange.asked("Originate")
    assert asked["Channel"] == "PJSIP/alice"
    assert asked["Exten"] == NUMBER
    assert (asked["Context"], asked["Timeout"], asked["Async"]) == ("recovery-out", "30000", "true")
    assert asked["ChannelId"] == "recovery-7"


def test_the_ring_timeout_hangs_up_the_reps_channel(exchange: ScriptedExchange) -> None:
    exchange.tells = CALLED + RINGS
    said = heard(exchange, ring_timeout=0.5)
    assert [each.status for each in said] == ["ringing", "no_answer"]
    assert [each["Channel"] for each in exchange.asked("Hangup")] == ["PJSIP/alice-00000011"]


def test_one_that_never_rang_was_not_to_be_reached(exchange: ScriptedExchange) -> None:
    exchange.tells = CALLED
    assert [each.status for each in heard(exchange, ring_timeout=0.5)] == ["unavailable"]


def test_who_gives_up_hangs_up(exchange: ScriptedExchange) -> None:
    exchange.tells = CALLED + RINGS
    line, stop = Asterisk(reached(exchange)).start("7", "PJSIP/alice", NUMBER, 30), Stop()
    threading.Timer(0.5, stop.set).start()
    said: list[Heard] = []
    follow(line, ring_timeout=30, stop=stop, tell=said.append)
    line.close()
    assert [each.status for each in said] == ["ringing"]
    assert exchange.asked("Hangup")


def test_a_wrong_secret_a_refusal_and_nobody_there(exchange: ScriptedExchange) -> None:
    for asterisk, kind in (
        (Asterisk(reached(exchange, "wrong")), "login"),
        (Asterisk(nobody_there()), "ConnectionRefusedError"),
    ):
        with pytest.raises(Unreachable) as no:
            asterisk.start("7", "PJSIP/alice", NUMBER, 30)
        assert no.value.kind == kind
        with pytest.raises(Unreachable):
            asterisk.probe()
    exchange.takes_calls = False
    with pytest.raises(Unreachable) as no:
        Asterisk(reached(exchange)).start("7", "PJSIP/alice", NUMBER, 30)
    assert no.value.kind == "refused"
    Asterisk(reached(exchange)).probe()


def test_a_line_lost_sight_of_is_found_by_our_name_for_it(exchange: ScriptedExchange) -> None:
    exchange.attempt = "7"
    exchange.channels = CHANNELS
    line = Asterisk(reached(exchange)).resume("7", "PJSIP/alice", NUMBER, "recovery-7")
    assert line is not None
    assert [each.status for each in line.hear(0)] == ["ringing"]
    line.hang_up()
    line.close()
    exchange.channels = ""
    assert Asterisk(reached(exchange)).resume("7", "PJSIP/alice", NUMBER, "recovery-7") is None
    assert exchange.asked("Originate") == []


@pytest.fixture(params=["lost", "late"])
def answer_lost(request: pytest.FixtureRequest, exchange: ScriptedExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call, and what it says to that does not arrive."""
    monkeypatch.setattr("outreach.domain.dialing.asterisk.ANSWER", 0.5)
    exchange.answer_is = request.param


def asked(house: House, exchange: ScriptedExchange, settings: Any) -> Dial:
    """A number that Alice asked for, that the exchange was told to ring, and that was looked for there."""
    settings.RECOVERY = settings.RECOVERY | {"AMI": asdict(reached(exchange)), "RING_TIMEOUT_SECONDS": 1}
    phones.choose_phone(house.alice, dialer="ami", address="PJSIP/alice", by=house.alice, now=timezone.now())
    exchange.attempt = f"{house.alice.pk}:a"
    dial = dials.dial(house.customer(), key="a", by=house.alice, now=timezone.now()).dial
    for _ in range(2):  # whether the same run asks or the next one
        tending.tend(clock=timezone.now)
    made: Dial = again(dial)
    return made


@pytest.mark.django_db
@pytest.mark.practice("P27")
def test_what_rings_after_its_answer_was_lost_is_followed_on(
    house: House, exchange: ScriptedExchange, settings: Any, answer_lost: None
) -> None:
    exchange.channels = CHANNELS
    dial = asked(house, exchange, settings)
    assert (dial.dialer, dial.status, dial.error) == ("ami", "no_answer", "")
    assert len(exchange.asked("Originate")) == 1
    assert exchange.asked("Hangup")


@pytest.mark.django_db
@pytest.mark.practice("P27")
def test_what_is_not_found_after_its_answer_was_lost_has_failed_and_is_nobodys_to_ring(
    house: House, exchange: ScriptedExchange, settings: Any, answer_lost: None
) -> None:
    dial = asked(house, exchange, settings)
    assert (dial.dialer, dial.status, dial.error) == ("ami", "failed", "lost")
    assert len(exchange.asked("Originate")) == 1


def test_nothing_that_is_said_to_it_can_become_an_action_of_its_own() -> None:
    with pytest.raises(Unreachable):
        packed({"Action": "Originate", "Channel": "PJSIP/a\r\nAction: Command"})
    assert unpacked(b"Event: A\r\nX: 1:2\r\n\r\nEvent: B") == ([{"Event": "A", "X": "1:2"}], b"Event: B")


@pytest.mark.django_db
@pytest.mark.practice("P27")
def test_through_to_the_record(house: House, exchange: ScriptedExchange, settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"AMI": asdict(reached(exchange))}
    now = timezone.now()
    phones.choose_phone(house.alice, dialer="ami", address="PJSIP/alice", by=house.alice, now=now)
    exchange.tells = CALLED + RINGS + hangup(17)
    busy = dials.dial(house.customer(), key="a", by=house.alice, now=now).dial
    tending.tend(clock=timezone.now)
    assert (again(busy).status, again(busy).provider_ref) == ("busy", f"recovery-{house.alice.pk}:a")
    exchange.close()
    down = dials.dial(house.customer(), key="b", by=house.alice, now=timezone.now()).dial
    tending.tend(clock=timezone.now)
    assert (again(down).dialer, again(down).asked_of, again(down).error) == ("link", "ami", "ConnectionRefusedError")
