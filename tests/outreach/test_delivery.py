"""Mail: claimed under a lease, sent, recorded; tried again with growing gaps, given up with a reason."""

from __future__ import annotations

import itertools
import logging
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from unittest.mock import Mock

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError

from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice
from cases.models import Message
from journal.enums import EventType
from journal.models import Event
from outreach.domain import delivery
from tests.factories import NOW, House, away

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)


class Clock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> Clock:
        self.at += timedelta(**by)
        return self


class Refusing(EmailBackend):
    """A mail server that turns everything away, quoting the address as they do."""

    problem: Exception = OSError("connection to mail.example.com refused")

    def send_messages(self, messages: Any) -> int:
        raise type(self).problem


@pytest.fixture
def refusing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Refusing]:
    """Whatever a test makes its problem is forgotten after it."""
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    monkeypatch.setattr(Refusing, "problem", Refusing.problem)
    return Refusing


def told(house: House, count: int = 1) -> list[Notice]:
    for number in range(count):
        tell(
            [house.alice],
            key=f"k:{number}",
            kind="test",
            title=f"Number {number}",
            path="/calls",
            now=NOW,
            channels=["desk", "email"],
        )
    return list(Notice.objects.filter(channel=NoticeChannel.EMAIL).order_by("id"))


def test_a_notice_is_mailed_once_under_its_own_message_id(house: House) -> None:
    (notice,) = told(house)
    clock = Clock()
    assert delivery.deliver_notices(clock=clock) == 1
    assert delivery.deliver_notices(clock=clock) == 0
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == notice.message_id
    assert sent.to == ["alice@example.com"]
    assert sent.body.endswith("http://127.0.0.1:8000/calls")
    notice.refresh_from_db()
    assert (notice.status, notice.sent_at, notice.leased_until) == (DeliveryStatus.SENT, NOW, None)


@pytest.mark.practice("P5")
def test_a_message_to_a_customer_is_mailed_and_stands_in_their_timeline(house: House) -> None:
    case = house.case()
    assert delivery.deliver_messages(clock=Clock()) == 1
    (sent,) = mail.outbox
    assert case.reference in sent.subject
    assert "Alice" in sent.body
    event = Event.objects.get(type=EventType.MESSAGE_SENT)
    assert (event.customer_id, event.case_id, event.subject_kind) == (case.customer_id, case.pk, "message")


def test_what_somebody_holds_is_left_alone_until_their_lease_runs_out(house: House) -> None:
    told(house)
    clock = Clock()
    assert len(delivery.claim(Notice, now=clock(), limit=10)) == 1
    assert delivery.deliver_notices(clock=clock.later(seconds=29)) == 0
    assert delivery.deliver_notices(clock=clock.later(seconds=1)) == 1
    assert len(mail.outbox) == 1


def test_whoever_comes_back_after_the_lease_records_nothing(house: House) -> None:
    told(house)
    (slow,) = delivery.claim(Notice, now=NOW, limit=10)
    delivery.deliver_notices(clock=Clock(NOW + LEASE))
    delivery._settle(slow, DeliveryStatus.FAILED, now=NOW + 2 * LEASE, error="late")
    assert Notice.objects.get(pk=slow.pk).status == DeliveryStatus.SENT


def test_no_mail_is_begun_when_half_the_lease_is_gone_and_the_rest_is_handed_back(house: House) -> None:
    told(house, 5)
    clock = Clock()
    ticking = iter([0, *range(0, 600, 8)])

    def slow_clock() -> datetime:
        return clock.at + timedelta(seconds=next(ticking))

    tried = delivery.deliver_notices(clock=slow_clock)
    assert 0 < tried < 5
    assert Notice.objects.filter(status=DeliveryStatus.PENDING, leased_until__isnull=True).count() == 5 - tried


def test_what_went_out_and_could_not_be_recorded_is_not_sent_again_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(house, 3)
    monkeypatch.setattr(delivery, "_settle", Mock(side_effect=DatabaseError))
    with pytest.raises(DatabaseError):
        delivery.deliver_notices(clock=Clock())
    assert len(mail.outbox) == 1
    assert Notice.objects.filter(leased_until=NOW + LEASE).count() == 1
    assert Notice.objects.filter(status=DeliveryStatus.PENDING, leased_until__isnull=True).count() == 2


