"""The words of letters, in every language that we write them in."""

from __future__ import annotations

from accounts.authority import Refused
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
    return _ours(language) or ENGLISH.language


def asked_for(language: str) -> str:
    """The language of ours that somebody asked for, by its own code or with a country (``de-AT``). Refused: ``invalid``."""
    ours = _ours(language)
    if not ours:
        raise Refused("invalid", f"We write letters in {', '.join(LANGUAGES)}.", "language")
    return ours


def _ours(language: str) -> str:
    return next((code for code in (language, language.split("-")[0].lower()) if code in WORDINGS), "")
