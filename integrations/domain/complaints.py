"""One row of the public consumer-complaint format, understood: dates, places, channels and answers in our own terms.

What a field may say is the source's own vocabulary, old words included. What it does not say stays unknown: N/A or
blank is not No, and no amount, name or telephone number is in the data, so none comes out of here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

from accounts.authority import Refused
from cases.enums import CaseOutcome, Channel
from integrations.domain.places import jurisdiction_of

BLANK = frozenset({"", "n/a", "na", "none", "null", "nan"})
EARLIEST = date(1970, 1, 1)
# Only the day is known. Noon UTC lies on that same day everywhere from UTC-12 to UTC+11.
NOON = time(12, tzinfo=UTC)

CHANNELS = {
    "web": Channel.WEB,
    "referral": Channel.REFERRAL,
    "web referral": Channel.REFERRAL,
    "postal mail": Channel.POST,
    "phone": Channel.PHONE,
    "fax": Channel.FAX,
    "email": Channel.EMAIL,
}
# What the company answered: how it ended, None while the answer is awaited. The answers without “monetary” and
# “explanation” are those of before June 2012.
ANSWERS: dict[str, CaseOutcome | None] = {
    "closed with monetary relief": CaseOutcome.PUT_RIGHT,
    "closed with non-monetary relief": CaseOutcome.PUT_RIGHT,
    "closed with relief": CaseOutcome.PUT_RIGHT,
    "closed with explanation": CaseOutcome.EXPLAINED,
    "closed without relief": CaseOutcome.NOT_PUT_RIGHT,
    "closed": CaseOutcome.UNKNOWN,
    "untimely response": CaseOutcome.UNKNOWN,
    "in progress": None,
}
YES_OR_NO = {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True)
class Complaint:
    """A complaint as the row tells it. ``timely`` and ``disputed`` are None where it does not say."""

    id: str
    company: str
    product: str
    sub_product: str
    issue: str
    sub_issue: str
    narrative: str
    public_response: str
    jurisdiction: str
    zip: str
    tags: tuple[str, ...]
    consent: str
    channel: Channel
    received: date
    sent: date | None
    answer: str
    timely: bool | None
    disputed: bool | None

    @property
    def outcome(self) -> CaseOutcome | None:
        return ANSWERS[self.answer]

    @property
    def reported_at(self) -> datetime:
        return datetime.combine(self.received, NOON)

    @property
    def closed_at(self) -> datetime | None:
        """The last day the row knows of, since the day of the answer is not in the data. None while in progress."""
        if self.outcome is None:
            return None
        return datetime.combine(max(self.received, self.sent or self.received), NOON)

    @property
    def category(self) -> str:
        return f"{self.issue}: {self.sub_issue}" if self.sub_issue else self.issue

    @property
    def key(self) -> str:
        """What makes a complaint the same one in every file: its id, or else a digest of all that the row says.

        The digest is taken of what was understood, so it is the same in each dialect. Two rows without an id that say
        the same are one complaint: nothing tells them apart.
        """
        if self.id:
            return self.id
        said = json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)
        return f"sha256-{hashlib.sha256(said.encode()).hexdigest()}"


def understood(fields: Mapping[str, str], *, today: date) -> Complaint:
    """The complaint that a row's fields tell of. Refused: ``invalid``, with the field and what is wrong with it."""
    answer = _word(fields, "response").casefold() or "in progress"
    if answer not in ANSWERS:
        raise Refused("invalid", f"“{_short(fields['response'])}” is not an answer we know.", "response")
    received = _day(fields, "received", today=today)
    if received is None:
        raise Refused("invalid", "There is no date.", "received")
    return Complaint(
        id=_id(fields),
        company=_needed(fields, "company", longest=160),
        product=_needed(fields, "product"),
        sub_product=_word(fields, "sub_product"),
        issue=_needed(fields, "issue"),
        sub_issue=_word(fields, "sub_issue"),
        narrative=_narrative(fields),
        public_response=_word(fields, "public_response"),
        jurisdiction=jurisdiction_of(_word(fields, "state")),
        zip=_word(fields, "zip"),
        tags=tuple(dict.fromkeys(tag.strip() for tag in _word(fields, "tags").split(",") if tag.strip())),
        consent=_word(fields, "consent"),
        channel=_channel(fields),
        received=received,
        sent=_day(fields, "sent", today=today),
        answer=answer,
        timely=_yes_or_no(fields, "timely"),
        disputed=_yes_or_no(fields, "disputed"),
    )


def _word(fields: Mapping[str, str], name: str) -> str:
    """A field as one line without surrounding space; blank where it says that there is nothing."""
    word = " ".join(fields.get(name, "").split())
    return "" if word.casefold() in BLANK else word


def _narrative(fields: Mapping[str, str]) -> str:
    """The customer's own words with their line breaks, as one kind of line break."""
    words = fields.get("narrative", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return "" if words.casefold() in BLANK else words


def _needed(fields: Mapping[str, str], name: str, *, longest: int = 400) -> str:
    word = _word(fields, name)
    if not word:
        raise Refused("invalid", "This is blank.", name)
    if len(word) > longest:
        raise Refused("invalid", f"This has more than {longest} characters.", name)
    return word


def _id(fields: Mapping[str, str]) -> str:
    """The complaint's id; ``3206212.0`` is what spreadsheets and data frames make of a number."""
    written = _word(fields, "id")
    if re.fullmatch(r"\d+\.0+", written):
        written = written.partition(".")[0]
    if len(written) > 120:
        raise Refused("invalid", "This has more than 120 characters.", "id")
    return written


def _day(fields: Mapping[str, str], name: str, *, today: date) -> date | None:
    """A day as MM/DD/YYYY, M/D/YYYY, ISO, or ISO with a time and an offset, of which it is the day that is written."""
    written = _word(fields, name)
    if not written:
        return None
    try:
        if american := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", written):
            month, day, year = map(int, american.groups())
            read = date(year, month, day)
        else:
            read = datetime.fromisoformat(written).date()
    except ValueError:
        raise Refused("invalid", f"“{_short(written)}” is not a date.", name) from None
    if not EARLIEST <= read <= today:
        raise Refused("invalid", f"{read.isoformat()} is not a day on which a complaint can have been made.", name)
    return read


def _channel(fields: Mapping[str, str]) -> Channel:
    written = _word(fields, "via")
    if not written:
        return Channel.IMPORT
    if written.casefold() not in CHANNELS:
        raise Refused("invalid", f"“{_short(written)}” is not a channel we know.", "via")
    return CHANNELS[written.casefold()]


def _yes_or_no(fields: Mapping[str, str], name: str) -> bool | None:
    written = _word(fields, name)
    if not written:
        return None
    if written.casefold() not in YES_OR_NO:
        raise Refused("invalid", f"“{_short(written)}” is neither yes nor no.", name)
    return YES_OR_NO[written.casefold()]


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
