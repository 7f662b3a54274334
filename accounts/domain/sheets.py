"""A CSV file as a stream of rows, each with where it stands. Whatever is wrong with one row is that row's trouble."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from accounts.authority import Refused

# What `surrogateescape` makes of a byte that is not UTF-8, and nothing else.
NOT_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Row:
    """One row: its number among the data rows, the line of the file it begins on, its fields or what is wrong."""

    number: int
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    wrong: str = ""


def rows(file: BinaryIO, *, columns_of: Callable[[Sequence[str]], Mapping[str, int]]) -> Iterator[Row]:
    """Rows of a UTF-8 file, with or without a byte order mark, one at a time: memory does not grow with the file.

    ``columns_of`` says of the header which cell holds which field, or refuses it. Lines that say nothing are passed
    over and not counted. Refused: ``unknown_header``.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        reader = csv.reader(text)
        header = _header(reader)
        columns = columns_of(header)
        number = 0
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                number += 1
                yield Row(number, line, wrong=f"This row cannot be read: {problem}.")
                continue
            if any(cell.strip() for cell in cells):
                number += 1
                yield _row(number, line, cells, header, columns)
    finally:
        text.detach()


def _header(reader: Iterator[list[str]]) -> list[str]:
    """The first line that is not blank, fit to be shown."""
    try:
        cells: list[str] = next((cells for cells in reader if cells), [])
    except csv.Error as problem:
        raise Refused("unknown_header", f"This is not a CSV file: {problem}.", "file") from None
    return [NOT_UTF8.sub("�", cell).replace("\0", "�") for cell in cells]


def _row(number: int, line: int, cells: list[str], header: Sequence[str], columns: Mapping[str, int]) -> Row:
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        return Row(number, line, wrong=f"This row has {len(cells)} cells where the header has {len(header)}.")
    fields = {name: cells[position] for name, position in columns.items()}
    for name, position in columns.items():
        if NOT_UTF8.search(fields[name]):
            return Row(number, line, wrong=f"{header[position]}: these are not characters of UTF-8.")
        if "\0" in fields[name]:
            return Row(number, line, wrong=f"{header[position]}: holds a NUL character.")
    return Row(number, line, fields)
