"""What was given in the past, where only that it was given is known: a remedy without an amount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.domain.staffing import stand_in
from cases.models import Case
from compensation.domain.catalog import GIVES, keep_version
from compensation.enums import AwardStatus, Basis, RemedyKind
from compensation.models import Award, Remedy
from journal.domain.log import Entry, record, record_many
from journal.enums import EventType

# Whoever gave it is not in the data, and an award has a giver: this account stands for them all.
GIVER = ("imported-history", "Imported history")
# One line of the catalog for each kind, retired from the start, so that nobody can give it.
LINES = {
    RemedyKind.MONETARY: ("historical-monetary-relief", "Relief in money, amount not recorded"),
    RemedyKind.NON_MONETARY: ("historical-non-monetary-relief", "Relief other than money"),
    RemedyKind.ASSISTANCE: ("historical-relief", "Relief of a kind not recorded"),
}


@dataclass(frozen=True)
class PastRemedy:
    """That a remedy of this kind was given on a historical case, by the time it was closed."""

    case: Case
    kind: RemedyKind
    at: datetime
    currency: str


@transaction.atomic
def add_past_remedies(remedies: Iterable[PastRemedy], *, now: datetime) -> list[Award]:
    """Write down remedies of the past. They cost nothing, since what they cost is unknown: no cap, counter or ledger.

    The system's own work. Raises ``ValueError`` for a case that is not history.
    """
    listed = list(remedies)
    if not listed:
        return []
    if not all(past.case.historical for past in listed):
        raise ValueError("only history is given without an amount")
    giver = stand_in(username=GIVER[0], name=GIVER[1], now=now)
    lines = _lines({past.kind for past in listed}, now=now)
    awards = Award.objects.bulk_create(
        [
            Award(
                case=past.case,
                customer_id=past.case.customer_id,
                unit_id=past.case.unit_id,
                remedy=lines[past.kind],
                remedy_name=lines[past.kind].name,
                basis=Basis.GOODWILL,
                status=AwardStatus.DELIVERED,
                cost_minor=0,
                value_minor=0,
                currency=past.currency,
                given_by=giver,
                given_at=past.at,
                delivered_at=past.at,
                historical=True,
            )
            for past in listed
        ]
    )
    record_many(
        Entry(
            EventType.AWARD_GIVEN,
            ("award", award.pk),
            now,
            customer_id=award.customer_id,
            case_id=award.case_id,
            data={"version": 1, "remedy": award.remedy_id, "status": award.status, "historical": True},
            words={"remedy": award.remedy_name},
        )
        for award in awards
    )
    return awards


def _lines(kinds: set[RemedyKind], *, now: datetime) -> dict[RemedyKind, Remedy]:
    codes = {LINES[kind][0]: kind for kind in kinds}
    found = {codes[line.code]: line for line in Remedy.objects.filter(code__in=codes)}
    for kind in sorted(kinds - set(found)):
        code, name = LINES[kind]
        line = Remedy.objects.create(
            code=code, name=name, kind=kind, gives=GIVES[kind], cost_minor=0, value_minor=0, active=False
        )
        keep_version(line, by=None, now=now)
        record(
            EventType.REMEDY_CHANGED,
            subject=("remedy", line.pk),
            now=now,
            data={"version": 1, "fields": ["code", "name", "kind"], "active": False},
            words={"name": name},
        )
        found[kind] = line
    return found
