"""Remedies, awards, approvals and caps."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.enums import Feeling
from compensation import models
from compensation.enums import Axis
from recovery.rest import Choice, Currency, Flag, Minor, Named, Shape, Text


class Giving(Shape):
    """A remedy to give. ``amount_minor`` is given exactly where the catalog leaves the amount open.

    With ``feeling``, the customer's feeling is acknowledged first, in the same action.
    """

    remedy = Text(max_length=40, help_text="The remedy's code.")
    amount_minor = Minor(allow_null=True, required=False)
    currency = Currency(allow_null=True, required=False)
    note = Text(max_length=20_000, allow_blank=True, required=False)
    feeling = Choice(choices=Feeling.choices, required=False)
    feeling_words = Text(max_length=20_000, allow_blank=True, required=False)
    feeling_confirmed = Flag(allow_null=True, required=False)
    precedent_reason = Text(
        max_length=300,
        allow_blank=True,
        required=False,
        help_text="One line that says why it is given in spite of an earlier honored error (`precedents` of the case): "
        "needed once on a case that one bears on.",
    )


class Reversing(Shape):
    """Without a reason the domain says no, as it does at every door."""

    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class Fulfilling(Shape):
    """That the remedy reached the customer; ``proof`` is a reference to what shows it."""

    proof = Text(max_length=200, allow_blank=True, required=False)


class Approving(Shape):
    """Without ``amount_minor``, all that was asked for."""

    amount_minor = Minor(allow_null=True, required=False)
    note = Text(max_length=20_000, allow_blank=True, required=False)


class Declining(Shape):
    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class Remedy(serializers.ModelSerializer[models.Remedy]):
    """A line of the catalog. ``cost_minor`` is null where the rep chooses the amount."""

    class Meta:
        model = models.Remedy
        fields = [
            "id", "code", "name", "kind", "currency", "cost_minor", "value_minor", "no_questions", "delivery_days",
            "words", "active", "version",
        ]  # fmt: skip
        read_only_fields = fields


class Award(serializers.ModelSerializer[models.Award]):
    """A remedy on a case: given, or waiting for an approval. Amounts in minor units.

    ``context["approval"]`` is the id of its approval where the door knows it and the row was not read with it.
    """

    case = serializers.CharField(source="case.reference", read_only=True)
    remedy = serializers.CharField(source="remedy.code", read_only=True)
    given_by = Named(read_only=True)
    approval = serializers.SerializerMethodField(help_text="The request for it, where one was needed.")

    class Meta:
        model = models.Award
        fields = [
            "id", "case", "customer", "remedy", "remedy_name", "basis", "status", "cost_minor", "value_minor",
            "currency", "no_questions", "precedent_reason", "given_by", "given_at", "delivered_at", "proof",
            "reversed_at", "approval", "historical", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_approval(self, award: models.Award) -> int | None:
        if "approval" in self.context:
            known: int | None = self.context["approval"]
            return known
        return award.approval.pk if hasattr(award, "approval") else None


class Approval(serializers.ModelSerializer[models.Approval]):
    """A request for an award above somebody's cap, and its answer."""

    award = serializers.IntegerField(source="award_id", read_only=True)
    case = serializers.CharField(source="award.case.reference", read_only=True)
    customer = serializers.IntegerField(source="award.customer_id", read_only=True)
    remedy_name = serializers.CharField(source="award.remedy_name", read_only=True)
    requested_by = Named(read_only=True)
    answered_by = Named(read_only=True, allow_null=True)

    class Meta:
        model = models.Approval
        fields = [
            "id", "award", "case", "customer", "remedy_name", "status", "binding_axis", "asked_minor", "granted_minor",
            "currency", "requested_by", "requested_at", "expires_at", "answered_by", "answered_at",
        ]  # fmt: skip
        read_only_fields = fields


class Gauge(serializers.Serializer[Any]):
    """One cap, and what is left of it today. Minor units."""

    axis = serializers.ChoiceField(choices=Axis.choices, read_only=True)
    currency = serializers.CharField(read_only=True)
    cap_minor = serializers.IntegerField(source="cap", read_only=True)
    used_minor = serializers.IntegerField(source="used", read_only=True)
    left_minor = serializers.IntegerField(source="left", read_only=True)


class MyCaps(serializers.Serializer[Any]):
    """What the caller may give alone, in one currency."""

    currency = serializers.CharField(read_only=True)
    caps = Gauge(many=True, read_only=True)
