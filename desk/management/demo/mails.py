"""Mail that came in today: an answer in its case, a new incident, and what is nobody's words to us.

Taken in as ``manage.py read_mail -`` does, one message from a pipe at a time, and handled at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from io import BytesIO

from django.conf import settings

from cases.enums import MessageKind
from cases.models import Message
from desk.management.demo.stage import Cast, Story
from outreach.domain.mailbox import files, handling

# Whose customers write where.
ADDRESSES = {
    "care.cards@example.org": "northwind-cards",
    "care.air@example.org": "northwind-air",
    "care.home@example.org": "northwind-home",
    "care.japan@example.org": "northwind-air-japan",
}
# What a mail server writes when it cannot deliver (RFC 3464).
REPORT = """\
From: Mail Delivery System <mailer-daemon@example.org>
To: care.cards@example.org
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <bounce.{number}@mail.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

I could not deliver your message: the mailbox is full.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 Mailbox full

--part
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: {to}

--part--
"""
Letter = Callable[[Cast, datetime], bytes]


def mails(cast: Cast) -> Iterator[Story]:
    """A story for each mail: how many hours ago it came, and what it says."""
    arrive: list[tuple[float, Letter]] = [
        (26.5, _newsletter),
        (7.5, _reply),
        (4.9, _out_of_office),
        (4.2, _passed_on),
        (3.4, _bounce),
        (2.6, _new),
        (1.2, _spam),
    ]
    yield from (_mail(cast, hours, letter) for hours, letter in arrive)


def _mail(cast: Cast, hours: float, letter: Letter) -> Story:
    at = cast.now - timedelta(hours=hours)
    yield at
    with _mailbox_connected():
        files.take_stream(BytesIO(letter(cast, at)), now=at)
        handling.handle_due(clock=lambda: at)


@contextmanager
def _mailbox_connected() -> Iterator[None]:
    """While Northwind’s mailboxes are named. None is read: what would be in them is told here."""
    usual = settings.RECOVERY
    settings.RECOVERY = usual | {"MAILBOX_UNITS": ADDRESSES}
    try:
        yield
    finally:
        settings.RECOVERY = usual


def _reply(cast: Cast, at: datetime) -> bytes:
    """He answers the opening notice of his case."""
    ours = _opening(cast, "noel")
    mail = _from("Nóel Ó Súilleabháin <noel@example.com>", "care.home@example.org", f"Re: {ours.subject}", at)
    mail["In-Reply-To"] = ours.message_id
    mail.set_content(
        "The dog is back, thank God. A neighbor had him.\n\n"
        "I would still like somebody to tell the engineer, and to mend the latch.\n\nNóel\n\n"
        f"On {ours.created_at:%d %B}, Recovery wrote:\n> {ours.body.splitlines()[0]}\n> Thank you for telling us.\n"
    )
    return mail.as_bytes()


def _new(cast: Cast, at: datetime) -> bytes:
    """Something went wrong that we did not know of."""
    mail = _from(
        "Hannah Goldstein <hannah@example.org>", "care.air@example.org", "Charged for a seat I did not choose", at
    )
    mail.set_content(
        "Your website put me into an extra-legroom seat and charged £38 for it. I am 5 foot 2.\n\n"
        "I tried to undo it for twenty minutes. Please take it off my booking.\n\nHannah Goldstein\n"
    )
    return mail.as_bytes()


def _out_of_office(cast: Cast, at: datetime) -> bytes:
    ours = _opening(cast, "priya")
    mail = _from("priya@example.com", "care.cards@example.org", f"Out of office: {ours.subject}", at)
    mail["In-Reply-To"] = ours.message_id
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("I am traveling until Thursday and read mail in the evening.\n")
    return mail.as_bytes()


def _newsletter(cast: Cast, at: datetime) -> bytes:
    mail = _from("news@example.com", "care.air@example.org", "Ten trends in customer care", at)
    mail["List-Id"] = "<news.example.com>"
    mail["Precedence"] = "bulk"
    mail.set_content("Number seven will surprise you.\n")
    return mail.as_bytes()


def _spam(cast: Cast, at: datetime) -> bytes:
    mail = _from("winner@example.com", "care.home@example.org", "You have been selected", at)
    mail["X-Spam-Flag"] = "YES"
    mail.set_content("Click here.\n")
    return mail.as_bytes()


def _passed_on(cast: Cast, at: datetime) -> bytes:
    """A colleague passes on what a customer wrote to her: a supervisor decides what becomes of it."""
    who = cast.staff["ines"]
    mail = _from(f"{who.name} <{who.email}>", "care.air@example.org", "Fwd: My wheelchair came back bent", at)
    mail.set_content(
        "This came to me, I do not know why. Could somebody log it?\n\n"
        "---------- Forwarded message ---------\nFrom: Björk <bjork@example.org>\nSubject: My wheelchair came back bent\n\n"
        "One wheel does not turn any more. I need it on Friday.\n"
    )
    return mail.as_bytes()


def _bounce(cast: Cast, at: datetime) -> bytes:
    """A mail server says that our opening notice did not arrive."""
    ours = _opening(cast, "desmond")
    said = REPORT.format(date=format_datetime(at), number=f"{at:%Y%m%d%H%M}", to=ours.to, message_id=ours.message_id)
    return said.encode()


def _opening(cast: Cast, who: str) -> Message:
    """What we wrote last to a customer when their case was opened."""
    ours = Message.objects.filter(customer=cast.customers[who], kind=MessageKind.OPENING_NOTICE)
    return ours.order_by("-created_at", "-id")[0]


def _from(sender: str, to: str, subject: str, at: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{at:%Y%m%d%H%M%S}@mail.example.org>"
    return mail
