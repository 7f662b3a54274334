"""Asterisk, over its manager interface (AMI): the rep's own phone rings first, and then the customer's.

`Originate` rings the rep's channel under an id that is ours (`ChannelId`), and runs the customer's number through the
dialplan once they pick up. What becomes of the customer's line is told of another channel that is linked to it: its
`Hangup` carries the cause (ITU-T Q.850), which says more than the `DialStatus` of `DialEnd`. Written and tested against
exchanges as Asterisk documents them (versions 16 to 20), not against a running exchange.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from outreach.domain.dialing.causes import Q850
from outreach.domain.dialing.port import Heard, Unreachable, Unsure
from outreach.enums import DialStatus

CONNECT, ANSWER = 3.0, 5.0  # seconds
LONGEST = 256 * 1024
# So long the hangup's cause is waited for after the dialplan has said how the call ended.
CAUSE_WITHIN = 1.0
# `Newstate` of a channel that rings.
RINGING_STATE = "5"
DIAL_STATUS: dict[str, DialStatus] = {
    "ANSWER": DialStatus.ANSWERED,
    "BUSY": DialStatus.BUSY,
    "NOANSWER": DialStatus.NO_ANSWER,
    "CANCEL": DialStatus.CANCELED,
    "CHANUNAVAIL": DialStatus.UNAVAILABLE,
    "CONGESTION": DialStatus.FAILED,
}
Packet = dict[str, str]


@dataclass(frozen=True)
class Exchange:
    """Where an Asterisk is, and as whom we speak with it. ``context`` is the part of its dialplan that calls customers."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    context: str
    caller_id: str = ""


def packed(packet: Packet) -> bytes:
    """An action. No value may hold a line's end: it would be an action of its own."""
    if any(mark in value for value in packet.values() for mark in "\r\n"):
        raise Unreachable("invalid")
    return ("".join(f"{name}: {value}\r\n" for name, value in packet.items()) + "\r\n").encode()


def unpacked(buffer: bytes) -> tuple[list[Packet], bytes]:
    """The whole packets at the beginning of what was read, and what is left."""
    *whole, rest = buffer.split(b"\r\n\r\n")
    packets = []
    for block in whole:
        lines = (line.partition(":") for line in block.decode("utf-8", "replace").split("\r\n"))
        packets.append({name.strip(): value.strip() for name, colon, value in lines if colon})
    return packets, rest


