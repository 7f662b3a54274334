"""Mails are handled one at a time, each to its fate once; what is nobody's words to us is set aside with its reason."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from accounts.domain.message_ids import is_keyed
from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus
from accounts.models import Notice
from cases.models import Case, Contact, Customer, Message
from journal.enums import EventType
from journal.models import Event
from outreach.domain.delivery import deliver_notices
from outreach.domain.mailbox import handling, imap
from outreach.domain.mailbox.handling import claim, forget, handle_due
from outreach.enums import MailFate
from outreach.models import InboundMail
from tests.factories import DAY, NOW, House, again
from tests.outreach.mailbox.letters import arrived, bounce, letter, received

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _whose(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop"}}
    settings.DEFAULT_FROM_EMAIL = "The shop <care@shop.example>"


def one(raw: bytes, **given: Any) -> InboundMail:
    (row,) = received(raw, **given)
    return row


def at(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def sent(house: House) -> Message:
    """A message that went out to Dana, on a case of Alice's."""
    case = house.case(house.customer(emails=["dana@example.com"]))
    message = Message.objects.get(case=case, kind="opening_notice")
    Message.objects.filter(pk=message.pk).update(status=DeliveryStatus.SENT, sent_at=NOW)
    return again(message)


# Leases ----------------------------------------------------------------------------------------------------------------


def test_the_same_mail_is_one_row_whichever_way_it_comes(house: House) -> None:
    raw = letter()
    by_another_way = b"Received: from elsewhere\r\n" + raw
    assert len(arrived(raw)) == 1
    assert arrived(raw, by_another_way) == []
    assert len(arrived(letter(Message_ID="", subject="No id"))) == 1


def test_nobody_keeps_anothers_mail_out_by_its_message_id(house: House) -> None:
    arrived(letter(Message_ID="<a@b.example>", sender="eve@example.com"))
    assert len(arrived(letter(Message_ID="<a@b.example>"))) == 1


def test_what_a_killed_handler_had_is_handled_when_its_lease_has_run_out(house: House) -> None:
    (row,) = arrived(letter())
    assert claim(now=NOW) == row
    assert handle_due(clock=lambda: NOW + timedelta(seconds=59)) == 0
    assert handle_due(clock=lambda: NOW + timedelta(seconds=60)) == 1
    assert Case.objects.count() == 1


def test_whoever_comes_back_after_the_lease_enters_nothing(house: House) -> None:
    arrived(letter())
    slow = claim(now=NOW)
    assert slow is not None
    handle_due(clock=lambda: NOW + timedelta(minutes=2))
    handling._handle(slow, now=NOW + timedelta(minutes=3))
    assert (Case.objects.count(), Event.objects.filter(type=EventType.MAIL_RECEIVED).count()) == (1, 1)


def test_mails_of_one_sender_are_handled_in_their_order(house: House) -> None:
    first, second = arrived(letter("One"), letter("Two", subject="Re: Where is my parcel?"))
    (other,) = arrived(letter(sender="zoe@example.com"))
    assert claim(now=NOW) == first
    assert claim(now=NOW) == other, "the second waits for the first"
    assert claim(now=NOW) is None
    assert InboundMail.objects.get(pk=second.pk).attempts == 0


def test_what_breaks_is_tried_again_with_growing_gaps_then_set_aside_and_never_quoted(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("dana@example.com wrote a secret")

    monkeypatch.setattr(handling, "enter_incident", breaks)
    (row,) = arrived(letter("a secret"))
    with caplog.at_level(logging.INFO):
        # Each a moment too early, then in time.
        tried = [handle_due(clock=partial(at, seconds)) for seconds in (0, 9, 10, 69, 70, 669, 670, 1269, 1270)]
    assert tried == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    row.refresh_from_db()
    assert (row.fate, row.because, row.attempts) == (MailFate.UNREADABLE, "gave_up", 5)
    assert bytes(row.raw).endswith(b"a secret\r\n")
    assert (Case.objects.count(), Customer.objects.count()) == (0, 0), "nothing half done was left"
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    assert "dana" not in caplog.text


def test_one_that_breaks_does_not_hold_up_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read = handling.read
    monkeypatch.setattr(handling, "read", lambda raw: 1 / 0 if b"broken" in raw else read(raw))
    broken, fine = received(letter("broken"), letter(sender="zoe@example.com"))
    assert (broken.fate, fine.fate) == ("", MailFate.INCIDENT)


# What is set aside --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "fate", "because"),
    [
        ({"Auto_Submitted": "auto-replied; owner-email=x"}, "auto_reply", "auto_submitted"),
        ({"Auto_Submitted": "AUTO-GENERATED"}, "auto_reply", "auto_submitted"),
        ({"X_Autoreply": "yes"}, "auto_reply", "auto_reply"),
        ({"Precedence": "bulk"}, "auto_reply", "bulk"),
        ({"List_Id": "<news.example.com>"}, "auto_reply", "list"),
        ({"Return_Path": "<>"}, "auto_reply", "null_sender"),
        (
            {"Content_Type": "multipart/report; report-type=disposition-notification; boundary=b"},
            "auto_reply",
            "report",
        ),
        ({"sender": "care@shop.example"}, "loop", "own_address"),
        ({"Message_ID": "<opening.RC-AAAAAAAA@recovery.invalid>"}, "loop", "own_message"),
        ({"X_Loop": "CARE@shop.example"}, "loop", "x_loop"),
        ({"sender": "MAILER-DAEMON@mx.example.com"}, "bounce", "from_mailer"),
        ({"X_Spam_Flag": "YES"}, "spam", "marked"),
        ({"X_Spam_Status": "Yes, score=9"}, "spam", "marked"),
        ({"sender": ""}, "unreadable", "no_sender"),
        ({"sender": "undisclosed-recipients:;"}, "unreadable", "no_sender"),
    ],
)
def test_what_no_person_wrote_to_us_opens_nothing_and_says_why(
    house: House, headers: dict[str, str], fate: str, because: str
) -> None:
    row = one(letter(**headers))
    assert (row.fate, row.because) == (fate, because)
    assert row.raw
    assert (Case.objects.count(), Customer.objects.count(), Message.objects.count()) == (0, 0, 0)
    event = Event.objects.get(type=EventType.MAIL_SET_ASIDE)
    assert event.data == {"fate": fate, "because": because, "about": None}


