"""What lists can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from cases.enums import CaseStatus, Favor, KindOfAction, PromiseStatus, Severity
from cases.models import Case, Cause, Customer, HonoredError, Incident, Promise
from cases.queries.people import matching
from cases.queries.precedents import alike
from recovery.rest import Filters, FlagFilter, IdFilter, MomentFilter, OneOf, WordFilter


class CustomerFilters(Filters):
    q = WordFilter(method="search", label="The beginning of a name, phone, email or foreign id; every word must match.")
    unit = IdFilter(field_name="memberships__unit")

    class Meta:
        model = Customer
        fields: list[str] = []

    def search(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        return matching(rows, value)


class CaseFilters(Filters):
    status = OneOf(choices=CaseStatus.choices)
    live = FlagFilter(method="is_live", label="Not closed.")
    severity = OneOf(choices=Severity.choices)
    urgent = FlagFilter()
    customer = IdFilter()
    unit = IdFilter()
    owner = IdFilter()
    unowned = FlagFilter(field_name="owner", lookup_expr="isnull", label="Waiting for an owner.")
    historical = FlagFilter()
    reference = WordFilter(label="The whole reference.")
    opened_after = MomentFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = MomentFilter(field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = Case
        fields: list[str] = []

    def is_live(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        closed = Q(status=CaseStatus.CLOSED)
        return rows.filter(~closed if value else closed)


class PrecedentFilters(Filters):
    """With either, those that bear on a mistake of that kind or in that line; *other* is no kind."""

    kind_of_action = OneOf(choices=KindOfAction.choices)
    line_of_business = WordFilter(label="However it is spelled: case and spaces do not matter.")

    class Meta:
        model = HonoredError
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[HonoredError]) -> QuerySet[HonoredError]:
        asked = {name: self.form.cleaned_data.get(name) or "" for name in ("kind_of_action", "line_of_business")}
        return queryset.filter(alike(**asked)) if any(asked.values()) else queryset


class IncidentFilters(Filters):
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    unit = IdFilter()
    severity = OneOf(choices=Severity.choices)
    favor = OneOf(choices=Favor.choices)
    cause = IdFilter()
    without_cause = FlagFilter(field_name="cause", lookup_expr="isnull")
    acknowledged = FlagFilter(field_name="acknowledged_at", lookup_expr="isnull", exclude=True)
    historical = FlagFilter()
    external_system = WordFilter()
    external_id = WordFilter()
    reported_after = MomentFilter(field_name="reported_at", lookup_expr="gte")
    reported_before = MomentFilter(field_name="reported_at", lookup_expr="lt")

    class Meta:
        model = Incident
        fields: list[str] = []


class PromiseFilters(Filters):
    status = OneOf(choices=PromiseStatus.choices)
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    owner = IdFilter(field_name="obligation__owner")
    due_after = MomentFilter(field_name="obligation__due_end", lookup_expr="gte")
    due_before = MomentFilter(field_name="obligation__due_end", lookup_expr="lt")

    class Meta:
        model = Promise
        fields: list[str] = []


class CauseFilters(Filters):
    active = FlagFilter()
    parent = IdFilter()
    under: Any = WordFilter(field_name="path", lookup_expr="startswith", label="A path: that cause and all under it.")

    class Meta:
        model = Cause
        fields: list[str] = []
