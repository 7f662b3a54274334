"""What the feed can be asked for."""

from __future__ import annotations

from journal.models import Event
from recovery.rest import Filters


class EventFilters(Filters):
    class Meta:
        model = Event
        fields: list[str] = []
