"""How values look on every screen: money, times as people say them, names, statuses, fields.

Presentation only: nothing here decides, reads a table or writes. It lives in the lowest app that has screens so that the templates
of every app can load it. Times come in aware; money comes in minor units with its ISO 4217 currency.
"""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import phonenumbers
from babel.numbers import format_currency, get_currency_symbol
from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.money import exponent, to_major
from accounts.templatetags.shapes import SHAPES, drawn
from accounts.templatetags.times import city, clock, duration, exactly, relative, zone_of

register = template.Library()

LOCALE = "en_US"


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """A Lucide icon, silent to screen readers unless it carries a label of its own."""
    return mark_safe(drawn(str(name), size, str(label)))  # noqa: S308 - the set is ours, ElementTree escapes the label


@register.simple_tag
def shape(status: object, size: int = 14) -> SafeString:
    """The icon that goes with a status or a channel; a plain dot for one we do not know."""
    return icon(SHAPES.get(str(status), "circle-dot"), size)


@register.simple_tag
def chip(status: object, label: object = "", mood: str = "") -> SafeString:
    """A status as color, shape and word: `{% chip award.status award.get_status_display %}`."""
    code = str(status)
    word = str(label) or code.replace("_", " ").capitalize()
    return format_html(
        '<span class="chip" data-status="{}"{}>{}{}</span>',
        code,
        format_html(' data-mood="{}"', mood) if mood else "",
        shape(code, 13),
        word,
    )


# Money ---------------------------------------------------------------------------------------------------------------------


@register.filter
def money(minor: int | str | None, currency: str = "USD") -> str:
    """1250 in USD reads $12.50; nothing reads nothing."""
    if minor is None or minor == "":
        return ""
    return format_currency(to_major(int(minor), currency), currency, locale=LOCALE)


@register.filter
def money_short(minor: int | str | None, currency: str = "USD") -> str:
    """As money, without the decimals when they are all noughts: $50, $12.50."""
    if minor is None or minor == "":
        return ""
    amount = to_major(int(minor), currency)
    if amount == amount.to_integral_value():
        return format_currency(amount, currency, format="¤#,##0", locale=LOCALE, currency_digits=False)
    return format_currency(amount, currency, locale=LOCALE)


@register.filter
def currency_symbol(currency: str) -> str:
    return get_currency_symbol(currency or "USD", locale=LOCALE)


@register.filter
def decimals(currency: str) -> int:
    """How many decimals the currency has: 2 for USD, none for JPY."""
    return exponent(currency)


@register.filter
def typed(minor: int, currency: str) -> str:
    """An amount as one types it: 1250 in USD reads 12.50."""
    return str(to_major(minor, currency))


# Time ----------------------------------------------------------------------------------------------------------------------


register.filter(city)
register.filter(duration)


def _time(moment: datetime, now: datetime, zone: object, style: str) -> SafeString:
    there = zone_of(zone)
    far = abs((moment - now).total_seconds()) > 6 * 3600
    elsewhere = bool(zone) and there.utcoffset(moment) != timezone.get_current_timezone().utcoffset(moment)
    at = clock(moment, now, there) + (f" in {city(zone)}" if elsewhere else "")
    rel = format_html("<span data-rel>{}</span>", relative(moment, now))
    if style == "clock" or (style == "short" and far):
        body: str = at
    elif style == "short":
        body = rel
    else:
        body = format_html("{} · {}", rel, at)
    if elsewhere and style == "both":
        body = format_html("{} · {} for you", body, clock(moment, now, timezone.get_current_timezone()))
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exactly(moment, zone), body)


