"""A load of requests over kept connections, bounded in number."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Request:
    """One request to send."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Answers:
    """What came back: milliseconds each, and statuses that were not 2xx."""

    milliseconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    wall_seconds: float = 0.0


def send(connection: http.client.HTTPConnection, request: Request) -> tuple[int, dict[str, str], bytes]:
    """Send one request and read the whole answer."""
    body = None if request.body is None else json.dumps(request.body)
    headers = {"Content-Type": "application/json", **request.headers} if body else dict(request.headers)
    connection.request(request.method, request.path, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def run(port: int, requests: list[Request], *, connections: int) -> Answers:
    """Send all requests over so many connections at once."""
    waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
    for request in requests:
        waiting.put(request)
    answers, lock = Answers(), threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        mine: list[float] = []
        refused: list[str] = []
        while True:
            try:
                request = waiting.get_nowait()
            except queue.Empty:
                break
            began = time.perf_counter()
            status, _, body = send(connection, request)
            mine.append((time.perf_counter() - began) * 1000)
            if not 200 <= status < 300:
                refused.append(f"{request.method} {request.path}: {status} {body[:200]!r}")
        connection.close()
        with lock:
            answers.milliseconds += mine
            answers.refused += refused

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.wall_seconds = time.perf_counter() - began
    return answers
