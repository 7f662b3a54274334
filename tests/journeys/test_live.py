"""What happens elsewhere is shown within five seconds, without a reload, and never takes away what one is writing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.domain.notices import tell
from accounts.domain.staffing import change_unit
from cases.domain import conversation
from cases.domain.customers import change_customer
from compensation.domain import approvals
from tests.factories import House

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FIVE_SECONDS = 5_000
POLLED_EVERY = 3_000


def test_a_notice_appears_on_whatever_screen_one_is(house: House, open_page: OpenPage) -> None:
    page = open_page(house.alice)
    page.goto("/log")
    tell([house.alice], key="k", kind="promise_due", title="Due now: call Dana", path="/cases", now=timezone.now())
    page.wait_for_selector("text=Due now: call Dana", timeout=FIVE_SECONDS)
    page.get_by_role("button", name="Put away: Due now: call Dana").click()
    page.wait_for_selector("text=Due now: call Dana", state="detached")


@pytest.mark.practice("P8")
def test_a_colleague_and_their_note_appear_and_half_written_words_stay(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    case = house.case()
    alice, bob = open_page(house.alice), open_page(house.bob)
    alice.goto(f"/cases/{case.reference}")
    alice.fill("#composer-words", "half a sentence")
    bob.goto(f"/cases/{case.reference}")
    alice.wait_for_selector("text=Bob is here", timeout=FIVE_SECONDS)
    conversation.add_note(case, words="She called before.", by=house.bob, now=timezone.now())
    alice.wait_for_selector("text=She called before.", timeout=FIVE_SECONDS)
    assert alice.input_value("#composer-words") == "half a sentence"


@pytest.mark.practice("P16")
def test_an_approval_that_is_answered_appears_on_the_case(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    house.usual_caps()
    case = house.heard_case()
    asked = house.asked(case)
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    assert page.locator("#case-awards [data-status=awaiting_approval]").count() == 1
    approvals.approve(asked, by=house.sue, now=timezone.now())
    page.wait_for_selector("#case-awards [data-status=delivered]", timeout=FIVE_SECONDS)


@pytest.mark.practice("P16")
@pytest.mark.parametrize(("currency", "typed", "cap"), [("JPY", "500", 10_000), ("USD", "1,250.50", 2_501_000)])
def test_the_gauge_shows_what_a_typed_amount_would_take(
    house: House, open_page: OpenPage, currency: str, typed: str, cap: int
) -> None:
    house.now = timezone.now()
    change_unit(house.unit, currency=currency, by=house.ada, now=house.now)
    house.caps(currency=currency, award=cap, case=cap, day=cap, month=cap)
    remedy = house.remedy("open", currency=currency)
    case = house.heard_case()
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    page.fill(f"[name=amount-{remedy.pk}]", typed)
    assert page.locator("[data-gauge=case] .would").get_attribute("width") == "5"


@pytest.mark.practice("P7")
def test_a_promise_that_falls_due_changes_on_the_desk(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    house.promise(house.heard_case(), due_end=house.now + timedelta(seconds=4))
    page = open_page(house.alice)
    page.goto("/")
    page.wait_for_selector("#desk [data-status=overdue]", timeout=4_000 + FIVE_SECONDS)


@pytest.mark.practice("P8")
def test_unsent_words_outlive_a_reload_and_a_lost_session(house: House, open_page: OpenPage) -> None:
    case = house.case()
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    page.fill("#composer-words", "They were very patient with us.")
    page.wait_for_timeout(300)
    page.reload()
    assert page.input_value("#composer-words") == "They were very patient with us."
    session = page.context.cookies()
    page.context.clear_cookies()
    page.wait_for_selector("#messages >> text=You were signed out", timeout=FIVE_SECONDS)
    assert page.locator("#case-steps").is_visible()
    page.locator("form.composer button[type=submit]").click()
    page.wait_for_timeout(500)
    assert page.input_value("#composer-words") == "They were very patient with us."
    page.goto(f"/cases/{case.reference}")
    assert "sign-in" in page.url
    page.context.add_cookies(session)
    page.goto(f"/cases/{case.reference}")
    assert page.input_value("#composer-words") == "They were very patient with us."
    page.locator("form.composer button[type=submit]").click()
    page.wait_for_selector("#case-timeline >> text=They were very patient with us.")
    page.reload()
    assert page.input_value("#composer-words") == ""


def test_a_refusal_is_shown_in_place_and_keeps_what_was_written(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    case = house.case()
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    page.locator("input[name=kind][value=note]").check()
    page.locator("form.composer button[type=submit]").click()
    page.wait_for_selector("#refusal >> text=Write the note first")
    assert page.locator("#case-steps").is_visible()
    page.fill("#composer-words", "Now it is written.")
    page.locator("form.composer button[type=submit]").click()
    page.wait_for_selector("#case-timeline >> text=Now it is written.")
    assert page.inner_text("#refusal").strip() == ""


@pytest.mark.practice("P8")
def test_whoever_was_second_is_told_and_may_then_press_again(house: House, open_page: OpenPage) -> None:
    house.now = timezone.now()
    case = house.case()
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    page.keyboard.press("h")
    page.select_option("#handoff-to", label="Bob")
    page.fill("#handoff-reason", "My shift ends.")
    conversation.record_contact(case, channel="phone", words="She called.", by=house.sue, now=timezone.now())
    submit = page.locator("form[action$=hand-off] button[type=submit]")
    submit.click()
    page.wait_for_selector("#refusal >> text=changed by Sue")
    assert page.input_value("#handoff-reason") == "My shift ends."
    submit.click()
    page.wait_for_selector("#messages >> text=Bob has it now")


@pytest.mark.practice("P8")
def test_a_draft_of_long_ago_does_not_overwrite_what_others_changed_since(house: House, open_page: OpenPage) -> None:
    customer = house.customer()
    page = open_page(house.alice)
    page.goto(f"/customers/{customer.pk}/edit")
    page.fill("[name=preferred_name]", "Dana O. Okafor")
    page.wait_for_timeout(300)
    page.goto("/")
    change_customer(customer, by=house.bob, now=timezone.now(), version=customer.version, preferred_name="D. Okafor")
    page.goto(f"/customers/{customer.pk}/edit")
    assert page.input_value("[name=preferred_name]") == "Dana O. Okafor"
    page.click("text=Keep it")
    page.wait_for_selector("text=changed by Bob")
    assert page.input_value("[name=preferred_name]") == "Dana O. Okafor"
    page.click("text=Keep it")
    page.wait_for_url(f"**/customers/{customer.pk}")
    customer.refresh_from_db()
    assert customer.preferred_name == "Dana O. Okafor"


@pytest.mark.practice("P8")
def test_a_poll_that_comes_back_first_does_not_take_away_a_form_that_is_being_sent(
    house: House, open_page: OpenPage
) -> None:
    house.now = timezone.now()
    case = house.case()
    page = open_page(house.alice)

    held: list[Route] = []
    page.goto(f"/cases/{case.reference}")
    page.route("**/acknowledge", lambda route: held.append(route))
    page.locator("#feelings").get_by_label("Frustrated").check()
    page.locator("#feelings").get_by_role("button", name="Acknowledge").click()
    page.wait_for_timeout(200)
    answer = held[0].fetch()
    page.wait_for_timeout(2 * POLLED_EVERY)  # the feeling is named, and a poll would say so
    held[0].fulfill(response=answer)
    page.wait_for_selector("#case-steps [aria-current=step]:has-text('Remedy')")
    assert page.locator("#case").count() == 1
    assert page.locator("#case #case-next").count() == 1
