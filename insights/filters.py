"""What the effects of calls can be narrowed by."""

from __future__ import annotations

from insights.models import Fact
from insights.queries import PERIODS
from recovery.rest import Filters, IdFilter, OneOf


class EffectFilters(Filters):
    period = OneOf(choices=list(PERIODS.items()), label="Days up to today; all, if not given.")
    unit = IdFilter()

    class Meta:
        model = Fact
        fields: list[str] = []
