"""Sending mail: notices to colleagues and messages to customers. The row is the queue.

A row is claimed under a lease, sent, and recorded as sent while the lease still holds. Who is killed in between leaves a
row whose lease runs out and which is claimed again: nothing is lost. Between the mail server's acceptance and our commit
no order of steps is safe, so a kill there repeats one mail, under the same Message-ID; each sender has one mail in hand
at a time, so kills repeat at most as many mails as there were senders killed.

``leased_until`` keeps everybody away from a row: while somebody sends it, and after a failure until the next try.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.domain.links import address
from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus
from accounts.models import Notice
from accounts.queries import supervisors_of_unit
from cases.models import Message
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain.workflow import DELIVERY

logger = logging.getLogger(__name__)

BATCH = 20
# Growing gaps between tries; as many tries as gaps, and one.
RETRY_AFTER = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
# No more of a batch is begun when less than this share of the lease is left: the rest is handed back.
BEGIN_WITHIN = 0.5

Row = TypeVar("Row", Notice, Message)
Clock = Callable[[], datetime]
# What is read with the rows of a batch, and what of it is not. Only a message with a letter has a file to carry.
ALONG: dict[type[Notice] | type[Message], tuple[str, ...]] = {Notice: ("user",), Message: ("case", "letter")}
NOT_READ: dict[type[Notice] | type[Message], tuple[str, ...]] = {Notice: (), Message: ("letter__html",)}


def deliver_notices(*, clock: Clock, limit: int = BATCH) -> int:
    """Mail the notices that wait for it; returns how many were tried. ``clock`` tells the time (aware)."""
    return _deliver(Notice, clock=clock, limit=limit)


def deliver_messages(*, clock: Clock, limit: int = BATCH) -> int:
    """Mail the messages to customers that wait for it; returns how many were tried."""
    return _deliver(Message, clock=clock, limit=limit)


def _deliver(model: type[Row], *, clock: Clock, limit: int) -> int:
    claimed = claim(model, now=clock(), limit=limit)
    if not claimed:
        return 0
    lease = timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
    line = _Line()
    tried = 0
    try:
        for row in claimed:
            if row.leased_until is None or clock() > row.leased_until - lease * BEGIN_WITHIN:
                break
            # Counted first: one that may have gone out keeps its lease, also when we could not record that it did.
            tried += 1
            _send_one(row, line, clock=clock)
    finally:
        line.close()
        _hand_back(model, claimed[tried:])
    return tried


class _Line:
    """The connection to the mail server, kept for a batch. Other backends get a new one a mail: one mail, one file."""

    def __init__(self) -> None:
        self.mail: BaseEmailBackend | None = None

    def send(self, letter: EmailMessage) -> None:
        if self.mail is None or not isinstance(self.mail, SMTPBackend):
            self.mail = get_connection()
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


def claim(model: type[Row], *, now: datetime, limit: int) -> list[Row]:
    """Take up to ``limit`` waiting rows under a lease of ``RECOVERY["CLAIM_LEASE_SECONDS"]``. Nobody else has them.

    PostgreSQL skips rows that somebody is claiming; on SQLite the transaction holds the one write lock. The guard in the
    UPDATE is the same on both.
    """
    free = Q(status=DeliveryStatus.PENDING) & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))
    waiting = model.objects.filter(free).select_related(*ALONG[model]).defer(*NOT_READ[model]).order_by("id")
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock every second.
    return _claim(waiting, free, now=now, limit=limit) if waiting.exists() else []


@transaction.atomic
def _claim(waiting: QuerySet[Row], free: Q, *, now: datetime, limit: int) -> list[Row]:
    if connection.vendor == "postgresql":
        waiting = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
    rows = list(waiting[:limit])
    until = now + timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
    waiting.model.objects.filter(free, pk__in=[row.pk for row in rows]).update(leased_until=until)
    for row in rows:
        row.leased_until = until
    return rows


def _hand_back(model: type[Row], rows: list[Row]) -> None:
    """What was claimed and not begun is free again at once."""
    if rows:
        model.objects.filter(
            pk__in=[row.pk for row in rows], leased_until=rows[0].leased_until, status=DeliveryStatus.PENDING
        ).update(leased_until=None)


def _send_one(row: Row, line: _Line, *, clock: Clock) -> None:
    letter = _letter(row)
    if letter is None:
        _settle(row, DeliveryStatus.NO_ADDRESS, now=clock())
        return
    try:
        line.send(letter)
    except Exception as problem:  # noqa: BLE001 - whatever a mail backend raises, it was not sent, and the next one is
        line.close()
        _failed(row, problem, now=clock())
    else:
        _settle(row, DeliveryStatus.SENT, now=clock())


def _letter(row: Notice | Message) -> EmailMessage | None:
    """The mail to send, or None when there is no address to send it to."""
    if isinstance(row, Notice):
        person = row.user
        to = person.email if person.is_active and not person.is_service else ""
        subject, body = row.title, "\n\n".join(part for part in (row.title, row.body, _where(row)) if part)
    else:
        to, subject, body = row.to, row.subject, row.body
        if row.link:
            body = body.replace("{link}", address(row.link))
    if not to:
        return None
    headers = {"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(" ".join(subject.split()), body, None, [to], headers=headers)
    if isinstance(row, Message) and row.letter is not None:
        mail.attach(_file_name(row), bytes(row.letter.pdf), "application/pdf")
    return mail


def _file_name(message: Message) -> str:
    """By the reference that the customer knows: what they keep is found again."""
    return f"{message.case.reference if message.case else message.letter_id}.pdf"


def _where(notice: Notice) -> str:
    return f"{settings.RECOVERY['ADDRESS']}{notice.path}" if notice.path else ""


def _failed(row: Row, problem: Exception, *, now: datetime) -> None:
    """Plan the next try, or give up. What is kept and logged of the error is its kind and code: the text names people."""
    final = row.attempts >= len(RETRY_AFTER) or _is_final(problem)
    kept = _said(problem)
    logger.warning("%s %d was not sent (try %d): %s", type(row).__name__, row.pk, row.attempts + 1, kept)
    if final:
        _settle(row, DeliveryStatus.FAILED, now=now, error=kept)
        return
    type(row).objects.filter(pk=row.pk, leased_until=row.leased_until, status=DeliveryStatus.PENDING).update(
        attempts=row.attempts + 1, error=kept, leased_until=now + RETRY_AFTER[row.attempts]
    )


def _is_final(problem: Exception) -> bool:
    """The mail server said never, not later."""
    if isinstance(problem, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in problem.recipients.values())
    return False


def _said(problem: Exception) -> str:
    kind = type(problem).__name__
    if isinstance(problem, SMTPRecipientsRefused):
        return f"{kind} {' '.join(sorted({str(code) for code, _ in problem.recipients.values()}))}"
    if isinstance(problem, SMTPResponseException):
        return f"{kind} {problem.smtp_code}"
    return kind


@transaction.atomic
def _settle(row: Row, to: DeliveryStatus, *, now: datetime, error: str = "") -> None:
    """Record what became of a row, if it is still ours: a lease that ran out may have given it to somebody else."""
    held = type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if held.status != DeliveryStatus.PENDING or held.leased_until != row.leased_until:
        logger.warning("%s %d was settled after its lease had run out.", type(row).__name__, row.pk)
        return
    DELIVERY.move(held, to)
    held.leased_until, held.error = None, error
    if to != DeliveryStatus.NO_ADDRESS:
        held.attempts += 1
    if to == DeliveryStatus.SENT:
        held.sent_at = now
    held.save(update_fields=["status", "leased_until", "attempts", "sent_at", "error"])
    if isinstance(held, Message):
        _record(held, to, now=now, error=error)


def _record(message: Message, to: DeliveryStatus, *, now: datetime, error: str) -> None:
    """The customer's timeline says that a message went out; one that did not is on a desk as well.

    It is the owner's, or the supervisors' with whom the case waits for one.
    """
    record(
        EventType.MESSAGE_SENT if to == DeliveryStatus.SENT else EventType.MESSAGE_FAILED,
        subject=("message", message.pk),
        now=now,
        customer_id=message.customer_id,
        case_id=message.case_id,
        channel=message.channel,
        data={"kind": message.kind, "attempts": message.attempts, "error": error},
    )
    case = message.case
    if to == DeliveryStatus.SENT or case is None:
        return
    tell(
        [case.owner] if case.owner else supervisors_of_unit(case.unit_id),
        key=f"message_failed:{message.pk}",
        kind="message_failed",
        title=f"Our message on {case.reference} could not be delivered. Tell the customer another way.",
        path=f"/cases/{case.reference}",
        now=now,
        urgent=True,
    )
