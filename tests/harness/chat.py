"""A room in chat on this machine: takes what is posted to its webhook, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SECRET = "whsec_" + "QSByb29tIGluIGNoYXQgb2YgdGhlIHRlc3RzISE="


@dataclass
class Room:
    """What was posted, and what it answers: a status, after ``seconds``, once ``first`` has seen the post."""

    server: ThreadingHTTPServer
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0
    retry_after: str = ""
    first: Callable[[], object] | None = None
    posts: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/services/T000/B000/XXXX"

    @property
    def ids(self) -> list[str]:
        """The `webhook-id` of each post that was taken."""
        return [headers["webhook-id"] for headers in self.headers]

    @property
    def texts(self) -> list[str]:
        return [post["text"] for post in self.posts]


class _Handler(BaseHTTPRequestHandler):
    room: Room

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        room = self.room
        status = room.statuses.pop(0) if room.statuses else 200
        if status == 200:
            room.posts.append(json.loads(body))
            room.bodies.append(body)
            room.headers.append({name.lower(): value for name, value in self.headers.items()})
        if room.first is not None:
            room.first()
        time.sleep(room.seconds)
        try:
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            if status == 429 and room.retry_after:
                self.send_header("Retry-After", room.retry_after)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")
        except OSError:
            self.close_connection = True  # the caller was killed, or would not wait

    def do_HEAD(self) -> None:
        self.send_response(405)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: the test says what it needs to."""


@pytest.fixture
def room(settings: Any) -> Iterator[Room]:
    """A room that is there, that the settings name, and that asks for no signature, as Slack's do."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    made = Room(server)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"room": made})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    settings.RECOVERY = settings.RECOVERY | {"CHAT_WEBHOOK_URL": made.url, "CHAT_WEBHOOK_SECRET": ""}
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)
