"""Pressed twice, sent once: a key held down, a second press, a double click move nothing that nobody looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.domain.notices import tell
from cases.models import Case, Disclosure
from compensation.domain import awards
from compensation.models import Approval, Award, Remedy
from tests.factories import House, again

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# The browser's clock stands still, so that a second press comes within half a second however slow the machine is.
STANDS = "window.standing = performance.now(); performance.now = () => window.standing"
HALF_A_SECOND_LATER = "window.standing += 500"


def waiting(house: House, count: int = 3) -> list[Approval]:
    """Requests of Alice's that wait for Sue, the first waiting longest."""
    house.now = timezone.now()
    house.usual_caps()
    house.caps(house.alice, award=2000, case=10**6, day=10**6, month=10**6)
    names = ("Dana Okafor", "Kofi Mensah", "Mei Chen")[:count]
    return [house.asked(house.heard_case(house.customer(name)), 3000) for name in names]


def stocked(house: House) -> Case:
    """A case on which two remedies may be given without questions, one after the other."""
    house.now = timezone.now()
    house.usual_caps()
    house.remedy("coffee", kind="non_monetary", cost_minor=300, value_minor=900, no_questions=True)
    house.remedy("tea", kind="non_monetary", cost_minor=200, value_minor=800, no_questions=True)
    house.remedy("voucher", kind="monetary", cost_minor=1250)
    return house.heard_case()


def on_board(house: House, open_page: OpenPage) -> Page:
    page = open_page(house.sue)
    page.goto("/approvals")
    page.locator(".ask").first.wait_for()
    return page


def on_case(house: House, open_page: OpenPage, case: Case) -> Page:
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    page.locator("#advice").wait_for()
    return page


