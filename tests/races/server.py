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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Answer:
    status: int
    body: Any


class Server:
    """Gunicorn with two processes on PostgreSQL and waitress on SQLite, each as it is used with that database."""

    def __init__(self, env: dict[str, str], folder: Path, application: str) -> None:
        self.port = free_port()
        here = f"127.0.0.1:{self.port}"
        threads = str(CONNECTIONS)
        if connection.vendor == "postgresql":
            command = ["gunicorn", "--bind", here, "--worker-class", "gthread", "--workers", "2", "--threads", threads]
        else:
            command = ["waitress", f"--listen={here}", f"--threads={threads}"]
        self.log = folder / "server.log"
        self.child = Child("web server", [sys.executable, "-m", *command, application], env, self.log)

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

    def post_all(
        self, asked: list[tuple[str, str, dict[str, object]]], *, connections: int = CONNECTIONS
    ) -> list[Answer]:
        """Post every (secret, path, body) over so many connections at once; the answers, in the order asked."""
        answers: list[Answer | None] = [None] * len(asked)
        waiting = iter(enumerate(asked))
        taking, gate = threading.Lock(), threading.Barrier(connections)

        def program() -> None:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            gate.wait(30)
            while True:
                with taking:
                    place, (secret, path, body) = next(waiting, (-1, ("", "", {})))
                if place < 0:
                    line.close()
                    return
                headers = {
                    "Authorization": f"Bearer {secret}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": uuid.uuid4().hex,
                }
                line.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
                reply = line.getresponse()
                text = reply.read().decode()
                answers[place] = Answer(reply.status, json.loads(text) if text.startswith(("{", "[")) else text)

        programs = [threading.Thread(target=program, daemon=True) for _ in range(connections)]
        for each in programs:
            each.start()
        for each in programs:
            each.join(120)
        missing = sum(answer is None for answer in answers)
        assert not missing, f"{missing} requests were not answered:\n{self.log.read_text()[-3000:]}"
        return [answer for answer in answers if answer is not None]


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def secret_of(user: User) -> str:
    """A credential with which a program acts as this person."""
    return credentials.issue(user, name="Race", by=user, now=NOW)[1]


@pytest.fixture
def serve(process_env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve()` starts the web server; `serve(GUARD="none")` starts one whose caps are not guarded."""
    started: list[Server] = []

    def start(**env: str) -> Server:
        application = "tests.races.unguarded:application" if "GUARD" in env else "recovery.wsgi:application"
        unhindered = {"API_REQUESTS_PER_MINUTE": "0", "LOG_LEVEL": "ERROR"}
        server = Server(process_env | unhindered | env, tmp_path, application)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.child.kill()
