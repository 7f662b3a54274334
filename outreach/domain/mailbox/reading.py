"""What a mail says. It comes from a stranger: nothing in it is believed that does not have to be, and nothing is opened.

Attachments are counted and never decoded. Of a mail that is too long the beginning is read; one that is built to take long
is refused. Whatever a mail holds, reading it ends, and gives text or ``UnreadableError``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as Part
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.domain.message_ids import OUR_DOMAIN
from outreach.domain.mailbox import quoting
from outreach.domain.mailbox.characters import header_text, text_of
from outreach.domain.mailbox.markup import text_of_html

# Bytes of a mail that are taken over at all, and those of one text in it that are read.
MOST_BYTES, MOST_TEXT = 2 * 1024 * 1024, 512 * 1024
# A mail has at most so many lines that could begin a part, and at most so many parts are looked at.
MOST_BOUNDARIES, MOST_PARTS = 2000, 200
HEAD_BYTES = 256 * 1024
# Headers whose parameters the library takes the square of the time over.
PARAMETERS = re.compile(rb"(?im)^content-(?:type|disposition)[ \t]*:")
LONGEST_PARAMETERS = 4000
MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
NO_REPLY = re.compile(r"^(no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|web(site|form|master)?)\b", re.IGNORECASE)
MAILER = re.compile(r"^(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
OURS = re.compile(rf"<[^<>\s]{{3,250}}{re.escape(OUR_DOMAIN)}")


class UnreadableError(ValueError):
    """A mail that cannot be read. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Report:
    """What a mail server says became of a mail of ours: ``action`` as failed or delayed, ``status`` such as 5.1.1."""

    action: str
    status: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class Mail:
    """What was read. ``sender`` is an address or blank; ``answers`` Message-IDs, the nearest first.

    ``text`` is all that was written, ``fresh`` what is new in it. ``automatic`` says by which sign no person wrote it.
    """

    message_id: str
    sender: str
    name: str
    to: tuple[str, ...]
    subject: str
    answers: tuple[str, ...]
    said_at: datetime | None
    text: str
    fresh: str
    attachments: int
    automatic: str
    loops: tuple[str, ...]
    from_mailer: bool
    unanswerable: bool
    spam: bool
    report: Report | None
    ours: tuple[str, ...]


@dataclass(frozen=True)
class Envelope:
    """What a mail is known by before it is read. Blank where it does not say."""

    message_id: str = ""
    sender: str = ""
    name: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    said_at: datetime | None = None


# What the library raises over mails that were made to break it, besides what it says it raises.
BROKEN = (RecursionError, ValueError, TypeError, IndexError, AttributeError, LookupError)


def read(raw: bytes) -> Mail:
    """Read a mail. Raises ``UnreadableError``: ``too_many_parts``, ``malformed``."""
    try:
        return _read(raw[:MOST_BYTES])
    except UnreadableError:
        raise
    except BROKEN as problem:
        raise UnreadableError("malformed") from problem


def envelope(raw: bytes) -> Envelope:
    """What the headers say. Never raises: what cannot be read is not known."""
    head = re.split(rb"\r?\n\r?\n", raw[:HEAD_BYTES], maxsplit=1)[0]
    try:
        top = BytesParser(policy=compat32).parsebytes(head + b"\n\n", headersonly=True)
        sender, name = _sender(top)
        return Envelope(
            message_id=_message_id(top),
            sender=sender,
            name=name,
            subject=_subject(top),
            to=_recipients(top),
            said_at=_date(top),
        )
    except BROKEN:
        return Envelope()


