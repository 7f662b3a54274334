"""Charts without script: lines and bars as SVG whose sizes are attributes, colored by tokens, words beside them in HTML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from insights.domain.effects import Effect
from insights.domain.figures import Bar, Share
from insights.domain.figures import percent as percent_of
from insights.domain.over_time import Point

register = template.Library()

WIDE, HIGH = 1000, 240
LABELS = 6


@register.filter
def percent(share: Share) -> str:
    """93.4%, or a dash of nothing."""
    return percent_of(share)


@register.filter
def points(change: float | None) -> str:
    """+1.8 pts."""
    return "" if change is None else f"{100 * change:+.1f} pts"


@register.filter
def out_of_five(mean: float | None) -> str:
    return "–" if mean is None else f"{mean:.2f}"


@register.filter
def of_arm(mean: float | None, effect: Effect) -> str:
    """The mean of one side: 62.5% of a share, +0.8 of points."""
    if mean is None:
        return "–"
    return f"{100 * mean:.1f}%" if effect.is_share else f"{mean:+.2f}"


@register.filter
def between(effect: Effect) -> str:
    """A difference and its interval: +0.42 (+0.10 to +0.74); of shares in points: +12.0 pts (+3.1 to +20.4)."""
    if effect.difference is None or effect.low is None or effect.high is None:
        return "–"
    times, places = (100, 1) if effect.is_share else (1, 2)
    said = [f"{times * value:+.{places}f}" for value in (effect.difference, effect.low, effect.high)]
    unit = " pts" if effect.is_share else ""
    return f"{said[0]}{unit} ({said[1]} to {said[2]})"


@register.simple_tag
def interval(effect: Effect) -> SafeString:
    """The interval against zero as a drawing; its figures stand beside it in words, so it is silent."""
    if effect.difference is None or effect.low is None or effect.high is None:
        return mark_safe("")
    widest = max(abs(effect.low), abs(effect.high), 0.001)

    def place(value: float) -> str:
        return f"{60 + 54 * value / widest:.1f}"

    return format_html(
        '<svg class="interval" viewBox="0 0 120 20" width="120" height="20" aria-hidden="true">'
        '<line class="zero" x1="60" x2="60" y1="1" y2="19"/><line class="reach" x1="{}" x2="{}" y1="10" y2="10"/>'
        '<circle cx="{}" cy="10" r="4"/></svg>',
        place(effect.low),
        place(effect.high),
        place(effect.difference),
    )


@register.simple_tag
def spark(line: Iterable[float | None]) -> SafeString:
    """A small line without axes; what it shows stands beside it in words, so it is silent. Days without a figure are passed over."""
    values = list(line)
    known = [(number, value) for number, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return mark_safe("")
    last = max(len(values) - 1, 1)
    path = " ".join(f"{100 * number / last:.1f},{2 + 24 * (1 - value):.1f}" for number, value in known)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true"><polyline points="{}"/></svg>',
        path,
    )


@register.inclusion_tag("insights/_bars.html", takes_context=True)
def bars(context: dict[str, Any], rows: list[Bar], label: str, unit: str = "") -> dict[str, Any]:
    """A bar chart with its labels, figures and links; ``label`` says what it shows."""
    return {"rows": rows, "label": label, "unit": unit, "base": context.get("base", "")}


@register.inclusion_tag("insights/_flow.html")
def flow(days: list[Point], monthly: bool = False) -> dict[str, Any]:
    """Opened and closed over time, as two lines on one scale, and the same as a table."""
    top = _round_up(max([*(day.opened for day in days), *(day.closed for day in days), 1]))
    last = max(len(days) - 1, 1)

    def line(values: list[int]) -> str:
        return " ".join(f"{WIDE * n / last:.1f},{HIGH * (1 - v / top):.1f}" for n, v in enumerate(values))

    opened = [day.opened for day in days]
    marks = sorted({round(n * last / (LABELS - 1)) for n in range(LABELS)}) if len(days) > 1 else [0]
    return {
        "days": [(day, _said(day.day, monthly)) for day in days if day.opened or day.closed],
        "opened": line(opened),
        "area": f"0,{HIGH} {line(opened)} {WIDE},{HIGH}",
        "closed": line([day.closed for day in days]),
        "grid": [HIGH * part / 4 for part in range(5)],
        "scale": [f"{top * part // 4}" for part in (4, 3, 2, 1, 0)],
        "dates": [_said(days[n].day, monthly) for n in marks if n < len(days)],
        "wide": WIDE,
        "high": HIGH,
        "total_opened": sum(opened),
        "total_closed": sum(day.closed for day in days),
    }


def _round_up(top: int) -> int:
    """The next number that four grid lines divide evenly."""
    step = next(
        step
        for size in (1, 10, 100, 1000, 10**4, 10**5, 10**6)
        for step in (size, 2 * size, 5 * size)
        if 4 * step >= top
    )
    return 4 * step


def _said(day: date, monthly: bool) -> str:
    return f"{day:%b %Y}" if monthly else f"{day.day} {day:%b}"
