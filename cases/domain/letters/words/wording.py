"""What a letter says, in one language. A new language is a module beside the others and its line in ``WORDINGS``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.enums import Channel, DisclosureKind, Understanding


@dataclass(frozen=True, slots=True)
class Stance:
    """What is said of one decision. ``{date}`` is the day of the call, ``{how}`` the way (with its preposition)."""

    subject: str
    opening: str
    decided_heading: str
    decided: tuple[str, ...]
    explained: str
    next_heading: str
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Plain words, signed by the company. Nobody is named in them but the customer.

    ``greeting`` has a place for the customer's name; ``greeting_unnamed`` greets whoever has told us none.
    ``reference`` and the words of the mail have places for the case's ``{reference}``.
    """

    language: str
    reference: str
    date: str
    greeting: str
    greeting_unnamed: str
    happened: str
    should_have: str
    explained_heading: str
    how: Mapping[Channel, str]
    how_else: str
    understood: Mapping[Understanding, str]
    keep: str
    closing: str
    stances: Mapping[DisclosureKind, Stance]
    mail_subject: str
    mail: str
    rtl: bool = False
