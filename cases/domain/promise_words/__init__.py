"""The words of promises, in every language that customers are written to in."""

from __future__ import annotations

from cases.domain.languages import spoken
from cases.domain.promise_words.de import GERMAN
from cases.domain.promise_words.en import ENGLISH
from cases.domain.promise_words.es import SPANISH
from cases.domain.promise_words.fr import FRENCH
from cases.domain.promise_words.wording import Wording

__all__ = ["WORDINGS", "Wording", "words_in"]

WORDINGS: dict[str, Wording] = {words.language: words for words in (ENGLISH, GERMAN, FRENCH, SPANISH)}


def words_in(language: str) -> Wording:
    """What we say of a promise to somebody who speaks this language."""
    return spoken(WORDINGS, language)
