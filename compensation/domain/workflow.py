"""The transition tables of awards and approvals."""

from __future__ import annotations

from accounts.lifecycle import Lifecycle
from compensation.enums import ApprovalStatus, AwardStatus

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
