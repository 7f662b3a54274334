"""Mail in files and from a pipe: every form of them, as often as one likes, and the settings that name a mailbox."""

from __future__ import annotations

import io
import mailbox
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case
from outreach.domain.mailbox import files
from outreach.domain.mailbox.reading import MOST_BYTES
from outreach.models import InboundMail
from tests.factories import NOW, House
from tests.outreach.mailbox.letters import letter
from tests.recovery.test_settings import run

pytestmark = pytest.mark.django_db


def mbox(path: Path, *mails: bytes) -> Path:
    held = mailbox.mbox(path)
    for mail in mails:
        held.add(mail)
    held.close()
    return path


def test_an_mbox_is_taken_over_once(house: House, tmp_path: Path) -> None:
    path = mbox(tmp_path / "old.mbox", letter("One"), letter("From here on it is Two"), letter("Three"))
    assert files.take_file(path, now=NOW) == (3, 3)
    assert files.take_file(path, now=NOW) == (3, 0)
    row = InboundMail.objects.order_by("id")[0]
    assert (row.came_from, row.received_at) == ("old.mbox", NOW)


def test_a_maildir_and_a_folder_of_messages(house: House, tmp_path: Path) -> None:
    held = mailbox.Maildir(tmp_path / "maildir")
    held.add(letter("One"))
    held.add(letter("Two"))
    assert files.take_file(tmp_path / "maildir", now=NOW) == (2, 2)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.eml").write_bytes(letter("Three"))
    (folder / "b.EML").write_bytes(b"From here it begins\r\n" + letter("Four"))
    (folder / "notes.md").write_text("not a mail")
    assert files.take_file(folder, now=NOW) == (2, 2)


def test_a_huge_one_is_taken_over_as_far_as_it_is_read(house: House, tmp_path: Path) -> None:
    path = mbox(tmp_path / "huge.mbox", letter("x" * (MOST_BYTES + 50_000)), letter("Two"))
    assert files.take_file(path, now=NOW) == (2, 2)
    huge = InboundMail.objects.order_by("id")[0]
    assert len(bytes(huge.raw)) == MOST_BYTES
    assert huge.size > MOST_BYTES + 40_000


def test_the_command_takes_over_and_handles(house: House, tmp_path: Path, capsys: Any, settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop"}, "MAIL_MAX_AGE_DAYS": 100_000}
    path = mbox(tmp_path / "new.mbox", letter())
    call_command("read_mail", str(path), "--handle")
    assert capsys.readouterr().out == "1 found, 1 new.\n1 handled.\n"
    assert Case.objects.count() == 1
    call_command("read_mail", str(path), "--handle")
    assert capsys.readouterr().out == "1 found, 0 new.\n0 handled.\n"
    with pytest.raises(CommandError, match="No such file"):
        call_command("read_mail", str(tmp_path / "nowhere"))


def test_one_message_from_a_pipe(house: House, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    class Pipe:
        buffer = io.BytesIO(letter())

    monkeypatch.setattr("sys.stdin", Pipe())
    call_command("read_mail", "-")
    assert capsys.readouterr().out == "1 found, 1 new.\n"
    assert InboundMail.objects.get().came_from == "pipe"


def test_a_mailbox_is_named_by_an_address(tmp_path: Path) -> None:
    url = "imaps://care%40shop.example:p%40ss%2F1@imap.example.com/Support%20mail"
    said = run(
        "print(s.RECOVERY['MAILBOX'], s.RECOVERY['MAILBOX_UNITS'])",
        tmp_path,
        MAILBOX_URL=url,
        MAILBOX_UNIT="a@b.example=bank,shop",
    )
    assert said.stdout.strip() == str(
        {
            "tls": True,
            "host": "imap.example.com",
            "port": 993,
            "user": "care@shop.example",
            "password": "p@ss/1",
            "folder": "Support mail",
        }
    ) + " " + str({"a@b.example": "bank", "": "shop"})


@pytest.mark.parametrize(
    "url",
    [
        "imap://a:b@imap.example.com/INBOX",
        "https://a:b@imap.example.com",
        "imaps://imap.example.com",
        "imaps://a:b@h:x/",
    ],
)
def test_a_mailbox_that_would_send_its_password_in_the_open_is_refused(url: str, tmp_path: Path) -> None:
    said = run("s.DEBUG", tmp_path, MAILBOX_URL=url)
    assert "ImproperlyConfigured: MAILBOX_URL" in said.stderr
    assert "a:b" not in said.stderr.replace("user:password", "")