def _now(context: Mapping[str, Any]) -> datetime:
    """The page's own now, so that all of it agrees; the clock's where the page has none."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


@register.simple_tag(takes_context=True)
def when(context: Mapping[str, Any], moment: datetime | None, zone: object = "", style: str = "full") -> SafeString:
    """A time as a person says it, the exact one on hover.

    Styles: `full` "in 12 min · 15:40 in Denver"; `short` "in 12 min", or the clock beyond six hours; `clock` "15:40 in Denver";
    `both` adds the same instant in the reader's own zone. The city is said only when that zone differs from the reader's.
    """
    if moment is None:
        return mark_safe("")
    return _time(moment, _now(context), zone, style)


@register.simple_tag(takes_context=True)
def local_time(context: Mapping[str, Any], zone: object) -> SafeString:
    """What time it is for them now: 08:12 in Denver."""
    now = _now(context)
    there = now.astimezone(zone_of(zone))
    return format_html('<span class="num" data-clock="{}">{}</span> in {}', str(zone), f"{there:%H:%M}", city(zone))


# Names ---------------------------------------------------------------------------------------------------------------------


@register.filter
def initials(name: object) -> str:
    words = [word for word in str(name or "").replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """Initials on a color that stays with the name. Always beside the name itself, so silent."""
    hue = zlib.crc32(str(name).encode()) % 8
    return format_html('<span class="av {}" data-hue="{}" aria-hidden="true">{}</span>', size, hue, initials(name))


# Fields and buttons --------------------------------------------------------------------------------------------------------


@register.inclusion_tag("_field.html")
def field(
    bound: BoundField,
    label: str = "",
    hint: str = "",
    look: str = "",
    css: str = "",
    optional: bool | None = None,
    **attrs: str,
) -> dict[str, Any]:
    """One form field with its label, help and errors. look="pills" draws a choice as pills; underscores in attrs become dashes."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or type(widget).__name__.lower()
    group = kind in ("radio",) or (kind == "checkbox" and hasattr(widget, "choices"))
    extra: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attrs.items() if value != ""}
    described = [
        f"{bound.id_for_label or bound.auto_id}_{part}"
        for part, there in (("help", hint or bound.help_text), ("error", bound.errors))
        if there
    ]
    if described and not group:
        extra["aria-describedby"] = " ".join(described)
    if bound.errors:
        extra["aria-invalid"] = "true"
    return {
        "bound": bound,
        "label": label or bound.label,
        "help": hint or bound.help_text,
        "kind": "group" if group else kind,
        "look": look,
        "css": css,
        "id": bound.id_for_label or bound.auto_id,
        "optional": optional
        if optional is not None
        else not (bound.field.required or group or kind in ("checkbox", "hidden")),
        "rendered": "" if group else bound.as_widget(attrs=extra),
    }


@register.inclusion_tag("_act.html")
def act(
    verdict: object,
    label: str,
    icon: str = "",
    kind: str = "",
    name: str = "",
    value: str = "",
    key: str = "",
    hint: str = "",
) -> dict[str, Any]:
    """A submit button under a Verdict: usable when allowed; visible, disabled and explained in words when not."""
    reason = getattr(verdict, "reason", "") if not verdict else ""
    slug = f"{zlib.crc32(f'{label}{reason}{name}{value}'.encode()):x}"
    return {
        "allowed": bool(verdict), "reason": reason, "label": label, "icon": icon, "kind": kind,
        "name": name, "value": value, "key": key, "hint": hint, "why_id": f"why-{slug}",
    }  # fmt: skip


@register.inclusion_tag("_gauge.html")
def gauge(
    label: str, used: int, ceiling: int | None, currency: str = "", would: int = 0, axis: str = ""
) -> dict[str, Any]:
    """What is spent of a cap, and what the choice in hand would add. Minor units when a currency is given, plain counts when not."""
    top = max(ceiling or 0, 0)

    def share(amount: int) -> float:
        return round(min(100.0, 100 * amount / top), 1) if top else (100.0 if amount else 0.0)

    spent = share(used)
    return {
        "label": label, "used": used, "ceiling": top, "left": max(top - used, 0), "currency": currency, "axis": axis,
        "used_share": spent, "would_share": min(share(would), round(100 - spent, 1)), "would": would,
        "mood": "bad" if top and used >= top else "warn" if spent >= 80 else "",
    }  # fmt: skip


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: object) -> Any:
    """mapping[key] for a key only known in the template; None when it is not there."""
    return None if mapping is None else mapping.get(key)


@register.filter
def said(name: object) -> str:
    """A code as a person says it: channel_preference is said channel preference."""
    return str(name or "").replace("_", " ")


@register.filter
def hour(moment: object) -> str:
    """The hour of an aware time, or of one written in ISO 8601, on the reader's clock."""
    try:
        at = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
        return f"{at.astimezone(timezone.get_current_timezone()):%H:%M}"
    except ValueError:
        return ""


@register.filter
def indent(depth: int) -> str:
    """How far in a node of a tree stands, for the options of a list."""
    return "\u2003" * int(depth)


@register.filter
def phone(number: str) -> str:
    """A number in E.164 with the gaps people read it with."""
    try:
        parsed = phonenumbers.parse(str(number), None)
    except phonenumbers.NumberParseException:
        return str(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
