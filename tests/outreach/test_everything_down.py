"""Mail, broker, clock and workers are down: a promise is booked all the same, and whoever booked it is told what stands in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from cases.models import Case, Message, Promise
from outreach.domain import delivery, heartbeats, ladder
from outreach.domain.health import probing
from tests.api.conftest import Api
from tests.factories import HOUR, MINUTE, NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P27")]
LOST = "127.0.0.1"


@pytest.fixture
def all_down(house: House, settings: Any) -> Iterator[time_machine.Traveller]:
    """No mail server, no Redis, no web address that answers, nobody who beats or works. The database alone is there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = LOST, 1
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://{LOST}:1/0"
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": f"http://{LOST}:1/"}
    for kind in ("beat", "worker"):
        heartbeats.note(kind, f"{kind}@here", now=NOW - HOUR)
    with time_machine.travel(NOW, tick=False) as traveller:
        probing.probe_due(clock=timezone.now)  # the last round before the workers went
        yield traveller


def booked(client: Client, case: Case) -> str:
    """Books a call in half an hour, as a rep does from the case; returns the page that follows."""
    due = NOW + timedelta(minutes=30)
    given = {"due": due.isoformat(), "what": "Say how it went", "channel": "phone"}
    return client.post(reverse("case-promise", args=[case.reference]), given, follow=True).content.decode()


def test_a_promise_is_booked_and_says_what_stands_in(house: House, all_down: time_machine.Traveller) -> None:
    client, case = Client(), house.case()
    client.force_login(house.alice)
    page = booked(client, case)
    assert "Promised" in page
    assert "Mail is not going out now: the confirmation waits" in page
    assert "Nothing rings for reminders now" in page
    assert "try again" not in page.lower()
    promise = Promise.objects.get(obligation__what="Say how it went")
    assert promise.status == "open"
    # The clock alone makes it due, late and seen by everybody, and the health of the path says so.
    all_down.move_to(NOW + 33 * MINUTE)
    desk = client.get(reverse("desk")).content.decode()
    assert "Say how it went" in desk
    assert "Reminders are late." in desk
    assert Client().get("/pathz").status_code == 503
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert not any(ready.json()[part] for part in ("broker", "beat", "worker", "reminders"))
    # When all is back, what waited is done, once.
    ladder.look(now=timezone.now())
    assert Notice.objects.filter(user=house.alice, key__startswith=f"rung:{promise.pk}:", channel="desk").exists()
    assert "Reminders are late." not in client.get(reverse("desk")).content.decode()


def test_what_was_to_be_mailed_waits_and_goes_out_when_mail_is_back(
    house: House, all_down: time_machine.Traveller, settings: Any
) -> None:
    client, case = Client(), house.case()
    client.force_login(house.alice)
    booked(client, case)
    delivery.deliver_messages(clock=timezone.now)
    waiting = Message.objects.filter(case=case, status="pending")
    assert waiting.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    all_down.move_to(NOW + MINUTE)
    delivery.deliver_messages(clock=timezone.now)
    assert not waiting.exists()
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == len(mail.outbox) >= 2


def test_while_all_is_open_nothing_is_said_of_it(house: House) -> None:
    client = Client()
    client.force_login(house.alice)
    with time_machine.travel(NOW, tick=False):
        for kind in ("beat", "worker"):
            heartbeats.note(kind, f"{kind}@here", now=NOW)
        probing.probe_due(clock=timezone.now)
        page = booked(client, house.case())
    assert "Promised" in page
    assert "Mail is not going out" not in page
    assert "Nothing rings" not in page


def test_by_rest_it_is_booked_too(house: House, all_down: time_machine.Traveller) -> None:
    case = house.case()
    made = Api(house.alice).post(
        f"cases/{case.reference}/promises/",
        {"due_end": (NOW + HOUR).isoformat(), "what": "Call back", "channel": "phone"},
    )
    assert made.status_code == 201
    assert Api(house.alice).get("path-health/").json()["open"] is False
