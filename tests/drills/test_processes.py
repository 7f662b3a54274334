"""The real processes that drills and journeys stand on: a worker, a clock, a Redis, a browser."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from ops.services import Redis
from outreach.domain import heartbeats
from outreach.models import Heartbeat
from tests.harness.browser import OpenPage
from tests.harness.processes import Celery

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]

# A worker that has lost Redis tries again after 2, 4, 6 … seconds.
PATIENCE = 90


def wait(true: Callable[[], bool], what: str, celery: Celery) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, f"{what}\n{said(celery)}"
        time.sleep(0.1)


def said(celery: Celery) -> str:
    return "\n".join(child.log.read_text(errors="replace")[-3000:] for child in (celery.beat, celery.worker))


def alive(kind: str) -> bool:
    return heartbeats.is_alive(kind, now=timezone.now())


def test_a_worker_killed_with_its_children_comes_back(celery_worker_process: Celery) -> None:
    wait(lambda: alive("beat") and alive("worker"), "no heartbeat", celery_worker_process)
    celery_worker_process.worker.kill()
    assert not celery_worker_process.worker.is_running
    Heartbeat.objects.all().delete()
    time.sleep(3)
    assert not alive("worker"), "a child of the killed worker still works"
    celery_worker_process.worker.start()
    wait(lambda: alive("worker"), "the worker did not come back", celery_worker_process)


def test_worker_and_clock_stop_cleanly(celery_worker_process: Celery) -> None:
    assert celery_worker_process.beat.stop() == 0
    assert celery_worker_process.worker.stop() == 0


def test_clock_and_worker_outlive_a_redis_that_loses_everything(
    celery_worker_process: Celery, redis_server: Redis
) -> None:
    wait(lambda: alive("worker"), "no heartbeat", celery_worker_process)
    redis_server.kill()
    time.sleep(5)
    for child in (celery_worker_process.beat, celery_worker_process.worker):
        assert child.is_running, said(celery_worker_process)
    redis_server.start()
    Heartbeat.objects.all().delete()
    wait(lambda: alive("beat") and alive("worker"), "ticks did not come through again", celery_worker_process)


def test_a_worker_with_its_hands_full_outlives_its_redis(celery_worker_process: Celery, redis_server: Redis) -> None:
    """More ticks than hands, so that some are taken and not begun when Redis goes. Three times, since it is a matter of
    milliseconds which of the worker's lines notices first."""
    ticks = "from recovery.celery import app\nfor _ in range(2000): app.send_task('outreach.plan_calls')"
    for _ in range(3):
        subprocess.run([sys.executable, "-c", ticks], env=celery_worker_process.worker.env, check=True, timeout=60)
        wait(lambda: alive("worker"), "no heartbeat", celery_worker_process)
        redis_server.kill()
        time.sleep(2)
        assert celery_worker_process.worker.is_running, said(celery_worker_process)
        redis_server.start()
        Heartbeat.objects.all().delete()
        wait(lambda: alive("worker"), "ticks did not come through again", celery_worker_process)


@pytest.mark.journey
def test_a_window_opens_on_the_sign_in_page_without_a_script_error(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    page.goto("/sign-in/login/")
    assert page.locator("input[name=password]").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.journey
def test_what_the_policy_stops_fails_the_test(open_page: OpenPage, request: pytest.FixtureRequest) -> None:
    page = open_page()
    page.goto("/sign-in/login/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_timeout(200)
    faults = request.getfixturevalue("page_faults")
    assert any("Content Security Policy" in fault for fault in faults.seen)
    faults.seen.clear()
