"""What lists of calls and signals can be narrowed by."""

from __future__ import annotations

from outreach.enums import CallOutcome, CallStatus, SignalFate, SignalKind
from outreach.models import FollowUpCall, Signal
from recovery.rest import Filters, IdFilter, MomentFilter, OneOf, WordFilter


class CallFilters(Filters):
    status = OneOf(choices=CallStatus.choices)
    outcome = OneOf(choices=CallOutcome.choices)
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    rep = IdFilter(label="Who has it, or had it last.")
    unit = IdFilter()

    class Meta:
        model = FollowUpCall
        fields: list[str] = []


class SignalFilters(Filters):
    kind = OneOf(choices=SignalKind.choices)
    fate = OneOf(choices=SignalFate.choices)
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    unit = IdFilter()
    external_system = WordFilter()
    external_id = WordFilter()
    at_after = MomentFilter(field_name="at", lookup_expr="gte")
    at_before = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Signal
        fields: list[str] = []
