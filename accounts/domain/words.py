"""What people write: kept as they wrote it, within bounds that every database can hold."""

from __future__ import annotations

from accounts.authority import Refused

LONGEST = 20_000


def said(text: str, field: str, *, at_most: int = LONGEST) -> str:
    """What was written, without the blanks around it. ``at_most`` counts characters; ``field`` names the input.

    Refused: ``too_long``; ``invalid`` for what is not text (a NUL, half of a surrogate pair), which PostgreSQL cannot
    store and SQLite would.
    """
    check_text(text, field)
    plain = text.strip()
    if len(plain) > at_most:
        raise Refused("too_long", f"This is longer than {at_most:,} characters. Please write less.", field)
    return plain


def check_text(text: str, field: str) -> None:
    """Refused: ``invalid`` for characters that cannot be stored."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Refused("invalid", "This holds a character that is not text. Please write it again.", field)
