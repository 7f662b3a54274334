"""Rules of calling in words."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from outreach.domain.hours import days_said
from outreach.enums import SignalKind

register = template.Library()


@register.filter
def weekdays(days: list[int]) -> str:
    """Monday to Friday."""
    return days_said(days)


@register.filter
def kinds(codes: Iterable[str]) -> str:
    """Kinds of signal, as they are called: survey score, disputed answer."""
    return ", ".join(str(SignalKind(code).label).lower() for code in codes)