def _read(raw: bytes) -> Mail:
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise UnreadableError("too_many_parts")
    if any(_is_long(raw, found.end()) for found in PARAMETERS.finditer(raw)):
        raise UnreadableError("malformed")
    top = BytesParser(policy=compat32).parsebytes(raw)
    plain, html, attachments = _texts(top)
    text, fresh = _said(plain, html)
    sender, name = _sender(top)
    report = _report(top)
    return Mail(
        message_id=_message_id(top),
        sender=sender,
        name=name,
        to=_recipients(top),
        subject=_subject(top),
        answers=_answers(top),
        said_at=_date(top),
        text=text,
        fresh=fresh,
        attachments=min(attachments, 999),
        automatic=_automatic(top),
        loops=tuple(header_text(value).casefold() for value in _every(top, "X-Loop")[:5]),
        from_mailer=bool(MAILER.match(sender)),
        unanswerable=_first(top, "Return-Path").strip() == "<>",
        spam=_is_spam(top),
        report=report,
        ours=tuple(dict.fromkeys(OURS.findall(raw[:MOST_TEXT].decode("latin-1"))))[:20],
    )


def _is_long(raw: bytes, at: int) -> bool:
    """Does the header that begins before here, with the lines that continue it, go on beyond reason?"""
    end = raw.find(b"\n", at)
    while 0 <= end < at + LONGEST_PARAMETERS and raw[end + 1 : end + 2] in (b" ", b"\t"):
        end = raw.find(b"\n", end + 1)
    return (end if end >= 0 else len(raw)) > at + LONGEST_PARAMETERS


def _every(part: Part, name: str) -> list[str]:
    """The values of a header as they were sent: what is not ASCII in them is kept as half surrogates."""
    wanted = name.casefold()
    return [str(value) for key, value in part.raw_items() if str(key).casefold() == wanted]


def _first(part: Part, name: str) -> str:
    return next(iter(_every(part, name)), "")


def _message_id(top: Part) -> str:
    """With its angle brackets; blank where there is none."""
    found = MESSAGE_ID.search(_ascii(_first(top, "Message-ID")))
    return found[0] if found else ""


def _date(top: Part) -> datetime | None:
    """When the mail says that it was written: aware, in UTC; None where it says nothing that can be understood."""
    try:
        said = parsedate_to_datetime(_ascii(_first(top, "Date"))[:100])
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _ascii(value: str) -> str:
    return value[:4000].encode("ascii", "ignore").decode()


def _answers(top: Part) -> tuple[str, ...]:
    """What the mail answers, then what came before that."""
    replied = MESSAGE_ID.findall(_ascii(_first(top, "In-Reply-To")))
    thread = MESSAGE_ID.findall(_first(top, "References")[-8000:].encode("ascii", "ignore").decode())
    return tuple(dict.fromkeys([*replied, *reversed(thread)]))[:30]


def _sender(top: Part) -> tuple[str, str]:
    """Whoever wrote it, and what they are called. A form on a web site writes as nobody and names the person to answer."""
    first = _address(_first(top, "From"))
    if NO_REPLY.match(first[0]) and (answer := _address(_first(top, "Reply-To")))[0]:
        return answer
    return first if first[0] else _address(_first(top, "Sender"))


def _address(raw: str) -> tuple[str, str]:
    try:
        name, address = parseaddr(_ascii(raw) if raw.isascii() else header_text(raw))
    except (ValueError, IndexError):
        return "", ""
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError:
        return "", ""
    return (address if len(address) <= 254 else ""), header_text(name)[:160]


def _subject(top: Part) -> str:
    return header_text(_first(top, "Subject"))[:300]


def _recipients(top: Part) -> tuple[str, ...]:
    """Folded addresses that it was sent and delivered to."""
    named = [
        _ascii(value) for name in ("Delivered-To", "X-Original-To", "To", "Cc") for value in _every(top, name)[:10]
    ]
    try:
        found = getaddresses(named)
    except (ValueError, IndexError):
        return ()
    return tuple(dict.fromkeys(address.casefold() for _, address in found if "@" in address))[:50]


def _parts(top: Part) -> Iterator[Part]:
    """The leaves in their order, without descending into mails within the mail."""
    waiting, seen = [top], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop()
        seen += 1
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(_within(part)))
        else:
            yield part


def _within(part: Part) -> list[Part]:
    """The parts of a part; none of one that is a leaf."""
    parts: Any = part.get_payload()
    return list(parts) if isinstance(parts, list) else []


