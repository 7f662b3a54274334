"""Opening letters: what stands in a PDF, as text and as the glyphs that were drawn."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ContentStream

from cases.domain.letters.pdf import BUNDLED


def opened(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def read(pdf: bytes) -> str:
    """The text of all pages, its lines joined."""
    return " ".join(" ".join(page.extract_text() for page in opened(pdf).pages).split())


def drawn(pdf: bytes) -> list[str]:
    """The names of the glyphs on the first page, line by line as they are drawn, each run from left to right.

    The font in the file is a subset without names: a glyph is known by its outline, which is that of the font beside
    the code (``same`` says by which name, where several glyphs look alike). What is bold is left out.
    """
    page = opened(pdf).pages[0]
    fonts = {name: font.get_object() for name, font in page["/Resources"]["/Font"].items()}
    names: list[str] = []
    font = ""
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"Tf":
            font = operands[0]
        elif operator == b"Tj" and "Bold" not in fonts[font]["/BaseFont"]:
            codes = operands[0].original_bytes
            glyphs = [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
            names += [_named(fonts[font], glyph) for glyph in glyphs]
    return names


def same(*names: str) -> list[str]:
    """Glyphs of the bundled font by the names that ``drawn`` gives them."""
    font = TTFont(BUNDLED[""])
    return [_outlines()[_outline(font, name)] for name in names]


def _named(font: Any, cid: int) -> str:
    cid_font = font["/DescendantFonts"][0].get_object()
    to_glyph = cid_font["/CIDToGIDMap"].get_object().get_data()
    subset = _subset(cid_font["/FontDescriptor"]["/FontFile2"].get_object().get_data())
    outline = _outline(subset, subset.getGlyphName(int.from_bytes(to_glyph[2 * cid : 2 * cid + 2], "big")))
    return _outlines().get(outline, "?")


@cache
def _subset(data: bytes) -> TTFont:
    return TTFont(io.BytesIO(data))


@cache
def _outlines() -> dict[str, str]:
    font = TTFont(BUNDLED[""])
    return {_outline(font, name): name for name in reversed(font.getGlyphOrder())}


def _outline(font: TTFont, name: str) -> str:
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return f"{glyphs[name].width} {pen.value}"
