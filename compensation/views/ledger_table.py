"""A statement laid out for the screen: a table for each basis, every figure with the address of the entries behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from compensation.enums import Account, Basis, Grouping
from compensation.queries.ledger import NOBODY, months_on
from compensation.queries.statements import OPEN, Figures, Line, Statement, spent

LINES = 60  # of a table; what is beyond is summed up in one line and stands in the CSV
HEADS = {
    Account.PENDING: "Held",
    Account.COMMITTED: "To deliver",
    Account.DELIVERED: "Delivered",
    Account.REVERSED: "Taken back",
}
WHENS = {"opening": "Open before", "moved": "In the month", "closing": "Open after"}
BASIS_NOTES = {
    Basis.GOODWILL: "What we give because we choose to. It draws on caps.",
    Basis.ENTITLEMENT: "What law or contract owes the customer. It draws on no cap.",
    Basis.COST_OF_ERROR: "What our own mistakes cost us, honored errors among them. It draws on no cap.",
}


@dataclass(frozen=True)
class Cell:
    amount: int
    query: str  # of the entries behind it; none where there is nothing


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """``columns`` are (when, account), ``groups`` how many of them stand under each heading."""

    basis: Basis
    note: str
    groups: list[tuple[str, int]]
    heads: list[str]
    rows: list[Row]
    others: Row | None
    total: Row


def tables(statement: Statement, same: dict[str, Any]) -> list[Table]:
    """A table for each basis in which there is anything."""
    return [
        _table(statement, Basis(basis), same)
        for basis in Basis.values
        if any(basis in line.bases and line.bases[basis].anything for line in statement.lines)
    ]


def _table(statement: Statement, basis: Basis, same: dict[str, Any]) -> Table:
    lines = [line for line in statement.lines if basis in line.bases and line.bases[basis].anything]
    wanted = _columns([line.bases[basis] for line in lines], carries=statement.carries)

    def row(name: str, figures: Figures, address: Callable[[str, Account], str] | None) -> Row:
        cells = []
        for when, account in wanted:
            amount = getattr(figures, when)[account]
            cells.append(Cell(amount, address(when, account) if address and (amount or when == "moved") else ""))
        return Row(name, cells)

    total = Figures()
    for line in lines:
        total.add(line.bases[basis])
    if statement.by == Grouping.MONTH:
        total.opening = lines[0].bases[basis].opening
    others = Figures()
    for line in lines[LINES:]:
        others.add(line.bases[basis])
    of_all = None if statement.by == Grouping.MONTH else _address(statement, None, basis, same)
    return Table(
        basis,
        BASIS_NOTES[basis],
        [(WHENS[when], number) for when in WHENS if (number := sum(1 for each, _ in wanted if each == when))],
        [HEADS[account] for _, account in wanted],
        [row(line.name, line.bases[basis], _address(statement, line, basis, same)) for line in lines[:LINES]],
        row(f"{len(lines) - LINES} more", others, None) if len(lines) > LINES else None,
        row("Together", total, of_all),
    )


def _columns(figures: list[Figures], *, carries: bool) -> list[tuple[str, Account]]:
    """Which columns say anything in any line. What was delivered is always one of them."""
    every = [("opening", account) for account in OPEN] if carries else []
    every += [("moved", account) for account in HEADS]
    every += [("closing", account) for account in OPEN] if carries else []
    return [
        (when, account)
        for when, account in every
        if (when, account) == ("moved", Account.DELIVERED) or any(getattr(each, when)[account] for each in figures)
    ]


def _address(
    statement: Statement, line: Line | None, basis: Basis, same: dict[str, Any]
) -> Callable[[str, Account], str]:
    """The address of the entries that one line's figures are the sums of."""
    month, whose = statement.month, {}
    if line is not None and statement.by == Grouping.MONTH:
        month = line.key
    elif line is not None:
        whose = {statement.by.value: NOBODY if line.key is None else line.key}

    def address(when: str, account: Account) -> str:
        return urlencode({**_time(when, month), "basis": basis.value, "account": account.value, **whose, **same})

    return address


def _time(when: str, month: date) -> dict[str, str]:
    if when == "moved":
        return {"month": f"{month:%Y-%m}"}
    return {"until": f"{month if when == 'opening' else months_on(month, 1):%Y-%m}"}


def tiles(statement: Statement, same: dict[str, Any]) -> list[dict[str, Any]]:
    """What was given in the month and stands, of each basis apart from the others. Of months, in all of them."""
    totals = statement.totals.get(same["currency"], {})
    query = {"month": f"{statement.month:%Y-%m}", **same}
    return [
        {
            "label": basis.label,
            "amount": spent([totals[basis]]) if basis in totals else 0,
            "entries": totals[basis].entries if basis in totals else 0,
            "query": "" if statement.by == Grouping.MONTH else urlencode({**query, "basis": basis.value}),
        }
        for basis in Basis
    ]
