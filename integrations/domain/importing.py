"""Importing consumer complaints as history: a stream of rows in, batches of cases out.

Each batch is one transaction and each complaint has a key, so an import that is killed at any moment leaves whole
complaints only, and the next run finds what is there and adds the rest. Nothing known is ever changed: history is
append-only, and a row that differs from what was imported under its id counts as unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import BinaryIO

from django.db import DataError, IntegrityError, reset_queries, transaction

from accounts.authority import Refused
from accounts.domain.sheets import Row, rows
from accounts.domain.staffing import name_key, units_named
from cases.domain.history import PastComplaint, add_history, known_ids, taken_ids
from cases.models import Case
from compensation.domain.history import PastRemedy, add_past_remedies
from compensation.enums import RemedyKind
from integrations.domain.complaints import Complaint, understood
from integrations.domain.dialects import OFFICIAL, columns_of
from integrations.domain.places import zone_of
from outreach.domain.history import PastSignal, add_past_signals

BATCH = 500
# The complaints are U.S. complaints.
CURRENCY = "USD"
RELIEF = {
    "closed with monetary relief": RemedyKind.MONETARY,
    "closed with non-monetary relief": RemedyKind.NON_MONETARY,
    "closed with relief": RemedyKind.ASSISTANCE,
}


@dataclass
class Counts:
    """What became of the rows so far."""

    created: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return f"created {self.created}, unchanged {self.unchanged}, rejected {self.rejected}"


@dataclass(frozen=True)
class Reject:
    """A row that was not imported, where it stands in the file, and why."""

    number: int
    line: int
    complaint_id: str
    reason: str


@dataclass(frozen=True)
class _Told:
    """A row that was understood."""

    row: Row
    complaint: Complaint
    key: str


class _Import:
    """One run over one file. Holds the units it has seen and nothing else that grows."""

    def __init__(self, system: str, *, now: datetime, on_reject: Callable[[Reject], None]) -> None:
        self.system, self.now, self.on_reject = system, now, on_reject
        # A complaint made today on the other side of the world may carry tomorrow's date.
        self.today = (now + timedelta(days=1)).date()
        self.counts = Counts()
        self.units: dict[str, int] = {}

    def batch(self, batch: list[Row]) -> None:
        """Understand the rows of one batch and write those that are new."""
        new: dict[str, _Told] = {}
        for row in batch:
            told = self._understand(row)
            if told is not None and new.setdefault(told.key, told) is not told:
                self.counts.unchanged += 1
        known = known_ids(self.system, new)
        self.counts.unchanged += len(known)
        unknown = {key: told for key, told in new.items() if key not in known}
        for key in taken_ids(self.system, unknown):
            self._reject(unknown.pop(key).row, f"Complaint ID: another customer is {self.system} {key} already.")
        self._write(list(unknown.values()))
        reset_queries()

    def _understand(self, row: Row) -> _Told | None:
        if row.wrong:
            self._reject(row, row.wrong)
            return None
        try:
            complaint = understood(row.fields, today=self.today)
        except Refused as refusal:
            self._reject(row, f"{OFFICIAL.get(refusal.field, refusal.field)}: {refusal.reason}")
            return None
        return _Told(row, complaint, complaint.key)

    def _reject(self, row: Row, reason: str) -> None:
        self.counts.rejected += 1
        self.on_reject(Reject(row.number, row.line, row.fields.get("id", "").strip()[:120], reason))

    def _write(self, told: list[_Told]) -> None:
        """Write all or, where the database refuses one of them, all but that one."""
        if not told:
            return
        try:
            units = self._add(told)
        except (DataError, IntegrityError) as refusal:
            if len(told) > 1:
                half = len(told) // 2
                self._write(told[:half])
                self._write(told[half:])
            elif known_ids(self.system, [told[0].key]):  # another import was quicker
                self.counts.unchanged += 1
            else:
                self._reject(told[0].row, f"The database refuses it: {str(refusal).splitlines()[0][:200]}")
        else:
            self.units |= units
            self.counts.created += len(told)

    @transaction.atomic
    def _add(self, told: list[_Told]) -> dict[str, int]:
        companies = {name_key(each.complaint.company): each.complaint.company for each in told}
        unseen = [name for key, name in companies.items() if key not in self.units]
        added = units_named(unseen, currency=CURRENCY, now=self.now) if unseen else {}
        units = self.units | {key: unit.pk for key, unit in added.items()}
        cases = add_history([self._past(each, units[name_key(each.complaint.company)]) for each in told], now=self.now)
        paired = list(zip(told, cases, strict=True))
        add_past_remedies(self._remedies(paired), now=self.now)
        add_past_signals(self._signals(paired), now=self.now)
        return {key: unit.pk for key, unit in added.items()}

    def _past(self, told: _Told, unit_id: int) -> PastComplaint:
        complaint = told.complaint
        return PastComplaint(
            system=self.system,
            external_id=told.key,
            unit_id=unit_id,
            channel=complaint.channel,
            reported_at=complaint.reported_at,
            category=complaint.category,
            line_of_business=complaint.product,
            customer_words=complaint.narrative,
            jurisdiction=complaint.jurisdiction,
            time_zone=zone_of(complaint.jurisdiction),
            risk_flags=complaint.tags,
            closed_at=complaint.closed_at,
            outcome=complaint.outcome,
            facts={
                "answer": complaint.answer.replace(" ", "_"),
                "received": complaint.received.isoformat(),
                "sent": complaint.sent.isoformat() if complaint.sent else None,
                "timely": complaint.timely,
                "disputed": complaint.disputed,
            },
            particulars={
                "sub_product": complaint.sub_product,
                "public_response": complaint.public_response,
                "zip": complaint.zip,
                "consent": complaint.consent,
            },
        )

    def _remedies(self, paired: list[tuple[_Told, Case]]) -> Iterator[PastRemedy]:
        for told, case in paired:
            kind = RELIEF.get(told.complaint.answer)
            if kind is not None:
                yield PastRemedy(case, kind, told.complaint.closed_at or told.complaint.reported_at, CURRENCY)

    def _signals(self, paired: list[tuple[_Told, Case]]) -> Iterator[PastSignal]:
        for told, case in paired:
            if told.complaint.disputed:
                at = told.complaint.closed_at or told.complaint.reported_at
                yield PastSignal(case, at, self.system, told.key)


def import_complaints(
    file: BinaryIO,
    *,
    system: str,
    now: datetime,
    on_reject: Callable[[Reject], None],
    on_batch: Callable[[Counts], None] | None = None,
) -> Counts:
    """Import a file of complaints; returns what became of its rows. The system's own work.

    ``system`` names where the ids are from. Rejects are told of as they are met, batches as they are committed.
    Refused: ``unknown_header``, before anything is written.
    """
    run = _Import(system, now=now, on_reject=on_reject)
    stream = rows(file, columns_of=columns_of)
    while batch := list(islice(stream, BATCH)):
        run.batch(batch)
        if on_batch is not None:
            on_batch(run.counts)
    return run.counts
