"""What is new in a reply: without the mail that it answers, and without the signature."""

from __future__ import annotations

import re

QUOTED = re.compile(r"^\s{0,3}>")
# “On Tuesday, Dana wrote:” as mail programs write it in the languages that we write in, on one line or two.
SAID = re.compile(
    r"^\s{0,3}(on\b.{5,200}\bwrote|am\b.{5,200}\bschrieb\b.{0,80}|le\b.{5,200}\ba écrit|el\b.{5,200}\bescribi[óo]"
    r"|il\b.{5,200}\bha scritto|op\b.{5,200}\bschreef\b.{0,80}|em\b.{5,200}\bescreveu)\s?:\s*$",
    re.IGNORECASE,
)
# From here on it is the other mail, though nothing marks its lines.
CUT = re.compile(
    r"^\s*(-{3,}\s*(original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht"
    r"|message d'origine|message d’origine|message transféré|mensaje original|mensaje reenviado)\s*-{3,}"
    r"|begin forwarded message:|anfang der weitergeleiteten nachricht:)\s*$",
    re.IGNORECASE,
)
FROM = re.compile(r"^\s*\*?(from|von|de|da|van)\s?:\*?\s.{3,}", re.IGNORECASE)
SENT = re.compile(
    r"^\s*\*?(sent|date|gesendet|datum|envoyé|enviado|fecha|inviato|verzonden)\s?:\*?\s.{3,}", re.IGNORECASE
)
SIGNATURE = re.compile(r"^--\s?$")
# Lines looked at; the rest of a longer mail stays as it is.
MOST_LINES = 5000


def fresh(text: str) -> str:
    """What somebody wrote in answer. All of it where that would leave nothing, or where they answered between the lines."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return text.strip()
    end = next((at for at in range(len(lines)) if _begins_old(lines, at)), len(lines))
    kept = lines[:end]
    while kept and (not kept[-1].strip() or QUOTED.match(kept[-1])):
        kept.pop()
    signed = next((at for at, line in enumerate(kept) if SIGNATURE.match(line)), None)
    if signed is not None and len(kept) - signed <= 12:
        kept = kept[:signed]
    said = "\n".join(kept).strip()
    return said or text.strip()


def _begins_old(lines: list[str], at: int) -> bool:
    """Does the mail that is answered begin here, with nothing new after it?"""
    line = lines[at]
    if CUT.match(line):
        return True
    if FROM.match(line) and any(SENT.match(later) for later in lines[at + 1 : at + 4]):
        return True
    two = f"{line} {lines[at + 1].strip()}" if at + 1 < len(lines) else line
    if SAID.match(line):
        after = at + 1
    elif SAID.match(two) and not QUOTED.match(line):
        after = at + 2
    else:
        return False
    for rest in range(after, len(lines)):
        if SIGNATURE.match(lines[rest]):
            break
        if lines[rest].strip() and not QUOTED.match(lines[rest]):
            return False
    return True
