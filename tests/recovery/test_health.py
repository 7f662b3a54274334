"""`/healthz` and `/readyz`: answered to anybody, by any address, and honest."""

import socket
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from outreach.domain import heartbeats, ladder
from outreach.models import Heartbeat, Probe
from tests.factories import House


def test_alive_needs_nothing_but_the_process() -> None:
    response = Client().get("/healthz", headers={"Host": "10.0.0.7:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert Client().post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready_when_database_clock_and_worker_are() -> None:
    for kind in ("beat", "worker"):
        heartbeats.note(kind, f"{kind}@here", now=timezone.now())
    response = Client().get("/readyz", headers={"Host": "10.0.0.7"})
    assert (response.status_code, response.json()["status"]) == (200, "ready")


@pytest.mark.django_db
def test_without_a_worker_requests_are_still_served() -> None:
    heartbeats.note("beat", "beat@here", now=timezone.now())
    heartbeats.note("worker", "worker@here", now=timezone.now() - heartbeats.SILENT_AFTER)
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "database": True,
        "migrations": True,
        "broker": True,
        "beat": True,
        "worker": False,
        "reminders": True,
        "books": True,
        "paths": {"work": True, "mail": True},
    }


@pytest.mark.django_db
def test_a_broker_that_is_gone_is_said(settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    assert Client().get("/readyz").json()["broker"] is False


@pytest.mark.django_db
def test_not_ready_without_the_database() -> None:
    with patch.object(connection, "cursor", side_effect=DatabaseError("gone, with a password in the text")):
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] is False
    assert "password" not in response.text


@pytest.mark.django_db
@pytest.mark.practice("P27")
def test_a_reminder_that_is_late_is_said_with_every_worker_down(house: House) -> None:
    """No worker runs here, and none ever did: the rows and the clock say it alone."""
    house.now = timezone.now()
    house.promise(house.case(), due_end=house.now + timedelta(minutes=1))
    ladder.look(now=house.now)
    for kind in ("beat", "worker"):
        heartbeats.note(kind, f"{kind}@here", now=house.now)
    assert Client().get("/readyz").json()["reminders"] is True
    with time_machine.travel(house.now + timedelta(minutes=2, seconds=59), tick=False):
        assert Client().get("/readyz").json()["reminders"] is True
    with time_machine.travel(house.now + timedelta(minutes=3, seconds=1), tick=False):
        told = Client().get("/readyz")
        assert (told.status_code, told.json()["status"], told.json()["reminders"]) == (200, "degraded", False)
        alarm = Client().get("/pathz", headers={"Host": "10.0.0.7"})
        assert (alarm.status_code, alarm.json()["status"], alarm.json()["reminders"]) == (503, "closed", False)


@pytest.mark.django_db
@pytest.mark.practice("P27")
def test_an_alarm_rings_while_a_way_is_closed_and_requests_are_served() -> None:
    now = timezone.now()
    for kind in ("beat", "worker"):
        heartbeats.note(kind, f"{kind}@here", now=now)
    assert (Client().get("/pathz").status_code, Client().get("/pathz").json()["status"]) == (200, "open")
    Probe.objects.create(name="mail", next_at=now, tried_at=now, failed_at=now, failing_since=now, error="Gone")
    assert (Client().get("/pathz").status_code, Client().get("/pathz").json()["mail"]) == (503, False)
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["paths"]["mail"]) == (200, "degraded", False)
    assert "Gone" not in ready.text
    Heartbeat.objects.filter(kind="worker").update(beat_at=now - heartbeats.SILENT_AFTER)
    assert Client().get("/pathz").json()["worker"] is False


@pytest.mark.django_db
def test_an_alarm_rings_without_the_database() -> None:
    with patch.object(connection, "cursor", side_effect=DatabaseError("gone")):
        assert Client().get("/pathz").json() == {"status": "closed", "database": False}


@pytest.mark.django_db
def test_a_process_notes_itself_in_one_row_and_is_forgotten_when_long_gone() -> None:
    now = timezone.now()
    for seconds in (0, 10, 20):
        heartbeats.note("worker", "worker@a", now=now + timedelta(seconds=seconds))
    assert Heartbeat.objects.get().beat_at == now + timedelta(seconds=20)
    heartbeats.note("worker", "worker@b", now=now + timedelta(days=2))
    assert heartbeats.forget(now=now + timedelta(days=2)) == 1
    assert Heartbeat.objects.get().name == "worker@b"


@pytest.mark.django_db
def test_a_containers_health_check_asks_by_command() -> None:
    with pytest.raises(CommandError, match="No worker"):
        call_command("heartbeat", "worker")
    heartbeats.note("worker", "worker@here", now=timezone.now())
    call_command("heartbeat", "worker", verbosity=0)


@pytest.mark.django_db
def test_a_container_is_not_healthy_because_another_one_is() -> None:
    here = socket.gethostname()
    heartbeats.note("worker", f"celery@{here}", now=timezone.now())
    heartbeats.note("worker", "reminders@elsewhere", now=timezone.now())
    call_command("heartbeat", "worker", "--node", "celery", verbosity=0)
    with pytest.raises(CommandError, match=f"No reminders@{here}"):
        call_command("heartbeat", "worker", "--node", "reminders")
