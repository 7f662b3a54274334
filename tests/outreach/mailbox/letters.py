"""Mails as mail programs write them, for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

from outreach.domain.mailbox.handling import handle_due
from outreach.domain.mailbox.taking import Raw, take
from outreach.models import InboundMail
from tests.factories import NOW

_numbers = count(1)


def letter(
    text: str = "My parcel never came.",
    *,
    sender: str = "Dana Okafor <dana@example.com>",
    to: str = "care@shop.example",
    subject: str = "Where is my parcel?",
    at: datetime = NOW,
    **headers: str,
) -> bytes:
    """A mail in plain text. ``headers`` by their names with underscores for dashes; an empty one is left out."""
    given = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(at),
        "Message-ID": f"<{next(_numbers)}.letter@mail.example.com>",
        "Content-Type": 'text/plain; charset="utf-8"',
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"{head}\r\n{text}\r\n".replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def arrived(*raw: bytes, now: datetime = NOW) -> list[InboundMail]:
    """Mails as they were taken over, not handled yet, in their order."""
    before = set(InboundMail.objects.values_list("pk", flat=True))
    for each in raw:
        take([Raw(each, len(each), now)], came_from="mailbox", now=now)
    return list(InboundMail.objects.exclude(pk__in=before).order_by("id"))


def received(*raw: bytes, now: datetime = NOW) -> list[InboundMail]:
    """The same once they were handled."""
    rows = arrived(*raw, now=now)
    handle_due(clock=lambda: now + timedelta(seconds=1))
    return [InboundMail.objects.get(pk=row.pk) for row in rows]


def bounce(message_id: str, *, action: str = "failed", status: str = "5.1.1", **headers: Any) -> bytes:
    """A mail server's report (RFC 3464) that a mail of ours was not delivered."""
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; dana@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 dana@example.com is not here\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: We are on it\r\n\r\n--b--"
    )
    given = {
        "sender": "Mail Delivery System <MAILER-DAEMON@mx.example.com>",
        "subject": "Undelivered Mail Returned to Sender",
        "Content_Type": "multipart/report; report-type=delivery-status; boundary=b",
        "Auto_Submitted": "auto-replied",
    }
    return letter(body, **given | headers)
