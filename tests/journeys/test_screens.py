"""Every screen, in both themes and at every width: no axe violation, no overflow, no control over another, little weight."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.notices import tell
from accounts.models import User
from cases.domain import honored_errors, promises
from cases.domain.letters import make_letter
from cases.models import Customer, HonoredError
from compensation.domain import honoring
from compensation.models import AdviceRule
from tests.factories import House
from tests.journeys.remedied import administered, put_right, supervised

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FIRST_VISIT, NEXT_VISIT = 120 * 1024, 30 * 1024
LONG_NAME = "Maximiliane-Eugénie von Lindqvist-Habsburg zu Hohenzollern-Sigmaringen"
# Rules that axe leaves to judgment or that are newer than AA are looked at by eye.
AXE = {
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


def furnish(house: House) -> dict[str, str]:
    """Something on every screen, as of now; returns the address of each."""
    house.now = timezone.now()
    house.usual_caps()
    house.remedy("expedite", kind="assistance", cost_minor=1500, value_minor=4000, no_questions=True, delivery_days=2)
    house.remedy("lounge", name="Lounge access for a whole year, with a guest", kind="non_monetary", cost_minor=9000)
    dana = house.customer(LONG_NAME, form_of_address="Ms. von Lindqvist-Habsburg", risk_flags=["older customer"])
    house.case(dana, our_words="Charged twice for one order, and nobody answered the letters", severity="high")
    fresh = house.case(dana, our_words="Word" * 30, severity="high", complainer="irate", channel="email")
    busy = house.heard_case(house.customer("Dan Quiet", phones=["+442079460000"]))
    house.give(busy, 1500)
    house.asked(busy, 3000)
    promises.make(busy, due_end=house.now + timedelta(minutes=9), what="Say how it went", by=house.alice, now=house.now)
    tell(
        [house.alice],
        key="k",
        kind="promise_due",
        title="Due now: call Dana",
        path="/cases",
        now=house.now,
        urgent=True,
    )
    closed, history = house.closed_case(), house.historical_case()
    errors = in_favor(house, dana)
    met = house.heard_case(dana, kind_of_action="quote", our_words="Expects last year’s rate again")
    put = put_right(house, house.customer("Ana Pagán"))
    return (
        errors
        | put
        | {
            "desk": reverse("desk"),
            "log": reverse("log"),
            "log, found": reverse("log") + "?q=dan",
            "log, chosen": f"{reverse('log')}?customer={dana.pk}",
            "log, new": f"{reverse('log')}?new=1&q=Zoë",
            "cases": reverse("cases"),
            "no cases": reverse("cases") + "?status=closed&severity=low",
            "case": reverse("case", args=[fresh.reference]),
            "busy case": reverse("case", args=[busy.reference]),
            "case with a precedent": reverse("case", args=[met.reference]),
            "closed case": reverse("case", args=[closed.reference]),
            "history": reverse("case", args=[history.reference]),
            "customer": reverse("customer", args=[dana.pk]),
            "edit": reverse("customer-edit", args=[dana.pk]),
            "who calls": reverse("pop") + "?phone=%2B13035550142",
            "password": reverse("account_change_password"),
            "second step": reverse("mfa_index"),
            "preferences": reverse("preferences"),
            "sign out": reverse("account_logout"),
            "nowhere": "/nowhere",
        }
    )


def in_favor(house: House, customer: Customer) -> dict[str, str]:
    """Errors in the customer's favor at every stage; returns the address of each of their screens."""
    given = {"our_words": "Waived the fee after the second reminder, " + "word" * 20, "value_at_stake_minor": 190000}
    undecided = house.favorable(customer, line_of_business="Insurance", by=house.bob, **given)
    owed = house.favorable(customer, our_words="Quoted last year’s rate")
    honoring.honor(owed, by=house.sue, now=house.now)
    told = house.favorable(house.customer("Kofi Mensah"), our_words="Sent two instead of one")
    written = {"happened_words": "We sent two " + "boxes" * 15, "should_have": "One was ordered."}
    honored_errors.assess(told, by=house.alice, now=house.now, **written)
    honoring.honor(told, by=house.sue, now=house.now)
    house.told(told.disclosures.get())
    make_letter(told, by=house.alice, now=house.now)
    return {
        "register": reverse("honored"),
        "register, empty": reverse("honored") + "?show=reviewed",
        "decision": reverse("honored-error", args=[undecided.pk]),
        "decided": reverse("honored-error", args=[owed.pk]),
        "call to make": reverse("honored-call", args=[owed.pk]),
        "call made": reverse("honored-call", args=[told.pk]),
        "told": reverse("honored-error", args=[told.pk]),
        "letter": reverse("honored-letter", args=[told.pk, 1]),
    }


def settle(page: Page) -> None:
    page.evaluate("document.fonts.ready")
    page.wait_for_selector(".notice", state="attached")


