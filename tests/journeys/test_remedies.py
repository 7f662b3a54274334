"""Putting it right at the screen: one key for a no-questions remedy, gauges that move, reasons with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cases.models import Case
from compensation.domain import awards, payouts
from compensation.models import Award
from tests.compensation import books
from tests.factories import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.practice("P15", "P17")]


@pytest.fixture
def stocked(house: House) -> House:
    house.now = timezone.now()
    house.usual_caps()
    house.caps(house.sue, award=5000)
    house.remedy("sorry", kind="apology", currency="", cost_minor=0)
    house.remedy("coffee", kind="non_monetary", cost_minor=300, value_minor=900, no_questions=True)
    house.remedy("refund", kind="monetary", cost_minor=3000)
    house.remedy("voucher", kind="monetary", cost_minor=1250)
    house.remedy()
    return house


def on(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.reference}")
    page.wait_for_selector("#advice")


def test_one_key_gives_the_best_remedy_without_questions(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice)
    on(page, stocked.heard_case())
    assert "5 left of 5 today" in page.locator("#advice").inner_text()
    page.keyboard.press("?")
    assert "Give Coffee, no questions asked" in page.locator("#help-here").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.wait_for_selector("#case-awards article")
    given = Award.objects.get()
    assert (given.remedy.code, given.no_questions) == ("coffee", True)
    assert "4 left of 5 today" in page.locator("#advice").inner_text()


def test_before_a_feeling_was_named_the_key_asks_for_it_first(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice)
    case = stocked.case()
    on(page, case)
    page.keyboard.press("q")
    page.wait_for_selector("#award-feeling:focus")
    assert not Award.objects.exists()
    page.keyboard.type("fr")
    page.keyboard.press("Tab")
    page.wait_for_selector(".at-once:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#case-awards article")
    case.refresh_from_db()
    assert (case.feeling, Award.objects.get().no_questions) == ("frustrated", True)


def test_the_gauges_move_and_name_who_would_be_asked(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice)
    on(page, stocked.heard_case(kind_of_action="fee", loss_minor=900, currency="USD"))
    says, button = page.locator("[data-cap-says]"), page.locator("#award-form button.primary")
    would = page.locator("#case-caps [data-gauge=award] .would")
    assert not says.is_visible()
    page.get_by_label("Voucher", exact=False).first.check()
    assert says.inner_text() == "Leaves $7.50 per award."
    assert float(would.get_attribute("width") or 0) == 62.5
    page.get_by_label("Coffee", exact=False).first.check()
    assert says.inner_text() == "Draws on none of your caps."
    amount = page.get_by_label("Amount of Credit")
    assert amount.input_value() == "9.00"
    amount.fill("25")
    assert says.inner_text() == "Above your cap per award: $20 left. Sue can approve it."
    assert "Ask for it" in button.inner_text()
    amount.fill("60")
    assert says.inner_text() == "Above your cap per award: $20 left. Sam can approve it."
    amount.fill("200.01")
    assert says.inner_text() == (
        "Above your cap per award: $20 left. Nobody here may approve this much: Sam can approve up to $200."
    )
    page.locator("summary", has_text="above your caps").click()
    page.locator("label.offer", has_text="Refund").locator("[type=radio]").check()
    assert says.inner_text() == "Above your cap per award: $20 left. Sue can approve it."
    button.click()
    page.wait_for_selector("#case-awards [data-status=awaiting_approval]")


def test_reasons_are_read_and_sources_opened_by_keyboard(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice, width=390, height=844)
    on(page, stocked.heard_case(severity="high"))
    line = page.locator("[data-rule=high_help]")
    assert "help and compensation, both" in line.inner_text()
    assert "Smith, Bolton & Wagner" not in line.inner_text()
    line.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "Smith, Bolton & Wagner (1999)" in line.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_line_is_answered_by_its_own_button(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice)
    on(page, stocked.heard_case(severity="high"))
    page.get_by_label("Voucher", exact=False).first.check()  # what is chosen below is left alone
    page.locator("[data-rule=apology] button").click()
    page.wait_for_selector("[data-rule=apology][data-state=done]")
    assert Award.objects.get().remedy.code == "sorry"
    assert page.locator("[data-flag=apology_alone]").is_visible()


def test_enter_in_the_note_gives_what_is_chosen(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice)
    on(page, stocked.heard_case())
    page.get_by_label("Voucher", exact=False).first.check()
    page.locator("#award-note").press_sequentially("Waited long")
    page.locator("#award-note").press("Enter")
    page.wait_for_selector("#case-awards article")
    assert Award.objects.get().remedy.code == "voucher"


def test_without_scripts_the_button_gives_it_too(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice, java_script_enabled=False)
    page.goto(f"/cases/{stocked.heard_case().reference}")
    page.locator(".at-once").click()
    page.wait_for_selector("#case-awards article")
    assert Award.objects.get().no_questions


def test_without_scripts_an_open_amount_says_how_far_it_goes_and_who_approves_more(
    stocked: House, open_page: OpenPage
) -> None:
    page = open_page(stocked.alice, java_script_enabled=False)
    page.goto(f"/cases/{stocked.heard_case(loss_minor=9000, currency='USD').reference}")
    words = page.locator("label.offer", has_text="Credit").inner_text()
    assert "Now up to $20. Up to $90: Sam can approve it." in words
    page.goto(f"/cases/{stocked.heard_case(loss_minor=90000, currency='USD').reference}")
    words = page.locator("label.offer", has_text="Credit").inner_text()
    assert "Nobody here may approve all of $900. Up to $200: Sam can approve it." in words


@pytest.mark.practice("P19")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_what_a_billing_system_never_answered_a_supervisor_ends_on_the_case(
    stocked: House, open_page: OpenPage, settings: Any, scripts: bool
) -> None:
    settings.RECOVERY = settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "http://127.0.0.1:1/payouts"}
    case = stocked.heard_case()
    line = stocked.remedy("fee", name="Refund of the fee", method="refund", payout=True, delivery_days=2)
    for _ in range(2):
        awards.give(case, line, amount_minor=900, by=stocked.alice, now=timezone.now())
        claimed = payouts.claim(now=timezone.now())
        assert claimed is not None
        payouts.note_sent(claimed, now=timezone.now())
    second, first = (f"#award-{pk}" for pk in Award.objects.order_by("-id").values_list("id", flat=True))

    rep = open_page(stocked.alice, java_script_enabled=scripts)
    rep.goto(f"/cases/{case.reference}")
    assert "is to confirm" in rep.locator(first).inner_text()
    assert not rep.get_by_text("Say what became of it").count(), "whoever gave it does not say that it arrived"

    sue = open_page(stocked.sue, width=390, height=844, java_script_enabled=scripts)
    sue.goto(f"/cases/{case.reference}")
    sue.locator(first).get_by_text("Say what became of it").click()
    sue.locator(first).get_by_label("The billing system paid it, reference").fill("PAY-77")
    sue.locator(first).get_by_role("button", name="It was paid", exact=True).click()
    sue.locator(first).get_by_text("Paid out by the billing system.").wait_for()
    assert "PAY-77" in sue.locator(first).inner_text()
    sue.locator(second).get_by_text("Say what became of it").click()
    sue.locator(second).get_by_label("It was not paid, because").fill("They never had it")
    sue.locator(second).get_by_role("button", name="It was not paid").click()
    sue.locator(second).get_by_text("did not pay it out: They never had it").wait_for()
    assert sue.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    rep.goto(f"/cases/{case.reference}")
    rep.locator(second).get_by_label("The refund’s reference").fill("BANK-1")
    rep.locator(second).get_by_role("button", name="Refunded").click()
    rep.locator(f"{second} [data-status=delivered]").wait_for()
    books.agree()


def test_what_a_colleague_gives_is_ticked_off_without_a_reload(stocked: House, open_page: OpenPage) -> None:
    page = open_page(stocked.alice)
    case = stocked.heard_case()
    on(page, case)
    awards.give(case, stocked.remedies["sorry"], by=stocked.bob, now=timezone.now())
    page.wait_for_selector("[data-rule=apology][data-state=done]", timeout=8000)