def test_a_person_whose_program_says_so_is_a_person(house: House) -> None:
    assert one(letter(Auto_Submitted="no")).fate == MailFate.INCIDENT


def test_an_automatic_reply_is_on_the_timeline_and_changes_nothing(house: House) -> None:
    message = sent(house)
    row = one(letter("I am away until Monday.", In_Reply_To=message.message_id, Auto_Submitted="auto-replied"))
    assert (row.fate, row.case, row.about) == (MailFate.AUTO_REPLY, message.case, message)
    event = Event.objects.get(type=EventType.MAIL_SET_ASIDE)
    assert (event.case_id, event.words.body) == (message.case_id, {"comment": "I am away until Monday."})
    assert not Contact.objects.filter(direction="in", channel="email").exists()
    assert not Notice.objects.filter(kind="customer_wrote").exists()


def test_an_endless_exchange_with_a_robot_ends_at_our_first_answer(house: House) -> None:
    """Its replies thread to our notice, so that they open no other case and are answered by nothing."""
    first = one(letter("Ticket opened.", sender="robot@example.com", subject="Your ticket"))
    assert first.case is not None
    ours = Message.objects.get(case=first.case, kind="opening_notice")
    for number in range(5):
        one(letter(f"Got it {number}", sender="robot@example.com", subject="Ticket", In_Reply_To=ours.message_id))
    assert Case.objects.count() == 1
    assert Message.objects.filter(kind="opening_notice").count() == 1


