"""What the caller may do, as every door of money answers it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Verdict(serializers.Serializer[Any]):
    """Whether the caller may, and why not: ``ok`` or the code that the try would be refused with."""

    allowed = serializers.BooleanField(read_only=True)
    code = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
