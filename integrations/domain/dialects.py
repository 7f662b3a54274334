"""The header dialects of the public consumer-complaint format, and which cell of a row is which field.

One set of fields goes by three sets of names: the official download (``Company response to consumer``), snake case as
many tools rewrite it (``zipcode``, ``consumer_disputed?``), and the API's (``complaint_what_happened``, ``timely``).
Names are compared with case, spaces and punctuation taken out, so mixtures of the three are read too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from accounts.authority import Refused

# Field: the names it goes by, folded, the official one first.
NAMES: dict[str, tuple[str, ...]] = {
    "received": ("date_received",),
    "product": ("product",),
    "sub_product": ("sub_product", "subproduct"),
    "issue": ("issue",),
    "sub_issue": ("sub_issue", "subissue"),
    "narrative": ("consumer_complaint_narrative", "complaint_what_happened"),
    "public_response": ("company_public_response",),
    "company": ("company",),
    "state": ("state",),
    "zip": ("zip_code", "zipcode", "zip"),
    "tags": ("tags",),
    "consent": ("consumer_consent_provided",),
    "via": ("submitted_via",),
    "sent": ("date_sent_to_company",),
    "response": ("company_response_to_consumer", "company_response"),
    "timely": ("timely_response", "timely"),
    "disputed": ("consumer_disputed",),
    "id": ("complaint_id",),
}
FIELD_OF = {name: field for field, names in NAMES.items() for name in names}
# Without these a row says nothing that could be recovered from.
REQUIRED = ("received", "product", "issue", "company", "response")
# As the official file calls each field, for people to read.
OFFICIAL = {
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
    "id": "Complaint ID",
}


def folded(name: str) -> str:
    """A column's name without case, spaces and punctuation: ``Consumer disputed?`` is ``consumer_disputed``."""
    return re.sub(r"[^a-z0-9]+", "_", name.removeprefix("\ufeff").casefold()).strip("_")


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Which cell holds which field. Columns of other names are passed over, a leading unnamed index among them.

    Refused: ``unknown_header``, naming what is missing or twice there.
    """
    columns: dict[str, int] = {}
    for position, name in enumerate(header):
        field = FIELD_OF.get(folded(name))
        if field is None:
            continue
        if field in columns:
            raise Refused(
                "unknown_header", f"The columns “{header[columns[field]]}” and “{name}” are the same field.", "file"
            )
        columns[field] = position
    missing = [OFFICIAL[field] for field in REQUIRED if field not in columns]
    if missing:
        there = ", ".join(name.strip() or "(unnamed)" for name in header[:30]) or "nothing"
        raise Refused(
            "unknown_header",
            f"This is not a file of consumer complaints: it lacks “{'”, “'.join(missing)}”. "
            f"Its first line says: {there[:300]}",
            "file",
        )
    return columns
