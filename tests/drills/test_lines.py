"""A worker that is killed while a telephone rings: the line is followed on by the next, and nobody is rung twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from outreach.domain.dialing import dials, phones
from outreach.models import Dial, DialEvent
from tests.factories import House, again
from tests.harness.telephony import Callee, Softphone

pytestmark = [
    pytest.mark.alone,
    pytest.mark.django_db(transaction=True),
    pytest.mark.practice("P23"),
    pytest.mark.practice("P30"),
]
PATIENCE = 60
SHORT_LEASE = {"DJANGO_SETTINGS_MODULE": "tests.drills.settings_short_lease"}


def until(dial: Dial, status: str) -> Dial:
    end = time.monotonic() + PATIENCE
    while (found := again(dial)).status != status:
        assert time.monotonic() < end, (found.status, found.error)
        time.sleep(0.1)
    found_: Dial = found
    return found_


def test_a_killed_worker_leaves_a_line_that_the_next_one_follows_on(
    house: House, softphone: Softphone, callee: Callee, celery_processes: Callable[..., Any], settings: Any
) -> None:
    settings.RECOVERY = settings.RECOVERY | {"RING_TIMEOUT_SECONDS": 4}
    telephone = callee("rings")
    celery = celery_processes(**SHORT_LEASE)
    phones.choose_phone(house.alice, dialer="baresip", address=softphone.control, by=house.alice, now=timezone.now())
    dial = dials.dial(house.customer(), key="k", by=house.alice, now=timezone.now()).dial
    until(dial, "ringing")
    celery.worker.kill()
    celery.worker.start()
    ended = until(dial, "no_answer")
    assert ended.dialer == "baresip"
    # One INVITE, one CANCEL: sipp takes one call, and ends well if it went as its scenario says.
    assert telephone.wait(20) == 0
    assert list(DialEvent.objects.filter(dial=dial).values_list("status", flat=True)) == [
        "ringing",
        "ringing",
        "no_answer",
    ]
