"""What the API of the path to the customer shows. Shapes only."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outreach.enums import PathState


class Part(serializers.Serializer[Any]):
    """One part of the path. ``error`` is the last one, a kind and a code; ``failing_since`` says whether it still holds.

    ``state`` is `silent` when nobody has tried it for several rounds: what was found then says nothing of now.
    """

    name = serializers.CharField(read_only=True)
    title = serializers.CharField(source="path.title", read_only=True)
    carries = serializers.CharField(source="path.carries", read_only=True)
    meanwhile = serializers.CharField(source="path.meanwhile", read_only=True, help_text="What stands in while closed.")
    state = serializers.ChoiceField(choices=PathState.choices, read_only=True)
    tried_at = serializers.DateTimeField(read_only=True, allow_null=True)
    took_ms = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of the last try.")
    succeeded_at = serializers.DateTimeField(read_only=True, allow_null=True)
    failed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    failing_since = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True)
    detail = serializers.JSONField(read_only=True, help_text="Codes and numbers; differs from part to part.")


class Queue(serializers.Serializer[Any]):
    """A queue in which something is due, and how long the oldest of it has been waiting."""

    name = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    since = serializers.DateTimeField(read_only=True)
    seconds = serializers.IntegerField(read_only=True)
    old = serializers.BooleanField(read_only=True, help_text="Longer than any queue should wait.")
    set_aside = serializers.IntegerField(
        read_only=True, help_text="How many of it could not be handled. They are tried again after growing gaps."
    )


class PathHealth(serializers.Serializer[Any]):
    """How the path to the customer stands. ``open`` is false while any part that is set up is closed or untried for long."""

    open = serializers.BooleanField(read_only=True)
    unreminded = serializers.BooleanField(
        read_only=True, help_text="Something due has a reminder over two minutes late."
    )
    parts = Part(many=True, read_only=True)
    queues = Queue(many=True, read_only=True)
