"""Case references that can be read out on the telephone: ``RC-`` and seven characters and a check character.

The alphabet leaves out one of each pair that looks alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) or is easily misheard
(M N, F S, 5 9, A J, and the many that rhyme with E). Its size is prime and the weights differ, so the check character
catches every single wrong character and every swap of two neighbors.
"""

from __future__ import annotations

import secrets

from accounts.authority import Refused

ALPHABET = "234679FHJKMQRTWXY"
WEIGHTS = (14, 2, 10, 16, 12, 9, 11)
PREFIX = "RC-"


def new_reference() -> str:
    """A random reference. Uniqueness is the database's: on a clash the caller draws again."""
    body = "".join(secrets.choice(ALPHABET) for _ in WEIGHTS)
    return PREFIX + body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum of all come to zero."""
    total = sum(weight * ALPHABET.index(character) for weight, character in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def normalize(spoken: str) -> str:
    """A reference as people type it (any case, spaces, with or without ``RC-``), in its one form.

    Refused: ``not_a_reference`` when it cannot be one, a mistyped character included.
    """
    letters = "".join(character for character in spoken.upper() if character.isalnum())
    body = letters.removeprefix("RC") if len(letters) == len(WEIGHTS) + 3 else letters
    if len(body) != len(WEIGHTS) + 1 or any(character not in ALPHABET for character in body):
        raise Refused("not_a_reference", "A case reference looks like RC-7K3M9QTX.", "reference")
    if check_character(body[:-1]) != body[-1]:
        raise Refused(
            "not_a_reference", "One character of this reference is not right. Please ask for it again.", "reference"
        )
    return PREFIX + body
