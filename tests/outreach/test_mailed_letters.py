"""A letter by mail: the PDF goes with its message, and with no other."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.domain import honored_errors, letters
from cases.models import Letter, Message
from outreach.domain import delivery
from tests.factories import NOW, House, again
from tests.outreach.conftest import Counted

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]


def clock() -> Any:
    return NOW


@pytest.fixture
def letter(house: House) -> Letter:
    error = house.favorable()
    words = {"happened_words": "We quoted last year’s rate.", "should_have": "This year’s rate applies."}
    honored_errors.assess(error, by=house.alice, now=NOW, **words)
    house.told(house.decided(error))
    return letters.make_letter(again(error), by=house.alice, now=NOW)


def only_letters(house: House, letter: Letter, count: int = 1) -> list[Message]:
    """So many messages with the letter, and nothing else that waits."""
    first = letters.send_letter(letter, by=house.alice, now=NOW)
    Message.objects.exclude(pk=first.pk).delete()
    for number in range(1, count):
        more = again(first)
        more.pk, more.key, more.message_id = None, f"letter:{number}", f"<letter.{number}@recovery.invalid>"
        more.save(force_insert=True)
    return list(Message.objects.order_by("id"))


def test_the_mail_carries_the_letter_that_is_kept(house: House, letter: Letter) -> None:
    (message,) = only_letters(house, letter)
    assert delivery.deliver_messages(clock=clock) == 1
    (sent,) = mail.outbox
    ((name, content, kind),) = sent.attachments
    assert (name, kind) == (f"{letter.error.case.reference}.pdf", "application/pdf")
    assert hashlib.sha256(content).hexdigest() == letter.sha256
    assert sent.extra_headers["Message-ID"] == message.message_id
    assert letter.error.case.reference in sent.subject
    assert again(message).status == "sent"
    assert b"application/pdf" in sent.message().as_bytes()


def test_tried_again_it_is_the_same_mail(house: House, letter: Letter, settings: Any) -> None:
    only_letters(house, letter)
    settings.EMAIL_BACKEND = "tests.outreach.test_delivery.Refusing"
    delivery.deliver_messages(clock=clock)
    assert not mail.outbox
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    later = NOW + delivery.RETRY_AFTER[0]
    assert delivery.deliver_messages(clock=lambda: later) == 1
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == Message.objects.get().message_id
    assert len(sent.attachments) == 1


def test_other_messages_carry_nothing(house: House, letter: Letter) -> None:
    house.case()
    letters.send_letter(letter, by=house.alice, now=NOW)
    delivery.deliver_messages(clock=clock)
    carried = {message.subject: len(message.attachments) for message in mail.outbox}
    assert sorted(carried.values()) == [0, 1]


def test_a_batch_of_letters_takes_the_queries_that_other_messages_take(
    house: House, letter: Letter, queries_of: Counted
) -> None:
    only_letters(house, letter, 2)
    for_two = queries_of(lambda: delivery.deliver_messages(clock=clock))
    Message.objects.all().delete()
    house.case(), house.case()
    assert queries_of(lambda: delivery.deliver_messages(clock=clock)) == for_two


def test_the_page_is_not_read_nor_the_file_where_none_is_sent(house: House, letter: Letter) -> None:
    only_letters(house, letter)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        delivery.deliver_messages(clock=clock)
    assert not [query for query in captured.captured_queries if '"cases_letter"."html"' in query["sql"]]
    assert len([query for query in captured.captured_queries if '"cases_letter"."pdf"' in query["sql"]]) == 1
