"""Reads of what a billing system is to pay out."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.enums import Role
from cases.queries import visible_cases
from compensation.models import Payout


def visible_payouts(user: Any) -> QuerySet[Payout]:
    """Payouts of awards on cases in reach, each with its award, case and remedy."""
    payouts = Payout.objects.select_related("award__case", "award__remedy")
    return payouts if user.role == Role.ADMIN else payouts.filter(award__case__in=visible_cases(user))
