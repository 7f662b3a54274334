"""Reads of the recovery: always through ``visible_*``, so that a stranger finds nothing."""

from cases.queries.honored_errors import visible_disclosures, visible_errors
from cases.queries.reach import (
    visible_cases,
    visible_customers,
    visible_incidents,
    visible_obligations,
    visible_promises,
)

__all__ = [
    "visible_cases",
    "visible_customers",
    "visible_disclosures",
    "visible_errors",
    "visible_incidents",
    "visible_obligations",
    "visible_promises",
]
