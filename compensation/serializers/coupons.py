"""Coupon pools."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from compensation import models
from compensation.queries.coupons import COUNTED
from recovery.rest import Day, Flag, Shape, Text, Whole

# What one request may bring; a file of any length goes through the settings page.
AT_ONCE = 10_000


class PoolChange(Shape):
    """What is given is changed."""

    name = Text(max_length=120, required=False)
    low_at = Whole(min_value=0, max_value=10_000, required=False, help_text="Told when fewer codes are left.")
    active = Flag(required=False)


class PoolNew(PoolChange):
    """A pool to add. Its ``code`` stays."""

    code = Text(max_length=40)
    name = Text(max_length=120)


class CodeNew(Shape):
    code = Text(max_length=200, allow_blank=True, help_text="At most 80 characters, as the customer is to be told it.")
    expires_on = Day(required=False, allow_null=True, help_text="The last day it is good for.")


class Filling(Shape):
    """Codes to add, at most 10,000 at once."""

    codes = serializers.ListField(child=CodeNew(), max_length=AT_ONCE)


class Pool(serializers.ModelSerializer[models.CouponPool]):
    """A pool with what is left of it today and what was given out, each counted up to 10,001."""

    left = serializers.IntegerField(read_only=True, max_value=COUNTED + 1)
    used = serializers.IntegerField(read_only=True, max_value=COUNTED + 1)

    class Meta:
        model = models.CouponPool
        fields = ["id", "code", "name", "low_at", "active", "left", "used", "version"]
        read_only_fields = fields


class BadLine(serializers.Serializer[Any]):
    line = serializers.IntegerField(read_only=True)
    reason = serializers.CharField(read_only=True)


class Filled(serializers.Serializer[Any]):
    """What became of the codes. Those that were not taken are named by their place in the list, from 1, up to 50."""

    added = serializers.IntegerField(read_only=True)
    duplicates = serializers.IntegerField(read_only=True, help_text="In the pool already, or twice in the list.")
    duplicate_lines = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    bad = serializers.IntegerField(read_only=True)
    bad_lines = serializers.SerializerMethodField()
    left = serializers.IntegerField(read_only=True)

    def get_bad_lines(self, filled: Any) -> list[dict[str, Any]]:
        return [{"line": line, "reason": reason} for line, reason in filled["bad_lines"]]
