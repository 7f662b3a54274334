"""Imported history: complaints that were made, and answered, before anybody here could do anything about them.

The one door by which history enters, in batches. A historical case has no owner and none of the gates of a live one:
no opening notice, no feelings, no first minute, no cause. It is read, it counts, and it is not worked on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from cases.domain.references import new_reference
from cases.domain.search_keys import keys_of
from cases.enums import CaseOutcome, CaseStatus, Channel
from cases.models import Case, Customer, CustomerUnit, ExternalId, Incident, SearchKey
from journal.domain.log import Entry, record_many
from journal.enums import EventType

TITLE, CATEGORY, LINE = 90, 200, 120


@dataclass(frozen=True)
class PastComplaint:
    """One complaint as another system recorded it. Times aware.

    ``closed_at`` and ``outcome`` are None and blank where the answer was still awaited. ``facts`` are codes for the
    log, ``particulars`` words for beside it. ``external_id`` is what makes it happen once.
    """

    system: str
    external_id: str
    unit_id: int
    channel: Channel
    reported_at: datetime
    category: str
    line_of_business: str = ""
    customer_words: str = ""
    jurisdiction: str = ""
    time_zone: str = "UTC"
    risk_flags: tuple[str, ...] = ()
    closed_at: datetime | None = None
    outcome: CaseOutcome | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    particulars: Mapping[str, str] = field(default_factory=dict)


def known_ids(system: str, external_ids: Iterable[str]) -> set[str]:
    """Which of these have been logged already. One query."""
    logged = Incident.objects.filter(external_system=system, external_id__in=list(external_ids))
    return set(logged.values_list("external_id", flat=True))


def taken_ids(system: str, external_ids: Iterable[str]) -> set[str]:
    """Which of these are the ids of customers already. One query."""
    customers = ExternalId.objects.filter(system=system, external_id__in=list(external_ids))
    return set(customers.values_list("external_id", flat=True))


@transaction.atomic
def add_history(complaints: Sequence[PastComplaint], *, now: datetime) -> list[Case]:
    """Add a customer, a case and an incident for each complaint, and their events; returns the cases, in order.

    The caller has seen to it that none is known (``known_ids``); the database refuses one that is. The system's own
    work. The number of statements grows with the batch by the database's limit of variables only.
    """
    customers = Customer.objects.bulk_create(
        [
            Customer(
                time_zone=past.time_zone,
                jurisdiction=past.jurisdiction,
                risk_flags=list(past.risk_flags),
                created_at=now,
            )
            for past in complaints
        ]
    )
    paired = list(zip(complaints, customers, strict=True))
    CustomerUnit.objects.bulk_create(
        [CustomerUnit(customer=customer, unit_id=past.unit_id) for past, customer in paired]
    )
    ExternalId.objects.bulk_create(
        [ExternalId(customer=customer, system=past.system, external_id=past.external_id) for past, customer in paired]
    )
    SearchKey.objects.bulk_create(
        [
            SearchKey(customer=customer, key=key)
            for past, customer in paired
            for key in keys_of(customer, phones=[], emails=[], external_ids=[past.external_id])
        ]
    )
    references = _free_references(len(complaints))
    cases = Case.objects.bulk_create(
        [
            _case(past, customer, reference, now=now)
            for (past, customer), reference in zip(paired, references, strict=True)
        ]
    )
    incidents = Incident.objects.bulk_create(
        [_incident(past, case, now=now) for past, case in zip(complaints, cases, strict=True)]
    )
    record_many(
        entry
        for past, case, incident in zip(complaints, cases, incidents, strict=True)
        for entry in _entries(past, case, incident, now=now)
    )
    return cases


def _free_references(count: int) -> list[str]:
    """As many references as are asked for, all different, that no case has."""
    free: set[str] = set()
    while len(free) < count:
        drawn = {new_reference() for _ in range(count - len(free))}
        free |= drawn - set(Case.objects.filter(reference__in=drawn).values_list("reference", flat=True))
    return list(free)


def _case(past: PastComplaint, customer: Customer, reference: str, *, now: datetime) -> Case:
    return Case(
        reference=reference,
        customer=customer,
        unit_id=past.unit_id,
        title=_cut(past.category, TITLE),
        status=CaseStatus.OPEN if past.closed_at is None else CaseStatus.CLOSED,
        channel=past.channel,
        opened_at=past.reported_at,
        reported_at=past.reported_at,
        closed_at=past.closed_at,
        outcome=past.outcome or "",
        historical=True,
    )


def _incident(past: PastComplaint, case: Case, *, now: datetime) -> Incident:
    return Incident(
        customer_id=case.customer_id,
        case=case,
        unit_id=past.unit_id,
        customer_words=past.customer_words,
        channel=past.channel,
        line_of_business=_cut(past.line_of_business, LINE),
        category=_cut(past.category, CATEGORY),
        reported_at=past.reported_at,
        logged_at=now,
        external_system=past.system,
        external_id=past.external_id,
        historical=True,
    )


def _entries(past: PastComplaint, case: Case, incident: Incident, *, now: datetime) -> Iterable[Entry]:
    customer_id, channel = case.customer_id, past.channel.value
    source = {"system": past.system, "external_id": past.external_id}
    yield Entry(
        EventType.CUSTOMER_ADDED,
        ("customer", customer_id),
        now,
        customer_id=customer_id,
        data={"version": 1, "units": [past.unit_id], "historical": True},
    )
    yield Entry(
        EventType.CASE_IMPORTED,
        ("case", case.pk),
        now,
        customer_id=customer_id,
        case_id=case.pk,
        channel=channel,
        data={
            "version": 1,
            "reference": case.reference,
            "unit": past.unit_id,
            "status": case.status,
            "outcome": case.outcome,
            **source,
            **past.facts,
        },
        words=past.particulars,
    )
    yield Entry(
        EventType.INCIDENT_LOGGED,
        ("incident", incident.pk),
        now,
        customer_id=customer_id,
        case_id=case.pk,
        channel=channel,
        data={"version": 1, "severity": incident.severity, "historical": True, **source},
        words={"customer_words": past.customer_words},
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
