"""Mail that came in, as a timeline tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journal.enums import EventType
from journal.models import Event

Told = tuple[str, str, str]

# What was set aside that has to do with a case.
SET_ASIDE: dict[str, Told] = {
    "auto_reply": ("An automatic reply came in", "bot", ""),
    "bounce": ("A mail server wrote about our message", "mail-x", "warn"),
    "colleague": ("A colleague wrote to the mailbox about this", "forward", ""),
    "loop": ("Our own mail came back", "refresh-cw", ""),
    "too_many": ("The customer wrote so often that their mail was set aside", "mails", "warn"),
}


def mail_told(event: Event, words: Mapping[str, Any]) -> Told | None:
    """The sentence, the icon and the mood of a mail; None of anything else."""
    if event.type == EventType.MAIL_SET_ASIDE:
        return SET_ASIDE.get(event.data.get("fate", ""), ("Mail about this was set aside", "mail-question-mark", ""))
    if event.type != EventType.MAIL_RECEIVED:
        return None
    other = words.get("from")
    did = f"wrote an email from an address that we do not know, {other}" if other else "wrote an email"
    return did, "mail", ""