def others(house: House) -> list[tuple[User, dict[str, str]]]:
    """The screens of a supervisor and of an administrator."""
    names = ("settings", "setting-caps", "setting-catalog", "setting-remedy-new", "setting-causes", "setting-people")
    rules = (
        "setting-rules",
        "setting-rule-new",
        "setting-advice",
        "setting-credentials",
        "setting-routes",
        "setting-surveys",
        "setting-survey-new",
        "setting-reminders",
        "setting-path",
        "preferences-phone",
    )
    first = HonoredError.objects.order_by("id").first()
    assert first is not None
    decision = {
        "decision": reverse("honored-error", args=[first.pk]),
        "call of another": reverse("honored-call", args=[first.pk + 1]),
        "to review": reverse("honored") + "?show=to_review",
    }
    calling = ("setting-programs", "setting-program-new", "setting-call-group-new", "setting-calling-hours-new")
    boards = (
        "insights-calls",
        "desk",
        "approvals",
        "calls",
        "insights",
        "insights-honored",
        "insight-owed-calls",
        "honored",
    )
    return [
        (house.sue, {name: reverse(name) for name in boards} | decision | supervised(house)),
        (
            house.ada,
            {name: reverse(name) for name in ("desk", *names, *rules, *calling)}
            | {"opening hours": reverse("setting-opening-hours", args=[house.unit.pk])}
            | _advice()
            | administered(house),
        ),
    ]


def _advice() -> dict[str, str]:
    """Two rules of advice whose forms ask for different things."""
    by_effect = {rule.effect: reverse("setting-advice-rule", args=[rule.pk]) for rule in AdviceRule.objects.all()}
    return {f"advice, {effect}": at for effect, at in by_effect.items() if effect in ("fits", "more_than_helps")}


@pytest.mark.only("sqlite")  # A page looks the same whatever holds its rows; below, each is fetched on both.
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen_of_a_rep(house: House, open_page: OpenPage, theme: str) -> None:
    screens = furnish(house)
    page, found = open_page(house.alice, color_scheme=theme), []
    for name, address in screens.items():
        page.goto(address)
        settle(page)
        found += violations(page, f"{name}, {theme}")
    page.goto(screens["case"])
    for key in ("Control+k", "?"):
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        found += violations(page, f"{key} dialog, {theme}")
        page.keyboard.press("Escape")
    stranger = open_page(color_scheme=theme)
    stranger.goto(reverse("account_login"))
    found += violations(stranger, f"sign-in, {theme}")
    assert not found, "\n".join(found)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("who", [0, 1], ids=["supervisor", "administrator"])
def test_axe_finds_nothing_on_any_screen_of_the_others(house: House, open_page: OpenPage, who: int, theme: str) -> None:
    furnish(house)
    found = []
    user, theirs = others(house)[who]
    page = open_page(user, color_scheme=theme)
    for name, address in theirs.items():
        page.goto(address)
        page.wait_for_selector("main h1")
        found += violations(page, f"{name} of {user.name}, {theme}")
    assert not found, "\n".join(found)


def violations(page: Page, where: str) -> list[str]:
    response = Axe().run(page, options=AXE[where.rsplit(", ", 1)[1]]).response
    return [
        f"{where}: {rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in response["violations"]
        for node in rule["nodes"][:3]
    ]


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("width", [1440, 768, 390, 320])
def test_nothing_overflows_overlaps_or_is_too_small_to_hit(house: House, open_page: OpenPage, width: int) -> None:
    screens, found = furnish(house), []
    for user, theirs in ((house.alice, screens), *others(house)):
        page = open_page(user, width=width, height=900)
        for name, address in theirs.items():
            page.goto(address)
            page.wait_for_selector("main h1")
            page.evaluate("document.fonts.ready")
            page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
            where = f"{name} of {user.name} at {width}"
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{where}: wider than the window")
            found += [f"{where}: {pair}" for pair in page.evaluate(OVERLAPPING)]
            found += [f"{where}: too small: {what}" for what in page.evaluate(TOO_SMALL)]
    assert not found, "\n".join(found)


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


def test_a_screen_is_light(house: House) -> None:
    screens = furnish(house)
    weights = {name: weigh(house.alice, address) for name, address in screens.items() if name != "nowhere"}
    for user, theirs in others(house):
        weights |= {f"{name} of {user.name}": weigh(user, address) for name, address in theirs.items()}
    assert {name: first for name, (first, _) in weights.items() if first > FIRST_VISIT} == {}
    assert {name: later for name, (_, later) in weights.items() if later > NEXT_VISIT} == {}


@pytest.mark.parametrize("path", ["desk", "case"])
def test_a_screen_reads_without_scripts(house: House, open_page: OpenPage, path: str) -> None:
    page = open_page(house.alice, java_script_enabled=False)
    page.goto(furnish(house)[path])
    assert page.locator("h1").is_visible()
    assert page.locator("nav[aria-label=Screens] a").count() >= 3
