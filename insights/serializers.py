"""What the API of insights shows."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Arm(serializers.Serializer[Any]):
    """One side. ``mean`` is a share, 0 to 1, for what is yes or no; null of nobody."""

    n = serializers.IntegerField(read_only=True)
    mean = serializers.FloatField(read_only=True, allow_null=True)


class Effect(serializers.Serializer[Any]):
    """Called less not called. ``low`` and ``high`` bound it with 95%; null, as the verdict says, while there are too few."""

    measure = serializers.CharField(read_only=True)
    label: Any = serializers.CharField(read_only=True)
    called = Arm(read_only=True)
    held_out = Arm(read_only=True)
    difference = serializers.FloatField(read_only=True, allow_null=True)
    low = serializers.FloatField(read_only=True, allow_null=True)
    high = serializers.FloatField(read_only=True, allow_null=True)
    verdict = serializers.ChoiceField(choices=["too_few", "none_shown", "better", "worse"], read_only=True)


class Comparison(serializers.Serializer[Any]):
    """One program's calls."""

    program = serializers.IntegerField(source="of.program_id", read_only=True)
    name = serializers.CharField(read_only=True)
    called = serializers.IntegerField(source="of.called", read_only=True)
    held_out = serializers.IntegerField(source="of.held_out", read_only=True)
    outcomes = serializers.DictField(source="of.outcomes", child=serializers.IntegerField(), read_only=True)
    effects = Effect(source="of.effects", many=True, read_only=True)


class Comparisons(serializers.Serializer[Any]):
    """What the calls of each program changed."""

    results = Comparison(many=True, read_only=True)
