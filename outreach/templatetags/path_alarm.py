"""Whether every screen has to warn that reminders are late."""

from __future__ import annotations

from django import template
from django.utils import timezone

from outreach.queries.health import is_anything_unreminded

register = template.Library()


@register.simple_tag
def reminders_are_late() -> bool:
    """Is anything due that nobody was reminded of in time? One small statement a page; no worker is asked."""
    return is_anything_unreminded(now=timezone.now())
