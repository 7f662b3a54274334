"""Answers from a CSV file: read as a stream, a batch to a transaction, once each. It may be stopped and run again.

The header names the columns, in any order and with others between them. Who answered is said by ``case`` (a reference),
``customer`` (our id), ``customer_external_id`` (theirs) or ``email`` (where it is one customer’s alone).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2s
from typing import BinaryIO, TypeVar

from django.db.models import F, Min
from django.utils.dateparse import parse_date, parse_datetime

from accounts.authority import Refused
from accounts.domain.sheets import Row, rows
from accounts.models import User
from cases.models import Case, Customer, CustomerEmail, CustomerUnit, ExternalId
from outreach.domain.surveys import outside
from outreach.domain.surveys.answering import checked
from outreach.enums import SurveySource
from outreach.models import SCORES

BATCH = 500
WHO = ("case", "customer", "customer_external_id", "email")
COLUMNS = ("id", *WHO, "answered_at", *SCORES, "words")
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Reject:
    """A row that was not taken, and why."""

    number: int
    line: int
    reason: str


@dataclass
class Counts:
    """What became of the rows."""

    created: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return f"created {self.created}, unchanged {self.unchanged}, rejected {self.rejected}"


def import_answers(
    file: BinaryIO,
    *,
    system: str,
    now: datetime,
    by: User | None = None,
    on_reject: Callable[[Reject], None],
    on_batch: Callable[[Counts], None] | None = None,
) -> Counts:
    """Take every answer of a file that is not known yet. ``system`` is whose the ids are; ``by`` None is the system's own.

    A bad row never stops the others. Refused: ``unknown_header``, ``invalid``.
    """
    if not re.fullmatch(r"[-a-zA-Z0-9_]{1,40}", system):
        raise Refused("invalid", "A system’s name is letters, digits, - and _, 40 at most.", "system")
    counts = Counts()
    found = (replace(row, fields=_stripped(row.fields)) for row in rows(file, columns_of=_columns))
    for batch in _batches(found):
        _take(batch, counts, system=system, by=by, now=now, on_reject=on_reject)
        if on_batch is not None:
            on_batch(counts)
    return counts


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [re.sub(r"[\W_]+", "_", cell.strip().casefold()).strip("_") for cell in header]
    lacking = [name for name in ("satisfaction", "answered_at") if name not in names]
    if not any(name in names for name in WHO):
        lacking.append(" or ".join(WHO))
    if lacking:
        raise Refused("unknown_header", f"The first line names the columns; it lacks {', '.join(lacking)}.", "file")
    return {name: position for position, name in enumerate(names) if name in COLUMNS}


def _stripped(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in fields.items()}


def _batches(found: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in found:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _take(
    batch: list[Row],
    counts: Counts,
    *,
    system: str,
    by: User | None,
    now: datetime,
    on_reject: Callable[[Reject], None],
) -> None:
    known = _Known(batch, system)
    answers: list[outside.Answer] = []
    for row in batch:
        try:
            answers.append(_answer(row, known, system=system, now=now))
        except Refused as refused:
            counts.rejected += 1
            where = f"{refused.field}: " if refused.field else ""
            on_reject(Reject(row.number, row.line, where + refused.reason))
    created = outside.receive_all(answers, source=SurveySource.FILE, by=by, now=now)
    counts.created += created
    counts.unchanged += len(answers) - created


def _answer(row: Row, known: _Known, *, system: str, now: datetime) -> outside.Answer:
    if row.wrong:
        raise Refused("invalid", row.wrong)
    case, customer = known.who(row.fields)
    answer = outside.Answer(
        customer=customer,
        unit_id=case.unit_id if case else known.unit_of(customer),
        at=_moment(row.fields.get("answered_at", "")),
        scores=checked({name: _score(name, row.fields.get(name, "")) for name in SCORES}),
        case=case,
        words=row.fields.get("words", ""),
        external_system=system,
        external_id=row.fields.get("id") or _made_of(row),
    )
    outside.check(answer, now=now)
    return answer


def _made_of(row: Row) -> str:
    """An id for a row that has none: of all that it says, so that the same row is the same answer."""
    said = "\x00".join(f"{name}={row.fields[name]}" for name in sorted(row.fields))
    return f"row-{blake2s(said.encode(), digest_size=16).hexdigest()}"


def _score(name: str, cell: str) -> int | None:
    if not cell:
        return None
    whole = cell.removesuffix(".0")
    if not re.fullmatch(r"[0-9]{1,3}", whole):
        raise Refused("invalid", "A score is 1 (worst) to 5.", name)
    return int(whole)


def _moment(cell: str) -> datetime:
    """ISO 8601; without an offset in UTC, a day alone at noon."""
    try:
        day = parse_date(cell)
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else parse_datetime(cell)
    except ValueError:
        moment = None
    if moment is None:
        raise Refused("invalid", f"“{cell[:40]}” is not a time such as 2026-03-01T09:30:00Z.", "answered_at")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Known:
    """The cases and customers that a batch names, read at once."""

    def __init__(self, batch: list[Row], system: str) -> None:
        def named(column: str) -> set[str]:
            return {cell for row in batch if (cell := row.fields.get(column, ""))}

        ids = {int(cell) for cell in named("customer") if re.fullmatch(r"[0-9]{1,18}", cell)}
        cases = Case.objects.select_related("customer").filter(reference__in=named("case"))
        theirs = ExternalId.objects.select_related("customer")
        theirs = theirs.filter(system=system, external_id__in=named("customer_external_id"))
        mails = CustomerEmail.objects.select_related("customer").filter(address__in=named("email"))
        self.cases = {case.reference: case for case in cases}
        self.customers = {str(customer.pk): customer for customer in Customer.objects.filter(pk__in=ids)}
        self.theirs = {each.external_id: each.customer for each in theirs}
        self.mails: dict[str, list[Customer]] = {}
        for mail in mails:
            self.mails.setdefault(mail.address, []).append(mail.customer)
        found = {case.customer_id for case in self.cases.values()} | {each.pk for each in self.customers.values()}
        found |= {each.pk for each in self.theirs.values()} | {each.pk for some in self.mails.values() for each in some}
        units = CustomerUnit.objects.filter(customer__in=found).values("customer").annotate(first=Min("id"))
        firsts = CustomerUnit.objects.filter(pk__in=[unit["first"] for unit in units])
        self.units = dict(firsts.values_list(F("customer"), F("unit")))

    def who(self, cells: Mapping[str, str]) -> tuple[Case | None, Customer]:
        """Whom a row is about, by the first of its columns that says so. Refused: ``out_of_reach``, ``other_customer``."""
        case = self._of(self.cases, cells, "case", "There is no such case.")
        customer = self._of(self.customers, cells, "customer", "There is no such customer.")
        customer = customer or self._of(self.theirs, cells, "customer_external_id", "No customer is known by this id.")
        if customer is None and cells.get("email"):
            some = self.mails.get(cells["email"], [])
            if len(some) != 1:
                raise Refused("out_of_reach", "This is not one customer’s address.", "email")
            customer = some[0]
        if case is not None and customer is not None and case.customer_id != customer.pk:
            raise Refused("other_customer", "This case is another customer’s.", "case")
        if case is not None:
            return case, case.customer
        if customer is None:
            raise Refused("invalid", "This row does not say who answered.")
        return None, customer

    def unit_of(self, customer: Customer) -> int:
        return int(self.units[customer.pk])

    @staticmethod
    def _of(known: Mapping[str, Thing], cells: Mapping[str, str], column: str, missing: str) -> Thing | None:
        said = cells.get(column, "")
        if not said:
            return None
        if said not in known:
            raise Refused("out_of_reach", missing, column)
        return known[said]
