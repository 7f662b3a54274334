"""A letter as a PDF: the same composition gives the same bytes, and nothing is fetched on the way.

fpdf2 writes the file and has HarfBuzz shape the text. ``LETTER_FONTS`` stand in where the bundled font has no form for a
character; where none has, the letter is refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from accounts.authority import Refused
from cases.domain.letters.composing import Composition
from cases.domain.letters.typesetting import JOINING, STEERING, Line, Run, clusters, set_lines, tidy

FONTS = Path(__file__).parent / "fonts"
BUNDLED = {"": FONTS / "DejaVuSans.ttf", "B": FONTS / "DejaVuSans-Bold.ttf"}
FAMILY = "letter"
# Millimeters, and points for the size of type.
MARGIN, BOTTOM = 25.0, 22.0
BODY, HEADING, SUBJECT, SMALL = 10.5, 10.5, 13.0, 8.5
LEADING = 1.45
POINT = 25.4 / 72


class Sheet:
    """The paper, the pen's height on it and the fonts."""

    def __init__(self, letter: Composition) -> None:
        self.letter = letter
        self.pdf = FPDF(format=letter.paper)
        self.pdf.set_auto_page_break(False)
        self.pdf.alias_nb_pages("")  # or “{nb}” in somebody’s words would come out as a number of pages
        self.pdf.c_margin = 0
        self.pdf.set_creation_date(letter.written_at.astimezone(UTC))
        self.pdf.set_title(f"{letter.subject} · {letter.reference}")
        self.pdf.set_author(letter.company)
        self.pdf.set_lang(letter.language)
        self.fonts: list[str] = []
        self.covered: dict[str, frozenset[int]] = {}
        self._load(FAMILY, BUNDLED)
        whole = "\n".join(text for _, text in _texts(letter))
        for number, other in enumerate(settings.RECOVERY["LETTER_FONTS"]):
            if not self.lacking(whole):
                break  # a font of ten thousand characters takes a second to read, and few letters need one
            self._load(f"other{number}", {"": Path(other)})
        self.style, self.size, self.y = "", BODY, MARGIN
        self.measured: dict[tuple[Run, str, float], float] = {}
        self._turn()

    def close(self) -> None:
        """Let go of the files of the fonts."""
        for font in self.pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _load(self, font: str, files: dict[str, Path]) -> None:
        """Take a font into use, for the characters that it has in every style."""
        for style, path in files.items():
            self.pdf.add_font(font, style, path)
        loaded = [self.pdf.fonts[f"{font}{style}"] for style in files]
        self.covered[font] = frozenset.intersection(
            *(frozenset(one.cmap) for one in loaded if isinstance(one, TTFFont))
        )
        self.fonts.append(font)

    def _turn(self) -> None:
        """A new page, with the reference at its foot."""
        self.pdf.add_page()
        style, size, self.style, self.size = self.style, self.size, "", SMALL
        self.y = self.pdf.h - BOTTOM + 4
        for line in self._set(f"{self.letter.reference} · {self.pdf.page}"):
            self._draw(line, MARGIN)
        self.style, self.size, self.y = style, size, MARGIN

    @property
    def width(self) -> float:
        return self.pdf.w - 2 * MARGIN

    @property
    def height(self) -> float:
        return self.size * POINT * LEADING

    def lacking(self, text: str) -> list[str]:
        """The characters of a text that no font has, each once, in their order."""
        return list(dict.fromkeys(char for cluster in clusters(tidy(text)) for char in self._lacking_of(cluster)))

    def _lacking_of(self, cluster: str) -> list[str]:
        """A character with its marks is in one font, or none of it is: marks are placed by the font of their letter."""
        seen = [char for char in cluster if char not in STEERING | JOINING and not char.isspace()]
        if any(all(ord(char) in self.covered[font] for char in seen) for font in self.fonts):
            return []
        alone = [char for char in seen if not any(ord(char) in self.covered[font] for font in self.fonts)]
        return alone or seen

    def font_for(self, cluster: str) -> str:
        seen = [char for char in cluster if char not in JOINING]
        return next((font for font in self.fonts if all(ord(char) in self.covered[font] for char in seen)), FAMILY)

    def write(
        self, text: str, *, size: float = BODY, style: str = "", rtl: bool | None = None, end: bool = False
    ) -> None:
        """One paragraph from the pen downward. ``end`` sets it against the side where lines end."""
        self.size, self.style = size, style
        for line in self._set(text, rtl=rtl):
            if self.y + self.height > self.pdf.h - BOTTOM:
                self._turn()
            self._draw(line, MARGIN + (self.width - self._wide(line) if line.rtl != end else 0))
            self.y += self.height

    def skip(self, lines: float, *, keep: int = 0) -> None:
        """Leave room; on to the next page where not ``keep`` more lines would fit."""
        self.y += self.size * POINT * LEADING * lines
        if self.y + keep * self.height > self.pdf.h - BOTTOM:
            self._turn()

    def _set(self, text: str, rtl: bool | None = None) -> list[Line]:
        return set_lines(text, width=self.width, measure=self._measure, font_for=self.font_for, rtl=rtl)

    def _choose(self, run: Run) -> None:
        self.pdf.set_font(run.font, self.style if run.font == FAMILY else "", self.size)
        self.pdf.set_text_shaping(use_shaping_engine=True, direction="rtl" if run.rtl else "ltr")

    def _measure(self, run: Run) -> float:
        known = (run, self.style, self.size)
        if known not in self.measured:
            self._choose(run)
            self.measured[known] = self.pdf.get_string_width(run.text)
        return self.measured[known]

    def _wide(self, line: Line) -> float:
        return sum(self._measure(run) for run in line.runs)

    def _draw(self, line: Line, x: float) -> None:
        for run in line.runs:
            width = self._measure(run)
            self._choose(run)
            self.pdf.set_xy(x, self.y)
            self.pdf.cell(width, self.height, run.text, new_x=XPos.RIGHT, new_y=YPos.TOP)
            x += width


