"""What lists of calls and signals can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from drf_spectacular.utils import extend_schema_field

from cases.enums import ObligationKind
from outreach.enums import (
    Audience,
    CallOutcome,
    CallStatus,
    Dialer,
    DialStatus,
    MailFate,
    SignalFate,
    SignalKind,
    SurveyKind,
    SurveySource,
    SurveyStatus,
)
from outreach.models import (
    CallGroup,
    CallingHours,
    Dial,
    FollowUpCall,
    InboundMail,
    Program,
    Rung,
    Signal,
    Survey,
    SurveyTemplate,
)
from recovery.rest import Filters, FlagFilter, IdFilter, MomentFilter, OneOf, WordFilter


class CallFilters(Filters):
    status = OneOf(choices=CallStatus.choices)
    outcome = OneOf(choices=CallOutcome.choices)
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    rep = IdFilter(label="Who has it, or had it last.")
    program = IdFilter()
    unit = IdFilter()

    class Meta:
        model = FollowUpCall
        fields: list[str] = []


class DialFilters(Filters):
    status = OneOf(choices=DialStatus.choices, label="What the line did.")
    dialer = OneOf(choices=Dialer.choices, label="What rang it.")
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    follow_up_call = IdFilter()
    user = IdFilter(label="For whom it was rung.")

    class Meta:
        model = Dial
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


class ProgramFilters(Filters):
    active = FlagFilter()
    group = IdFilter()

    class Meta:
        model = Program
        fields: list[str] = []


class CallGroupFilters(Filters):
    active = FlagFilter()

    class Meta:
        model = CallGroup
        fields: list[str] = []


class HoursFilters(Filters):
    jurisdiction = WordFilter()

    class Meta:
        model = CallingHours
        fields: list[str] = []


class _ScoreField(forms.IntegerField):
    def __init__(self, **given: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 5, **given})


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": 5})
class ScoreFilter(django_filters.Filter):
    """By a score of 1 to 5."""

    field_class = _ScoreField


class SurveyFilters(Filters):
    kind = OneOf(choices=SurveyKind.choices)
    status = OneOf(choices=SurveyStatus.choices)
    source = OneOf(choices=SurveySource.choices)
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    unit = IdFilter()
    satisfaction = ScoreFilter()
    external_system = WordFilter()
    external_id = WordFilter()
    answered_after = MomentFilter(field_name="answered_at", lookup_expr="gte")
    answered_before = MomentFilter(field_name="answered_at", lookup_expr="lt")

    class Meta:
        model = Survey
        fields: list[str] = []


class SurveyTemplateFilters(Filters):
    kind = OneOf(choices=SurveyKind.ours())
    language = WordFilter()
    active = FlagFilter()

    class Meta:
        model = SurveyTemplate
        fields: list[str] = []


class MailFilters(Filters):
    fate = OneOf(choices=MailFate.choices)
    customer = IdFilter()
    case = WordFilter(field_name="case__reference", label="The reference of its case.")
    unit = IdFilter()
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = InboundMail
        fields: list[str] = []


class RungFilters(Filters):
    kind = OneOf(choices=ObligationKind.choices)
    audience = OneOf(choices=Audience.choices)
    active = FlagFilter()

    class Meta:
        model = Rung
        fields: list[str] = []
