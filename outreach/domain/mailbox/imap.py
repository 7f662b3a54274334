"""Reading a mailbox over IMAP (RFC 3501): what is new is taken over, and everything there is left as it was.

Nothing is marked, moved or deleted: the folder is opened for reading only, and how far we are is our own row's to say. So
people may read the same mailbox, and a mail that somebody has opened is not lost to us. The number of the last mail is
kept in the same transaction as the mail's own row: a kill in between reads it again and finds it there.

A mail that the server does not give out, while it gives out others, is a row too, with nothing in it: what lies behind it
does not wait for it. A server that gives out none is a mailbox that fails, and we stay where we are.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from outreach.domain.mailbox.reading import MOST_BYTES
from outreach.domain.mailbox.taking import Raw, take
from outreach.models import Mailbox

logger = logging.getLogger(__name__)

# Seconds that the server has for each answer; and for how many usual leases a mailbox is ours while we read.
TIMEOUT, LEASES = 5.0, 3
# So many mails are read at a time, and no other is begun after so many seconds: reminders wait for the same workers.
BATCH, SECONDS = 25, 3.0
AFTER_FAILURE = timedelta(minutes=2)
# The first reading goes back so far, and so does one after the server has counted anew: what is known is not repeated.
BACK = timedelta(days=1)
# Whether others are given out is asked of so many, the nearest that are not so many numbers away.
OTHERS, NEAR = 10, 5000
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")
ARRIVED = re.compile(rb'INTERNALDATE "([^"]{10,40})"')

Clock = Callable[[], datetime]


class MailboxError(Exception):
    """The mailbox cannot be read. ``code`` says why, and names nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def name_of(mailbox: dict[str, Any]) -> str:
    """What a mailbox is called: whose, where, which folder."""
    return f"{mailbox['user']} on {mailbox['host']}, {mailbox['folder']}"[:200]


def read_mailbox(*, clock: Clock) -> int:
    """Take over what is new in the mailbox of the settings, when it is its time; returns how many mails were.

    ``clock`` tells the time (aware). What goes wrong is kept in the mailbox's row, and tried again.
    """
    wanted = settings.RECOVERY["MAILBOX"]
    if not wanted:
        return 0
    mailbox = _claim(name_of(wanted), now=clock())
    if mailbox is None:
        return 0
    try:
        with connected(wanted) as server:
            taken, more = _read(server, mailbox, clock=clock)
    except MailboxError as problem:
        _not_read(mailbox, problem.code, now=clock())
        return 0
    now = clock()
    Mailbox.objects.filter(pk=mailbox.pk).update(
        read_at=mailbox.read_at if more else now,
        tried_at=now,
        failing_since=None,
        error="",
        leased_until=None,
        next_at=now + timedelta(seconds=0 if more else settings.RECOVERY["MAILBOX_SECONDS"]),
    )
    return taken


def _claim(name: str, *, now: datetime) -> Mailbox | None:
    """The mailbox, for us alone, if it is to be read now. Guarded: of two workers one has it."""
    mailbox = Mailbox.objects.filter(name=name).first()
    if mailbox is None:
        Mailbox.objects.bulk_create([Mailbox(name=name, next_at=now)], ignore_conflicts=True)
        mailbox = Mailbox.objects.get(name=name)
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    if mailbox.next_at > now or (mailbox.leased_until is not None and mailbox.leased_until > now):
        return None
    mailbox.leased_until = now + LEASES * timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
    due = Mailbox.objects.filter(free, pk=mailbox.pk, next_at__lte=now)
    return mailbox if due.update(leased_until=mailbox.leased_until, tried_at=now) else None


def _not_read(mailbox: Mailbox, code: str, *, now: datetime) -> None:
    logger.warning("Mailbox %d was not read: %s", mailbox.pk, code)
    # Set aside, so that a mailbox that is closed is not knocked at every second.
    Mailbox.objects.filter(pk=mailbox.pk).update(
        tried_at=now,
        error=code[:120],
        failing_since=mailbox.failing_since or now,
        leased_until=None,
        next_at=now + AFTER_FAILURE,
    )


@contextmanager
def connected(mailbox: dict[str, Any]) -> Iterator[imaplib.IMAP4]:
    """The server, signed in, with the folder open for reading. Raises ``MailboxError``, also for what goes wrong within."""
    server: imaplib.IMAP4 | None = None
    try:
        server = _open(mailbox)
        try:
            server.login(mailbox["user"], mailbox["password"])
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as problem:
            raise MailboxError("login refused") from problem
        _ok(server.select(f'"{_quoted(mailbox["folder"])}"', readonly=True), "no such folder")
        yield server
    except MailboxError:
        raise
    except imaplib.IMAP4.error as problem:  # its text may quote what is in the mailbox
        raise MailboxError(
            "the server broke off" if isinstance(problem, imaplib.IMAP4.abort) else "refused"
        ) from problem
    except OSError as problem:
        raise MailboxError(type(problem).__name__) from problem
    finally:
        _leave(server)


def _open(mailbox: dict[str, Any]) -> imaplib.IMAP4:
    where = {"host": mailbox["host"], "port": mailbox["port"], "timeout": TIMEOUT}
    if mailbox["tls"]:
        return imaplib.IMAP4_SSL(ssl_context=ssl.create_default_context(), **where)
    return imaplib.IMAP4(**where)


