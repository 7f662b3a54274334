"""Errors in the customer's favor, in brief and whole, and what a supervisor made of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import models as cases
from cases.enums import DisclosureStatus, MoneyHeld, Relied, ReviewOutcome
from compensation.serializers.honored.calls import Disclosure, DisclosureWhole
from compensation.serializers.honored.decisions import Decision, LegalReview
from compensation.serializers.honored.letters import Letter
from recovery.rest import Choice, Currency, Minor, Named, Shape, Text

# What is asked -------------------------------------------------------------------------------------------------------


class Assessing(Shape):
    """What bears on the decision. Amounts in minor units of ``currency``; what is not given stays."""

    value_minor = Minor(allow_null=True, required=False, help_text="At stake now.")
    value_year_minor = Minor(allow_null=True, required=False, help_text="Over the coming year.")
    currency = Currency(allow_blank=True, required=False)
    relied = Choice(choices=Relied.choices, required=False)
    relied_words = Text(max_length=20_000, allow_blank=True, required=False)
    money = Choice(choices=MoneyHeld.choices, required=False)
    happened_words = Text(
        max_length=20_000, allow_blank=True, required=False, help_text="As the customer may read it: no name at fault."
    )
    should_have = Text(
        max_length=20_000, allow_blank=True, required=False, help_text="As the customer may read it: no name at fault."
    )


class Reviewing(Shape):
    """To change the process opens an investigation, with ``question`` or else ``note`` as what is to be found out."""

    outcome = Choice(choices=ReviewOutcome.choices)
    note = Text(max_length=20_000, allow_blank=True, required=False)
    question = Text(max_length=20_000, allow_blank=True, required=False)


# What is shown -------------------------------------------------------------------------------------------------------


class CustomerOfError(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="display_name", read_only=True)


class CauseOfError(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class HonoredError(serializers.ModelSerializer[cases.HonoredError]):
    """One error in the customer's favor, in brief. Amounts in minor units of ``currency``."""

    case = serializers.CharField(source="case.reference", read_only=True)
    customer = CustomerOfError(read_only=True)
    originator = Named(read_only=True, allow_null=True)
    cause = CauseOfError(source="incident.cause", read_only=True, allow_null=True)
    decide_by = serializers.DateTimeField(source="obligation.due_end", read_only=True, allow_null=True)
    decided_by = Named(read_only=True, allow_null=True)
    call = serializers.SerializerMethodField(help_text="The call about the decision that stands: owed or made.")

    class Meta:
        model = cases.HonoredError
        fields = [
            "id", "incident", "case", "customer", "unit", "status", "originator_kind", "originator", "self_reported",
            "kind_of_action", "line_of_business", "cause", "happened_at", "opened_at", "decide_by", "value_minor",
            "value_year_minor", "currency", "relied", "relied_words", "money", "happened_words", "should_have",
            "decided_by", "decided_at", "cost_minor", "call_due_at", "call_made_at", "call", "reviewed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    @staticmethod
    def standing(error: cases.HonoredError) -> cases.Disclosure | None:
        """The newest call that was not withdrawn; the door has loaded them all, oldest first."""
        live = [each for each in error.disclosures.all() if each.status != DisclosureStatus.WITHDRAWN]
        return live[-1] if live else None

    @extend_schema_field(Disclosure(allow_null=True))
    def get_call(self, error: cases.HonoredError) -> Any:
        call = self.standing(error)
        return None if call is None else Disclosure(call).data


class ErrorReview(serializers.ModelSerializer[cases.ErrorReview]):
    """What a supervisor made of it."""

    error = serializers.IntegerField(source="error_id", read_only=True)
    by = Named(read_only=True)

    class Meta:
        model = cases.ErrorReview
        fields = ["id", "error", "outcome", "note", "investigation", "by", "at"]
        read_only_fields = fields


class HonoredErrorWhole(HonoredError):  # noqa: N818 - no exception
    """An error with its decisions, what counsel said, its calls, its letters and its review, each oldest first."""

    decisions = Decision(many=True, read_only=True)
    legal_reviews = LegalReview(many=True, read_only=True)
    disclosures = DisclosureWhole(many=True, read_only=True)
    letters = Letter(many=True, read_only=True)
    review = serializers.SerializerMethodField()

    class Meta(HonoredError.Meta):
        fields = [*HonoredError.Meta.fields, "decisions", "legal_reviews", "disclosures", "letters", "review"]
        read_only_fields = fields

    @extend_schema_field(ErrorReview(allow_null=True))
    def get_review(self, error: cases.HonoredError) -> Any:
        return ErrorReview(error.review).data if hasattr(error, "review") else None
