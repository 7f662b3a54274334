"""The ledger as CSV: for a spreadsheet, which takes some text for formulas, and for programs, which count in minor units."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet

from accounts.money import to_major
from compensation.enums import Account
from compensation.models import LedgerEntry
from compensation.queries.ledger import NOBODY
from compensation.queries.statements import Statement

# A cell that begins with one of these is run as a formula by spreadsheets: a quote before it makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
STATEMENT = ("month", "by", "id", "name", "basis", "account", "figure", "amount", "amount_minor", "currency")
ENTRY = {
    "entry": "id", "at": "at", "basis": "basis", "from_account": "from_account", "to_account": "to_account",
    "amount": "amount_minor", "amount_minor": "amount_minor", "currency": "currency",
    "case": "award__case__reference", "award": "award_id", "remedy": "award__remedy_name",
    "honored_error": "decision__error_id", "unit": "unit__code", "team": "team__name", "rep": "rep__name",
    "rep_id": "rep_id", "by": "by__name", "cause": "incident__cause__name", "product": "incident__line_of_business",
}  # fmt: skip


class _Line:
    """What csv writes to: it gives back each line."""

    def write(self, line: str) -> str:
        return line


def plain(text: object) -> str:
    """Text that a spreadsheet shows and does not run."""
    said = "" if text is None else str(text)
    return f"'{said}" if said.startswith(FORMULA) else said


def lines(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a file, one after another. It begins with a mark by which spreadsheets know that it is UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        yield writer.writerow(row)


def of_entries(entries: QuerySet[LedgerEntry]) -> Iterator[str]:
    """Every entry, the oldest first, read from the database as the file is taken."""
    columns = list(ENTRY.values())
    case = F("decision__error__case__reference")
    found = entries.order_by("at", "id").values_list(*columns, case)

    def rows() -> Iterator[list[Any]]:
        for *values, case_of_error in found.iterator(chunk_size=2000):
            row = dict(zip(ENTRY, values, strict=True))
            row["at"] = row["at"].isoformat()
            row["amount"] = to_major(row["amount_minor"], row["currency"])
            row["case"] = row["case"] or case_of_error
            for name in ("remedy", "unit", "team", "rep", "by", "cause", "product"):
                row[name] = plain(row[name])
            yield ["" if value is None else value for value in row.values()]

    return lines(ENTRY, rows())


def of_statement(statement: Statement) -> Iterator[str]:
    """Every figure of a statement in a line of its own: what stood before, what moved, and what stands after."""

    def rows() -> Iterator[list[Any]]:
        figures_of = ("opening", "moved", "closing") if statement.carries else ("moved",)
        for line in statement.lines:
            for basis, figures in line.bases.items():
                for name in figures_of:
                    for account in Account.values:
                        amount = getattr(figures, name)[account]
                        if not amount:
                            continue
                        yield [
                            f"{statement.month:%Y-%m}",
                            statement.by.value,
                            plain(NOBODY if line.key is None else line.key),
                            plain(line.name),
                            basis,
                            account,
                            name,
                            to_major(amount, line.currency),
                            amount,
                            line.currency,
                        ]

    return lines(STATEMENT, rows())
