"""The letter that proves it: what it says, to whom, in which order its letters stand, and that it is kept as it was."""

from __future__ import annotations

import hashlib
import os
import pickle
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from accounts.authority import Refused
from accounts.models import User
from cases.domain import honored_errors, letters
from cases.domain.letters.composing import Composition, compose
from cases.domain.letters.pdf import render
from cases.domain.letters.words import WORDINGS
from cases.enums import DisclosureKind, Understanding
from cases.models import Customer, Disclosure, HonoredError, Letter, Message
from cases.queries.honored_errors import call_that_told
from journal.enums import EventType
from journal.models import Event, Words
from tests.cases import letterbox
from tests.factories import DAY, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]
HAPPENED = "We quoted you last year’s rate of 240.00 for your home insurance."
SHOULD = "This year’s rate of 312.00 applies, since rebuilding has become dearer."
LATER = NOW + DAY


class Proof:
    """An error of which the customer has been told, by people whose names could leak."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.robin = house.person("robinleake", name="Robin Leake")
        self.sandra = house.person("spryor", name="Sandra Pryor", role="supervisor")
        self.staff = [self.robin, self.sandra, house.alice, house.sue]

    def error(self, customer: Customer | None = None, *, to: str = "honored", **told: Any) -> HonoredError:
        error = self.worded(customer)
        self.house.told(self.house.decided(error, to, by=self.sandra), now=LATER, **told)
        return again(error)

    def worded(self, customer: Customer | None = None, **words: str) -> HonoredError:
        error = self.house.favorable(customer, by=self.robin, our_words="Robin Leake quoted last year’s rate")
        given = {"happened_words": HAPPENED, "should_have": SHOULD} | words
        return honored_errors.assess(error, by=self.robin, now=NOW, **given)

    def letter(self, customer: Customer | None = None, **particulars: Any) -> Letter:
        return self.made(self.error(customer), **particulars)

    def made(self, error: HonoredError, **particulars: Any) -> Letter:
        given: dict[str, Any] = {"by": self.robin, "now": LATER}
        return letters.make_letter(error, **given | particulars)

    def composed(self, customer: Customer | None = None, *, language: str = "en", **kwargs: Any) -> Composition:
        error = self.error(customer, **kwargs)
        return compose(error, self.call(error), language=language, at=LATER)

    def call(self, error: HonoredError) -> Disclosure:
        call = call_that_told(error)
        assert call is not None
        return call


@pytest.fixture
def proof(house: House) -> Proof:
    return Proof(house)


def refused(proof: Proof, error: HonoredError, **particulars: Any) -> tuple[str, str]:
    """Why there is no letter, and that nothing was written."""
    events = Event.objects.count()
    with pytest.raises(Refused) as caught:
        proof.made(error, **particulars)
    assert not Letter.objects.exists()
    assert Event.objects.count() == events
    return caught.value.code, caught.value.field


# --- What it says ---------------------------------------------------------------------------------------------------


def test_the_pdf_says_what_happened_that_it_was_once_and_when_and_how_it_was_explained(
    proof: Proof, house: House
) -> None:
    letter = proof.letter(house.customer(form_of_address="Ms. Okafor"))
    text = letterbox.read(letter.pdf)
    for part in (
        "Dear Ms. Okafor,",
        HAPPENED,
        SHOULD,
        "We honor it once. It is not a rule",
        "We explained this to you on March 11, 2026, by phone.",
        "You told us that you understood it.",
        "we may decide by the book",
        letter.error.case.reference,
        "Recovery demo company",
    ):
        assert part in text
        assert part in " ".join(letter.html.replace('<bdi dir="auto">', "").replace("</bdi>", "").split())
    assert letter.sha256 == hashlib.sha256(letter.pdf).hexdigest()


@pytest.mark.practice("P6")
@pytest.mark.parametrize("to", DisclosureKind.values)
def test_it_names_nobody_who_works_here_though_all_of_them_had_a_hand_in_it(proof: Proof, to: str) -> None:
    error = proof.error(to=to, answer="Robin Leake told me so")
    letter = proof.made(error, by=proof.sandra)
    sent = letters.send_letter(letter, by=proof.sandra, now=LATER)
    file = letterbox.opened(letter.pdf)
    read = " ".join([letterbox.read(letter.pdf), str(file.metadata), letter.html, sent.subject, sent.body]).casefold()
    for person in proof.staff:
        for name in (person.name, *person.name.split(), person.username, person.email):
            assert name.casefold() not in read


def test_one_that_was_taken_back_says_so_and_what_they_can_do(proof: Proof) -> None:
    text = letterbox.read(proof.made(proof.error(to="rescinded", understanding="disputes")).pdf)
    assert "We cannot stand by it and take it back" in text
    assert "You told us that you see it differently." in text
    assert "if you disagree, tell us" in text
    assert "We honor it" not in text


def test_the_day_is_the_customers_own(proof: Proof, house: House) -> None:
    far = house.customer(time_zone="Pacific/Auckland")
    assert "March 12, 2026, by phone" in letterbox.read(proof.letter(far).pdf)


@pytest.mark.parametrize("kind", DisclosureKind.values)
@pytest.mark.parametrize("language", letters.LANGUAGES)
def test_every_language_says_all_of_it(proof: Proof, language: str, kind: str) -> None:
    letter = proof.composed(language=language, to=kind, understanding="partly")
    text = letterbox.read(render(letter))
    words, stance = WORDINGS[language], WORDINGS[language].stances[DisclosureKind(kind)]
    wanted = [words.happened, words.should_have, words.explained_heading, words.closing, letter.keep, letter.date]
    wanted += [stance.subject, stance.opening, *stance.decided, *stance.next]
    wanted.append(words.understood[Understanding.PARTLY])
    for part in wanted:
        assert " ".join(part.split()) in text
    assert "{" not in text
    assert all(len(set(Understanding)) == len(words.understood) for words in WORDINGS.values())


@pytest.mark.parametrize(
    ("spoken", "written"), [("de-AT", "de"), ("es", "es"), ("fr-CA", "fr"), ("en-GB", "en"), ("pt-BR", "en")]
)
def test_it_is_in_the_customers_language_where_we_have_the_words(
    proof: Proof, house: House, spoken: str, written: str
) -> None:
    assert proof.letter(house.customer(language=spoken)).language == written


def test_another_language_may_be_asked_for_and_not_one_we_lack(proof: Proof, house: House) -> None:
    error = proof.error(house.customer(language="es"))
    assert refused(proof, error, language="tlh") == ("invalid", "language")
    assert proof.made(error, language="de-CH").language == "de"


@pytest.mark.parametrize(
    ("where", "size"), [("US-CO", (612, 792)), ("CA", (612, 792)), ("DE", (595, 842)), ("", (595, 842))]
)
def test_the_paper_is_what_they_have_there(proof: Proof, house: House, where: str, size: tuple[int, int]) -> None:
    page = letterbox.opened(proof.letter(house.customer(jurisdiction=where)).pdf).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_who_has_no_name_is_greeted_all_the_same(proof: Proof, house: House) -> None:
    assert "Hello, We made a mistake" in letterbox.read(proof.letter(house.customer("")).pdf)


def test_a_long_letter_goes_on_over_the_page(proof: Proof) -> None:
    lines = [f"{number}. We sent the bill of month {number} a second time." for number in range(1, 90)]
    letter = replace(proof.composed(), sections=(replace(proof.composed().sections[0], paragraphs=tuple(lines)),))
    pdf = render(letter)
    assert len(letterbox.opened(pdf).pages) > 1
    text = letterbox.read(pdf)
    assert all(line in text for line in lines)
    assert f"{letter.reference} · 2" in text


def test_what_looks_like_markup_is_set_as_it_was_written(proof: Proof) -> None:
    words = "Page {nb} of **your** --bill-- said [25](http://example.com) & <b>more</b> \\(sic)."
    section = replace(proof.composed().sections[0], paragraphs=(words,))
    assert words in letterbox.read(render(replace(proof.composed(), sections=(section,))))


def test_the_page_escapes_what_people_wrote_and_lets_each_script_run_its_way(proof: Proof, house: House) -> None:
    error = proof.error(house.customer("<b>فاطمة</b>"))
    html = proof.made(error).html
    assert '<bdi dir="auto">&lt;b&gt;فاطمة&lt;/b&gt;</bdi>' in html
    assert f'<p dir="auto">{HAPPENED}</p>' in html
    assert 'lang="en" dir="ltr"' in html


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


# --- The same letter is the same file -------------------------------------------------------------------------------


def test_the_same_letter_has_the_same_hash_in_another_process_too(proof: Proof, process_env: dict[str, str]) -> None:
    letter = proof.composed()
    code = (
        "import django, pickle, sys, hashlib; django.setup(); from cases.domain.letters.pdf import render; "
        "print(hashlib.sha256(render(pickle.load(sys.stdin.buffer))).hexdigest())"
    )
    env = {**os.environ, **process_env, "DJANGO_SETTINGS_MODULE": "recovery.settings", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(letter), capture_output=True, env=env, check=True
    )
    assert done.stdout.decode().strip() == hashlib.sha256(render(letter)).hexdigest()


def test_nothing_is_fetched_while_it_is_made(proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = proof.composed()

    def no(*_: Any, **__: Any) -> None:
        raise AssertionError("a letter is made without a network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, no)
    assert render(letter).startswith(b"%PDF-")


def test_made_again_with_nothing_changed_it_is_the_one_that_is_kept(proof: Proof, house: House) -> None:
    error = proof.error()
    first = proof.made(error)
    assert proof.made(again(error), by=house.sue, now=LATER + 3 * DAY).pk == first.pk
    (event,) = Event.objects.filter(type=EventType.LETTER_MADE)
    assert (event.subject_kind, event.subject_id, event.case_id) == ("honored_error", error.pk, error.case_id)
    assert event.data == {"error": error.pk, "letter": first.pk, "language": "en", "sha256": first.sha256}
    assert not Words.objects.filter(event=event).exists()
    assert proof.made(again(error), language="es").pk != first.pk


def test_what_changed_makes_a_new_one_and_the_first_stays_as_it_was(proof: Proof) -> None:
    error = proof.error()
    first = proof.made(error)
    Customer.objects.filter(pk=error.customer_id).update(form_of_address="Dr. Okafor")
    second = proof.made(again(error), now=LATER + DAY)
    assert second.pk != first.pk
    assert "Dear Dr. Okafor," in letterbox.read(second.pdf)
    assert again(first).sha256 == hashlib.sha256(again(first).pdf).hexdigest() == first.sha256


# --- When there is none ---------------------------------------------------------------------------------------------


def test_there_is_none_before_the_customer_has_been_told(proof: Proof, house: House) -> None:
    error = proof.worded()
    assert refused(proof, error) == ("undecided", "")
    house.decided(error, by=proof.sandra)
    assert refused(proof, again(error)) == ("not_told_yet", "")
    assert letters.can_make_letter(proof.robin, again(error)).code == "not_told_yet"


def test_nor_to_strangers_nor_by_administrators(proof: Proof, house: House) -> None:
    error = proof.error()
    assert refused(proof, error, by=house.charlie) == ("out_of_reach", "")
    assert refused(proof, error, by=house.ada) == ("rep_needed", "")


@pytest.mark.parametrize("missing", ["happened_words", "should_have"])
def test_nor_without_words_for_the_customer(proof: Proof, missing: str) -> None:
    error = proof.error()
    HonoredError.objects.filter(pk=error.pk).update(**{missing: " \n"})
    assert refused(proof, again(error)) == ("words_needed", missing)


@pytest.mark.practice("P6")
@pytest.mark.parametrize("field", ["happened_words", "should_have"])
def test_nor_with_a_colleague_named_in_them(proof: Proof, field: str) -> None:
    error = proof.error()
    HonoredError.objects.filter(pk=error.pk).update(**{field: "Robin Leake read the wrong line."})
    assert refused(proof, again(error)) == ("names_staff", field)


# --- By mail --------------------------------------------------------------------------------------------------------


def test_it_is_sent_once_per_letter_and_address(proof: Proof, house: House) -> None:
    customer = house.customer("فاطمة", language="es")
    letter = proof.letter(customer)
    message = letters.send_letter(letter, by=house.bob, now=LATER)
    assert letters.send_letter(letter, by=house.alice, now=LATER + DAY) == message
    assert (message.kind, message.status, message.letter, message.to) == (
        "letter",
        "pending",
        letter,
        customer.emails.get().address,
    )
    assert message.subject == f"Su carta sobre {letter.error.case.reference}"
    assert message.body.startswith("Hola, فاطمة:\n\n")
    queued = Event.objects.filter(type=EventType.MESSAGE_QUEUED, data__kind="letter").get()
    assert (queued.actor, queued.data["letter"], queued.data["error"]) == (house.bob, letter.pk, letter.error_id)
    customer.emails.update(address="new@example.com")
    assert letters.send_letter(letter, by=house.bob, now=LATER).to == "new@example.com"


def test_without_an_address_it_is_refused(proof: Proof, house: House) -> None:
    letter = proof.letter(house.customer(emails=[]))
    with pytest.raises(Refused) as caught:
        letters.send_letter(letter, by=house.alice, now=LATER)
    assert caught.value.code == letters.can_send_letter(house.alice, letter).code == "no_address"
    assert not Message.objects.filter(letter=letter).exists()


@pytest.mark.parametrize(("who", "code"), [("charlie", "out_of_reach"), ("ada", "rep_needed")])
def test_not_everybody_sends_it(proof: Proof, house: House, who: str, code: str) -> None:
    letter, person = proof.letter(), getattr(house, who)
    assert isinstance(person, User)
    with pytest.raises(Refused) as caught:
        letters.send_letter(letter, by=person, now=LATER)
    assert caught.value.code == code


def test_one_about_what_no_longer_stands_is_not_sent(proof: Proof, house: House) -> None:
    error = proof.error(to="rescinded")
    letter = proof.made(error)
    call = house.decided(error, "honored", by=proof.sandra, now=LATER)
    for told, code in ((False, "not_told_yet"), (True, "letter_outdated")):
        if told:
            house.told(call, now=LATER + DAY)
        with pytest.raises(Refused) as caught:
            letters.send_letter(again(letter), by=house.alice, now=LATER + DAY)
        assert caught.value.code == code
    assert not Message.objects.filter(letter=letter).exists()
