"""The letter that proves it: what it says, to whom, in which language and on which paper."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from cases.domain import letters
from cases.domain.letters.pdf import render
from cases.domain.letters.words import WORDINGS
from cases.enums import DisclosureKind, Understanding
from tests.cases import letterbox
from tests.cases.proof import HAPPENED, LATER, SHOULD, Proof, refused
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]


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
