"""The transition tables of awards, approvals, offers and payouts, and what a decision makes of an error in the customer's favor."""

from __future__ import annotations

from accounts.lifecycle import Lifecycle
from cases.enums import ErrorStatus
from compensation.enums import ApprovalStatus, AwardStatus, OfferStatus, PayoutStatus, Stance

# Errors move along their own table, in cases.
STATUS_OF = {Stance.HONOR: ErrorStatus.HONORED, Stance.RESCIND: ErrorStatus.RESCINDED}

AWARD = Lifecycle(
    "award",
    AwardStatus,
    {
        AwardStatus.AWAITING_APPROVAL: {
            AwardStatus.GIVEN,
            AwardStatus.COUNTERED,
            AwardStatus.DECLINED,
            AwardStatus.EXPIRED,
        },
        AwardStatus.OFFERED: {AwardStatus.GIVEN, AwardStatus.NOT_TAKEN, AwardStatus.EXPIRED},
        AwardStatus.GIVEN: {AwardStatus.DELIVERED, AwardStatus.REVERSED},
        AwardStatus.DELIVERED: {AwardStatus.REVERSED},
        AwardStatus.DECLINED: set(),
        AwardStatus.EXPIRED: set(),
        AwardStatus.REVERSED: set(),
        AwardStatus.COUNTERED: set(),
        AwardStatus.NOT_TAKEN: set(),
    },
)

APPROVAL = Lifecycle(
    "approval",
    ApprovalStatus,
    {
        ApprovalStatus.WAITING: {
            ApprovalStatus.APPROVED,
            ApprovalStatus.APPROVED_LESS,
            ApprovalStatus.COUNTERED,
            ApprovalStatus.DECLINED,
            ApprovalStatus.EXPIRED,
        },
        ApprovalStatus.APPROVED: set(),
        ApprovalStatus.APPROVED_LESS: set(),
        ApprovalStatus.COUNTERED: set(),
        ApprovalStatus.DECLINED: set(),
        ApprovalStatus.EXPIRED: set(),
    },
)

OFFER = Lifecycle(
    "offer",
    OfferStatus,
    {
        OfferStatus.OPEN: {OfferStatus.TAKEN, OfferStatus.NOT_TAKEN, OfferStatus.EXPIRED},
        OfferStatus.TAKEN: set(),
        OfferStatus.NOT_TAKEN: set(),
        OfferStatus.EXPIRED: set(),
    },
)

# The other system may confirm before we have written down that we told it.
PAYOUT = Lifecycle(
    "payout",
    PayoutStatus,
    {
        PayoutStatus.QUEUED: {
            PayoutStatus.SENT,
            PayoutStatus.CONFIRMED,
            PayoutStatus.FAILED,
            PayoutStatus.CANCELED,
        },
        PayoutStatus.SENT: {PayoutStatus.CONFIRMED, PayoutStatus.FAILED, PayoutStatus.CANCELED},
        PayoutStatus.FAILED: {PayoutStatus.QUEUED, PayoutStatus.CONFIRMED, PayoutStatus.CANCELED},
        PayoutStatus.CONFIRMED: set(),
        PayoutStatus.CANCELED: set(),
    },
)
