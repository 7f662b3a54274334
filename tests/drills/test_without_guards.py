"""The drill with one guard taken out: it fails, so that passing it says something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.drills import crowd, promises
from tests.drills.crowd import SHORT_LADDER, Crowd
from tests.factories import House, build
from tests.harness.mail import MailSink
from tests.harness.processes import Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P30"), pytest.mark.drill]

Start = Callable[..., Celery]


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


def drilled(firm: House, start: Start, sink: MailSink, *, kills: int, without: str) -> Crowd:
    return crowd.run(
        firm, start, sink, count=200, kills=kills, over=20, ladder=SHORT_LADDER, reps=2, warm_up=1, patience=120,
        DJANGO_SETTINGS_MODULE="tests.drills.settings_without_guards", DRILL_WITHOUT=without,
    )  # fmt: skip


def test_without_one_transaction_a_kill_loses_reminders(
    firm: House, celery_processes: Start, mail_sink: MailSink
) -> None:
    told = drilled(firm, celery_processes, mail_sink, kills=6, without="one transaction")
    promises.keep("Without one transaction: it must fail", told)
    assert told.rows_lost > 0


def test_without_looking_again_a_rung_rings_twice(firm: House, celery_processes: Start, mail_sink: MailSink) -> None:
    told = drilled(firm, celery_processes, mail_sink, kills=0, without="looking again")
    promises.keep("Without looking again under a lock: it must fail", told)
    assert told.rungs_twice > 0
    assert (told.rows_lost, told.rows_twice) == (0, 0), "notices have another guard, their unique key"


def test_without_the_lease_mail_repeats(firm: House, celery_processes: Start, mail_sink: MailSink) -> None:
    """Two senders send the same mail, though nobody is killed."""
    mail_sink.seconds = 0.05
    obligations = promises.make_promises(firm, 40)
    promises.let_fall_due(obligations, over=1)
    celery_processes(
        concurrency=2, EMAIL_URL=mail_sink.url, DJANGO_SETTINGS_MODULE="tests.drills.settings_without_lease"
    )
    promises.wait_until(lambda: promises.all_done(obligations), 90, "it was not done in time")
    tally = promises.Tally(promises=40, kills=0)
    promises.count_up(tally, obligations, mail_sink)
    promises.keep("Without the lease: it must fail", tally)
    assert (tally.rows_lost, tally.rows_twice) == (0, 0), "rows have another guard, their unique key"
    assert tally.mail_repeats > tally.kills
