"""What goes out by mail, and the line to the mail server."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from time import monotonic

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend

from accounts.domain.links import address
from accounts.models import Notice
from cases.enums import MessageKind
from cases.models import Message
from outreach.domain.timed_smtp import EmailBackend as TimedBackend

logger = logging.getLogger(__name__)


class Line:
    """The connection to the mail server, kept for a batch. Other backends get a new one a mail: one mail, one file."""

    def __init__(self) -> None:
        self.mail: BaseEmailBackend | None = None

    def load(self, row: Notice | Message) -> EmailMessage | None:
        """The mail to send, or None when there is no address to send it to."""
        return _letter(row)

    def send(self, letter: EmailMessage, *, within: float) -> None:
        until = monotonic() + within
        if self.mail is None or not isinstance(self.mail, SMTPBackend):
            self.mail = _backend()
        if isinstance(self.mail, TimedBackend):
            self.mail.until = until
        if isinstance(self.mail, SMTPBackend):
            self.mail.open()
        letter.connection = self.mail
        letter.send()

    def close(self) -> None:
        if self.mail is not None:
            try:
                self.mail.close()
            except OSError as problem:
                logger.info("The mail server went away while we said goodbye: %s", type(problem).__name__)
            self.mail = None


def _backend() -> BaseEmailBackend:
    """The one that is set up; of SMTP the one that comes to an end."""
    mail = get_connection()
    return TimedBackend() if type(mail) is SMTPBackend else mail


def _letter(row: Notice | Message) -> EmailMessage | None:
    if isinstance(row, Notice):
        person = row.user
        to = person.email if person.is_active and not person.is_service else ""
        subject, body = row.title, "\n\n".join(part for part in (row.title, row.body, where(row)) if part)
    else:
        to, subject, body = row.to, row.subject, row.body
        if row.link:
            body = body.replace("{link}", address(row.link))
    if not to:
        return None
    headers = {"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"}
    if isinstance(row, Message) and row.kind == MessageKind.SURVEY and row.link:
        # So that a mail program can offer it (RFC 8058), and nobody has to call us spam to be left alone.
        headers["List-Unsubscribe"] = f"<{address(row.link)}/asking>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMessage(" ".join(subject.split()), body, None, [to], headers=headers)
    if isinstance(row, Message) and row.letter is not None:
        mail.attach(_file_name(row), bytes(row.letter.pdf), "application/pdf")
    return mail


def _file_name(message: Message) -> str:
    """By the reference that the customer knows: what they keep is found again."""
    return f"{message.case.reference if message.case else message.letter_id}.pdf"


def where(notice: Notice) -> str:
    """The whole address of where a notice leads; blank where it leads nowhere."""
    return f"{settings.RECOVERY['ADDRESS']}{notice.path}" if notice.path else ""


def is_final(problem: Exception) -> bool:
    """The mail server said never, not later."""
    if isinstance(problem, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in problem.recipients.values())
    return False


def said(problem: Exception) -> str:
    """Kind and code of what went wrong, and none of its text, which names people."""
    kind = type(problem).__name__
    if isinstance(problem, SMTPRecipientsRefused):
        return f"{kind} {' '.join(sorted({str(code) for code, _ in problem.recipients.values()}))}"
    if isinstance(problem, SMTPResponseException):
        return f"{kind} {problem.smtp_code}"
    return kind
