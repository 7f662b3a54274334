"""How an event looks to another system."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from journal.enums import ActorKind, EventType
from journal.models import Event as EventRow


class Actor(serializers.Serializer[Any]):
    """Who did it; a customer and the system have no id."""

    kind = serializers.ChoiceField(choices=ActorKind.choices, source="actor_kind", read_only=True)
    id = serializers.IntegerField(source="actor_id", read_only=True, allow_null=True)


class Subject(serializers.Serializer[Any]):
    """What it happened to."""

    kind = serializers.CharField(source="subject_kind", read_only=True)
    id = serializers.IntegerField(source="subject_id", read_only=True)


class Event(serializers.ModelSerializer[EventRow]):
    """One thing that happened. `data` holds ids and codes; `words` what people said and wrote."""

    type = serializers.ChoiceField(choices=EventType.choices, read_only=True)
    actor = Actor(source="*", read_only=True)
    subject = Subject(source="*", read_only=True)
    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]
    words = serializers.SerializerMethodField()

    class Meta:
        model = EventRow
        fields = ["id", "type", "at", "actor", "channel", "subject", "customer", "case", "data", "words"]
        read_only_fields = fields

    def get_words(self, event: EventRow) -> dict[str, Any]:
        return event.words.body if hasattr(event, "words") else {}


class Feed(serializers.Serializer[Any]):
    """Events in the order of the feed. Send `after` with the next request, also when there were none."""

    results = Event(source="events", many=True, read_only=True)
    after = serializers.CharField(read_only=True)
    more = serializers.BooleanField(read_only=True)
