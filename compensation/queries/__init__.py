"""Reads of compensation: always through ``visible_*``, so that a stranger finds nothing."""

from compensation.queries.approvals import (
    Ask,
    answered,
    answered_since,
    asked_by,
    expired_approvals,
    in_one_glance,
    visible_approvals,
    waiting_approvals,
    with_particulars,
)
from compensation.queries.awards import (
    awards_of,
    caps_by_holder,
    catalog,
    reason_given,
    visible_awards,
)
from compensation.queries.honoring import (
    decisions_of,
    in_full,
    legal_reviews_of,
    rescission_rules,
    standing_decision,
    visible_decisions,
)
from compensation.queries.ledger import (
    entries_of,
    ledger_of,
)

__all__ = [
    "Ask",
    "answered",
    "answered_since",
    "asked_by",
    "awards_of",
    "caps_by_holder",
    "catalog",
    "decisions_of",
    "entries_of",
    "expired_approvals",
    "in_full",
    "in_one_glance",
    "ledger_of",
    "legal_reviews_of",
    "reason_given",
    "rescission_rules",
    "standing_decision",
    "visible_approvals",
    "visible_awards",
    "visible_decisions",
    "waiting_approvals",
    "with_particulars",
]
