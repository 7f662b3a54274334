"""Redis stopped while people work and promises fall due: nothing is lost, and no request notices.

A web server of its own answers reads and writes the whole time; worker and clock lose their broker and find it again.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.domain import credentials
from cases.models import Obligation
from ops.services import Redis, free_port
from outreach.models import Signal
from tests.drills import promises
from tests.drills.promises import Tally
from tests.factories import House, again, build
from tests.harness.mail import MailSink
from tests.harness.processes import Celery, Child

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P30")]

Start = Callable[..., Celery]


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


class Web:
    """A real web server, and somebody who goes on asking it things."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "recovery.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        options = ["--workers", "1", "--threads", "4", "--log-level", "info"]
        self.server = Child("web", command + options, env, folder / "web.log", says="Listening at")
        self.asked: list[tuple[float, float, int]] = []
        self.stop = threading.Event()

    def start(self, person: Any, secret: str, customer: int) -> None:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}
        bearer = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        told = json.dumps({"customer": customer, "kind": "survey", "score": 5})
        self.requests = [("GET", "/", "", cookie), ("GET", "/notices", "", cookie), ("GET", "/calls", "", cookie)]
        self.requests.append(("POST", "/api/v1/dissatisfaction/", told, bearer))
        self.server.start()
        self.ask_once()
        self.asked.clear()
        threading.Thread(target=self._go_on, daemon=True).start()

    def ask_once(self) -> None:
        for method, path, body, headers in self.requests:
            line = HTTPConnection("127.0.0.1", self.port, timeout=30)
            began = time.monotonic()
            try:
                line.request(method, path, body or None, headers)
                status = line.getresponse().status
            except OSError:
                status = 599
            self.asked.append((began, time.monotonic() - began, status))
            line.close()

    def _go_on(self) -> None:
        while not self.stop.wait(0.05):
            self.ask_once()

    def between(self, begin: float, end: float) -> dict[str, Any]:
        """What it was like in a stretch of time."""
        took = [(seconds, status) for at, seconds, status in list(self.asked) if begin <= at < end]
        times = sorted(seconds for seconds, _ in took)
        return {
            "requests": len(times),
            "p50_ms": round(1000 * statistics.median(times)),
            "p95_ms": round(1000 * times[int(0.95 * (len(times) - 1))]),
            "worst_ms": round(1000 * times[-1]),
            "not_ok": sum(1 for _, status in took if status not in (200, 201)),
        }

    def readiness(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as problem:
            return problem.code, json.loads(problem.read())

    def close(self) -> None:
        self.stop.set()
        self.server.kill()


@pytest.fixture
def web(process_env: dict[str, str], redis_server: Redis, tmp_path: Path) -> Iterator[Web]:
    web = Web(process_env | {"REDIS_URL": redis_server.url}, tmp_path)
    yield web
    web.close()


def drill(
    firm: House, start: Start, web: Web, redis: Redis, sink: MailSink, *, count: int, down: float, before: float
) -> Tally:
    _, secret = credentials.issue(firm.crm, name="drill", by=None, now=timezone.now())
    customer = firm.customer().pk
    obligations = promises.make_promises(firm, count)
    start(concurrency=1, EMAIL_URL=sink.url)
    web.start(again(firm.alice), secret, customer)
    began = time.monotonic()
    # The promises' last rungs come while Redis is down.
    promises.let_fall_due(obligations, starting_in=before, over=down * 0.9)
    time.sleep(before)
    stopped = time.monotonic()
    redis.kill()
    time.sleep(down / 2)
    status, ready = web.readiness()
    assert (status, ready["status"], ready["broker"]) == (200, "degraded", False)
    missing = Obligation.objects.filter(pk__in=obligations, next_look_at__lte=timezone.now()).count()
    time.sleep(down / 2)
    redis.start()
    back = time.monotonic()
    promises.wait_until(lambda: promises.all_done(obligations), 120, "it was not done in time after Redis came back")
    done = time.monotonic()
    web.stop.set()
    tally = Tally(promises=count, kills=0, seconds=round(done - began, 1))
    promises.count_up(tally, obligations, sink)
    promises.read_the_screens(tally, again(firm.alice), again(firm.sue))
    tally.web = {
        "redis_up": web.between(began, stopped),
        "redis_down": web.between(stopped, back),
        "redis_down_seconds": round(back - stopped, 1),
        "waiting_in_the_middle": missing,
        "caught_up_after_seconds": round(done - back, 1),
        "signals_written": Signal.objects.count(),
    }
    return tally


def assert_nobody_noticed(tally: Tally, *, slack_ms: int) -> None:
    up, down = tally.web["redis_up"], tally.web["redis_down"]
    assert (up["not_ok"], down["not_ok"]) == (0, 0)
    # The numbers swing with what else the machine does; a request that waited for a dead broker would take seconds.
    assert down["p95_ms"] <= max(2 * up["p95_ms"], up["p95_ms"] + slack_ms), tally.web
    assert tally.web["waiting_in_the_middle"] > 0, "the broker was not needed, so this shows nothing"
    assert (tally.rows_lost, tally.rows_twice, tally.shown_twice) == (0, 0, 0)
    assert tally.rungs_rung == tally.rungs_expected
    assert (tally.mails_lost, tally.mail_repeats) == (0, 0)


def test_redis_stopped_loses_nothing_and_no_request_notices(
    firm: House, celery_processes: Start, web: Web, redis_server: Redis, mail_sink: MailSink
) -> None:
    tally = drill(firm, celery_processes, web, redis_server, mail_sink, count=40, down=8, before=5)
    assert_nobody_noticed(tally, slack_ms=1000)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_redis_stopped_for_60_seconds(
    firm: House, celery_processes: Start, web: Web, redis_server: Redis, mail_sink: MailSink
) -> None:
    tally = drill(firm, celery_processes, web, redis_server, mail_sink, count=400, down=60, before=15)
    promises.keep("Redis stopped for 60 s", tally)
    assert_nobody_noticed(tally, slack_ms=150)
