"""A mail server that takes longer for one mail than a lease lasts: two workers, nobody killed, and nothing twice."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.domain.notices import tell
from accounts.models import Notice
from tests.drills import promises
from tests.factories import House, build
from tests.harness.mail import MailSink
from tests.harness.processes import Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P7", "P30")]
LEASE = 5


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


def test_a_slow_server_gets_each_mail_once_though_two_send(
    firm: House, mail_sink: MailSink, celery_processes: Callable[..., Celery]
) -> None:
    tell([firm.alice], key="k", kind="t", title="Due now", now=timezone.now(), channels=["email"])
    mail_sink.pause = LEASE / 4  # and there are six or more things to say
    celery_processes(concurrency=2, EMAIL_URL=mail_sink.url, DJANGO_SETTINGS_MODULE="tests.drills.settings_short_lease")
    notice = Notice.objects.filter(channel="email")
    promises.wait_until(lambda: notice.get().attempts > 0, 30, "no try was counted")
    time.sleep(1.5 * LEASE)
    assert mail_sink.accepted == []
    mail_sink.pause = 0
    promises.wait_until(lambda: notice.get().status == "sent", 90, "it was not sent when the server was well")
    time.sleep(LEASE + 2)
    assert [mail.message_id for mail in mail_sink.accepted] == [notice.get().message_id]
