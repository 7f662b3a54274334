"""What bears on a decision, what is recommended and why, and what the caller may do."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases import models as cases
from cases.enums import MoneyHeld, Relied
from compensation.enums import Ruled, Stance
from compensation.serializers.honored.decisions import LegalReview, RecommendationLine, RuleCited
from compensation.serializers.verdicts import Verdict
from recovery.rest import Named


class May(serializers.Serializer[Any]):
    """What the caller may do now."""

    assess = Verdict(read_only=True)
    honor = Verdict(read_only=True)
    rescind = Verdict(read_only=True)
    legal_review = Verdict(read_only=True)
    disclose = Verdict(read_only=True, help_text="Attempts too.")
    reassign = Verdict(read_only=True)
    review = Verdict(read_only=True)
    letter = Verdict(read_only=True)


class Ruling(serializers.Serializer[Any]):
    """What the rules say of taking it back today, with the source; without a rule, legal review."""

    ruled = serializers.ChoiceField(choices=Ruled.choices, read_only=True)
    reason = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]
    days_left = serializers.IntegerField(read_only=True, allow_null=True)
    rule = RuleCited(read_only=True, allow_null=True)


class EarlierCall(serializers.ModelSerializer[cases.Disclosure]):
    caller = Named(read_only=True, allow_null=True)
    owed_by = Named(read_only=True, allow_null=True)

    class Meta:
        model = cases.Disclosure
        fields = ["kind", "status", "owed_by", "caller", "made_at", "understanding"]
        read_only_fields = fields


class EarlierError(serializers.ModelSerializer[cases.HonoredError]):
    """An earlier error of this customer that we honored, and the calls about it."""

    case = serializers.CharField(source="case.reference", read_only=True)
    disclosures = EarlierCall(many=True, read_only=True)

    class Meta:
        model = cases.HonoredError
        fields = [
            "id", "case", "kind_of_action", "line_of_business", "happened_words", "decided_at", "cost_minor", "currency",
            "disclosures",
        ]  # fmt: skip
        read_only_fields = fields


class Facts(serializers.Serializer[Any]):
    """What bears on the decision. Amounts in minor units; days count local dates of the customer."""

    value_minor = serializers.IntegerField(source="error.value_minor", read_only=True, allow_null=True)
    value_year_minor = serializers.IntegerField(source="error.value_year_minor", read_only=True, allow_null=True)
    currency = serializers.CharField(source="error.currency", read_only=True)
    days_since = serializers.IntegerField(read_only=True)
    relied = serializers.ChoiceField(source="error.relied", choices=Relied.choices, read_only=True)
    money = serializers.ChoiceField(source="error.money", choices=MoneyHeld.choices, read_only=True)
    customer_value_minor = serializers.IntegerField(source="customer.value_minor", read_only=True, allow_null=True)
    customer_value_currency = serializers.CharField(source="customer.value_currency", read_only=True)
    risk_flags = serializers.ListField(child=serializers.CharField(), read_only=True)
    flags_against = serializers.ListField(child=serializers.CharField(), read_only=True)
    past_incidents = serializers.SerializerMethodField()
    unacknowledged = serializers.IntegerField(source="baggage.unacknowledged", read_only=True)
    baggage_score = serializers.IntegerField(source="baggage.score", read_only=True)
    earlier = EarlierError(many=True, read_only=True)
    honored_within_a_year = serializers.IntegerField(source="within_a_year", read_only=True)
    untold = serializers.IntegerField(read_only=True)
    legal_review = LegalReview(read_only=True, allow_null=True)

    def get_past_incidents(self, facts: Any) -> int:
        return len(facts.baggage.incidents)


class Recommendation(serializers.Serializer[Any]):
    """What bears on the decision, what the rules say, what is recommended and why, and what the caller may do."""

    error = serializers.IntegerField(read_only=True)
    facts = Facts(read_only=True)
    ruling = Ruling(read_only=True)
    recommended = serializers.ChoiceField(choices=Stance.choices, read_only=True)
    lines = RecommendationLine(many=True, read_only=True)
    may = May(read_only=True)
