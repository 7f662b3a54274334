"""The catalog, the caps with their counters, awards and approvals, decisions about honored errors, and the ledger."""

from compensation.models.advice import AdviceRule
from compensation.models.approvals import Approval, ApprovalRoute, CounterOffer, Deputy
from compensation.models.awards import Award, Coupon, Payout
from compensation.models.caps import Cap, CapCounter
from compensation.models.catalog import CouponPool, Remedy, RemedyVersion
from compensation.models.honoring import Decision, LegalReview, RescissionRule
from compensation.models.ledger import ClosedMonth, LedgerEntry, MonthSum, Reconciliation

__all__ = [
    "AdviceRule",
    "Approval",
    "ApprovalRoute",
    "Award",
    "Cap",
    "CapCounter",
    "ClosedMonth",
    "CounterOffer",
    "Coupon",
    "CouponPool",
    "Decision",
    "Deputy",
    "LedgerEntry",
    "LegalReview",
    "MonthSum",
    "Payout",
    "Reconciliation",
    "Remedy",
    "RemedyVersion",
    "RescissionRule",
]
