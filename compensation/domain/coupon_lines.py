"""Codes as they come in: one a line, with the last day it is good for after a comma if it has one.

A line is read by itself, so that a stray quote spoils one line and not the file, and every line keeps its number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

LONGEST_CODE = 80
LONGEST_LINE = 1000
# What stands above the codes where there is a heading.
HEADINGS = frozenset({"code", "codes", "coupon", "coupons", "coupon code", "voucher", "voucher code"})
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Line(NamedTuple):
    """One code with where it stood, or what is wrong with it. What is wrong does not quote the code."""

    number: int
    code: str = ""
    expires_on: date | None = None
    wrong: str = ""


def read(file: BinaryIO, *, today: date) -> Iterator[Line]:
    """The lines of a UTF-8 file, one at a time: memory does not grow with the file. Blank ones are passed over."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline=None)
    try:
        number, ended = 0, True
        while line := text.readline(LONGEST_LINE):
            begins, ended = ended, line.endswith("\n") or len(line) < LONGEST_LINE
            if not begins:
                continue  # the rest of a line that was too long
            number += 1
            found = _line(number, line, today=today) if ended else Line(number, wrong="This line is too long.")
            if found is not None:
                yield found
    finally:
        text.detach()


def listed(codes: Iterable[tuple[str, date | None]], *, today: date) -> Iterator[Line]:
    """The same of codes that a program lists; a line's number is its place in the list, from 1."""
    for number, (code, expires_on) in enumerate(codes, start=1):
        yield _checked(number, code.strip(), expires_on, today=today)


def _line(number: int, line: str, *, today: date) -> Line | None:
    if not line.strip():
        return None
    delimiter = next((mark for mark in ",;\t" if mark in line), ",")
    try:
        cells = [cell.strip() for cell in next(csv.reader([line.strip()], delimiter=delimiter, strict=True))]
    except csv.Error:
        return Line(number, wrong="The quotes do not match.")
    code, last, *more = [*cells, "", ""]
    if number == 1 and code.casefold() in HEADINGS:
        return None
    if any(more):
        return Line(number, wrong="More than a code and a day.")
    if not last:
        return _checked(number, code, None, today=today)
    try:
        expires_on = date.fromisoformat(last) if DAY.fullmatch(last) else None
    except ValueError:
        expires_on = None
    if expires_on is None:
        return Line(number, wrong="The day is not written as 2026-12-31.")
    return _checked(number, code, expires_on, today=today)


def _checked(number: int, code: str, expires_on: date | None, *, today: date) -> Line:
    wrong = ""
    if not code:
        wrong = "There is no code."
    elif len(code) > LONGEST_CODE:
        wrong = f"The code is longer than {LONGEST_CODE} characters."
    elif not code.isprintable():
        wrong = "The code holds a character that cannot be read out."
    elif expires_on is not None and expires_on < today:
        wrong = f"It expired on {expires_on:%B %-d, %Y}."
    return Line(number, code, expires_on, wrong)