def test_a_flood_from_one_sender_ends_and_others_are_heard(house: House, settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAIL_PER_SENDER": 3}
    rows = received(*(letter(subject=f"Number {n}", sender="flood@example.com") for n in range(5)))
    assert [row.fate for row in rows] == ["incident"] * 3 + ["too_many"] * 2
    assert one(letter()).fate == MailFate.INCIDENT
    assert one(letter(sender="flood@example.com", subject="Later"), now=NOW + timedelta(hours=2)).fate == "incident"
    assert Notice.objects.filter(kind="mail_aside", user=house.sue).count() == 1


# Bounces -----------------------------------------------------------------------------------------------------------------


def test_a_bounce_fails_our_message_and_tells_whoever_has_the_case_once(house: House) -> None:
    message = sent(house)
    row = one(bounce(message.message_id))
    assert (row.fate, row.because, row.about, row.case) == (MailFate.BOUNCE, "failed", message, message.case)
    message.refresh_from_db()
    assert (message.status, message.error) == (DeliveryStatus.FAILED, "bounced 5.1.1")
    failed = Event.objects.get(type=EventType.MESSAGE_FAILED)
    assert (failed.case_id, failed.data["error"]) == (message.case_id, "bounced 5.1.1")
    one(bounce(message.message_id))
    (notice,) = Notice.objects.filter(kind="message_failed", channel="desk")
    assert (notice.user, notice.urgent) == (house.alice, True)
    assert Customer.objects.count() == 1


def test_a_delay_is_no_failure(house: House) -> None:
    message = sent(house)
    row = one(bounce(message.message_id, action="delayed", status="4.4.1"))
    assert (row.fate, row.because) == (MailFate.BOUNCE, "delayed")
    assert again(message).status == DeliveryStatus.SENT


def test_a_bounce_in_a_servers_own_words_is_a_doubt(house: House) -> None:
    message = sent(house)
    row = one(letter(f"Sorry, no such user.\n> Message-ID: {message.message_id}\n", sender="MAILER-DAEMON@x.example"))
    assert (row.fate, row.about) == (MailFate.BOUNCE, message)
    assert again(message).status == DeliveryStatus.SENT
    assert "may not have arrived" in Notice.objects.get(kind="message_failed").title


def test_a_colleague_whom_our_mail_does_not_reach_hears_of_it_on_the_desk(house: House) -> None:
    case = house.case()
    told = f"A promise is due: {case.reference}"
    tell([house.alice], key="k", kind="told", title=told, now=NOW, channels=["email"])
    deliver_notices(clock=lambda: NOW)
    mailed = Notice.objects.get(channel="email")
    for _ in range(2):
        row = one(bounce(mailed.message_id, subject=f"Undeliverable: {told}"))
        assert (row.fate, row.case) == (MailFate.BOUNCE, None), "the customer's story is not about it"
    assert (again(mailed).status, again(mailed).error) == (DeliveryStatus.FAILED, "bounced 5.1.1")
    unreached = Notice.objects.filter(kind="unreached").order_by("user__name")
    assert list(unreached.values_list("user__name", "channel", "title")) == [
        (house.ada.name, "desk", f"Our mail does not reach {house.alice.name}. Look at the address and the mailbox."),
        (house.alice.name, "desk", "Our mail does not reach you. Tell whoever keeps your address."),
    ]


@pytest.mark.parametrize("counted", ["<promise.7@recovery.invalid>", "<opening.RC-7K3M9QTX@recovery.invalid>"])
def test_a_report_on_what_can_be_counted_up_is_a_doubt_while_a_server_may_still_be_trying(
    house: House, counted: str
) -> None:
    """Anybody can write one. Those that were sent before there was a key in their Message-IDs are told of, no more."""
    message = sent(house)
    Message.objects.filter(pk=message.pk).update(message_id=counted)
    late = one(bounce(counted), now=NOW + 8 * DAY)
    assert (late.fate, late.about, late.case) == (MailFate.BOUNCE, None, None)
    assert not Notice.objects.filter(kind="message_failed").exists()
    row = one(bounce(counted))
    assert (row.fate, row.about) == (MailFate.BOUNCE, message)
    assert again(message).status == DeliveryStatus.SENT
    assert "may not have arrived" in Notice.objects.get(kind="message_failed").title


def test_a_report_on_a_colleagues_notice_that_can_be_counted_up_changes_nothing(house: House) -> None:
    case = house.case()
    tell([house.alice], key="rung:5:1", kind="told", title="Due now", now=NOW, channels=["email"])
    deliver_notices(clock=lambda: NOW)
    counted = f"<notice.rung-5-1.{house.alice.pk}@recovery.invalid>"
    Notice.objects.filter(channel="email").update(message_id=counted)
    row = one(bounce(counted, subject=f"Undeliverable: {case.reference}"))
    assert (row.fate, row.case) == (MailFate.BOUNCE, None)
    assert Notice.objects.get(channel="email").status == DeliveryStatus.SENT
    assert not Notice.objects.filter(kind="unreached").exists()


def test_what_we_send_is_named_so_that_nobody_can_count_it_up(house: House) -> None:
    case = house.case(house.customer(emails=["dana@example.com"]))
    house.promise(case)
    tell([house.alice], key="rung:5:1", kind="told", title="Due now", now=NOW, channels=["email", "chat"])
    ids = [*Message.objects.values_list("message_id", flat=True)]
    ids += Notice.objects.exclude(channel="desk").values_list("message_id", flat=True)
    assert len(ids) == 4
    assert all(is_keyed(each) for each in ids)


def test_a_bounce_of_what_we_never_sent_changes_nothing(house: House) -> None:
    message = sent(house)
    row = one(bounce("<made.up@recovery.invalid>"))
    assert (row.fate, row.about) == (MailFate.BOUNCE, None)
    assert again(message).status == DeliveryStatus.SENT


# Forgetting ---------------------------------------------------------------------------------------------------------------


def test_what_was_set_aside_is_forgotten_after_its_time(house: House) -> None:
    row = one(letter(X_Spam_Flag="YES"))
    (waiting,) = arrived(letter(sender="zoe@example.com"))
    assert forget(now=NOW + 30 * DAY) == 0
    assert forget(now=NOW + 31 * DAY) == 1
    assert InboundMail.objects.get(pk=row.pk).raw == b""
    assert InboundMail.objects.get(pk=waiting.pk).raw, "what waits is never forgotten"


def test_from_the_mailbox_to_the_case(house: House, box: Any) -> None:
    box.put(letter(), arrived=NOW)
    imap.read_mailbox(clock=lambda: NOW)
    assert handle_due(clock=lambda: NOW) == 1
    assert Case.objects.get().title == "Where is my parcel?"
