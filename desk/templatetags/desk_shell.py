"""The frame around every screen: which screens there are for this person, and which of them is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@dataclass(frozen=True)
class Screen:
    """One entry of the navigation. `keys` is the shortcut as typed; `inside` are url names that belong under it."""

    name: str
    label: str
    icon: str
    keys: str
    roles: tuple[str, ...] = ("rep", "supervisor", "admin")
    inside: tuple[str, ...] = ()
    short: str = ""


SCREENS = (
    Screen("desk", "Desk", "inbox", "g d"),
    Screen("log", "Log a mistake", "square-pen", "n", short="Log"),
    Screen("cases", "Cases", "folder-open", "g c", inside=("case", "customer")),
    Screen("calls", "Calls", "phone-call", "g t", inside=("call",)),
    Screen("approvals", "Approvals", "shield-check", "g a", inside=("approval",)),
    Screen("honored", "Register", "book-marked", "g r", inside=("honored",)),
    Screen("ledger", "Ledger", "book-open-text", "g l", roles=("supervisor", "admin"), inside=("ledger",)),
    Screen("insights", "Insights", "chart-column", "g i", inside=("insight",)),
    Screen("settings", "Settings", "settings", "g s", roles=("admin",), inside=("setting",)),
)


@register.simple_tag(takes_context=True)
def screens(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The screens this person may open, with address, shortcut and whether it is the one being looked at."""
    request, user = context.get("request"), context.get("user")
    match = getattr(request, "resolver_match", None)
    here = match.url_name or "" if match else ""
    shown = []
    for screen in SCREENS:
        if getattr(user, "role", "") not in screen.roles:
            continue
        try:
            url = reverse(screen.name)
        except NoReverseMatch:
            continue
        shown.append(
            {
                "name": screen.name,
                "label": screen.label,
                "short": screen.short or screen.label,
                "icon": screen.icon,
                "keys": screen.keys,
                "url": url,
                "current": here == screen.name or here.split("-")[0] in screen.inside,
            }
        )
    return shown