def hold(page: Page, key: str, milliseconds: int = 2000) -> None:
    """What a key sends that is held down: again and again, without being let go."""
    for _ in range(milliseconds // 50):
        page.keyboard.down(key)
        page.wait_for_timeout(50)
    page.keyboard.up(key)


def statuses(asked: list[Approval]) -> list[str]:
    return [again(each).status for each in asked]


def on_to(page: Page, approval: Approval) -> None:
    page.locator(f"#ask-{approval.pk}:focus-within").wait_for()


def given(page: Page, count: int) -> None:
    """So many remedies are on the case, and no more come."""
    page.locator("#case-awards article").nth(count - 1).wait_for()
    page.wait_for_timeout(500)
    assert Award.objects.count() == count


def test_a_key_held_down_answers_one_request(house: House, open_page: OpenPage) -> None:
    asked = waiting(house)
    page = on_board(house, open_page)
    page.keyboard.press("j")
    hold(page, "a")
    page.locator(f"#answered-{asked[0].pk}").wait_for()
    assert statuses(asked) == ["approved", "waiting", "waiting"]


def test_a_key_held_down_that_only_walks_walks_on(house: House, open_page: OpenPage) -> None:
    asked = waiting(house)
    page = on_board(house, open_page)
    hold(page, "j", 300)
    on_to(page, asked[2])


def test_enter_held_down_gives_one_remedy(house: House, open_page: OpenPage) -> None:
    case = stocked(house)
    page = on_case(house, open_page, case)
    page.locator(".at-once").focus()
    hold(page, "Enter")
    given(page, 1)


def test_a_second_press_while_the_first_is_under_way_is_not_sent(house: House, open_page: OpenPage) -> None:
    page = on_case(house, open_page, stocked(house))
    under_way: list[Route] = []
    page.route("**/award", lambda route: under_way.append(route))
    page.keyboard.press("q")
    page.wait_for_timeout(60)
    page.keyboard.press("q")
    under_way[0].continue_()
    given(page, 1)
    assert len(under_way) == 1


def test_two_presses_sixty_milliseconds_apart_give_one_remedy(house: House, open_page: OpenPage) -> None:
    page = on_case(house, open_page, stocked(house))
    page.keyboard.press("q")
    page.wait_for_timeout(60)
    page.keyboard.press("q")
    given(page, 1)


def test_a_second_press_after_the_answer_does_not_give_the_next_remedy(house: House, open_page: OpenPage) -> None:
    page = on_case(house, open_page, stocked(house))
    page.evaluate(STANDS)
    page.keyboard.press("q")
    page.locator("#case-awards article").wait_for()
    page.keyboard.press("q")
    page.locator(".at-once").focus()
    page.keyboard.press("Enter")
    given(page, 1)
    page.evaluate(HALF_A_SECOND_LATER)
    page.keyboard.press("q")
    given(page, 2)


def test_a_key_does_not_give_what_came_under_it_a_moment_ago(house: House, open_page: OpenPage) -> None:
    case = stocked(house)
    page = on_case(house, open_page, case)
    offered = page.locator(".at-once").get_attribute("value") or ""
    page.evaluate(STANDS)
    awards.give(case, Remedy.objects.get(pk=offered), by=house.bob, now=timezone.now())
    page.locator(f".at-once:not([value='{offered}'])").wait_for()
    page.keyboard.press("q")
    given(page, 1)
    page.evaluate(HALF_A_SECOND_LATER)
    page.keyboard.press("q")
    given(page, 2)


@pytest.mark.parametrize("answered_between", [False, True])
def test_a_double_click_gives_one_and_is_not_refused(house: House, open_page: OpenPage, answered_between: bool) -> None:
    page = on_case(house, open_page, stocked(house))
    page.get_by_label("Voucher", exact=False).first.check()
    button = page.locator("#award-form button.primary")
    if answered_between:
        button.click()
        page.locator("#case-awards article").wait_for()
        button.hover()
        page.mouse.down(click_count=2)
        page.mouse.up(click_count=2)
    else:
        button.dblclick()
    given(page, 1)
    assert page.locator("#refusal").inner_text() == ""
    assert not page.get_by_text("Nothing was changed").count()


def test_a_second_press_meant_for_one_request_does_not_answer_the_next(house: House, open_page: OpenPage) -> None:
    asked = waiting(house)
    page = on_board(house, open_page)
    page.keyboard.press("j")
    page.evaluate(STANDS)
    page.keyboard.press("a")
    on_to(page, asked[1])
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert page.url.endswith("/approvals"), "nor does a second Enter leave the board"
    assert statuses(asked) == ["approved", "waiting", "waiting"]
    page.evaluate(HALF_A_SECOND_LATER)
    page.keyboard.press("a")
    on_to(page, asked[2])
    assert statuses(asked) == ["approved", "approved", "waiting"]


def test_whoever_takes_a_step_of_their_own_has_looked(house: House, open_page: OpenPage) -> None:
    asked = waiting(house)
    page = on_board(house, open_page)
    page.keyboard.press("j")
    page.evaluate(STANDS)
    page.keyboard.press("a")
    on_to(page, asked[1])
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator(f"#answered-{asked[2].pk}").wait_for()
    assert statuses(asked) == ["approved", "waiting", "approved"]


def test_a_stray_key_pressed_twice_only_moves_to_the_first_request(house: House, open_page: OpenPage) -> None:
    asked = waiting(house, 1)
    page = on_board(house, open_page)
    page.evaluate(STANDS)
    page.keyboard.press("a")
    page.keyboard.press("a")
    page.wait_for_timeout(500)
    assert statuses(asked) == ["waiting"]
    on_to(page, asked[0])


def owed_call(house: House, open_page: OpenPage) -> Page:
    """A call that tells a customer of a mistake, at its guide: its forms are sent without htmx."""
    house.now = timezone.now()
    house.usual_caps()
    decision = house.decided(house.favorable(house.customer()))
    page = open_page(house.alice)
    page.add_init_script(STANDS)
    page.goto(reverse("honored-call", args=[decision.error_id]))
    page.locator("#attempt").wait_for()
    return page


def test_a_page_that_is_on_its_way_is_not_asked_for_twice(house: House, open_page: OpenPage) -> None:
    page = owed_call(house, open_page)
    under_way: list[Route] = []
    page.route("**/attempt", lambda route: under_way.append(route))
    page.keyboard.press("6")
    page.wait_for_timeout(60)
    page.keyboard.press("6")
    page.wait_for_timeout(60)
    assert len(under_way) == 1
    under_way[0].continue_()
    page.get_by_text("No answer. The call stays yours.").wait_for()
    assert Disclosure.objects.get().attempts.count() == 1


def test_a_second_press_that_meets_the_next_page_is_not_sent_again(house: House, open_page: OpenPage) -> None:
    page = owed_call(house, open_page)
    page.keyboard.press("6")
    page.get_by_text("No answer. The call stays yours.").wait_for()
    page.keyboard.press("6")
    page.wait_for_timeout(500)
    assert Disclosure.objects.get().attempts.count() == 1
    page.evaluate(HALF_A_SECOND_LATER)
    with page.expect_navigation():
        page.keyboard.press("6")
    assert Disclosure.objects.get().attempts.count() == 2


def test_notices_are_put_away_one_after_another_under_the_same_pointer(house: House, open_page: OpenPage) -> None:
    for number in range(3):
        tell(
            [house.alice],
            key=f"k{number}",
            kind="promise_due",
            title=f"Due: call {number}",
            path="/",
            now=timezone.now(),
        )
    page = open_page(house.alice)
    page.goto("/")
    places = page.get_by_role("button", name="Put away: Due")
    places.nth(2).wait_for()
    where = places.last.bounding_box()
    assert where is not None
    page.mouse.move(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    for clicks in (1, 2):
        page.mouse.down(click_count=clicks)
        page.mouse.up(click_count=clicks)
        expect(places).to_have_count(3 - clicks)
