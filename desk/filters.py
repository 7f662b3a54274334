"""What a screen-pop is about."""

from __future__ import annotations

from cases.models import Customer
from recovery.rest import Filters


class PopFilters(Filters):
    class Meta:
        model = Customer
        fields: list[str] = []
