"""The clock's tasks and `manage.py sweep`: the same work, with Celery and without."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import IdempotencyKey, Notice
from cases.models import Message
from compensation.enums import ApprovalStatus
from compensation.models import Approval
from journal.models import FeedPosition, Unsequenced
from outreach.enums import CallStatus
from outreach.models import FollowUpCall
from recovery.celery import EVERY, app
from tests.factories import House, again
from tests.outreach.conftest import Outreach

pytestmark = pytest.mark.django_db
OURS = [name for name in EVERY if name.split(".")[0] in ("outreach", "compensation", "integrations")]


@pytest.fixture(autouse=True)
def _tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    app.loader.import_default_modules()


def test_every_task_of_the_clock_is_there_and_takes_nothing() -> None:
    for name in OURS:
        assert app.tasks[name].run.__code__.co_argcount == 0, f"{name} would carry something about somebody"


@pytest.mark.practice("P30")
def test_a_sweep_does_all_that_is_due(house: House, outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    house.now = now
    house.usual_caps()
    case = house.heard_case()
    house.promise(case, due_end=now + timedelta(minutes=5))
    approval = house.asked(case)
    Approval.objects.filter(pk=approval.pk).update(expires_at=now)
    outreach.call(house.customer(jurisdiction="US", time_zone="UTC"), now=now - timedelta(hours=1))
    IdempotencyKey.objects.create(
        caller="user:1", path="/", key="k", body_hash="", status=200, created_at=now - timedelta(hours=25)
    )
    for name in OURS:
        app.tasks[name]()
        app.tasks[name]()
    assert Notice.objects.filter(user=house.alice, kind="promise_before").count() == 0
    assert again(approval).status == ApprovalStatus.EXPIRED
    assert not Message.objects.filter(status="pending").exists()
    assert FollowUpCall.objects.get().status in (CallStatus.DISPATCHED, CallStatus.PLANNED)
    assert not IdempotencyKey.objects.exists()
    assert FeedPosition.objects.exists()
    assert not Unsequenced.objects.filter(event_id__lte=FeedPosition.objects.latest("position").event_id).exists()
    ids = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert len(ids) == len(set(ids)) == 2, "something was mailed twice, or not at all"
    assert {sent.to[0] for sent in mail.outbox} == {house.sue.email, case.customer.emails.get().address}


def test_the_command_says_what_it_did(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.case()
    monkeypatch.setattr("recovery.management.commands.sweep.EVERY", dict.fromkeys(OURS, 1))
    out = StringIO()
    call_command("sweep", stdout=out)
    assert re.search(r"outreach.deliver_messages: 1", out.getvalue())


def test_what_fails_is_said_and_the_rest_is_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.case()

    def broken(**given: Any) -> int:
        raise RuntimeError

    monkeypatch.setattr("outreach.domain.ladder.look", broken)
    monkeypatch.setattr("recovery.management.commands.sweep.EVERY", dict.fromkeys(OURS, 1))
    with pytest.raises(CommandError, match=r"outreach\.tick_ladder"):
        call_command("sweep", stdout=StringIO())
    assert len(mail.outbox) == 1
