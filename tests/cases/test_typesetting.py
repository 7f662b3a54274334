"""Lines in every direction: nothing is lost, none is too wide, and each part stands where it is read."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.domain.letters.typesetting import STEERING, Line, Run, clusters, set_lines, tidy

WIDE = 1000.0


def measure(run: Run) -> float:
    return len(run.text)


def lines(text: str, *, width: float = WIDE, rtl: bool | None = None) -> list[Line]:
    return set_lines(text, width=width, measure=measure, font_for=lambda _: "one", rtl=rtl)


def seen(line: Line) -> str:
    """The line as it stands from left to right."""
    return "".join(run.text[::-1] if run.rtl else run.text for run in line.runs)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dear Anna,", "Dear Anna,"),
        ("Dear שרה,", "Dear הרש,"),
        ("Dear שרה לוי, hello", "Dear יול הרש, hello"),
        ("from שרה 25 to", "from 25 הרש to"),
        ("Dear \u2068שרה (Sara)\u2069, hello", "Dear )Sara( הרש, hello"),
        ("Dear \u2068Anna (שרה)\u2069, hello", "Dear Anna (הרש), hello"),
        ("שלום Anna 25", "Anna 25 םולש"),
        ("ab\u202ecd\u202c", "abcd"),
    ],
)
def test_each_part_stands_where_it_is_read(text: str, wanted: str) -> None:
    (line,) = lines(text)
    assert seen(line) == wanted


def test_a_paragraph_runs_as_its_first_letter_unless_told() -> None:
    assert [line.rtl for line in lines("25 שלום Anna")] == [True]
    assert [line.rtl for line in lines("Anna שלום")] == [False]
    assert [line.rtl for line in lines("Anna", rtl=True)] == [True]
    assert lines("") == []


def test_a_line_breaks_at_blanks_in_the_order_of_reading() -> None:
    assert [seen(line) for line in lines("one two three", width=7)] == ["one two", "three"]
    assert [seen(line) for line in lines("אחת שתים שלוש", width=8)] == ["םיתש תחא", "שולש"]
    assert [seen(line) for line in lines("abcdefghij k", width=4)] == ["abcd", "efgh", "ij k"]


def test_marks_and_joiners_stay_with_their_letter() -> None:
    assert clusters("e\u0301a\u200db") == ["e\u0301", "a\u200d", "b"]
    broken = lines("x\u1ab0" * 5, width=4)
    assert [seen(line) for line in broken] == ["x\u1ab0x\u1ab0", "x\u1ab0x\u1ab0", "x\u1ab0"]


TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab (1,.%+-)[]של\u05b8وم\u064e٣א \u200d\u200c\u2067\u2068\u2069\u200f\u202e\u202c\u00ad"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@settings(max_examples=400, deadline=None)
@given(text=TEXT, width=st.integers(1, 40), rtl=st.sampled_from([None, True, False]))
def test_whatever_is_written_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int, rtl: bool | None) -> None:
    set_ = lines(text, width=width, rtl=rtl)
    drawn = Counter(char for line in set_ for run in line.runs for char in run.text if char != " ")
    assert drawn == Counter(char for char in tidy(text) if char != " " and char not in STEERING)
    longest = max((len(cluster) for cluster in clusters(tidy(text))), default=0)
    for line in set_:
        assert sum(measure(run) for run in line.runs) <= max(width, longest)
        assert line.runs
