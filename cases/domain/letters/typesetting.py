"""Lines of text in every direction: where they break, and in which order their parts stand on the paper.

The Unicode bidirectional algorithm (UAX 9) says how deep each character lies: even levels run to the right, odd ones to the
left. A line is cut into runs of one level, one script and one font; each run is then shaped by itself.
"""

from __future__ import annotations

import itertools
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fpdf.bidi import BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection
from fpdf.unicode_script import UnicodeScript, get_unicode_script

# Orders to turn text around, which nobody needs who writes a name, hints where a word may break, and marks without a shape.
NOT_TEXT = {ord(char): None for char in "\u202a\u202b\u202c\u202d\u202e\u00ad\u200b\u2060\ufeff"}
# They steer the order of what stands around them, and are not drawn themselves.
STEERING = frozenset("\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
# They steer how their neighbors are shaped: to be handed to the shaping engine, and no font needs a form for them.
JOINING = frozenset({"\u200c", "\u200d", "\u034f", *map(chr, range(0xFE00, 0xFE10))})
# More clusters than a line of our letters holds: words longer than this are not measured whole.
MOST_IN_LINE = 300
UNNAMED_SCRIPTS = (UnicodeScript.COMMON, UnicodeScript.INHERITED)


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in the order in which they are read, all of one level and in one font."""

    text: str
    level: int
    font: str

    @property
    def rtl(self) -> bool:
        return self.level % 2 == 1


@dataclass(frozen=True, slots=True)
class Line:
    """Runs as they stand from left to right."""

    runs: tuple[Run, ...]
    rtl: bool


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    level: int
    font: str
    script: UnicodeScript


Measure = Callable[[Run], float]
FontFor = Callable[[str], str]


def tidy(text: str) -> str:
    """One paragraph as it is set: composed characters, single blanks, and nothing that turns text around by force."""
    return " ".join(unicodedata.normalize("NFC", text).translate(NOT_TEXT).split())


def clusters(text: str) -> list[str]:
    """What must stay together: a character with the marks upon it and what joins it to its neighbors."""
    found: list[str] = []
    for char in text:
        if found and (
            unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Mc", "Me") or char in JOINING
        ):
            found[-1] += char
        else:
            found.append(char)
    return found


def set_lines(text: str, *, width: float, measure: Measure, font_for: FontFor, rtl: bool | None = None) -> list[Line]:
    """The lines of one paragraph, none wider than ``width`` unless a single cluster is.

    ``font_for`` names the font of a cluster, ``measure`` the width of a run. ``rtl`` is the paragraph's own direction;
    None takes it from its first letter that has one.
    """
    text = tidy(text)
    rtl = auto_detect_base_direction(text) == TextDirection.RTL if rtl is None else rtl
    chars = _chars(text, rtl=rtl, font_for=font_for)
    return [Line(tuple(_in_order(_runs(line))), rtl) for line in _broken(chars, width=width, measure=measure)]


def _chars(text: str, *, rtl: bool, font_for: FontFor) -> list[_Char]:
    levels = _levels(text, rtl=rtl)
    found: list[_Char] = []
    script, at = UnicodeScript.COMMON, 0
    for cluster in clusters(text):
        level, at = levels[at], at + len(cluster)
        drawn = "".join(char for char in cluster if char not in STEERING)
        if not drawn:
            continue
        named = get_unicode_script(drawn[0])
        script = script if named in UNNAMED_SCRIPTS else named
        # A blank is in the font of the word before it: it then breaks no run.
        font = found[-1].font if drawn == " " and found else font_for(drawn)
        found.append(_Char(drawn, level, font, script))
    return found


def _levels(text: str, *, rtl: bool) -> list[int]:
    """The level of each character. What has none of its own (joiners) takes that of the one before."""
    base = TextDirection.RTL if rtl else TextDirection.LTR
    resolved = {char.character_index: char.embedding_level for char in BidiParagraph(text, base).get_characters()}
    levels: list[int] = []
    for index in range(len(text)):
        levels.append(resolved.get(index, levels[-1] if levels else int(rtl)))
    return levels


def _broken(chars: Sequence[_Char], *, width: float, measure: Measure) -> Iterator[list[_Char]]:
    """Lines at blanks, which are left out there; a word that is wider than a line is broken where it has to be."""

    def wide(part: Sequence[_Char]) -> float:
        return sum(measure(run) for run in _runs(part))

    line: list[_Char] = []
    taken = 0.0
    for blank, group in itertools.groupby(chars, key=lambda char: char.text == " "):
        part = list(group)
        if line and not blank and taken + wide(part) > width:
            yield _stripped(line)
            line, taken = [], 0.0
        while len(part) > MOST_IN_LINE or wide(part) > width:
            lengths = range(1, min(len(part), MOST_IN_LINE) + 1)
            fits = max(bisect_right(lengths, width, key=lambda length: wide(part[:length])), 1)
            yield part[:fits]
            part = part[fits:]
        line += part
        taken += wide(part)
    if line:
        yield _stripped(line)


def _stripped(line: list[_Char]) -> list[_Char]:
    return line[:-1] if line[-1].text == " " else line


def _runs(chars: Sequence[_Char]) -> list[Run]:
    """Neighbors of one level, script and font together, in the order of reading."""
    groups = itertools.groupby(chars, key=lambda char: (char.level, char.font, char.script))
    return [Run("".join(char.text for char in group), level, font) for (level, font, _), group in groups]


def _in_order(runs: list[Run]) -> list[Run]:
    """Rule L2: from the deepest level up to the lowest odd one, turn around every stretch at that level or deeper."""
    odd = [run.level for run in runs if run.rtl]
    for level in range(max((run.level for run in runs), default=0), min(odd, default=1) - 1, -1):
        turned: list[Run] = []
        for deep, group in itertools.groupby(runs, key=lambda run: run.level >= level):
            together = list(group)
            turned += reversed(together) if deep else together
        runs = turned
    return runs
