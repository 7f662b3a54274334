"""Decisions about errors in the customer's favor, and what counsel said."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compensation import models
from compensation.domain.recommending import NEITHER, told_again
from compensation.enums import Conclusion, Stance
from recovery.rest import Choice, Currency, Minor, Named, Shape, Text

# What is asked -------------------------------------------------------------------------------------------------------


class Honoring(Shape):
    """Without ``cost_minor`` it costs what is at stake. ``reason`` is needed where it was decided before."""

    cost_minor = Minor(allow_null=True, required=False)
    currency = Currency(allow_null=True, required=False)
    reason = Text(max_length=20_000, allow_blank=True, required=False)
    precedent_reason = Text(
        max_length=300, allow_blank=True, required=False, help_text="As with awards, where an earlier one bears on it."
    )


class Rescinding(Shape):
    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class LegalReviewing(Shape):
    """What counsel concluded. Without ``counsel`` or ``note`` the domain says no, as it does at every door."""

    conclusion = Choice(choices=Conclusion.choices)
    counsel = Text(max_length=160, allow_blank=True, default="", help_text="Who reviewed it. Needed.")
    note = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


# What is shown -------------------------------------------------------------------------------------------------------


class RecommendationLine(serializers.Serializer[Any]):
    """One thing that bears on it, and what it speaks for."""

    code = serializers.CharField(read_only=True)
    speaks_for = serializers.ChoiceField(source="for_", choices=[*Stance.values, NEITHER], read_only=True)
    text = serializers.CharField(read_only=True)
    figures = serializers.DictField(read_only=True)


class RuleCited(serializers.ModelSerializer[models.RescissionRule]):
    """The rule that was applied, with its source."""

    class Meta:
        model = models.RescissionRule
        fields = ["id", "citation", "effect", "within_days", "example"]
        read_only_fields = fields


class Decision(serializers.ModelSerializer[models.Decision]):
    """One decision, with what the rules said and what was recommended on the day. A later one supersedes it."""

    error = serializers.IntegerField(source="error_id", read_only=True)
    by = Named(read_only=True)
    rule = RuleCited(read_only=True, allow_null=True)
    lines = serializers.SerializerMethodField(help_text="The recommendation as it was shown.")

    class Meta:
        model = models.Decision
        fields = [
            "id", "error", "stance", "recommended", "lines", "ruled", "rule", "legal_review", "reason",
            "precedent_reason", "cost_minor", "currency", "supersedes", "by", "at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RecommendationLine(many=True))
    def get_lines(self, decision: models.Decision) -> Any:
        return RecommendationLine(told_again(decision), many=True).data


class LegalReview(serializers.ModelSerializer[models.LegalReview]):
    error = serializers.IntegerField(source="error_id", read_only=True)
    by = Named(read_only=True)

    class Meta:
        model = models.LegalReview
        fields = ["id", "error", "conclusion", "counsel", "note", "by", "at"]
        read_only_fields = fields
