"""Sending notices to colleagues and messages to customers, by mail and in chat. The row is the queue.

A row is claimed under a lease, sent within what is left of it, and recorded. Who is killed in between leaves a row whose
lease runs out and which is claimed again: nothing is lost. Between the other side's acceptance and our commit no order of
steps is safe, so a kill there repeats one, under the same id; each sender has one in hand at a time, so kills repeat at
most as many as there were senders killed. What went out is recorded as sent whoever has the lease by then, so that nobody
sends it once more; a failure is for whoever has the lease to record.

``leased_until`` keeps everybody away from a row: while somebody sends it, and after a failure until the next try.
``not_before`` does so while whoever it is for is not to be told of it yet (``holding``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice
from accounts.queries import supervisors_of_unit
from cases.models import Message
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain import chat, digests, mailing
from outreach.domain.holding import sift
from outreach.domain.unreached import tell_unreached
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
# In chat it is sooner given up, since mail takes over then, and what is due now is of no use tomorrow.
CHAT_RETRY_AFTER = RETRY_AFTER[:2]
# No more of a batch is begun when less than this share of the lease is left: the rest is handed back.
BEGIN_WITHIN = 0.5
# One sending may take this share of what is left, however slow the other side is: the rest is for recording it.
SEND_WITHIN = 0.8

Row = TypeVar("Row", Notice, Message)
Clock = Callable[[], datetime]
# What is read with the rows of a batch, and what of it is not. Only a message with a letter has a file to carry.
ALONG: dict[type[Notice] | type[Message], tuple[str, ...]] = {
    Notice: ("user__notice_preference",),
    Message: ("case", "letter"),
}
NOT_READ: dict[type[Notice] | type[Message], tuple[str, ...]] = {Notice: (), Message: ("letter__html",)}


class Carrier(Protocol):
    """What takes things to where they are read, kept open for a batch."""

    def load(self, row: Any) -> Any:
        """What to send of a row, or None when there is nowhere to send it."""

    def send(self, parcel: Any, *, within: float) -> None:
        """Raises whatever went wrong: it was not sent. After ``within`` seconds nothing more is said to the other side."""

    def close(self) -> None: ...


def deliver_notices(*, clock: Clock, limit: int = BATCH) -> int:
    """Mail the notices that wait for it, and the digests whose time has come; returns how many were tried.

    ``clock`` tells the time (aware).
    """
    tried = _deliver(Notice, mailing.Line(), clock=clock, limit=limit, channel=NoticeChannel.EMAIL)
    if digests.gather(now=clock()):
        tried += _deliver(Notice, mailing.Line(), clock=clock, limit=limit, channel=NoticeChannel.EMAIL)
    return tried


def deliver_chat(*, clock: Clock, limit: int = BATCH) -> int:
    """Post the notices that wait for it in chat; returns how many were tried. Without a room mail takes over."""
    return _deliver(Notice, chat.Room(), clock=clock, limit=limit, channel=NoticeChannel.CHAT)


def deliver_messages(*, clock: Clock, limit: int = BATCH) -> int:
    """Mail the messages to customers that wait for it; returns how many were tried."""
    return _deliver(Message, mailing.Line(), clock=clock, limit=limit)


def _deliver(model: type[Row], carrier: Carrier, *, clock: Clock, limit: int, channel: str = "") -> int:
    claimed = claim(model, now=clock(), limit=limit, channel=channel)
    if not claimed:
        return 0
    lease = timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
    tried, until = 0, None
    try:
        for row in claimed:
            if until is not None or row.leased_until is None:
                break
            left = row.leased_until - clock()
            if left < lease * BEGIN_WITHIN:
                break
            # Counted first: one that may have gone out keeps its lease, also when we could not record that it did.
            tried += 1
            until = _send_one(row, carrier, within=left.total_seconds() * SEND_WITHIN, clock=clock)
    finally:
        carrier.close()
        _hand_back(model, claimed[tried:], until=until)
    return tried


def claim(model: type[Row], *, now: datetime, limit: int, channel: str = "") -> list[Row]:
    """Take up to ``limit`` waiting rows under a lease of ``RECOVERY["CLAIM_LEASE_SECONDS"]``. Nobody else has them.

    PostgreSQL skips rows that somebody is claiming; on SQLite the transaction holds the one write lock. The guard in the
    UPDATE is the same on both.
    """
    free = Q(status=DeliveryStatus.PENDING) & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))
    if model is Notice:
        free &= Q(in_digest=False) & (Q(not_before__isnull=True) | Q(not_before__lte=now))
        free &= Q(channel=channel) if channel else Q()
    waiting = model.objects.filter(free).select_related(*ALONG[model]).defer(*NOT_READ[model]).order_by("id")
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock every second.
    while waiting.exists():
        found, ready = _claim(waiting, free, now=now, limit=limit)
        if ready or not found:
            return ready
    return []


@transaction.atomic
def _claim(waiting: QuerySet[Row], free: Q, *, now: datetime, limit: int) -> tuple[int, list[Row]]:
    """How many rows were found, and those of them that may go now."""
    if connection.vendor == "postgresql":
        waiting = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
    rows = list(waiting[:limit])
    found = len(rows)
    rows = _may_go(rows, now=now)
    until = now + timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
    waiting.model.objects.filter(free, pk__in=[row.pk for row in rows]).update(leased_until=until)
    for row in rows:
        row.leased_until = until
    return found, rows


def _may_go(rows: list[Any], *, now: datetime) -> list[Any]:
    """Those that are not to wait. Customers are written to at any hour; colleagues said when."""
    return sift(rows, now=now) if rows and isinstance(rows[0], Notice) else rows


def _hand_back(model: type[Row], rows: list[Row], *, until: datetime | None) -> None:
    """What was claimed and not begun is free again at once, or when the other side wants to hear from us again."""
    if rows:
        model.objects.filter(
            pk__in=[row.pk for row in rows], leased_until=rows[0].leased_until, status=DeliveryStatus.PENDING
        ).update(leased_until=until)


def _send_one(row: Row, carrier: Carrier, *, within: float, clock: Clock) -> datetime | None:
    """Send one and record what became of it; returns until when the other side wants to hear nothing more, if it said so."""
    parcel = carrier.load(row)
    if parcel is None:
        _settle(row, DeliveryStatus.NO_ADDRESS, now=clock())
        return None
    try:
        carrier.send(parcel, within=within)
    except Exception as problem:  # noqa: BLE001 - whatever a mail backend raises, it was not sent, and the next one is
        carrier.close()
        now = clock()
        wait = timedelta(seconds=getattr(problem, "wait", 0))
        _failed(row, problem, wait=wait, now=now)
        return now + wait if wait else None
    _settle(row, DeliveryStatus.SENT, now=clock())
    return None


def _failed(row: Row, problem: Exception, *, wait: timedelta, now: datetime) -> None:
    """Plan the next try, or give up. What is kept and logged of the error is its kind and code: the text names people."""
    gaps: tuple[timedelta, ...] = RETRY_AFTER
    if isinstance(problem, chat.NotTaken):
        gaps, final, kept = CHAT_RETRY_AFTER, problem.final, problem.error
    else:
        final, kept = mailing.is_final(problem), mailing.said(problem)
    logger.warning("%s %d was not sent (try %d): %s", type(row).__name__, row.pk, row.attempts + 1, kept)
    if final or row.attempts >= len(gaps):
        _settle(row, DeliveryStatus.FAILED, now=now, error=kept, final=final)
        return
    type(row).objects.filter(pk=row.pk, leased_until=row.leased_until, status=DeliveryStatus.PENDING).update(
        attempts=row.attempts + 1, error=kept, leased_until=now + max(gaps[row.attempts], wait)
    )


@transaction.atomic
def _settle(row: Row, to: DeliveryStatus, *, now: datetime, error: str = "", final: bool = False) -> None:
    """Record what became of a row, once. What was sent is sent; all else is recorded only while the row is still ours.

    A lease that ran out may have given it to somebody else. ``final``: the other side said never.
    """
    held = type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    is_ours = to == DeliveryStatus.SENT or held.leased_until == row.leased_until
    if held.status != DeliveryStatus.PENDING or not is_ours:
        logger.warning("%s %d was settled after its lease had run out.", type(row).__name__, row.pk)
        return
    DELIVERY.move(held, to)
    held.leased_until, held.error = None, error
    if to != DeliveryStatus.NO_ADDRESS:
        held.attempts += 1
    if to == DeliveryStatus.SENT:
        held.sent_at = now
    fields = ["status", "leased_until", "attempts", "sent_at", "error"]
    if isinstance(held, Notice) and isinstance(row, Notice):
        # One that had waited was told as things stood by then.
        held.title = row.title
        fields.append("title")
    held.save(update_fields=fields)
    if isinstance(held, Message):
        _record(held, to, now=now, error=error)
    elif held.channel == NoticeChannel.CHAT and to != DeliveryStatus.SENT:
        _by_mail_instead(held, now=now)
    elif final:
        tell_unreached(held.user, now=now)


def _by_mail_instead(notice: Notice, *, now: datetime) -> None:
    """What cannot be told in chat is told by mail: once, and not at all where it was to be told there anyway."""
    tell(
        [notice.user],
        key=notice.key,
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        path=notice.path,
        urgent=notice.urgent,
        now=now,
        channels=[NoticeChannel.EMAIL],
    )


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
