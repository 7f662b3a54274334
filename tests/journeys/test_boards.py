"""Approvals by keyboard alone, live between two windows, and without any script; caps that two people set at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.domain.preferences import set_single_key_shortcuts
from compensation.models import Approval, Cap, CounterOffer
from insights.domain.rollup import roll_up
from tests.factories import House, again

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def ask(house: House, *amounts: int) -> list[Approval]:
    """One request for each amount, the first waiting longest."""
    house.now = timezone.now()
    house.usual_caps()
    house.caps(house.alice, award=2000, case=10**6, day=10**6, month=10**6)
    names = ("Dana Okafor", "Kofi Mensah", "Mei Chen", "Ivo Marsh", "Lena Brandt")
    return [
        house.asked(house.heard_case(house.customer(name)), amount)
        for name, amount in zip(names, amounts, strict=False)
    ]


def type_keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.practice("P16")
def test_a_supervisor_answers_three_requests_without_a_mouse(house: House, open_page: OpenPage) -> None:
    first, second, third = ask(house, 3000, 4000, 5000)
    page = open_page(house.sue)
    page.goto("/approvals")
    assert page.locator(".ask").count() == 3
    type_keys(page, "j", "j", "j", "k")
    assert page.evaluate("document.activeElement.closest('.ask').id") == f"ask-{second.pk}"

    type_keys(page, "l")
    page.keyboard.type("25.50")
    page.keyboard.press("Enter")
    page.locator(f"#answered-{second.pk}").wait_for()
    assert (again(second).status, again(second).granted_minor) == ("approved_less", 2550)

    on_to(page, third)
    page.keyboard.press("d")
    page.keyboard.type("It was refunded yesterday")
    page.keyboard.press("Control+Enter")
    page.locator(f"#answered-{third.pk}").wait_for()
    assert again(third).status == "declined"

    on_to(page, first)
    page.keyboard.press("a")
    page.locator(f"#answered-{first.pk}").wait_for()
    assert again(first).status == "approved"
    assert page.get_by_text("Nobody is waiting for you").is_visible()


def on_to(page: Page, approval: Approval) -> None:
    """The focus goes on by itself to the next request, or to the one before the last, which is looked at."""
    page.locator(f"#ask-{approval.pk}:focus-within, #ask-{approval.pk}:focus").wait_for()
    page.wait_for_timeout(500)


@pytest.mark.practice("P16")
def test_five_requests_in_a_row_each_answered_with_a_key_or_two(house: House, open_page: OpenPage) -> None:
    """Approve, less, something else, no, approve: the focus moves on, and the rep sees what was offered within seconds."""
    house.remedy("hamper", kind="non_monetary", cost_minor=2500, value_minor=6000)
    asked = ask(house, 3000, 4000, 5000, 6000, 7000)
    page, rep = open_page(house.sue), open_page(house.alice)
    rep.goto("/approvals")
    page.goto("/approvals")
    page.keyboard.press("j")
    answers: list[tuple[str, ...]] = [
        ("a",),
        ("l", "1", "2", "Enter"),
        ("o", "ArrowDown", "Tab", "Tab", "Control+Enter"),
        ("d", "N", "o", "Control+Enter"),
        ("a",),
    ]
    for approval, keys in zip(asked, answers, strict=True):
        on_to(page, approval)
        type_keys(page, *keys)
        page.locator(f"#answered-{approval.pk}").wait_for()
    said = ["approved", "approved_less", "countered", "declined", "approved"]
    assert [again(approval).status for approval in asked] == said
    offer = CounterOffer.objects.get()
    rep.locator(f"#offered-{offer.pk}").wait_for(timeout=5000)
    rep.goto(f"/cases/{offer.award.case.reference}")
    rep.get_by_role("button", name="Take it up").click()
    rep.get_by_text("Taken up: Hamper").wait_for()
    assert (again(offer).status, again(offer.award).status) == ("taken", "delivered")


def test_a_part_that_refreshes_while_an_answer_is_on_its_way_does_not_lose_the_place(
    house: House, open_page: OpenPage
) -> None:
    first, second = ask(house, 3000, 4000)
    page = open_page(house.sue)
    page.goto("/approvals")
    page.keyboard.press("j")
    on_to(page, first)

    def held(route: Route) -> None:
        page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:afterSwap', {bubbles: true}))")
        route.continue_()

    page.route("**/approvals/*/approve", held)
    page.keyboard.press("a")
    page.locator(f"#answered-{first.pk}").wait_for()
    on_to(page, second)


FASTER = """document.addEventListener("htmx:afterSwap", () => {
  const fold = document.querySelector(".ask details[data-key=d]");
  fold.open = true;
  fold.querySelector("textarea").focus();
}, {once: true, capture: true})"""


def test_whoever_writes_the_next_answer_already_is_not_taken_from_it(house: House, open_page: OpenPage) -> None:
    """What they type would be taken for keys."""
    first, second = ask(house, 3000, 4000)
    page = open_page(house.sue)
    page.goto("/approvals")
    page.keyboard.press("j")
    on_to(page, first)
    page.evaluate(FASTER)
    page.keyboard.press("a")
    page.locator(f"#answered-{first.pk}").wait_for()
    page.wait_for_timeout(300)
    page.keyboard.type("Paid back")
    assert page.locator(f"#ask-{second.pk} textarea").first.input_value() == "Paid back"
    assert again(second).status == "waiting"


def test_no_stray_key_approves_anything(house: House, open_page: OpenPage) -> None:
    (waiting,) = ask(house, 3000)
    page = open_page(house.sue)
    page.goto("/approvals")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert again(waiting).status == "waiting", "the first key only moves to the first request"
    assert page.evaluate("document.activeElement.closest('.ask')?.id") == f"ask-{waiting.pk}"


def test_single_keys_can_be_switched_off(house: House, open_page: OpenPage) -> None:
    (waiting,) = ask(house, 3000)
    set_single_key_shortcuts(house.sue, on=False)
    page = open_page(house.sue)
    page.goto("/approvals")
    page.locator(".ask .row-link").focus()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert again(waiting).status == "waiting"


@pytest.mark.practice("P8")
def test_what_is_half_written_stays_while_the_list_changes_under_it(house: House, open_page: OpenPage) -> None:
    first, second = ask(house, 3000, 4000)
    page, other = open_page(house.sue), open_page(house.sam)
    page.goto("/approvals")
    page.locator(f"#ask-{second.pk} .row-link").focus()
    page.keyboard.press("d")
    page.keyboard.type("I will not let")
    other.goto("/approvals")
    other.locator(f"#ask-{first.pk}").get_by_role("button", name="Approve $30").click()
    other.locator(f"#answered-{first.pk}").wait_for()
    page.locator(f"#answered-{first.pk}").wait_for(timeout=6000)
    page.keyboard.type(" go of this")
    assert page.locator(f"#ask-{second.pk} textarea").input_value() == "I will not let go of this"


def test_a_new_request_appears_within_five_seconds(house: House, open_page: OpenPage) -> None:
    (first,) = ask(house, 3000)
    page = open_page(house.sue)
    page.goto("/approvals")
    page.locator(f"#ask-{first.pk}").wait_for()
    second = house.asked(house.heard_case(house.customer("Kofi Mensah")), 4000)
    page.locator(f"#ask-{second.pk}").wait_for(timeout=5000)


def test_a_wrong_amount_is_told_beside_its_field_and_stays_there(house: House, open_page: OpenPage) -> None:
    (waiting,) = ask(house, 3000)
    page = open_page(house.sue)
    page.goto("/approvals")
    type_keys(page, "j", "l")
    page.keyboard.type("31")
    page.keyboard.press("Enter")
    page.get_by_text("More than was asked for cannot be approved.").wait_for()
    amount = page.locator(f"#ask-{waiting.pk} input[name=amount_minor]")
    assert amount.input_value() == "31"
    assert amount.get_attribute("aria-invalid") == "true"
    assert again(waiting).status == "waiting"


def test_it_all_works_without_scripts(house: House, open_page: OpenPage) -> None:
    first, second, third = ask(house, 3000, 4000, 5000)
    page = open_page(house.sue, java_script_enabled=False)
    page.goto("/approvals")
    page.locator(f"#ask-{first.pk}").get_by_role("button", name="Approve $30").click()
    page.locator(f"#answered-{first.pk}").wait_for()
    card = page.locator(f"#ask-{second.pk}")
    card.locator("summary", has_text="Approve less").click()
    card.locator("input[name=amount_minor]").fill("12")
    card.get_by_role("button", name="Approve this much").click()
    page.locator(f"#answered-{second.pk}").wait_for()
    card = page.locator(f"#ask-{third.pk}")
    card.locator("summary", has_text="Decline").click()
    card.locator("textarea").fill("Once is enough")
    card.get_by_role("button", name="Decline, and tell").click()
    page.locator(f"#answered-{third.pk}").wait_for()
    assert [again(each).status for each in (first, second, third)] == ["approved", "approved_less", "declined"]


@pytest.mark.practice("P8")
def test_two_administrators_at_one_grid(house: House, open_page: OpenPage) -> None:
    house.usual_caps()
    page, other = open_page(house.ada), open_page(house.ada)
    for each in (page, other):
        each.goto("/settings/caps")
    page.get_by_label("Every rep, per award, in USD").fill("30")
    other.get_by_label("Every rep, per award, in USD").fill("60")
    other.get_by_role("button", name="Save USD").click()
    other.get_by_text("1 cap changed.").wait_for()
    page.get_by_role("button", name="Save USD").click()
    page.get_by_text("Ada set this to $60.00 meanwhile.").wait_for()
    assert page.get_by_label("Every rep, per award, in USD").input_value() == "30"
    page.get_by_role("button", name="Save USD").click()
    page.get_by_text("1 cap changed.").wait_for()
    caps = Cap.objects.filter(role="rep", axis="award").order_by("id")
    assert [(cap.amount_minor, cap.ends_at is None) for cap in caps][1:] == [(6000, False), (3000, True)]


def test_a_figure_leads_to_the_case_it_was_counted_from(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    house.usual_caps()
    case = house.heard_case(house.customer("Dana Okafor"))
    house.give(case, 1500)
    roll_up(now=house.now)
    page = open_page(house.sue)
    page.goto("/insights")
    page.get_by_role("link", name="Compensation in money").click()
    page.locator("a.row", has_text="Dana Okafor").click()
    page.wait_for_url(f"**/cases/{case.reference}")
