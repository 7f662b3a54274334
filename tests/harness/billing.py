"""A billing system on this machine: takes payouts over HTTP, checks their signature, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_" + "QmlsbGluZyBzeXN0ZW0gb2YgdGhlIHRlc3RzIQ=="


@dataclass
class Billing:
    """What came in, and what it answers: a status, after ``seconds``, once ``first`` has seen the request; or nothing."""

    server: ThreadingHTTPServer
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0
    hangs_up: bool = False
    first: Callable[[dict[str, Any]], object] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/payouts"

    @property
    def keys(self) -> list[str]:
        """The `webhook-id` of each request."""
        return [headers["webhook-id"] for headers in self.headers]


class _Handler(BaseHTTPRequestHandler):
    billing: Billing

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            told = Webhook(SECRET).verify(body, headers)
        except WebhookVerificationError:
            self._answer(401)
            return
        billing = self.billing
        billing.requests.append(told)
        billing.headers.append(headers)
        if billing.first is not None:
            billing.first(told)
        if billing.hangs_up:
            self.close_connection = True
            return
        time.sleep(billing.seconds)
        self._answer(billing.statuses.pop(0) if billing.statuses else 200)

    def _answer(self, status: int) -> None:
        body = json.dumps({"thank": "you"}).encode()
        try:
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the caller was killed, or would not wait

    def log_message(self, *_: Any) -> None:
        """Nothing: the test says what it needs to."""


@pytest.fixture
def billing(settings: Any) -> Iterator[Billing]:
    """A billing system that is there, and that the settings name."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    made = Billing(server)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"billing": made})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": made.url, "PAYOUT_WEBHOOK_SECRET": SECRET}
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)
