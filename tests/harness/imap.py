"""A mailbox on loopback: as much of IMAP (RFC 3501) as a client needs who reads and leaves everything as it is.

It misbehaves as it is told, and remembers every command: a test can say that nothing was marked, moved or deleted.
"""

from __future__ import annotations

import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Lying:
    """A mail as it lies there."""

    uid: int
    data: bytes
    arrived: datetime


class _Conversation(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        self._say("* OK mailbox on loopback")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            verb, _, more = rest.partition(" ")
            box = self.server.box
            box.commands.append(rest.replace(box.password, "…"))
            time.sleep(box.seconds)
            if box.breaks_at and box.breaks_at in rest:
                return
            if not self._answer(tag, verb.upper(), more):
                return

    def _answer(self, tag: str, verb: str, more: str) -> bool:
        box = self.server.box
        match verb:
            case "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            case "LOGIN":
                if more != f'{box.user} "{box.password}"' and more != f'"{box.user}" "{box.password}"':
                    self._say(f"{tag} NO [AUTHENTICATIONFAILED] {box.user} is not let in")
                    return True
            case "EXAMINE" | "SELECT":
                if more.strip('"') != box.folder:
                    self._say(f"{tag} NO no such folder")
                    return True
                self._say(f"* {len(box.lying)} EXISTS")
                self._say(f"* OK [UIDVALIDITY {box.validity}] numbers hold")
            case "UID":
                if refused := self._refused(more):
                    self._say(f"{tag} {refused}")
                    return True
                self._uid(more)
            case "LOGOUT":
                self._say("* BYE")
                self._say(f"{tag} OK bye")
                return False
        self._say(f"{tag} OK done")
        return True

    def _refused(self, more: str) -> str:
        """What the server says instead of a mail that it does not give out. How long it is and when it came, it knows."""
        fetch = re.match(r"FETCH (\d+) .*BODY", more)
        return self.server.box.refuses.get(int(fetch[1]), "") if fetch else ""

    def _uid(self, more: str) -> None:
        box = self.server.box
        if search := re.fullmatch(r"SEARCH (.*)", more):
            self._say(f"* SEARCH {' '.join(str(mail.uid) for mail in self._found(search[1]))}".rstrip())
            return
        fetch = re.fullmatch(r"FETCH (\d+) \(.*?(?:BODY\.PEEK\[\]<0\.(\d+)>)?\)", more)
        mail = next((mail for mail in box.lying if fetch and mail.uid == int(fetch[1])), None)
        if fetch is None or mail is None:
            return
        at = mail.arrived
        arrived = f"{at.day:2}-{MONTHS[at.month - 1]}-{at:%Y %H:%M:%S +0000}"
        known = f'* 1 FETCH (UID {mail.uid} RFC822.SIZE {len(mail.data)} INTERNALDATE "{arrived}"'
        if fetch[2] is None:
            self._say(f"{known})")
            return
        cut = mail.data[: int(fetch[2])]
        self._say(f"{known} BODY[]<0> {{{len(cut)}}}")
        self.wfile.write(cut)
        self._say(")")

    def _found(self, wanted: str) -> list[Lying]:
        lying = self.server.box.lying
        if since := re.fullmatch(r"SINCE (\d+)-(\w+)-(\d+)", wanted):
            day = datetime(int(since[3]), MONTHS.index(since[2]) + 1, int(since[1]), tzinfo=UTC)
            return [mail for mail in lying if mail.arrived >= day]
        if range_ := re.fullmatch(r"UID (\d+):(\d+)", wanted):
            return [mail for mail in lying if int(range_[1]) <= mail.uid <= int(range_[2])]
        if from_ := re.fullmatch(r"UID (\d+):\*", wanted):
            # As the protocol has it: the range reaches to the last mail, though its number be lower.
            return [mail for mail in lying if mail.uid >= int(from_[1])] or lying[-1:]
        return lying

    def _say(self, line: str) -> None:
        try:
            self.wfile.write(f"{line}\r\n".encode())
        except OSError:
            """A client that was killed is what drills are for."""


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    box: Box


class Box:
    """`put` lays a mail into it; `url` is for MAILBOX_URL, `settings` what the settings make of that.

    ``refuses`` says what is answered instead of a mail, by its number.
    """

    def __init__(self) -> None:
        self.user, self.password, self.folder, self.validity = "care@shop.example", "a password", "INBOX", 7
        self.lying: list[Lying] = []
        self.commands: list[str] = []
        self.seconds, self.breaks_at = 0.0, ""
        self.refuses: dict[int, str] = {}
        self.listener = _Listener(("127.0.0.1", 0), _Conversation)
        self.listener.box = self
        self.port = cast(tuple[str, int], self.listener.server_address)[1]
        self.url = f"imap://care%40shop.example:a%20password@127.0.0.1:{self.port}/INBOX"
        run: Callable[[], None] = lambda: self.listener.serve_forever(poll_interval=0.05)  # noqa: E731
        threading.Thread(target=run, daemon=True).start()

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "tls": False,
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "folder": self.folder,
        }

    def put(self, data: bytes, *, arrived: datetime | None = None, uid: int = 0) -> int:
        last = max((mail.uid for mail in self.lying), default=100)
        self.lying.append(Lying(uid or last + 1, data, arrived or datetime.now(UTC)))
        return self.lying[-1].uid

    def close(self) -> None:
        self.listener.shutdown()
        self.listener.server_close()


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    """A mailbox of the test's own, which the settings name."""
    made = Box()
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX": made.settings}
    yield made
    made.close()
