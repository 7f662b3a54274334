"""Made-up complaints in the three header dialects, and what an import leaves in the database, to be compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from cases.models import Case
from integrations.domain.importing import Counts, Reject, import_complaints
from journal.models import Event

REAL = settings.BASE_DIR / "integrations" / "demo" / "complaints.csv"

OFFICIAL = {
    "id": "Complaint ID",
    "received": "Date received",
    "product": "Product",
    "sub_product": "Sub-product",
    "issue": "Issue",
    "sub_issue": "Sub-issue",
    "narrative": "Consumer complaint narrative",
    "public_response": "Company public response",
    "company": "Company",
    "state": "State",
    "zip": "ZIP code",
    "tags": "Tags",
    "consent": "Consumer consent provided?",
    "via": "Submitted via",
    "sent": "Date sent to company",
    "response": "Company response to consumer",
    "timely": "Timely response?",
    "disputed": "Consumer disputed?",
}
SNAKE = {
    "id": "complaint_id",
    "received": "date_received",
    "product": "product",
    "sub_product": "sub_product",
    "issue": "issue",
    "sub_issue": "sub_issue",
    "narrative": "consumer_complaint_narrative",
    "public_response": "company_public_response",
    "company": "company",
    "state": "state",
    "zip": "zipcode",
    "tags": "tags",
    "consent": "consumer_consent_provided?",
    "via": "submitted_via",
    "sent": "date_sent_to_company",
    "response": "company_response_to_consumer",
    "timely": "timely_response?",
    "disputed": "consumer_disputed?",
}
API = SNAKE | {
    "narrative": "complaint_what_happened",
    "zip": "zip_code",
    "consent": "consumer_consent_provided",
    "response": "company_response",
    "timely": "timely",
    "disputed": "consumer_disputed",
}
ROW = {
    "id": "1000001",
    "received": "09/12/2016",
    "product": "Mortgage",
    "sub_product": "FHA mortgage",
    "issue": "Loan servicing, payments, escrow account",
    "sub_issue": "",
    "narrative": "They lost my payment.\nTwice.",
    "public_response": "",
    "company": "Made-up Loans, Inc.",
    "state": "FL",
    "zip": "335XX",
    "tags": "Older American, Servicemember",
    "consent": "Consent provided",
    "via": "Web",
    "sent": "09/14/2016",
    "response": "Closed with monetary relief",
    "timely": "Yes",
    "disputed": "Yes",
}


def a_row(**changed: str) -> dict[str, str]:
    return ROW | changed


def a_file(rows: Iterable[Mapping[str, str]], names: Mapping[str, str] = OFFICIAL, *, index: bool = False) -> bytes:
    """A CSV file of these rows; with ``index`` it has the unnamed column that data frames put before the others."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*([""] if index else []), *names.values()])
    for number, row in enumerate(rows):
        writer.writerow([*([number] if index else []), *(row[field] for field in names)])
    return text.getvalue().encode()


def imported(file: bytes | Path, system: str = "cfpb") -> tuple[Counts, list[Reject]]:
    data = file.read_bytes() if isinstance(file, Path) else file
    rejects: list[Reject] = []
    counts = import_complaints(io.BytesIO(data), system=system, now=timezone.now(), on_reject=rejects.append)
    return counts, rejects


def left_behind() -> dict[str, Any]:
    """All that an import leaves, by complaint, without what differs from run to run: ids, references, times of now."""
    by_case = {
        case.pk: f"{incident.external_system}:{incident.external_id}"
        for case in Case.objects.prefetch_related("incidents")
        for incident in case.incidents.all()
    }
    return {"cases": sorted(_cases(by_case), key=str), "events": sorted(_events(by_case), key=str)}


def _cases(by_case: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    related = (
        "incidents",
        "awards__remedy",
        "signals",
        "customer__external_ids",
        "customer__search_keys",
        "customer__units",
    )
    for case in Case.objects.select_related("customer", "unit").prefetch_related(*related):
        incident, customer = case.incidents.all()[0], case.customer
        yield {
            "key": by_case[case.pk],
            "unit": case.unit.name,
            "title": case.title,
            "status": case.status,
            "outcome": case.outcome,
            "channel": case.channel,
            "opened": case.opened_at,
            "closed": case.closed_at,
            "jurisdiction": customer.jurisdiction,
            "zone": customer.time_zone,
            "flags": customer.risk_flags,
            "words": incident.customer_words,
            "category": incident.category,
            "line": incident.line_of_business,
            "external": sorted((each.system, each.external_id) for each in customer.external_ids.all()),
            "search": sorted(each.key for each in customer.search_keys.all()),
            "units": sorted(each.name for each in customer.units.all()),
            "awards": sorted((each.remedy.code, each.status, each.cost_minor) for each in case.awards.all()),
            "signals": sorted((each.kind, each.fate, each.at, each.external_id) for each in case.signals.all()),
        }


def _events(by_case: Mapping[int, str]) -> Iterator[tuple[Any, ...]]:
    for event in Event.objects.select_related("words"):
        data = {k: v for k, v in event.data.items() if k not in ("reference", "unit", "units", "remedy", "code")}
        words = event.words.body if hasattr(event, "words") else {}
        yield event.type, by_case.get(event.case_id or 0), sorted(data.items(), key=str), sorted(words.items())
