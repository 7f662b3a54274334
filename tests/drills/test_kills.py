"""Two workers killed with SIGKILL in turn, again and again, while promises fall due and two clocks tick by mistake.

Every rung is there exactly once, as a row and on screen; mail repeats at most once a kill, under the same Message-ID;
nothing is lost, and what is late is so by no more than a lease and two ticks. That the drill can fail is shown beside
it, in ``test_without_guards.py``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.drills import crowd, promises
from tests.drills.crowd import LONG_LADDER, SHORT_LADDER
from tests.factories import House, again, build
from tests.harness.mail import MailSink
from tests.harness.processes import Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P7", "P30")]

Start = Callable[..., Celery]


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


def test_killed_workers_lose_nothing_and_repeat_nothing(
    firm: House, celery_processes: Start, mail_sink: MailSink
) -> None:
    short = {"DJANGO_SETTINGS_MODULE": "tests.drills.settings_short_lease"}
    drilled = crowd.run(
        firm, celery_processes, mail_sink, count=60, kills=3, over=12, ladder=SHORT_LADDER, reps=2, warm_up=1,
        patience=150, **short,
    )  # fmt: skip
    promises.read_the_screens(drilled, *map(again, (firm.alice, firm.sue)))
    crowd.read_every_desk(drilled, before=drilled.shown)
    crowd.assert_kept(drilled)


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_10000_promises_and_30_kills(firm: House, celery_processes: Start, mail_sink: MailSink) -> None:
    drilled = crowd.run(
        firm, celery_processes, mail_sink, count=10_000, kills=30, over=600, ladder=LONG_LADDER, reps=20, warm_up=20,
        patience=300,
    )  # fmt: skip
    crowd.read_every_desk(drilled)
    promises.keep("10,000 promises due in ten minutes, two workers killed 30 times, two clocks", drilled)
    crowd.assert_kept(drilled)
    assert drilled.late_p95 <= 2 * crowd.TICK_SECONDS
