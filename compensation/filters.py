"""What lists of awards, approvals and remedies can be narrowed by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import BusinessUnit
from cases.enums import ErrorStatus, KindOfAction
from cases.models import Cause, HonoredError
from cases.queries.honored_errors import RegisterFilter, in_month, line_key, shown_as
from compensation.enums import (
    Account,
    AdviceEffect,
    ApprovalStatus,
    AwardStatus,
    Axis,
    Basis,
    Gives,
    OfferStatus,
    PayoutStatus,
    RemedyKind,
    RescissionEffect,
)
from compensation.models import (
    AdviceRule,
    Approval,
    Award,
    Cap,
    CounterOffer,
    CouponPool,
    Deputy,
    LedgerEntry,
    Payout,
    Remedy,
    RemedyVersion,
    RescissionRule,
)
from compensation.queries import rescission_rules
from compensation.queries.ledger import Narrowing
from recovery.rest import DayFilter, Filters, FlagFilter, IdFilter, MomentFilter, OneOf, WordFilter


class RemedyFilters(Filters):
    kind = OneOf(choices=RemedyKind.choices)
    currency = WordFilter(label="Three letters; remedies without a currency cost nothing anywhere.")
    active = FlagFilter()
    no_questions = FlagFilter()
    gives = OneOf(choices=Gives.choices)
    basis = OneOf(choices=[(Basis.GOODWILL, "Goodwill"), (Basis.ENTITLEMENT, "Owed by law or contract")])

    class Meta:
        model = Remedy
        fields: list[str] = []


class RemedyVersionFilters(Filters):
    class Meta:
        model = RemedyVersion
        fields: list[str] = []


class CapFilters(Filters):
    """By whose they are, over what, and how they stand now."""

    STATES = [("in_force", "In force"), ("planned", "Planned"), ("ended", "Ended")]
    state = OneOf(choices=STATES, method="standing", label="How they stand now.")
    at = MomentFilter(method="in_force_at", label="Those in force at a moment.")
    role = OneOf(choices=[(Role.REP, "Rep"), (Role.SUPERVISOR, "Supervisor")])
    user = IdFilter(label="A person’s own.")
    axis = OneOf(choices=Axis.choices)
    currency = WordFilter(label="Three letters.")

    class Meta:
        model = Cap
        fields: list[str] = []

    def standing(self, caps: QuerySet[Cap], name: str, value: str) -> QuerySet[Cap]:
        now = timezone.now()
        if value == "planned":
            return caps.filter(starts_at__gt=now)
        return caps.filter(ends_at__lte=now) if value == "ended" else self.in_force_at(caps, name, now)

    def in_force_at(self, caps: QuerySet[Cap], name: str, value: datetime) -> QuerySet[Cap]:
        return caps.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=value), starts_at__lte=value)


class CapsAsked(Filters):
    """Whose caps are looked at, on which case, when and in which currency."""

    user = IdFilter()
    case = WordFilter()
    at = MomentFilter()
    currency = WordFilter()

    class Meta:
        model = Cap
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
    answered_by = IdFilter()
    put_before = IdFilter(field_name="obligation__owner", label="Who is asked now.")

    class Meta:
        model = Approval
        fields: list[str] = []


class OfferFilters(Filters):
    status = OneOf(choices=OfferStatus.choices)
    case = WordFilter(field_name="award__case__reference", label="The reference of its case.")
    offered_to = IdFilter()

    class Meta:
        model = CounterOffer
        fields: list[str] = []


class DeputyFilters(Filters):
    principal = IdFilter()
    deputy = IdFilter()
    on: Any = MomentFilter(method="standing_in", label="In force at this time.")

    class Meta:
        model = Deputy
        fields: list[str] = []

    def standing_in(self, rows: QuerySet[Deputy], name: str, value: datetime) -> QuerySet[Deputy]:
        return rows.filter(starts_at__lte=value, ends_at__gt=value)


class UnitFilters(Filters):
    class Meta:
        model = BusinessUnit
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


class LedgerFilters(Filters):
    rep = IdFilter(label="To whom it stands.")
    team = IdFilter(label="The rep’s team when it was entered.")
    unit = IdFilter()
    cause = IdFilter(field_name="incident__cause", label="As it is known now, that cause alone.")
    product = WordFilter(field_name="incident__line_of_business", label="The incident’s line of business.")
    basis = OneOf(choices=Basis.choices)
    account = OneOf(choices=Account.choices, method="by_account", label="From it or to it.")
    currency = WordFilter(label="Three letters.")
    month = DayFilter(method="by_month", label="Any day of the month (UTC).")
    award = IdFilter()
    honored_error = IdFilter(field_name="decision__error")
    case = WordFilter(method="by_case", label="The reference of its case.")

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def by_account(self, rows: QuerySet[LedgerEntry], name: str, value: str) -> QuerySet[LedgerEntry]:
        return Narrowing(account=value).entries(rows)

    def by_month(self, rows: QuerySet[LedgerEntry], name: str, value: date) -> QuerySet[LedgerEntry]:
        return Narrowing(month=value).entries(rows)

    def by_case(self, rows: QuerySet[LedgerEntry], name: str, value: str) -> QuerySet[LedgerEntry]:
        return Narrowing(case=value).entries(rows)
