"""What lists of awards, approvals and remedies can be narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cases.enums import ErrorStatus, KindOfAction
from cases.models import Cause, HonoredError
from cases.queries.honored_errors import RegisterFilter, in_month, line_key, shown_as
from compensation.enums import AdviceEffect, ApprovalStatus, AwardStatus, PayoutStatus, RemedyKind, RescissionEffect
from compensation.models import AdviceRule, Approval, Award, CouponPool, Payout, Remedy, RescissionRule
from compensation.queries import rescission_rules
from recovery.rest import DayFilter, Filters, FlagFilter, IdFilter, MomentFilter, OneOf, WordFilter


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


class CouponPoolFilters(Filters):
    active = FlagFilter()

    class Meta:
        model = CouponPool
        fields: list[str] = []


class PayoutFilters(Filters):
    status = OneOf(choices=PayoutStatus.choices)
    award = IdFilter()
    case = WordFilter(field_name="award__case__reference", label="The reference of its case.")
    queued_after = MomentFilter(field_name="queued_at", lookup_expr="gte")
    queued_before = MomentFilter(field_name="queued_at", lookup_expr="lt")

    class Meta:
        model = Payout
        fields: list[str] = []


class HonoredErrorFilters(Filters):
    """As on the register."""

    show = OneOf(choices=RegisterFilter.choices, method="shown", label="As the register narrows it.")
    status = OneOf(choices=ErrorStatus.choices)
    originator = IdFilter(label="Whose mistake it was.")
    cause = IdFilter(method="by_cause", label="That cause and all under it.")
    kind_of_action = OneOf(choices=KindOfAction.choices)
    line_of_business = WordFilter(method="by_line", label="Whatever its capitals and spaces.")
    month = DayFilter(method="by_month", label="Any day of the month (UTC) in which the error became known.")
    unit = IdFilter()
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    self_reported = FlagFilter()
    opened_after = MomentFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = MomentFilter(field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = HonoredError
        fields: list[str] = []

    def shown(self, rows: QuerySet[HonoredError], name: str, value: str) -> QuerySet[HonoredError]:
        return rows.filter(shown_as(value, now=timezone.now()))

    def by_cause(self, rows: QuerySet[HonoredError], name: str, value: int) -> QuerySet[HonoredError]:
        cause = Cause.objects.filter(pk=value).first()
        return rows.filter(incident__cause__path__startswith=cause.path) if cause else rows.none()

    def by_line(self, rows: QuerySet[HonoredError], name: str, value: str) -> QuerySet[HonoredError]:
        return rows.filter(line_key=line_key(value))

    def by_month(self, rows: QuerySet[HonoredError], name: str, value: date) -> QuerySet[HonoredError]:
        return rows.filter(in_month(value))


class RescissionRuleFilters(Filters):
    jurisdiction = WordFilter(label="Exactly this place.")
    kind_of_action = OneOf(choices=KindOfAction.choices)
    effect = OneOf(choices=RescissionEffect.choices)
    example = FlagFilter(label="Still to be confirmed by counsel.")
    on: Any = DayFilter(method="in_force_on", label="In force on this day.")

    class Meta:
        model = RescissionRule
        fields: list[str] = []

    def in_force_on(self, rows: QuerySet[RescissionRule], name: str, value: date) -> QuerySet[RescissionRule]:
        return rows.filter(pk__in=rescission_rules(on=value).values("pk"))


class AdviceRuleFilters(Filters):
    effect = OneOf(choices=AdviceEffect.choices)
    active = FlagFilter()
    second_failure = FlagFilter()

    class Meta:
        model = AdviceRule
        fields: list[str] = []
