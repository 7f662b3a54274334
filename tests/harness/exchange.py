"""An Asterisk's manager interface as far as a script goes: it says what it is told to, when it is asked."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from outreach.domain.dialing.asterisk import Exchange

SECRET = "the manager’s own"


class _Manager(socketserver.BaseRequestHandler):
    """One connection. `{attempt}` in the script stands for what the `ChannelId` names."""

    server: _Listener

    def handle(self) -> None:
        self.rest = b""
        self.attempt = ""
        self.request.sendall(b"Asterisk Call Manager/5.0.2\r\n")
        while (action := self._next()) is not None:
            self.server.exchange.actions.append(action)
            self._answer(action)

    def _next(self) -> dict[str, str] | None:
        while b"\r\n\r\n" not in self.rest:
            came = self.request.recv(65536)
            if not came:
                return None
            self.rest += came
        block, _, self.rest = self.rest.partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in block.decode().split("\r\n"))
        return {name: value for name, _, value in lines}

    def _answer(self, action: dict[str, str]) -> None:
        script, name = self.server.exchange, action.get("ActionID", "")
        match action["Action"]:
            case "Login":
                right = action["Secret"] == SECRET
                self._say(f"Response: {'Success' if right else 'Error'}\nActionID: {name}\nMessage: said")
            case "Originate":
                self.attempt = action["ChannelId"].removeprefix("recovery-")
                if not script.takes_calls:
                    self._say(f"Response: Error\nActionID: {name}\nMessage: Permission denied")
                    return
                if script.answer_is == "lost":
                    self.request.shutdown(socket.SHUT_RDWR)
                    return
                if script.answer_is == "late":
                    return
                self._say(f"Response: Success\nActionID: {name}\nMessage: Originate successfully queued")
                self._tell(script.tells)
            case "Hangup":
                self._say(f"Response: Success\nActionID: {name}\nMessage: Channel Hungup")
                self._tell(script.after_hangup)
            case "CoreShowChannels":
                self._say(f"Response: Success\nActionID: {name}\nEventList: start")
                self._tell(script.channels)
                self._say(f"Event: CoreShowChannelsComplete\nActionID: {name}\nEventList: Complete")

    def _tell(self, script: str) -> None:
        for packet in script.format(attempt=self.attempt or self.server.exchange.attempt).strip().split("\n\n"):
            if packet:
                self._say(packet)

    def _say(self, packet: str) -> None:
        # In two pieces, as a network may bring it.
        raw = (packet.strip() + "\n\n").replace("\n", "\r\n").encode()
        self.request.sendall(raw[:7])
        self.request.sendall(raw[7:])


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    exchange: ScriptedExchange

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hung up in the middle of a script has heard enough."""


class ScriptedExchange:
    """`actions` is what was asked of it. `tells` comes after an `Originate`, `after_hangup` after a `Hangup`.

    `answer_is` says that an `Originate` is taken and its answer `lost` or `late`; `channels` is what rings then.
    """

    def __init__(self) -> None:
        self.actions: list[dict[str, str]] = []
        self.tells = self.after_hangup = self.channels = self.attempt = ""
        self.answer_is = ""
        self.takes_calls = True
        self.listener = _Listener(("127.0.0.1", 0), _Manager)
        self.listener.exchange = self
        self.port = cast(tuple[str, int], self.listener.server_address)[1]
        threading.Thread(target=self.listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def asked(self, action: str) -> list[dict[str, str]]:
        return [each for each in self.actions if each["Action"] == action]

    def close(self) -> None:
        self.listener.shutdown()
        self.listener.server_close()


@pytest.fixture
def exchange() -> Iterator[ScriptedExchange]:
    scripted = ScriptedExchange()
    yield scripted
    scripted.close()


def reached(scripted: ScriptedExchange, secret: str = SECRET) -> Exchange:
    """How it is reached."""
    return Exchange("127.0.0.1", scripted.port, "recovery", secret, "recovery-out", "Recovery <+13035550100>")


def nobody_there() -> Exchange:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Exchange("127.0.0.1", free.getsockname()[1], "recovery", SECRET, "recovery-out")
