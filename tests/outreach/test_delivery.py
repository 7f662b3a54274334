"""Mail: claimed under a lease, sent, recorded; tried again with growing gaps, given up with a reason."""

from __future__ import annotations

import itertools
import logging
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from time import monotonic
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError
from django.utils import timezone

from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice
from cases.models import Message
from journal.enums import EventType
from journal.models import Event
from outreach.domain import delivery
from tests.factories import NOW, House, away
from tests.harness.chat import Room
from tests.harness.mail import MailSink

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


def test_what_went_out_is_recorded_as_sent_whoever_has_the_lease_by_then(house: House) -> None:
    (message,) = Message.objects.filter(case=house.case())
    (slow,) = delivery.claim(Message, now=NOW, limit=10)
    (other,) = delivery.claim(Message, now=NOW + LEASE, limit=10)
    for sender, at in ((slow, NOW + 1.5 * LEASE), (other, NOW + 2.5 * LEASE)):
        delivery._settle(sender, DeliveryStatus.SENT, now=at)
    message.refresh_from_db()
    assert (message.status, message.sent_at, message.attempts) == (DeliveryStatus.SENT, NOW + 1.5 * LEASE, 1)
    assert Event.objects.filter(type=EventType.MESSAGE_SENT).count() == 1
    assert delivery.claim(Message, now=NOW + 10 * LEASE, limit=10) == []


def test_a_failure_is_not_recorded_while_somebody_else_has_it_in_hand(house: House) -> None:
    told(house)
    (slow,) = delivery.claim(Notice, now=NOW, limit=10)
    (other,) = delivery.claim(Notice, now=NOW + LEASE, limit=10)
    delivery._settle(slow, DeliveryStatus.FAILED, now=NOW + 1.5 * LEASE, error="late")
    delivery._failed(slow, OSError(), wait=timedelta(), now=NOW + 1.5 * LEASE)
    held = Notice.objects.get(pk=slow.pk)
    assert (held.status, held.leased_until, held.attempts) == (DeliveryStatus.PENDING, other.leased_until, 0)


def by_smtp(settings: Any, sink: MailSink, *, lease: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = urlsplit(sink.url).hostname, urlsplit(sink.url).port
    settings.RECOVERY = settings.RECOVERY | {"CLAIM_LEASE_SECONDS": lease}


@pytest.mark.parametrize("slow", [{"pause": 0.8}, {"a_byte_in": 0.1}], ids=["each step", "each byte"])
def test_however_slow_the_server_a_sending_is_over_before_its_lease(
    house: House, settings: Any, mail_sink: MailSink, slow: dict[str, float]
) -> None:
    """What comes before the mail takes four seconds or so, and no step of it as long as a timeout."""
    told(house)
    by_smtp(settings, mail_sink, lease=3)
    vars(mail_sink).update(slow)
    began = monotonic()
    delivery.deliver_notices(clock=timezone.now)
    assert monotonic() - began < 3
    tried = Notice.objects.get(channel=NoticeChannel.EMAIL)
    assert (tried.status, tried.attempts, tried.error) == (DeliveryStatus.PENDING, 1, "SMTPServerDisconnected")
    assert mail_sink.accepted == []
    mail_sink.pause = mail_sink.a_byte_in = 0
    delivery.deliver_notices(clock=lambda: timezone.now() + timedelta(minutes=1))
    assert [accepted.message_id for accepted in mail_sink.accepted] == [tried.message_id]


def test_a_server_that_has_the_mail_is_heard_out(house: House, settings: Any, mail_sink: MailSink) -> None:
    told(house)
    by_smtp(settings, mail_sink, lease=4)
    settings.EMAIL_TIMEOUT = 0.5
    mail_sink.seconds = 1
    delivery.deliver_notices(clock=timezone.now)
    assert Notice.objects.get(channel=NoticeChannel.EMAIL).status == DeliveryStatus.SENT
    assert len(mail_sink.accepted) == 1


def test_a_room_in_chat_that_is_slower_than_the_lease_is_not_waited_for(
    house: House, settings: Any, room: Room
) -> None:
    tell([house.alice], key="k", kind="test", title="Due now", now=NOW, channels=["chat"])
    settings.RECOVERY = settings.RECOVERY | {"CLAIM_LEASE_SECONDS": 2}
    room.seconds = 3
    began = monotonic()
    delivery.deliver_chat(clock=timezone.now)
    assert monotonic() - began < 2
    tried = Notice.objects.get(channel=NoticeChannel.CHAT)
    assert (tried.status, tried.attempts, tried.error) == (DeliveryStatus.PENDING, 1, "ReadTimeout")


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
