"""The worker killed with SIGKILL, again and again, while promises fall due.

Every rung is there exactly once, as a row and on screen; mail repeats at most once a kill, under the same Message-ID;
nothing is lost. The worker has one process, so a kill meets at most one mail in hand.

That the drill can fail is shown by `test_without_the_lease_mail_repeats`: the same worker with the guard of the claim
taken out sends mails twice though nobody is killed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from accounts.models import Notice
from journal.enums import EventType
from journal.models import Event
from tests.drills import promises
from tests.drills.promises import Tally
from tests.factories import House, again, build
from tests.harness.mail import MailSink
from tests.harness.processes import Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P30")]

Start = Callable[..., Celery]


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


def progress(sink: MailSink) -> int:
    return Event.objects.filter(type=EventType.REMINDER_RUNG).count() + len(sink.accepted)


def kill_again_and_again(celery: Celery, sink: MailSink, times: int, done: Callable[[], bool]) -> int:
    """Kill the worker in the middle of its work; returns how often that was."""
    rng = random.Random(7)
    for kill in range(times):
        before, until = progress(sink), time.monotonic() + 20
        while progress(sink) == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(rng.uniform(0.0, 0.4))
        if done() and kill:
            return kill
        celery.worker.kill()
        celery.worker.start()
    return times


def drill(
    firm: House, start: Start, sink: MailSink, *, count: int, kills: int, over: float, patience: float, **env: str
) -> Tally:
    sink.seconds = 0.01
    began = time.monotonic()
    obligations = promises.make_promises(firm, count)
    promises.let_fall_due(obligations, over=over)
    celery = start(concurrency=1, EMAIL_URL=sink.url, **env)
    killed = kill_again_and_again(celery, sink, kills, lambda: promises.all_done(obligations))
    promises.wait_until(lambda: promises.all_done(obligations), patience, "it was not done in time")
    time.sleep(2)  # ticks that find nothing to do must do nothing
    tally = Tally(promises=count, kills=killed, seconds=round(time.monotonic() - began, 1))
    promises.count_up(tally, obligations, sink)
    promises.read_the_screens(tally, again(firm.alice), again(firm.sue))
    return tally


def assert_exactly_once(tally: Tally, *, kills: int) -> None:
    assert tally.kills == kills
    assert tally.rungs_rung == tally.rungs_expected == tally.promises * 4
    assert (tally.rows_lost, tally.rows_twice) == (0, 0)
    desk = Notice.objects.filter(channel="desk", key__startswith="rung:").count()
    assert (tally.shown, tally.shown_twice) == (desk, 0)
    assert tally.mails_expected == tally.promises * 2
    assert tally.mails_lost == 0
    assert tally.mail_repeats <= tally.kills
    assert tally.repeats_under_another_id == 0


def test_a_killed_worker_loses_nothing_and_repeats_nothing(
    firm: House, celery_processes: Start, mail_sink: MailSink
) -> None:
    short = {"DJANGO_SETTINGS_MODULE": "tests.drills.settings_short_lease"}
    tally = drill(firm, celery_processes, mail_sink, count=60, kills=3, over=12, patience=90, **short)
    assert_exactly_once(tally, kills=3)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_500_promises_and_10_kills(firm: House, celery_processes: Start, mail_sink: MailSink) -> None:
    tally = drill(firm, celery_processes, mail_sink, count=500, kills=10, over=60, patience=300)
    promises.keep("500 due promises, worker killed 10 times", tally)
    assert_exactly_once(tally, kills=10)


@pytest.mark.drill
def test_without_the_lease_mail_repeats(firm: House, celery_processes: Start, mail_sink: MailSink) -> None:
    """With the guard removed the drill fails: two senders send the same mail."""
    mail_sink.seconds = 0.05
    obligations = promises.make_promises(firm, 40)
    promises.let_fall_due(obligations, over=1)
    celery_processes(
        concurrency=2, EMAIL_URL=mail_sink.url, DJANGO_SETTINGS_MODULE="tests.drills.settings_without_lease"
    )
    promises.wait_until(lambda: promises.all_done(obligations), 90, "it was not done in time")
    tally = Tally(promises=40, kills=0)
    promises.count_up(tally, obligations, mail_sink)
    promises.keep("The same without the lease: it must fail", tally)
    assert (tally.rows_lost, tally.rows_twice) == (0, 0), "rows have another guard, their unique key"
    assert tally.mail_repeats > tally.kills