class Asterisk:
    """Rings through one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def start(self, attempt: str, rep_endpoint: str, to: str, ring_timeout: int) -> AsteriskLine:
        line = AsteriskLine(self.exchange, attempt)
        try:
            line.log_in()
            line.originate(rep_endpoint, to, ring_timeout)
        except Unreachable:
            line.close()
            raise
        return line

    def resume(self, attempt: str, rep_endpoint: str, to: str, ref: str) -> AsteriskLine | None:
        line = AsteriskLine(self.exchange, attempt)
        try:
            line.log_in()
            up = line.find_again()
        except Unreachable:
            line.close()
            raise
        if not up:
            line.close()
            return None
        return line

    def probe(self) -> None:
        """Whether we may speak with it. Raises ``Unreachable``."""
        line = AsteriskLine(self.exchange, "probe")
        try:
            line.log_in()
        finally:
            line.close()


class AsteriskLine:
    """The two channels of one call: the rep's, whose id is ``ref``, and the customer's."""

    told_by_callback = False

    def __init__(self, exchange: Exchange, attempt: str) -> None:
        self.exchange, self.attempt = exchange, attempt
        self.ref = f"recovery-{attempt}"
        self.own_channel = self.channel = self.customer = ""
        self.rung = False
        self.ended_as: DialStatus | None = None
        self.decide_at = 0.0
        self.buffer = b""
        self.heard: list[Heard] = []
        self.answers: list[Packet] = []
        self.listed: list[Packet] = []
        self.all_listed = False
        try:
            self.socket = socket.create_connection((exchange.host, exchange.port), CONNECT)
        except OSError as problem:
            raise Unreachable(type(problem).__name__) from problem

    # Asking -----------------------------------------------------------------------------------------------------------

    def log_in(self) -> None:
        banner = b""
        until = monotonic() + ANSWER
        while b"\r\n" not in banner:
            if monotonic() > until or len(banner) > 1000:
                raise Unreachable("NotAsterisk")
            banner += self._take_in(until - monotonic())
        self.buffer = banner.partition(b"\r\n")[2]
        who = {"Username": self.exchange.user, "Secret": self.exchange.secret}
        if self.ask({"Action": "Login", **who, "Events": "call,dialplan"}).get("Response") != "Success":
            raise Unreachable("login")

    def originate(self, rep_channel: str, to: str, ring_timeout: int) -> None:
        asked = {
            "Action": "Originate",
            "Channel": rep_channel,
            "ChannelId": self.ref,
            "Context": self.exchange.context,
            "Exten": to,
            "Priority": "1",
            "Timeout": str(ring_timeout * 1000),
            "Variable": f"RING_TIMEOUT={ring_timeout}",
            "Async": "true",
        }
        if self.exchange.caller_id:
            asked["CallerID"] = self.exchange.caller_id
        name = self._ask(asked)
        try:
            answer = self._answer(name)
        except Unreachable as problem:
            raise Unsure(problem.kind) from problem
        if answer.get("Response") != "Success":
            raise Unreachable("refused")

    def find_again(self) -> bool:
        """Whether the rep's channel, or one linked to it, is still there; and how far the customer's has come."""
        self.ask({"Action": "CoreShowChannels"})
        until = monotonic() + ANSWER
        while not self.all_listed and monotonic() < until:
            for packet in self._packets(until - monotonic()):
                self._understand(packet)
        for packet in self.listed:
            self._of_channel(packet)
            if packet.get("Uniqueid") != self.ref:
                up = packet.get("ChannelStateDesc") == "Up"
                status = DialStatus.ANSWERED if up else DialStatus.RINGING
                self.heard.append(Heard(status, f"resumed:{status}", ref=self.ref))
        return bool(self.listed)

    def ask(self, action: Packet) -> Packet:
        return self._answer(self._ask(action))

    def _ask(self, action: Packet) -> str:
        """What is not sent to its last line's end is no action, and nothing is done of it."""
        name = f"{self.attempt}:{action['Action']}"
        self._send({**action, "ActionID": name})
        return name

    def _answer(self, name: str) -> Packet:
        until = monotonic() + ANSWER
        while monotonic() < until:
            for packet in self._packets(until - monotonic()):
                if "Response" in packet and "Event" not in packet and packet.get("ActionID") == name:
                    self.answers.append(packet)
                else:
                    self._understand(packet)
            if self.answers:
                return self.answers.pop()
        raise Unreachable("no answer")

    # Listening --------------------------------------------------------------------------------------------------------

    def hear(self, seconds: float) -> Sequence[Heard]:
        if not self.heard:
            for packet in self._packets(seconds):
                self._understand(packet)
        if self.ended_as is not None and monotonic() >= self.decide_at:
            self._end(self.ended_as, f"dialend:{self.ended_as}", "")
        heard, self.heard = self.heard, []
        return heard

    def hang_up(self) -> None:
        with contextlib.suppress(Unreachable):
            # The rep's own channel takes the other with it, and nothing more of the dialplan is run.
            self.ask({"Action": "Hangup", "Channel": self.own_channel or self.channel, "Cause": "16"})

    def close(self) -> None:
        with contextlib.suppress(Unreachable, OSError):
            self._send({"Action": "Logoff"})
        with contextlib.suppress(OSError):
            self.socket.close()

    def _understand(self, packet: Packet) -> None:
        event, own = packet.get("Event", ""), packet.get("Uniqueid") == self.ref
        if event == "Newchannel":
            self._of_channel(packet)
        elif event.startswith("CoreShowChannel"):
            self.all_listed = self.all_listed or event == "CoreShowChannelsComplete"
            self.listed += [packet] if packet.get("Linkedid") == self.ref else []
        elif event == "DialBegin" and own:
            self.customer, self.channel = packet.get("DestUniqueid", ""), packet.get("DestChannel", "")
        elif self.customer in (packet.get("Uniqueid"), packet.get("DestUniqueid")) and self.customer:
            self._of_customer(event, packet)
        elif event == "OriginateResponse" and packet.get("ActionID", "").startswith(f"{self.attempt}:"):
            if packet.get("Response") == "Failure":
                # The rep's own phone did not pick up: the customer's never rang.
                self._end(DialStatus.CANCELED, "own_phone", "own phone")
        elif event == "Hangup" and own:
            # The rep laid down, or the dialplan never called anybody.
            self._end(self.ended_as or DialStatus.CANCELED, "own_hangup", "own phone")

    def _of_customer(self, event: str, packet: Packet) -> None:
        rings = packet.get("DialStatus") in ("RINGING", "PROGRESS") or packet.get("ChannelState") == RINGING_STATE
        if event in ("DialState", "Newstate") and rings and not self.rung:
            self.rung = True
            self.heard.append(Heard(DialStatus.RINGING, "ringing", ref=self.ref))
        elif event == "DialEnd":
            self._dial_ended(packet.get("DialStatus", ""))
        elif event == "Hangup":
            self._hung_up(packet.get("Cause", ""))

    def _of_channel(self, packet: Packet) -> None:
        if packet.get("Uniqueid") == self.ref:
            self.own_channel = packet.get("Channel", "")
        elif packet.get("Linkedid") == self.ref:
            self.customer, self.channel = packet.get("Uniqueid", ""), packet.get("Channel", "")

    def _dial_ended(self, said: str) -> None:
        status = DIAL_STATUS.get(said, DialStatus.FAILED)
        if status == DialStatus.ANSWERED:
            self.heard.append(Heard(status, "answered", ref=self.ref))
        else:
            self.ended_as, self.decide_at = status, monotonic() + CAUSE_WITHIN

    def _hung_up(self, cause: str) -> None:
        status = Q850.get(int(cause)) if cause.isascii() and cause.isdigit() else None
        if status is None and self.ended_as is None:
            # The cause says nothing: the dialplan's word is on its way.
            self.ended_as, self.decide_at = DialStatus.FAILED, monotonic() + CAUSE_WITHIN
            return
        self._end(status or self.ended_as or DialStatus.FAILED, f"hangup:{cause}", f"Q.850 {cause}")

    def _end(self, status: DialStatus, key: str, detail: str) -> None:
        self.ended_as = None
        self.heard.append(Heard(status, key[:80], detail[:80], self.ref, ended=True))

    # The connection ---------------------------------------------------------------------------------------------------

    def _send(self, packet: Packet) -> None:
        try:
            self.socket.settimeout(ANSWER)
            self.socket.sendall(packed(packet))
        except OSError as problem:
            raise Unreachable(type(problem).__name__) from problem

    def _packets(self, seconds: float) -> list[Packet]:
        packets, self.buffer = unpacked(self.buffer)
        if packets:
            return packets
        self.buffer += self._take_in(seconds)
        if len(self.buffer) > LONGEST:
            raise Unreachable("NotAsterisk")
        packets, self.buffer = unpacked(self.buffer)
        return packets

    def _take_in(self, seconds: float) -> bytes:
        try:
            self.socket.settimeout(max(seconds, 0.01))
            came = self.socket.recv(LONGEST)
        except TimeoutError:
            return b""
        except OSError as problem:
            raise Unreachable(type(problem).__name__) from problem
        if not came:
            raise Unreachable("ConnectionClosed")
        return came
