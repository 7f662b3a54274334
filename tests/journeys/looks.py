"""How a screen looks to whoever uses it: to axe in both themes, at every width, and on a slow line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from accounts.models import User

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Bytes over the wire: of a first visit with all that a page needs, and of the page itself on the next.
FIRST_VISIT, NEXT_VISIT = 120 * 1024, 30 * 1024
WIDTHS = (1440, 768, 390, 320)
# Rules that axe leaves to judgment or that are newer than AA are looked at by eye.
AXE: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # The other theme differs in its colors and in nothing else.
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}

# Controls that lie over one another, as pairs of what they say. One inside the other, and what scrolls away, is meant.
OVERLAPPING = """() => {
  const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && el.getClientRects().length;
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter((el) => shown(el) && !el.closest('dialog:not([open])') && !el.closest('.toasts') && !el.classList.contains('skip'));
  const fixed = (el) => { for (let e = el; e; e = e.parentElement) if (/fixed|sticky/.test(getComputedStyle(e).position)) return e; return null; };
  const scroller = (el) => { for (let e = el.parentElement; e && e !== document.documentElement; e = e.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 1) return e; return null; };
  const found = [];
  for (let i = 0; i < all.length; i++) for (let j = i + 1; j < all.length; j++) {
    const [a, b] = [all[i], all[j]];
    if (a.contains(b) || b.contains(a) || a.closest('label')?.contains(b) || b.closest('label')?.contains(a)) continue;
    if (fixed(a) !== fixed(b) || scroller(a) !== scroller(b)) continue;
    if (a.matches('.row-link') || b.matches('.row-link')) continue;
    const [r, s] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    const w = Math.min(r.right, s.right) - Math.max(r.left, s.left), h = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
    if (w > 1 && h > 1) found.push(`${a.tagName} ${a.innerText || a.name} over ${b.tagName} ${b.innerText || b.name}`);
  }
  return found;
}"""
TOO_SMALL = """() => [...document.querySelectorAll('button, summary, select, input:not([type=hidden]), a.btn, a.row, a.nav-link, a.tab')]
  .filter((el) => el.checkVisibility() && !el.closest('dialog:not([open])') && !el.closest('label') && !el.closest('.sr'))
  .filter((el) => { const r = el.getBoundingClientRect(); return r.width && (r.height < 23.5 || r.width < 23.5); })
  .map((el) => `${el.tagName} ${el.innerText || el.name} ${el.getBoundingClientRect().width}x${el.getBoundingClientRect().height}`)"""


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open, in both themes and at every width."""
    page.wait_for_selector("main h1")
    page.evaluate("document.fonts.ready")
    return [*violations(page, name), *misplaced(page, name)]


def violations(page: Page, name: str) -> list[str]:
    """What axe finds on a page, in each theme."""
    found = []
    for theme, options in AXE.items():
        page.emulate_media(color_scheme=theme)
        for rule in Axe().run(page, options=options).response["violations"]:
            nodes = rule["nodes"][:3]
            found += [
                f"{name}, {theme}: {rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for node in nodes
            ]
    return found


def misplaced(page: Page, name: str) -> list[str]:
    """What is too wide, over something else or too small to hit, at any width. Ends at the narrowest."""
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{name} at {width}: wider than the window")
        found += [f"{name} at {width}: {pair}" for pair in page.evaluate(OVERLAPPING)]
        found += [f"{name} at {width}: too small: {what}" for what in page.evaluate(TOO_SMALL)]
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return found


def wire(client: Client, address: str) -> tuple[int, str]:
    """Bytes of one answer as they go over the wire, compressed if the server does so."""
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, address
    return len(body), "" if answer.streaming else client.get(address).content.decode()


def weigh(user: User, address: str) -> tuple[int, int]:
    """What a first visit to a screen costs, and what the next one does, when only the page itself is new."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    page, html = wire(client, address)
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|woff2|svg))"', html))
    return page + sum(wire(client, part)[0] for part in parts), page
