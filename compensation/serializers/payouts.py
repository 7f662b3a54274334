"""Payouts, as a billing system sees them."""

from __future__ import annotations

from rest_framework import serializers

from compensation import models
from recovery.rest import Shape, Text


class Confirming(Shape):
    """That it was paid out. Without a reference the domain says no."""

    reference = Text(max_length=200, allow_blank=True, default="", help_text="Needed: under which it was paid out.")


class Failing(Shape):
    """That it will not be paid out."""

    reason = Text(max_length=300, allow_blank=True, default="", help_text="Needed.")


class Payout(serializers.ModelSerializer[models.Payout]):
    """A delivery that a billing system makes. ``key`` is the `webhook-id` of every request about it."""

    case = serializers.CharField(source="award.case.reference", read_only=True)
    remedy = serializers.CharField(source="award.remedy.code", read_only=True)
    method = serializers.CharField(source="award.method", read_only=True)
    amount_minor = serializers.IntegerField(source="award.cost_minor", read_only=True)
    currency = serializers.CharField(source="award.currency", read_only=True)

    class Meta:
        model = models.Payout
        fields = [
            "id", "key", "status", "award", "case", "remedy", "method", "amount_minor", "currency", "queued_at",
            "attempts", "next_try_at", "sent_at", "ended_at", "reference", "error", "perhaps_paid",
        ]  # fmt: skip
        read_only_fields = fields
