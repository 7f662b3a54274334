"""What lists of awards, approvals and remedies can be narrowed by."""

from __future__ import annotations

from compensation.enums import ApprovalStatus, AwardStatus, RemedyKind
from compensation.models import Approval, Award, Remedy
from recovery.rest import Filters, FlagFilter, IdFilter, MomentFilter, OneOf, WordFilter


class RemedyFilters(Filters):
    kind = OneOf(choices=RemedyKind.choices)
    currency = WordFilter(label="Three letters; remedies without a currency cost nothing anywhere.")
    active = FlagFilter()
    no_questions = FlagFilter()

    class Meta:
        model = Remedy
        fields: list[str] = []


class AwardFilters(Filters):
    status = OneOf(choices=AwardStatus.choices)
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    customer = IdFilter()
    remedy = WordFilter(field_name="remedy__code")
    given_by = IdFilter()
    given_after = MomentFilter(field_name="given_at", lookup_expr="gte")
    given_before = MomentFilter(field_name="given_at", lookup_expr="lt")

    class Meta:
        model = Award
        fields: list[str] = []


class ApprovalFilters(Filters):
    status = OneOf(choices=ApprovalStatus.choices)
    case = WordFilter(field_name="award__case__reference", label="The reference of its case.")
    requested_by = IdFilter()

    class Meta:
        model = Approval
        fields: list[str] = []
