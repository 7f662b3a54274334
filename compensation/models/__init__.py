"""The catalog, the caps with their counters, awards, approvals, decisions about honored errors, and the ledger."""

from compensation.models.awards import Approval, Award
from compensation.models.caps import Cap, CapCounter
from compensation.models.catalog import Remedy
from compensation.models.honoring import Decision, LegalReview, RescissionRule
from compensation.models.ledger import LedgerEntry

__all__ = [
    "Approval",
    "Award",
    "Cap",
    "CapCounter",
    "Decision",
    "LedgerEntry",
    "LegalReview",
    "Remedy",
    "RescissionRule",
]