@pytest.mark.practice("P27")
def test_failures_are_tried_again_after_growing_gaps_and_then_given_up(house: House, refusing: type[Refusing]) -> None:
    case = house.case()
    clock, tries = Clock(), []
    while (waiting := Message.objects.get()).status == DeliveryStatus.PENDING:
        if waiting.leased_until is not None:
            clock.at = waiting.leased_until - timedelta(seconds=1)
            assert delivery.deliver_messages(clock=clock) == 0
            clock.later(seconds=1)
        delivery.deliver_messages(clock=clock)
        tries.append(clock())
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert gaps == list(delivery.RETRY_AFTER)
    message = Message.objects.get()
    assert (message.status, message.attempts, message.error) == (DeliveryStatus.FAILED, 6, "OSError")
    failed = Event.objects.get(type=EventType.MESSAGE_FAILED)
    assert failed.case_id == case.pk
    assert Notice.objects.filter(user=house.alice, kind="message_failed").count() == 1


def test_a_server_that_says_never_is_not_asked_again(house: House, refusing: type[Refusing], caplog: Any) -> None:
    house.case()
    address = Message.objects.get().to
    refusing.problem = SMTPRecipientsRefused({address: (550, f"no such user {address}".encode())})
    with caplog.at_level(logging.DEBUG):
        delivery.deliver_messages(clock=Clock())
    message = Message.objects.get()
    assert (message.status, message.error) == (DeliveryStatus.FAILED, "SMTPRecipientsRefused 550")
    assert address not in caplog.text


def test_a_message_that_failed_on_a_case_without_an_owner_is_on_the_supervisors_desks(
    house: House, refusing: type[Refusing]
) -> None:
    away(house.alice), away(house.bob)
    assert house.case(by=house.crm, channel="email").owner is None
    refusing.problem = SMTPRecipientsRefused({Message.objects.get().to: (550, b"no such user")})
    delivery.deliver_messages(clock=Clock())
    told_of_it = Notice.objects.filter(kind="message_failed", channel=NoticeChannel.DESK)
    assert {notice.user for notice in told_of_it} == {house.sue, house.sam}


def test_a_colleague_whose_address_is_refused_hears_of_it_on_the_desk_once_a_day(
    house: House, refusing: type[Refusing]
) -> None:
    told(house, 2)
    refusing.problem = SMTPRecipientsRefused({"alice@example.com": (550, b"no such user")})
    delivery.deliver_notices(clock=Clock())
    unreached = Notice.objects.filter(kind="unreached").order_by("user__name")
    assert [(each.user, each.channel) for each in unreached] == [(house.ada, "desk"), (house.alice, "desk")]


def test_one_that_fails_does_not_stand_in_the_way(house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told(house, 3)
    send = EmailBackend.send_messages

    def fails_on_one(backend: EmailBackend, messages: Any) -> int:
        if messages[0].subject == "Number 1":
            raise ValueError("unprintable")
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", fails_on_one)
    assert delivery.deliver_notices(clock=Clock()) == 3
    assert [sent.subject for sent in mail.outbox] == ["Number 0", "Number 2"]


def test_somebody_without_an_address_is_told_on_the_desk_only(house: House) -> None:
    type(house.alice).objects.filter(pk=house.alice.pk).update(email="")
    (notice,) = told(house)
    delivery.deliver_notices(clock=Clock())
    notice.refresh_from_db()
    assert notice.status == DeliveryStatus.NO_ADDRESS
    assert mail.outbox == []


def test_a_line_break_in_a_title_does_not_break_the_mail(house: House) -> None:
    tell([house.alice], key="x", kind="t", title="One\nBcc: all@example.com", now=NOW, channels=["email"])
    delivery.deliver_notices(clock=Clock())
    assert mail.outbox[0].subject == "One Bcc: all@example.com"
