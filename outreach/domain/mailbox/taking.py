"""Taking mail over: the row first, once. What becomes of it is decided later, from the row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings

from accounts.models import BusinessUnit
from outreach.domain.mailbox.reading import MOST_BYTES, Envelope, envelope
from outreach.models import InboundMail


class Raw(NamedTuple):
    """A mail as it lies there. ``data`` may be only its beginning, ``size`` is of all of it; ``arrived`` may be unknown.

    ``place`` is where it lies, by which it is known when nothing of it came.
    """

    data: bytes
    size: int
    arrived: datetime | None = None
    place: str = ""


def take(mails: Iterable[Raw], *, came_from: str, now: datetime) -> int:
    """Keep mails to be handled; returns how many were new. One that is here already changes nothing."""
    units = _units()
    rows = {row.key: row for row in (_row(raw, came_from=came_from, units=units, now=now) for raw in mails)}
    known = set(InboundMail.objects.filter(key__in=rows).values_list("key", flat=True))
    InboundMail.objects.bulk_create([row for key, row in rows.items() if key not in known], ignore_conflicts=True)
    return len(rows) - len(known)


def _row(raw: Raw, *, came_from: str, units: dict[str, BusinessUnit], now: datetime) -> InboundMail:
    data = raw.data[:MOST_BYTES]
    said = envelope(data)
    return InboundMail(
        key=key_of(data or raw.place.encode(), said),
        message_id=said.message_id[:255],
        came_from=came_from[:40],
        sender=hash_of(said.sender),
        unit=next((units[address] for address in said.to if address in units), units.get("")),
        received_at=_received(raw.arrived or said.said_at, now=now),
        raw=data,
        size=min(raw.size, 2**31 - 1),
    )


def key_of(data: bytes, said: Envelope) -> str:
    """What makes it this message, whichever way it comes: its Message-ID, its sender and its date; else all of it.

    Not the Message-ID alone: some programs use one for all their mails, and nobody is to keep another's mail out by it.
    """
    if said.message_id and said.sender:
        whole = "\n".join([said.message_id, said.sender.casefold(), said.said_at.isoformat() if said.said_at else ""])
        return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()
    return hashlib.sha256(data).hexdigest()


def hash_of(sender: str) -> str:
    """By which mails of one sender are counted, without keeping whose they are. Blank for none."""
    if not sender:
        return ""
    keyed = hashlib.blake2s(sender.casefold().encode(), key=settings.SECRET_KEY.encode()[:32], person=b"mail")
    return keyed.hexdigest()


def _received(said: datetime | None, *, now: datetime) -> datetime:
    """When it reached us: no later than now, and not before there was mail."""
    if said is None or said > now or said.year < 1990:
        return now
    return said


def _units() -> dict[str, BusinessUnit]:
    """Whose each address is, folded; blank for all others. Where there is but one unit, it is that one's."""
    named: dict[str, str] = settings.RECOVERY["MAILBOX_UNITS"]
    if not named:
        only = list(BusinessUnit.objects.order_by("id")[:2])
        return {"": only[0]} if len(only) == 1 else {}
    by_code = {unit.code: unit for unit in BusinessUnit.objects.filter(code__in=set(named.values()))}
    return {address.casefold(): by_code[code] for address, code in named.items() if code in by_code}


def own_addresses() -> frozenset[str]:
    """Addresses that are ours, folded: what we send from, and what we read."""
    mailbox = settings.RECOVERY["MAILBOX"]
    ours = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1], *settings.RECOVERY["MAILBOX_UNITS"]}
    if mailbox:
        ours.add(mailbox["user"])
    return frozenset(address.casefold() for address in ours if "@" in address)


def is_old(mail: InboundMail, *, now: datetime) -> bool:
    """Too old to open a case about: whoever wrote it does not wait for us any more (setting ``MAIL_MAX_AGE_DAYS``)."""
    return mail.received_at < now - timedelta(days=settings.RECOVERY["MAIL_MAX_AGE_DAYS"])
