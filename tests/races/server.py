"""A real server process on the test's database, and many programs that call it at once."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.domain import credentials
from accounts.models import User
from tests.factories import NOW
from tests.harness.processes import Child

CONNECTIONS = 16
# Whoever calls gives up after so long; the server's own time for a request is no shorter.
TIMEOUT_SECONDS = 30
TIMED_OUT = 0
UNHINDERED = {"API_REQUESTS_PER_MINUTE": "0", "LOG_LEVEL": "ERROR"}

Asked = tuple[str, str, dict[str, Any]]
"""A caller's secret, a path and a body."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Answer:
    """``status`` is TIMED_OUT when none came in time."""

    status: int
    body: Any
    seconds: float = 0.0


class Server:
    """Gunicorn with two processes on PostgreSQL and waitress on SQLite, each as it is used with that database."""

    def __init__(
        self, env: dict[str, str], folder: Path, application: str = "recovery.wsgi:application", *, threads: int = 16
    ) -> None:
        self.port = free_port()
        here, each = f"127.0.0.1:{self.port}", str(threads)
        if connection.vendor == "postgresql":
            command = ["gunicorn", "--bind", here, "--worker-class", "gthread", "--workers", "2", "--threads", each]
        else:
            command = ["waitress", f"--listen={here}", f"--threads={each}"]
        self.log = folder / "server.log"
        self.child = Child("web server", [sys.executable, "-m", *command, application], env | UNHINDERED, self.log)

    def start(self) -> Server:
        self.child.start()
        until = time.monotonic() + 60
        while not self._answers():
            assert self.child.is_running, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as line:
                line.request("GET", "/healthz")
                return line.getresponse().status == 200
        except OSError:
            return False

    def said(self) -> str:
        """The end of what the server wrote about its faults."""
        lines = [line for line in self.log.read_text().splitlines() if '"level": "WARNING"' not in line]
        return "\n".join(lines)[-3000:]

    def post_all(
        self, asked: list[Asked], *, connections: int = CONNECTIONS, headers: dict[str, str] | None = None
    ) -> list[Answer]:
        """Post all of it over so many connections at once; the answers, in the order asked."""
        answers: list[Answer | None] = [None] * len(asked)
        waiting = iter(enumerate(asked))
        taking, gate = threading.Lock(), threading.Barrier(connections)

        def program() -> None:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
            gate.wait(30)
            while True:
                with taking:
                    place, (secret, path, body) = next(waiting, (-1, ("", "", {})))
                if place < 0:
                    line.close()
                    return
                answers[place] = _posted(line, secret, path, body, headers or {})

        programs = [threading.Thread(target=program, daemon=True) for _ in range(connections)]
        for each in programs:
            each.start()
        for each in programs:
            each.join()
        missing = sum(answer is None for answer in answers)
        assert not missing, f"{missing} requests were not answered:\n{self.said()}"
        return [answer for answer in answers if answer is not None]


def _posted(
    line: http.client.HTTPConnection, secret: str, path: str, body: dict[str, Any], headers: dict[str, str]
) -> Answer:
    # Whatever the version: of those who come at once, the rules let one have its way.
    sent = headers | {
        "If-Match": "*",
        "Authorization": f"Bearer {secret}",
        "Content-Type": "application/json",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    began = time.monotonic()
    try:
        line.request("POST", f"/api/v1/{path}", json.dumps(body), sent)
        reply = line.getresponse()
        text = reply.read().decode()
    except TimeoutError:
        line.close()
        return Answer(TIMED_OUT, "", time.monotonic() - began)
    read = json.loads(text) if text.startswith(("{", "[")) else text
    return Answer(reply.status, read, time.monotonic() - began)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def secret_of(user: User) -> str:
    """A credential with which a program acts as this person."""
    return credentials.issue(user, name="Race", by=user, now=NOW)[1]


@pytest.fixture
def serve(process_env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve()` starts the web server; `serve(threads=32)` one that takes so many requests at once."""
    started: list[Server] = []

    def start(**options: Any) -> Server:
        server = Server(process_env, tmp_path, **options)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.child.kill()


@pytest.fixture(scope="module")
def unguarded(child_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One web server for all tests of a file, in which each request can say what guard it goes without."""
    server = Server(child_env, tmp_path_factory.mktemp("unguarded"), "tests.races.unguarded:application")
    yield server.start()
    server.child.kill()
