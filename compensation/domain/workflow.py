"""The transition tables of awards and approvals, and what a decision makes of an error in the customer's favor."""

from __future__ import annotations

from accounts.lifecycle import Lifecycle
from cases.enums import ErrorStatus
from compensation.enums import ApprovalStatus, AwardStatus, Stance

# Errors move along their own table, in cases.
STATUS_OF = {Stance.HONOR: ErrorStatus.HONORED, Stance.RESCIND: ErrorStatus.RESCINDED}

AWARD = Lifecycle(
    "award",
    AwardStatus,
    {
        AwardStatus.AWAITING_APPROVAL: {AwardStatus.GIVEN, AwardStatus.DECLINED, AwardStatus.EXPIRED},
        AwardStatus.GIVEN: {AwardStatus.DELIVERED, AwardStatus.REVERSED},
        AwardStatus.DELIVERED: {AwardStatus.REVERSED},
        AwardStatus.DECLINED: set(),
        AwardStatus.EXPIRED: set(),
        AwardStatus.REVERSED: set(),
    },
)

APPROVAL = Lifecycle(
    "approval",
    ApprovalStatus,
    {
        ApprovalStatus.WAITING: {
            ApprovalStatus.APPROVED,
            ApprovalStatus.APPROVED_LESS,
            ApprovalStatus.DECLINED,
            ApprovalStatus.EXPIRED,
        },
        ApprovalStatus.APPROVED: set(),
        ApprovalStatus.APPROVED_LESS: set(),
        ApprovalStatus.DECLINED: set(),
        ApprovalStatus.EXPIRED: set(),
    },
)
