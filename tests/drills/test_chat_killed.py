"""The sender to chat killed with SIGKILL, again and again: each notice is posted, and repeated at most once a kill.

What is repeated has the same id, so that a room that looks at ids has each once. As rows each is there once in any case.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain.notices import tell
from accounts.enums import NoticeChannel
from accounts.models import Notice
from tests.drills import promises
from tests.factories import House, build
from tests.harness.chat import Room
from tests.harness.processes import Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P7", "P30")]
COUNT, KILLS = 60, 3


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


def test_a_killed_sender_loses_nothing_and_repeats_no_more_than_it_had_in_hand(
    firm: House, room: Room, celery_processes: Callable[..., Celery]
) -> None:
    for number in range(COUNT):
        tell([firm.alice], key=f"k:{number}", kind="t", title="Due now", now=timezone.now(), channels=["chat"])
    room.seconds = 0.05
    celery = celery_processes(
        concurrency=1, CHAT_WEBHOOK_URL=room.url, DJANGO_SETTINGS_MODULE="tests.drills.settings_short_lease"
    )
    for kill in range(1, KILLS + 1):
        promises.wait_until(lambda kill=kill: len(room.ids) >= kill * COUNT // (KILLS + 2), 60, "nothing was posted")
        celery.worker.kill()
        celery.worker.start()
    promises.wait_until(lambda: not Notice.objects.filter(status="pending").exists(), 90, "it was not done in time")
    time.sleep(2)  # ticks that find nothing to do must do nothing
    posted = Counter(room.ids)
    expected = set(Notice.objects.filter(channel=NoticeChannel.CHAT).values_list("message_id", flat=True))
    assert {f"<{each}>" for each in posted} == expected
    assert len(expected) == COUNT
    assert posted.total() - len(posted) <= KILLS
    rows: Any = Notice.objects.filter(channel=NoticeChannel.CHAT).values_list("status", flat=True)
    assert Counter(rows) == {"sent": COUNT}
    assert not Notice.objects.filter(channel=NoticeChannel.EMAIL).exists()
