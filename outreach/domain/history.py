"""Dissatisfaction of the past: recorded, counted, and never called about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.models import Case
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.enums import SignalFate, SignalKind
from outreach.models import Signal


@dataclass(frozen=True)
class PastSignal:
    """That the customer of a historical case disputed the answer they got, known from another system's record."""

    case: Case
    at: datetime
    system: str
    external_id: str


@transaction.atomic
def add_past_signals(signals: Iterable[PastSignal], *, now: datetime) -> list[Signal]:
    """Write down disputes of the past. Their fate is sealed as they are written, so that no call is ever planned.

    The system's own work. Raises ``ValueError`` for a case that is not history.
    """
    listed = list(signals)
    if not all(past.case.historical for past in listed):
        raise ValueError("a live customer’s dissatisfaction is to be called about")
    written = Signal.objects.bulk_create(
        [
            Signal(
                customer_id=past.case.customer_id,
                unit_id=past.case.unit_id,
                case=past.case,
                kind=SignalKind.DISPUTE,
                at=past.at,
                received_at=now,
                external_system=past.system,
                external_id=past.external_id,
                fate=SignalFate.HISTORICAL,
            )
            for past in listed
        ]
    )
    record_many(
        Entry(
            EventType.SIGNAL_RECEIVED,
            ("signal", signal.pk),
            now,
            customer_id=signal.customer_id,
            case_id=signal.case_id,
            data={"kind": signal.kind, "fate": signal.fate},
        )
        for signal in written
    )
    return written
