"""What every page of Insights is asked for: a period and a unit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import Role
from insights import queries
from insights.forms import InsightsForm
from recovery.pages import person


def chosen(request: HttpRequest) -> tuple[queries.Window, dict[str, Any]]:
    """What was chosen of period and unit, and what the choice is drawn with."""
    user, now = person(request), timezone.now()
    units = queries.units_to_choose(user)
    form = InsightsForm(request.GET, units=units)
    period, unit = form.chosen()
    window_ = queries.window(user, period=period, unit=unit, now=now)
    picked = next((each for each in units if each.pk == unit), None)
    context = {
        "period": period,
        "periods": queries.PERIODS,
        "units": units if len(units) > 1 else [],
        "unit": picked,
        "base": urlencode({"period": period} | ({"unit": unit} if unit else {})),
        "own": user.role == Role.REP,
        "now": now,
    }
    return window_, context