def _texts(top: Part) -> tuple[list[str], list[str], int]:
    """What is written in plain text and in HTML, and how many attachments there are."""
    plain: list[str] = []
    html: list[str] = []
    attachments = 0
    for part in _parts(top):
        kind = part.get_content_type()
        named = part.get_content_disposition() == "attachment" or part.get_filename() is not None
        if kind not in ("text/plain", "text/html") or named:
            attachments += kind not in ("message/delivery-status", "text/rfc822-headers")
            continue
        (plain if kind == "text/plain" else html).append(_decoded(part))
    return plain, html, attachments


def _decoded(part: Part) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, TypeError, IndexError, AttributeError, LookupError):
        return ""
    if not isinstance(data, bytes):
        return ""
    text = text_of(data[:MOST_TEXT], str(part.get_param("charset", "")))
    if str(part.get_param("format", "")).casefold() == "flowed":
        text = _unflowed(text, glued=str(part.get_param("delsp", "")).casefold() == "yes")
    return text


def _unflowed(text: str, *, glued: bool) -> str:
    """RFC 3676: a line that ends in a blank goes on in the next, unless it is the line before a signature."""
    lines: list[str] = []
    open_ = False
    for line in text.split("\n"):
        line = line[1:] if line.startswith(" ") else line
        if open_ and not line.startswith(">") and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        open_ = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if open_ and glued:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _said(plain: list[str], html: list[str]) -> tuple[str, str]:
    """All that was written, and what is new in it. Plain text goes before HTML, which says the same again."""
    text = "\n\n".join(said.strip() for said in plain if said.strip())
    if text:
        return text, quoting.fresh(text)
    read_ = [text_of_html(said) for said in html]
    whole = "\n\n".join(all_ for all_, _ in read_ if all_)
    before = "\n\n".join(new for _, new in read_ if new)
    return whole, quoting.fresh(before or whole)


def _automatic(top: Part) -> str:
    """By which sign no person wrote this, or blank. RFC 3834 for the first; the others are older or mean many readers."""
    submitted = _first(top, "Auto-Submitted").partition(";")[0].strip().casefold()
    if submitted and submitted != "no":
        return "auto_submitted"
    if any(_first(top, name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")):
        return "auto_reply"
    if top.get_content_type() == "multipart/report":
        return "report"
    if _first(top, "Precedence").strip().casefold() in ("bulk", "junk", "list", "auto_reply"):
        return "bulk"
    if _first(top, "List-Id") or _first(top, "List-Unsubscribe"):
        return "list"
    return ""


def _is_spam(top: Part) -> bool:
    flagged = _first(top, "X-Spam-Flag").strip().casefold() == "yes"
    return flagged or _first(top, "X-Spam-Status").strip().casefold().startswith("yes")


def _report(top: Part) -> Report | None:
    """RFC 3464: what became of a mail. None where this is no such report."""
    if top.get_content_type() != "multipart/report":
        return None
    actions: list[tuple[str, str]] = []
    about: list[str] = []
    for part in _within(top)[:20]:
        kind, blocks = part.get_content_type(), _within(part)
        if kind == "message/delivery-status":
            actions += [(_word(block, "Action"), _word(block, "Status")) for block in blocks[:50]]
        elif kind == "message/rfc822":
            about += [_message_id(block) for block in blocks[:1]]
        elif kind == "text/rfc822-headers":
            about += MESSAGE_ID.findall(_ids(_decoded(part)))
    told = [(action, status) for action, status in actions if action]
    if not told:
        return None
    worst = next((each for each in told if each[0] == "failed"), told[0])
    return Report(worst[0], worst[1], tuple(each for each in dict.fromkeys(about) if each))


def _ids(block: str) -> str:
    return "\n".join(line for line in block.split("\n")[:200] if line.casefold().startswith("message-id:"))


def _word(block: Part, name: str) -> str:
    said = _ascii(_first(block, name)).partition(";")[0].strip().casefold()
    return said if re.fullmatch(r"[a-z0-9.-]{1,20}", said) else ""
