"""A mailbox is read: each mail once, nothing in it touched, and what goes wrong said without a word of anybody's."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.models import Notice, User
from outreach.domain.mailbox import imap, taking
from outreach.domain.mailbox.handling import handle_due
from outreach.domain.mailbox.reading import MOST_BYTES
from outreach.enums import MailFate
from outreach.models import InboundMail, Mailbox
from tests.factories import DAY, NOW, House
from tests.harness.imap import Box
from tests.outreach.mailbox.letters import letter

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P27")]


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> Clock:
        self.at += timedelta(**by)
        return self


@pytest.fixture
def clock() -> Clock:
    return Clock()


def mailbox() -> Mailbox:
    return Mailbox.objects.get()


def test_what_is_new_is_taken_over_once_and_nothing_there_is_touched(house: House, box: Box, clock: Clock) -> None:
    box.put(letter("One"), arrived=NOW)
    box.put(letter("Two"), arrived=NOW - timedelta(hours=3))
    assert imap.read_mailbox(clock=clock) == 2
    first, second = InboundMail.objects.order_by("id")
    assert (first.came_from, first.received_at, first.fate) == ("mailbox", NOW, "")
    assert second.received_at == NOW - timedelta(hours=3)
    assert bytes(first.raw) == box.lying[0].data
    assert (mailbox().last_uid, mailbox().uid_validity, mailbox().read_at) == (102, 7, NOW)
    assert imap.read_mailbox(clock=clock) == 0, "it is not its time yet"
    box.put(letter("Three"), arrived=NOW)
    assert imap.read_mailbox(clock=clock.later(seconds=20)) == 1
    verbs = {
        " ".join(command.split()[:2]) if command.startswith("UID") else command.split()[0] for command in box.commands
    }
    assert verbs <= {"CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT", "UID SEARCH", "UID FETCH"}
    assert "BODY.PEEK" in " ".join(box.commands)


def test_the_first_reading_goes_back_a_day_and_no_further(house: House, box: Box, clock: Clock) -> None:
    box.put(letter("Of last year"), arrived=NOW - 300 * DAY)
    box.put(letter("Of this morning"), arrived=NOW - timedelta(hours=6))
    assert imap.read_mailbox(clock=clock) == 1
    assert b"this morning" in bytes(InboundMail.objects.get().raw)


def test_an_old_mailbox_without_new_mail_begins_behind_its_last(house: House, box: Box, clock: Clock) -> None:
    box.put(letter("Of last year"), arrived=NOW - 300 * DAY)
    assert imap.read_mailbox(clock=clock) == 0
    assert mailbox().last_uid == 101
    box.put(letter("New"), arrived=NOW)
    assert imap.read_mailbox(clock=clock.later(minutes=1)) == 1


def test_a_kill_between_the_row_and_the_place_reads_it_again_and_repeats_nothing(
    house: House, box: Box, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(letter("One"), arrived=NOW)
    box.put(letter("Two"), arrived=NOW)
    noted = imap._note_place

    def killed(box_row: Mailbox, uid: int) -> None:
        if uid == 102:
            raise DatabaseError("killed")
        noted(box_row, uid)

    monkeypatch.setattr(imap, "_note_place", killed)
    with pytest.raises(DatabaseError):
        imap.read_mailbox(clock=clock)
    assert InboundMail.objects.count() == 1, "the row and the place are one transaction"
    monkeypatch.setattr(imap, "_note_place", noted)
    assert imap.read_mailbox(clock=clock) == 0, "the killed reader's lease still runs"
    assert imap.read_mailbox(clock=clock.later(seconds=91)) == 1
    assert InboundMail.objects.count() == 2


def test_a_server_that_counts_anew_repeats_nothing(house: House, box: Box, clock: Clock) -> None:
    one = letter("One")
    box.put(one, arrived=NOW)
    imap.read_mailbox(clock=clock)
    box.validity, box.lying = 8, []
    box.put(one, arrived=NOW, uid=1)
    box.put(letter("Two"), arrived=NOW, uid=2)
    assert imap.read_mailbox(clock=clock.later(minutes=1)) == 1
    assert (mailbox().uid_validity, mailbox().last_uid, InboundMail.objects.count()) == (8, 2, 2)


def test_of_a_huge_mail_the_beginning_is_fetched_and_its_size_known(house: House, box: Box, clock: Clock) -> None:
    box.put(letter("x" * (MOST_BYTES + 1000)), arrived=NOW)
    imap.read_mailbox(clock=clock)
    row = InboundMail.objects.get()
    assert len(bytes(row.raw)) == MOST_BYTES
    assert row.size == len(box.lying[0].data)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"password": "another"}, "login refused"),
        ({"folder": "Elsewhere"}, "no such folder"),
        ({"port": 1}, "ConnectionRefusedError"),
        ({"tls": True}, "SSLError"),
    ],
)
def test_what_goes_wrong_is_kept_by_its_kind_and_tried_again(
    house: House, box: Box, clock: Clock, settings: Any, caplog: pytest.LogCaptureFixture, wrong: Any, error: str
) -> None:
    box.put(letter(), arrived=NOW)
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX": box.settings | wrong}
    with caplog.at_level(logging.INFO):
        assert imap.read_mailbox(clock=clock) == 0
    failed = mailbox()
    assert (failed.error, failed.failing_since, failed.read_at, failed.leased_until) == (error, NOW, None, None)
    assert "care@shop" not in caplog.text
    assert "password" not in caplog.text
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX": box.settings}
    Mailbox.objects.update(name=imap.name_of(box.settings))
    assert imap.read_mailbox(clock=clock.later(seconds=119)) == 0
    assert imap.read_mailbox(clock=clock.later(seconds=1)) == 1
    assert (mailbox().error, mailbox().failing_since) == ("", None)


def test_a_server_that_breaks_off_in_the_middle_loses_nothing(house: House, box: Box, clock: Clock) -> None:
    for number in range(3):
        box.put(letter(str(number)), arrived=NOW)
    box.breaks_at = "FETCH 102"
    assert imap.read_mailbox(clock=clock) == 0
    assert (InboundMail.objects.count(), mailbox().last_uid) == (1, 101)
    assert mailbox().error == "the server broke off"
    box.breaks_at = ""
    assert imap.read_mailbox(clock=clock.later(minutes=2)) == 2


@pytest.mark.parametrize("answer", ["NO [SERVERBUG] message is damaged", "BAD error 12"])
@pytest.mark.parametrize("which", [101, 102, 103])
def test_what_the_server_does_not_give_out_is_set_aside_and_told_and_stops_nothing(
    house: House, box: Box, clock: Clock, settings: Any, answer: str, which: int
) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop"}}
    for number in range(3):
        box.put(letter(str(number), sender=f"dana{number}@example.com"), arrived=NOW - timedelta(hours=number))
    box.refuses = {which: answer}
    assert imap.read_mailbox(clock=clock) == 3
    assert (mailbox().last_uid, mailbox().failing_since) == (103, None)
    handle_due(clock=clock)
    rows = list(InboundMail.objects.order_by("id"))
    refused = rows.pop(which - 101)
    assert [row.fate for row in rows] == ["incident", "incident"]
    assert (refused.fate, refused.because, refused.raw) == (MailFate.UNREADABLE, "nothing_came", b"")
    assert (refused.received_at, refused.size) == (NOW - timedelta(hours=which - 101), len(box.lying[which - 101].data))
    told = Notice.objects.filter(kind="mail_aside")
    assert {(each.user, each.path) for each in told} == {
        (user, "/settings/mailbox?show=aside") for user in (house.sue, User.objects.get(username="sam"))
    }
    box.put(letter("Later"), arrived=NOW)
    assert imap.read_mailbox(clock=clock.later(minutes=1)) == 1


def test_several_that_are_not_given_out_are_as_many_rows_and_each_but_once(
    house: House, box: Box, clock: Clock
) -> None:
    for number in range(6):
        box.put(letter(str(number)), arrived=NOW)
    box.refuses = dict.fromkeys([102, 103, 104, 105], "NO damaged")
    assert imap.read_mailbox(clock=clock) == 6
    Mailbox.objects.update(last_uid=101)
    assert imap.read_mailbox(clock=clock.later(minutes=1)) == 0


def test_a_server_that_gives_out_nothing_is_a_mailbox_that_fails_and_nothing_is_passed_over(
    house: House, box: Box, clock: Clock
) -> None:
    box.put(letter("Read before"), arrived=NOW)
    imap.read_mailbox(clock=clock)
    for number in range(3):
        box.put(letter(str(number)), arrived=NOW)
    box.refuses = dict.fromkeys(range(101, 105), "NO [UNAVAILABLE] come back later")
    assert imap.read_mailbox(clock=clock.later(minutes=1)) == 0
    assert (mailbox().error, mailbox().last_uid, InboundMail.objects.count()) == ("refused", 101, 1)
    box.refuses = {}
    assert imap.read_mailbox(clock=clock.later(minutes=2)) == 3
    assert mailbox().failing_since is None


def test_whose_mailbox_nobody_has_said_an_administrator_looks(house: House, box: Box, clock: Clock) -> None:
    for number in range(2):
        box.put(letter(str(number)), arrived=NOW)
    box.refuses = {101: "NO damaged"}
    imap.read_mailbox(clock=clock)
    handle_due(clock=clock)
    assert {each.user for each in Notice.objects.filter(kind="mail_aside")} == {house.ada}


def test_a_heap_is_read_in_batches_and_slowness_ends_one(
    house: House, box: Box, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        box.put(letter(str(number)), arrived=NOW)
    monkeypatch.setattr(imap, "BATCH", 2)
    assert imap.read_mailbox(clock=clock) == 2
    assert mailbox().read_at is None, "not to its end"
    assert imap.read_mailbox(clock=clock) == 2
    assert imap.read_mailbox(clock=clock) == 1
    assert mailbox().read_at == NOW
    monkeypatch.setattr(imap, "SECONDS", 0.0)
    for number in range(2):
        box.put(letter(f"more {number}"), arrived=NOW)
    assert imap.read_mailbox(clock=clock.later(minutes=1)) == 1
    assert imap.read_mailbox(clock=clock) == 1


def test_without_a_mailbox_nothing_is_looked_for(db: None, clock: Clock) -> None:
    assert imap.read_mailbox(clock=clock) == 0
    assert not Mailbox.objects.exists()


def test_who_wrote_is_kept_as_a_keyed_hash_alone(house: House, box: Box, clock: Clock) -> None:
    box.put(letter(), arrived=NOW)
    imap.read_mailbox(clock=clock)
    row = InboundMail.objects.get()
    assert row.sender == taking.hash_of("DANA@example.com")
    assert "dana" not in row.sender


def test_the_time_of_arrival_is_the_servers(house: House) -> None:
    assert imap._moment("17-Jul-1996 02:44:25 -0700") == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)
    assert imap._moment(" 7-Jul-1996 02:44:25 +0000") == datetime(1996, 7, 7, 2, 44, 25, tzinfo=UTC)
    assert imap._moment("nonsense") is None
