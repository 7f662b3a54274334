"""Rungs of the ladder as the API reads and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.enums import NoticeChannel
from cases.enums import ObligationKind
from outreach import models
from outreach.domain.rules import FARTHEST_MINUTES
from outreach.enums import Audience
from recovery.rest import Choice, Flag, Shape, Whole


def _channels(**given: Any) -> Any:
    return serializers.ListField(child=Choice(choices=NoticeChannel.choices), max_length=10, **given)


class RungNew(Shape):
    """A new reminder."""

    kind = Choice(choices=ObligationKind.choices)
    offset_minutes = Whole(
        min_value=-FARTHEST_MINUTES,
        max_value=FARTHEST_MINUTES,
        help_text="Before (negative), at (0) or after the time it is due.",
    )
    audience = Choice(choices=Audience.choices)
    channels = _channels()


class RungChange(Shape):
    """What is given is changed. Another time or audience is another reminder."""

    channels = _channels(required=False)
    active = Flag(required=False)


class Rung(serializers.ModelSerializer[models.Rung]):
    """One step of the reminder ladder of a kind of thing that is owed."""

    channels = serializers.ListField(child=serializers.ChoiceField(choices=NoticeChannel.choices), read_only=True)

    class Meta:
        model = models.Rung
        fields = ["id", "kind", "offset_minutes", "audience", "channels", "active", "version"]
        read_only_fields = fields