def _leave(server: imaplib.IMAP4 | None) -> None:
    if server is None:
        return
    try:
        server.logout()
    except (imaplib.IMAP4.error, OSError) as problem:
        logger.info("The mailbox went away while we said goodbye: %s", type(problem).__name__)
        with suppress(OSError):
            server.shutdown()


def _quoted(folder: str) -> str:
    return folder.replace("\\", "\\\\").replace('"', '\\"')


def _ok(answer: tuple[str, list[Any]], otherwise: str) -> list[Any]:
    if answer[0] != "OK":
        raise MailboxError(otherwise)
    return answer[1]


def _read(server: imaplib.IMAP4, mailbox: Mailbox, *, clock: Clock) -> tuple[int, bool]:
    """How many mails were new, and whether there are more."""
    now = clock()
    validity = _number(server.response("UIDVALIDITY"))
    if mailbox.last_uid == 0 or mailbox.uid_validity != validity:
        since = (mailbox.read_at or now) - BACK
        mailbox.uid_validity, mailbox.last_uid = validity, _before(server, since)
    began, taken = monotonic(), 0
    new = _new(server, mailbox.last_uid)
    _note_place(mailbox, mailbox.last_uid)
    for done, uid in enumerate(new[:BATCH]):
        if done and monotonic() - began > SECONDS:
            return taken, True
        raw = _fetch(server, uid, mailbox)
        with transaction.atomic():
            if raw is not None:
                taken += take([raw], came_from="mailbox", now=clock())
            _note_place(mailbox, uid)
    return taken, len(new) > BATCH


def _note_place(mailbox: Mailbox, uid: int) -> None:
    """We are so far. Never back, unless the server counts anew."""
    mailbox.last_uid = uid
    mine = Mailbox.objects.filter(pk=mailbox.pk)
    if not mine.filter(uid_validity=mailbox.uid_validity, last_uid__gt=uid).exists():
        mine.update(uid_validity=mailbox.uid_validity, last_uid=uid)


def _before(server: imaplib.IMAP4, since: datetime) -> int:
    """The number before the first mail since then: what is older was there before us."""
    listed = _numbers(_ok(server.uid("SEARCH", f"SINCE {_day(since)}"), "refused"))
    if listed:
        return min(listed) - 1
    every = _numbers(_ok(server.uid("SEARCH", "ALL"), "refused"))
    return max(every, default=0)


def _day(at: datetime) -> str:
    """A day as IMAP writes it, in no language but its own."""
    utc = at.astimezone(UTC)
    return f"{utc.day}-{MONTHS[utc.month - 1]}-{utc.year}"


def _new(server: imaplib.IMAP4, last: int) -> list[int]:
    # A range that ends in * holds the last mail even when its number is lower.
    listed = _numbers(_ok(server.uid("SEARCH", f"UID {last + 1}:*"), "refused"))
    return sorted(uid for uid in listed if uid > last)


def _numbers(lines: list[Any]) -> list[int]:
    return [int(word) for line in lines if isinstance(line, bytes) for word in line.split() if word.isdigit()]


def _number(answer: tuple[str, list[Any]]) -> int:
    return next(iter(_numbers(answer[1] or [])), 0)


def _fetch(server: imaplib.IMAP4, uid: int, mailbox: Mailbox) -> Raw | None:
    """The beginning of a mail and how long all of it is; None when it is gone. Empty when this one alone is refused."""
    lines = _asked(server, uid, f"UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>")
    if lines is None:
        if not _gives_others(server, uid):
            raise MailboxError("refused")
        logger.warning("Mailbox %d: the server does not give out mail %d.", mailbox.pk, uid)
        place = f"{mailbox.name} {mailbox.uid_validity} {uid}"
        return _raw(b"", _asked(server, uid, "RFC822.SIZE INTERNALDATE") or [], place=place)
    data = _data(lines)
    return None if data is None else _raw(data, lines)


def _asked(server: imaplib.IMAP4, uid: int, wanted: str) -> list[Any] | None:
    """What the server says of one mail; None where it refuses, by NO or by BAD. Raises what ends the conversation."""
    try:
        answer, lines = server.uid("FETCH", str(uid), f"({wanted})")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return None
    return lines if answer == "OK" else None


def _gives_others(server: imaplib.IMAP4, but: int) -> bool:
    listed = _numbers(_ok(server.uid("SEARCH", f"UID {max(1, but - NEAR)}:{but + NEAR}"), "refused"))
    nearest = sorted((uid for uid in listed if uid != but), key=lambda uid: abs(uid - but))[:OTHERS]
    return any(_data(_asked(server, uid, "BODY.PEEK[]<0.1>") or []) is not None for uid in nearest)


def _data(lines: list[Any]) -> bytes | None:
    return next((line[1] for line in lines if isinstance(line, tuple)), None)


def _raw(data: bytes, lines: list[Any], *, place: str = "") -> Raw:
    said = b" ".join(line[0] if isinstance(line, tuple) else line for line in lines if line)
    size, arrived = SIZE.search(said), ARRIVED.search(said)
    at = _moment(arrived[1].decode("ascii", "replace")) if arrived else None
    return Raw(data, int(size[1]) if size else len(data), at, place)


def _moment(internal: str) -> datetime | None:
    try:
        said = parsedate_to_datetime(internal.strip().replace("-", " ", 2))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
