"""The keyboard alone: the whole first conversation in a few keys, and single keys that can be switched off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.domain.preferences import set_single_key_shortcuts
from cases.models import Case, Promise
from compensation.models import Award
from tests.factories import House

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MOST_KEYS = 25


class Keys:
    """Presses keys and counts them; a chord counts once per key in it, a typed letter once."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += len(key.split("+"))

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.count += len(text)


def test_log_acknowledge_remedy_and_promise_take_no_mouse_and_few_keys(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    house.usual_caps()
    house.remedy("expedite", kind="assistance", cost_minor=1500, value_minor=4000, no_questions=True)
    house.customer()
    page = open_page(house.alice)
    page.goto("/")
    keys = Keys(page)

    keys.press("n")
    page.wait_for_url("**/log")
    keys.type("dana")
    page.wait_for_selector("#log-found [role=option]")
    keys.press("Enter")
    page.wait_for_selector("#log-customer input[name=customer]", state="attached")
    page.wait_for_selector("#log_customer_words:focus")
    page.keyboard.type("They charged me twice and nobody answers.")  # what happened is not counted
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/cases/RC-"))

    keys.press("f", "ArrowRight", "Control+Enter")
    page.wait_for_selector("#case-steps li:first-child[data-state=done]")
    keys.press("r", "Control+Enter")
    page.wait_for_selector("#case-awards article")
    keys.press("p", "Space", "Control+Enter")
    page.wait_for_selector("#case-promises article")

    case = Case.objects.get()
    assert case.feeling
    assert Award.objects.get().no_questions
    assert Promise.objects.get().case == case
    assert keys.count <= MOST_KEYS, f"{keys.count} keys"


def test_who_types_before_the_page_is_ready_is_answered_all_the_same(house: House, open_page: OpenPage) -> None:
    house.customer()
    page = open_page(house.alice)

    def slowly(route: Route) -> None:
        page.locator("#log-q").fill("dana")
        route.continue_()

    page.route("**/htmx*.js", slowly)
    page.goto("/log")
    page.wait_for_selector("#log-found [role=option]")


def test_lists_are_walked_and_screens_are_reached_by_keys(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    first = house.case()
    house.case(our_words="The other")
    page = open_page(house.alice)
    page.goto("/cases")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{first.reference}")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_selector("#desk")
    page.keyboard.press("?")
    assert page.locator("dialog#help[open]").is_visible()


AT_ONCE = """document.getElementById("register").parentElement.addEventListener("htmx:afterRequest", () =>
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "r", bubbles: true})), {once: true})"""


def test_whoever_opens_the_next_review_at_once_keeps_their_place_in_it(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    for name in ("Ana", "Ben"):
        house.decided(house.favorable(house.customer(name)), by=house.bob)
    page = open_page(house.sue)
    page.goto("/honored?show=to_review")
    for key in ("j", "r", "1"):
        page.keyboard.press(key)
    page.evaluate(AT_ONCE)
    page.keyboard.press("Enter")
    page.locator("#register .error-row").nth(1).wait_for(state="detached")
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.name") == "outcome"


def test_the_palette_finds_people_and_actions(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    case = house.case()
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    page.keyboard.press("Control+k")
    page.keyboard.type("hand off")
    page.keyboard.press("Enter")
    page.wait_for_selector("#handoff-to:focus")
    page.keyboard.press("Control+k")
    page.keyboard.type("okafor")
    page.wait_for_selector(f"#found-customer-{case.customer_id}")
    page.locator(f"#found-customer-{case.customer_id}").click()
    page.wait_for_url(f"**/customers/{case.customer_id}")


def test_single_keys_do_nothing_when_switched_off_or_while_one_types(house: House, open_page: OpenPage) -> None:
    page = open_page(house.alice)
    page.goto("/cases")
    page.focus("input[name=q]")
    page.keyboard.type("nnn")
    assert page.url.endswith("/cases")
    set_single_key_shortcuts(house.alice, on=False)
    page.goto("/cases")
    page.keyboard.press("n")
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    assert page.url.endswith("/cases")
    assert not page.locator("dialog#help[open]").count()