def render(letter: Composition) -> bytes:
    """The letter's PDF. Refused: ``font_lacks``, naming the characters, the words they are in and the input."""
    with closing(Sheet(letter)) as sheet:
        for field, text in _texts(letter):
            _check(sheet, text, field)
        _write(sheet, letter)
        return bytes(sheet.pdf.output())


def _write(sheet: Sheet, letter: Composition) -> None:
    side = letter.rtl
    sheet.write(letter.company, size=SUBJECT, style="B")
    sheet.skip(1)
    sheet.write(letter.date, rtl=side)
    sheet.write(letter.reference, rtl=side)
    sheet.skip(1.5)
    sheet.write(letter.subject, size=SUBJECT, style="B", rtl=side)
    sheet.skip(0.8)
    sheet.write(letter.greeting, rtl=side)
    sheet.skip(0.6)
    sheet.write(letter.opening, rtl=side)
    for section in letter.sections:
        sheet.skip(0.8, keep=2)
        sheet.write(section.heading, size=HEADING, style="B", rtl=side)
        for paragraph in section.paragraphs:
            sheet.write(paragraph, rtl=None if section.field else side)
    sheet.skip(0.8, keep=5)
    sheet.write(letter.keep, rtl=side)
    sheet.skip(1)
    sheet.write(letter.closing, rtl=side)
    sheet.skip(0.5)
    sheet.write(letter.company, style="B")


def _texts(letter: Composition) -> Iterator[tuple[str, str]]:
    """Everything that is set, by the input it comes from."""
    yield letter.named_in, letter.salutation[1]
    for section in letter.sections:
        yield section.field, "\n".join(section.paragraphs)
        yield "", section.heading
    own = (letter.company, letter.date, letter.reference, letter.subject, letter.opening, letter.keep, letter.closing)
    yield "", "\n".join((*own, letter.greeting))


def _check(sheet: Sheet, text: str, field: str) -> None:
    lacking = sheet.lacking(text)
    if not lacking:
        return
    words = [word for word in tidy(text).split() if any(char in word for char in lacking)]
    named = ", ".join(f"{char} ({_called(char)})" for char in lacking)
    raise Refused(
        "font_lacks",
        f"No font for letters has {named}, in “{' '.join(words)}”. Write it in other letters, or have an administrator "
        "name a font in LETTER_FONTS that has it.",
        field,
        characters=lacking,
        words=words,
    )


def _called(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()
