"""A mail server on loopback that accepts everything and remembers it, in the order of acceptance."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest


@dataclass(frozen=True)
class Accepted:
    """One mail as it was accepted, ``at`` seconds since the epoch."""

    message_id: str
    to: str
    subject: str
    at: float


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client without extensions speaks."""

    server: _Listener

    def handle(self) -> None:
        self._say("220 sink")
        to: list[str] = []
        while line := self.rfile.readline():
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._say("250 sink")
                case "RCPT":
                    to.append(rest.partition("<")[2].partition(">")[0])
                    self._say("250 ok")
                case "DATA":
                    self._say("354 go on")
                    self._accept(self._data(), to)
                    to = []
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            raise ConnectionError("the client went away in the middle of its mail")
        return b"".join(lines)

    def _accept(self, data: bytes, to: list[str]) -> None:
        mail = email.message_from_bytes(data, policy=email.policy.default)
        # Accepted: from here on it is the server's. The sender does not know it yet, which is where a kill hurts.
        accepted = Accepted(str(mail["Message-ID"]), ",".join(to), str(mail["Subject"]), time.time())
        self.server.sink.accepted.append(accepted)
        time.sleep(self.server.sink.seconds)
        self._say("250 accepted")

    def _say(self, line: str) -> None:
        """At once, or after a pause, or byte by byte: a tarpit is one or the other."""
        time.sleep(self.server.sink.pause)
        said = f"{line}\r\n".encode()
        if not self.server.sink.a_byte_in:
            self.wfile.write(said)
            return
        for byte in said:
            self.wfile.write(bytes([byte]))
            time.sleep(self.server.sink.a_byte_in)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    sink: MailSink

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is what drills are for."""


class MailSink:
    """`url` is for EMAIL_URL; `accepted` is what came in; `seconds` passes between taking a mail and saying so.

    `pause` passes before each thing that it says, and `a_byte_in` with each byte of it.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.accepted: list[Accepted] = []
        self.seconds, self.pause, self.a_byte_in = seconds, 0.0, 0.0
        self.listener = _Listener(("127.0.0.1", 0), _Conversation)
        self.listener.sink = self
        self.url = f"smtp://127.0.0.1:{cast(tuple[str, int], self.listener.server_address)[1]}"
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    @property
    def repeats(self) -> int:
        return len(self.accepted) - len({mail.message_id for mail in self.accepted})

    def close(self) -> None:
        self.listener.shutdown()
        self.listener.server_close()


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """A mail server of the test's own. Give its `url` to child processes as EMAIL_URL."""
    sink = MailSink()
    yield sink
    sink.close()
