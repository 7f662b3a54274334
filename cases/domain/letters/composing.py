"""What one letter says: plain data, from which the page and the PDF are both made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from django.conf import settings

from cases.domain.letters.words import WORDINGS, Stance, Wording
from cases.enums import Channel, DisclosureKind, Understanding
from cases.models import Disclosure, HonoredError

# Around a name, so that what stands beside it does not move to its other side (FSI and PDI of UAX 9).
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
# Where paper is US Letter; A4 everywhere else.
LETTER_PAPER = ("US", "CA")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs. ``field`` names the input of what people wrote themselves."""

    heading: str
    paragraphs: tuple[str, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Composition:
    """``written_at`` is aware; every other time is words by now, in the letter's language and the customer's zone.

    ``salutation`` is what stands before the customer's name, the name, and what stands after it; ``named_in`` the input
    that the name comes from.
    """

    language: str
    rtl: bool
    paper: str
    company: str
    date: str
    reference: str
    subject: str
    salutation: tuple[str, str, str]
    named_in: str
    opening: str
    sections: tuple[Section, ...]
    keep: str
    closing: str
    written_at: datetime

    @property
    def greeting(self) -> str:
        before, name, after = self.salutation
        return f"{before}{ISOLATE}{name}{END_ISOLATE}{after}" if name else before


def compose(error: HonoredError, disclosure: Disclosure, *, language: str, at: datetime) -> Composition:
    """The letter about an error of which ``disclosure`` told the customer, as written ``at`` that moment.

    It names the customer and the company, and nobody who works there. ``language`` is one of ``LANGUAGES``.
    """
    words = WORDINGS[language]
    customer, reference = error.customer, error.case.reference
    stance = words.stances[DisclosureKind(disclosure.kind)]
    return Composition(
        language=language,
        rtl=words.rtl,
        paper="letter" if customer.jurisdiction.split("-")[0] in LETTER_PAPER else "a4",
        company=settings.RECOVERY["COMPANY_NAME"],
        date=words.date.format(date=_day(at, error, language)),
        reference=words.reference.format(reference=reference),
        subject=stance.subject,
        salutation=_salutation(words, customer.form_of_address or customer.preferred_name),
        named_in="form_of_address" if customer.form_of_address else "preferred_name",
        opening=stance.opening,
        sections=tuple(_sections(error, disclosure, words, stance)),
        keep=words.keep.format(reference=reference),
        closing=words.closing,
        written_at=at,
    )


def _salutation(words: Wording, name: str) -> tuple[str, str, str]:
    if not name:
        return words.greeting_unnamed, "", ""
    before, after = words.greeting.split("{name}")
    return before, name, after


def _sections(error: HonoredError, told: Disclosure, words: Wording, stance: Stance) -> Iterator[Section]:
    yield Section(words.happened, _paragraphs(error.happened_words), "happened_words")
    yield Section(words.should_have, _paragraphs(error.should_have), "should_have")
    yield Section(stance.decided_heading, stance.decided)
    yield Section(words.explained_heading, tuple(_explained(error, told, words, stance)))
    yield Section(stance.next_heading, stance.next)


def _explained(error: HonoredError, told: Disclosure, words: Wording, stance: Stance) -> Iterator[str]:
    if told.made_at is None:
        raise ValueError("a letter tells of a call that was made")
    how = words.how.get(Channel(told.channel), words.how_else)
    yield stance.explained.format(date=_day(told.made_at, error, words.language), how=how)
    yield words.understood[Understanding(told.understanding)]


def _paragraphs(text: str) -> tuple[str, ...]:
    """What people wrote, line by line, without the blank ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _day(moment: datetime, error: HonoredError, language: str) -> str:
    return format_date(moment.astimezone(error.customer.zone), format="long", locale=language)
