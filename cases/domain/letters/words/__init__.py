"""The words of letters, in every language that we write them in."""

from __future__ import annotations

from accounts.authority import Refused
from cases.domain.languages import ours
from cases.domain.letters.words.de import GERMAN
from cases.domain.letters.words.en import ENGLISH
from cases.domain.letters.words.es import SPANISH
from cases.domain.letters.words.fr import FRENCH
from cases.domain.letters.words.wording import Stance, Wording

__all__ = ["LANGUAGES", "WORDINGS", "Stance", "Wording", "asked_for", "language_for"]

WORDINGS: dict[str, Wording] = {words.language: words for words in (ENGLISH, GERMAN, SPANISH, FRENCH)}
LANGUAGES = tuple(WORDINGS)


def language_for(language: str) -> str:
    """The language we write in to somebody who speaks this one (a BCP 47 code): the same, or else English."""
    return ours(language, WORDINGS) or ENGLISH.language


def asked_for(language: str) -> str:
    """The language of ours that somebody asked for, by its own code or with a country (``de-AT``). Refused: ``invalid``."""
    known = ours(language, WORDINGS)
    if not known:
        raise Refused("invalid", f"We write letters in {', '.join(LANGUAGES)}.", "language")
    return known
