"""Reads of who stands in for whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.queries import reach
from compensation.models import Deputy


def visible_deputies(user: Any) -> QuerySet[Deputy]:
    """Deputies of supervisors who serve a unit in this user's reach, and whoever's the user is."""
    rows = Deputy.objects.select_related("principal", "deputy", "named_by")
    if user.role == Role.ADMIN:
        return rows
    near = User.objects.filter(team__units__in=reach(user))
    return rows.filter(Q(principal__in=near) | Q(deputy=user) | Q(principal=user))
