"""baresip, the rep's own softphone, over its control connection (module ``ctrl_tcp``).

Commands and what is said back are JSON in netstrings. An answer carries our token, an event does not: it names the
other side's address and the call's own id, and may come before the answer. The connection is the softphone's only one,
so it is held while a line rings and no longer. baresip itself knows no ring timeout for calls that it makes.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any

from outreach.domain.dialing.causes import by_sip, sip_code
from outreach.domain.dialing.port import Heard, Unreachable, Unsure
from outreach.enums import DialStatus

CONNECT, ANSWER = 3.0, 3.0  # seconds
LONGEST = 64 * 1024
# What `listcalls` says of a call, and what that is here.
_LISTED = re.compile(r"(OUTGOING|RINGING|EARLY|ESTABLISHED)\s+sips?:([^@\s;>]+)")


def framed(said: dict[str, Any]) -> bytes:
    """A netstring: the length in bytes, a colon, the JSON, a comma."""
    body = json.dumps(said).encode()
    return b"%d:%s," % (len(body), body)


def unframed(buffer: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """The whole netstrings at the beginning of what was read, and what is left. ValueError when it is none."""
    found = []
    while b":" in buffer:
        length, _, rest = buffer.partition(b":")
        if not length.isdigit() or int(length) > LONGEST:
            raise ValueError("not a netstring")
        size = int(length)
        if len(rest) <= size:
            break
        if rest[size : size + 1] != b",":
            raise ValueError("not a netstring")
        found.append(dict(json.loads(rest[:size])))
        buffer = rest[size + 1 :]
    if len(buffer) > LONGEST + 10 or (b":" not in buffer and len(buffer) > 10):
        raise ValueError("not a netstring")
    return found, buffer


class Baresip:
    """Rings through the softphone at ``host:port``, from whatever account it has."""

    def start(self, attempt: str, rep_endpoint: str, to: str, ring_timeout: int) -> BaresipLine:
        line = BaresipLine(rep_endpoint, to)
        try:
            line.dial(attempt)
        except Unreachable:
            if line.heard:
                return line  # its events came, and only its answer did not
            line.close()
            raise
        return line

    def resume(self, attempt: str, rep_endpoint: str, to: str, ref: str) -> BaresipLine | None:
        line = BaresipLine(rep_endpoint, to)
        try:
            state = line.state()
        except Unreachable:
            line.close()
            raise
        if state is None:
            line.close()
            return None
        line.heard.insert(0, Heard(state, f"resumed:{state}"))
        return line


class BaresipLine:
    """The call to one number on one softphone."""

    told_by_callback = False

    def __init__(self, endpoint: str, to: str) -> None:
        host, _, port = endpoint.rpartition(":")
        self.to, self.ref, self.rung = to, "", False
        self.buffer = b""
        self.heard: list[Heard] = []
        self.answers: list[dict[str, Any]] = []
        try:
            self.socket = socket.create_connection((host.strip("[]"), int(port)), CONNECT)
        except (OSError, ValueError, OverflowError) as problem:
            raise Unreachable(type(problem).__name__) from problem

    def dial(self, attempt: str) -> None:
        """Have it ring. Raises ``Unreachable``, and ``Unsure`` when no answer came."""
        self._send({"command": "dial", "params": self.to, "token": attempt})
        try:
            answer = self._answer(attempt)
        except Unreachable as problem:
            raise Unsure(problem.kind) from problem
        if not answer.get("ok"):
            # Such as a softphone without an account.
            raise Unreachable("refused")

    def ask(self, command: str) -> dict[str, Any]:
        """Give a command and wait for its answer."""
        self._send({"command": command, "params": "", "token": command})
        return self._answer(command)

    def _answer(self, token: str) -> dict[str, Any]:
        """What it answers. What else is said meanwhile is kept, to be heard."""
        until = monotonic() + ANSWER
        while monotonic() < until:
            self._read(until - monotonic())
            for answer in self.answers:
                if answer.get("token", "") == token:
                    self.answers.remove(answer)
                    return answer
        raise Unreachable("no answer")

    def state(self) -> DialStatus | None:
        """Where the call to our number stands on the softphone now; None when it has none."""
        listed = str(self.ask("listcalls").get("data", ""))
        for stands, user in _LISTED.findall(listed):
            if user == self.to:
                return DialStatus.ANSWERED if stands == "ESTABLISHED" else DialStatus.RINGING
        return None

    def hear(self, seconds: float) -> Sequence[Heard]:
        if not self.heard:
            self._read(seconds)
        heard, self.heard = self.heard, []
        return heard

    def hang_up(self) -> None:
        with contextlib.suppress(Unreachable):
            self.ask("hangup")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.close()

    def _send(self, said: dict[str, Any]) -> None:
        try:
            self.socket.settimeout(ANSWER)
            self.socket.sendall(framed(said))
        except OSError as problem:
            raise Unreachable(type(problem).__name__) from problem

    def _read(self, seconds: float) -> None:
        """Take in what comes within so many seconds."""
        try:
            self.socket.settimeout(max(seconds, 0.01))
            came = self.socket.recv(LONGEST)
        except TimeoutError:
            return
        except OSError as problem:
            raise Unreachable(type(problem).__name__) from problem
        if not came:
            raise Unreachable("ConnectionClosed")
        try:
            told, self.buffer = unframed(self.buffer + came)
        except (ValueError, TypeError) as problem:
            raise Unreachable("NotBaresip") from problem
        for each in told:
            if each.get("response"):
                self.answers.append(each)
            elif (heard := self._understood(each)) is not None:
                self.heard.append(heard)

    def _understood(self, event: dict[str, Any]) -> Heard | None:
        """What an event says of our call; None when it is about another, or says nothing that matters."""
        if event.get("class") != "call" or event.get("direction") != "outgoing":
            return None
        call, user = str(event.get("id", "")), str(event.get("peeruri", "")).partition(":")[2].partition("@")[0]
        if (call != self.ref) if self.ref else (user != self.to):
            return None
        self.ref = call
        key = f"{call}:{event.get('type', '')}"[:80]
        match event.get("type"):
            case "CALL_RINGING" | "CALL_PROGRESS":
                self.rung = True
                return Heard(DialStatus.RINGING, key, ref=call)
            case "CALL_ESTABLISHED":
                return Heard(DialStatus.ANSWERED, key, ref=call)
            case "CALL_CLOSED":
                return self._closed(str(event.get("param", "")), key, call)
        return None

    def _closed(self, said: str, key: str, call: str) -> Heard:
        code = sip_code(said)
        if code is not None:
            return Heard(by_sip(code, rung=self.rung), key, f"SIP {code}", call, ended=True)
        # Without a code it did not come from the other side: the rep hung up, or nobody was there to ask.
        by_rep = "reset by user" in said
        return Heard(DialStatus.CANCELED if by_rep else DialStatus.UNAVAILABLE, key, "", call, ended=True)
