"""In which order the letters of a letter stand, and what becomes of those that no font has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from accounts.authority import Refused
from cases.domain.letters.pdf import render
from cases.models import Letter
from tests.cases import letterbox
from tests.cases.proof import Proof
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]


# --- In which order it stands ---------------------------------------------------------------------------------------


def in_a_row(wanted: list[str], glyphs: list[str]) -> bool:
    return any(glyphs[at : at + len(wanted)] == wanted for at in range(len(glyphs)))


def test_an_arabic_name_is_joined_and_runs_from_right_to_left(proof: Proof, house: House) -> None:
    pdf = render(proof.composed(house.customer("فاطمة")))
    # From left to right: tah marbuta final, meem medial, tah initial, alef final, feh initial; then the comma.
    shapes = letterbox.same("a", "r", "space", "uniFE94", "uniFEE4", "uniFEC3", "uniFE8E", "uniFED3", "comma")
    assert in_a_row(shapes, letterbox.drawn(pdf))
    assert "Dear فاطمة" in letterbox.read(pdf)


def test_a_hebrew_name_runs_from_right_to_left_and_its_brackets_turn_with_it(proof: Proof, house: House) -> None:
    pdf = render(proof.composed(house.customer("שרה (Sara)")))
    # Within the name the direction is that of its first letter; its Latin part reads from left to right all the same.
    shapes = letterbox.same("r", "space", "parenleft", "S", "a", "r", "a", "parenright", "space")
    shapes += letterbox.same("uni05D4", "uni05E8", "uni05E9", "comma")
    assert in_a_row(shapes, letterbox.drawn(pdf))
    assert "שרה" in letterbox.read(pdf)


def test_both_scripts_in_one_paragraph_are_each_shaped_by_itself(proof: Proof) -> None:
    section = replace(proof.composed().sections[0], paragraphs=("שרה فاطمة",))
    glyphs = letterbox.drawn(render(replace(proof.composed(), sections=(section,))))
    for shapes in (["uni05D4", "uni05E8", "uni05E9"], ["uniFE94", "uniFEE4", "uniFEC3", "uniFE8E", "uniFED3"]):
        assert in_a_row(letterbox.same(*shapes), glyphs)


# --- Which letters there are ----------------------------------------------------------------------------------------


def test_a_character_that_no_font_has_is_named_and_nothing_is_left_out(proof: Proof, house: House) -> None:
    error = proof.error(house.customer("Anna", form_of_address="Anna 王小明"))
    with pytest.raises(Refused) as caught:
        proof.made(error)
    assert (caught.value.code, caught.value.field) == ("font_lacks", "form_of_address")
    assert caught.value.details == {"characters": ["王", "小", "明"], "words": ["王小明"]}
    assert "王 (U+738B" in caught.value.reason
    assert "“王小明”" in caught.value.reason
    assert not Letter.objects.exists()


def test_so_it_is_in_what_we_wrote_and_for_marks_without_their_letter(proof: Proof) -> None:
    for words, lacking in (("We typed ก twice.", ["ก"]), ("A mark on x\u1ab0 came along.", ["\u1ab0"])):
        section = replace(proof.composed().sections[0], paragraphs=(words,))
        with pytest.raises(Refused) as caught:
            render(replace(proof.composed(), sections=(section,)))
        assert (caught.value.field, caught.value.details["characters"]) == ("happened_words", lacking)


@pytest.fixture
def wang(tmp_path: Path) -> Path:
    """A font that has 王 and nothing else."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((900, 0), (900, 800), (0, 800)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "wang"])
    font.setupCharacterMap({0x738B: "wang"})
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "wang": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "wang": (1000, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Wang", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(tmp_path / "wang.ttf")
    return tmp_path / "wang.ttf"


def test_a_font_of_the_companys_stands_in_wherever_the_character_is(
    proof: Proof, house: House, settings: Any, wang: Path
) -> None:
    settings.RECOVERY = settings.RECOVERY | {"LETTER_FONTS": [str(wang)]}
    pdf = proof.letter(house.customer("王 Anna 王")).pdf
    assert "Dear 王 Anna 王," in letterbox.read(pdf)
    assert sum("Wang" in str(font.get_object()["/BaseFont"]) for font in fonts_of(pdf)) == 1


def fonts_of(pdf: bytes) -> list[Any]:
    return list(letterbox.opened(pdf).pages[0]["/Resources"]["/Font"].values())
