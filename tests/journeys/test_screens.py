"""Every screen, in both themes and at every width: no axe violation, no overflow, no control over another, little weight."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
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
from tests.journeys.looks import FIRST_VISIT, NEXT_VISIT, faults, violations, weigh
from tests.journeys.remedied import administered, put_right, supervised

if TYPE_CHECKING:
    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LONG_NAME = "Maximiliane-Eugénie von Lindqvist-Habsburg zu Hohenzollern-Sigmaringen"


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


PEOPLE = ("rep", "supervisor", "administrator")


@pytest.mark.only("sqlite")  # A page looks the same whatever holds its rows; below, each is fetched on both.
@pytest.mark.parametrize("who", PEOPLE)
def test_every_screen_stands_in_both_themes_and_at_every_width(house: House, open_page: OpenPage, who: str) -> None:
    user, screens = dict(zip(PEOPLE, [(house.alice, furnish(house)), *others(house)], strict=True))[who]
    page, found = open_page(user), []
    for name, address in screens.items():
        page.goto(address)
        found += faults(page, name)
    assert not found, "\n".join(found)


@pytest.mark.only("sqlite")
def test_axe_finds_nothing_in_dialogs_and_at_the_door(house: House, open_page: OpenPage) -> None:
    page, stranger = open_page(house.alice), open_page()
    page.goto(reverse("case", args=[house.case().reference]))
    found = []
    for key in ("Control+k", "?"):
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        found += violations(page, f"{key} dialog")
        page.keyboard.press("Escape")
    stranger.goto(reverse("account_login"))
    found += violations(stranger, "sign-in")
    assert not found, "\n".join(found)


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
