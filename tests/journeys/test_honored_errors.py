"""A mistake in the customer's favor, from the rep who says so to the colleague who meets it later: three people, each
at a window of their own.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Disclosure, ErrorReview, HonoredError, Letter, Obligation
from compensation.domain.reconcile import differences
from compensation.models import Decision, LedgerEntry
from journal.models import Event
from tests.factories import House, again

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

STORY = {
    "incident.logged",
    "case.opened",
    "honored_error.opened",
    "honored_error.assessed",
    "honored_error.honored",
    "disclosure.owed",
    "disclosure.attempted",
    "disclosure.made",
    "letter.made",
    "honored_error.reviewed",
}
HAPPENED = "We quoted you the rate of last year."
SHOULD_HAVE = "The rate rose on 1 January. You should have been quoted the new one."


def now_is(house: House) -> None:
    house.now = timezone.now()
    house.usual_caps()


def log_own_error(page: Page, customer: int) -> None:
    """Log a quote that was too low as one's own mistake, in the customer's favor."""
    page.goto(f"{reverse('log')}?customer={customer}")
    page.fill("#log_our_words", "Quoted the old rate for the house")
    page.fill("#log_line_of_business", "Home insurance")
    page.get_by_label("Mine", exact=True).check()
    page.get_by_label("In the customer’s favor").check()
    page.wait_for_selector("text=This will be decided.")
    page.get_by_label("Kind of action").select_option(label="Quote or rate")
    page.get_by_label("Value at stake").fill("18.00")
    page.get_by_role("button", name=re.compile("Log it")).click()


@pytest.mark.practice("P1")
@pytest.mark.practice("P2")
@pytest.mark.practice("P3")
@pytest.mark.practice("P4")
def test_an_own_error_is_honored_told_proved_reviewed_and_met_again(house: House, open_page: OpenPage) -> None:
    now_is(house)
    dana = house.customer("Dana Okafor", form_of_address="Ms. Okafor", jurisdiction="US-CO")
    house.remedy("credit")
    alice, sue, bob = open_page(house.alice), open_page(house.sue), open_page(house.bob)

    # She says so herself, and is led to the decision.
    log_own_error(alice, dana.pk)
    alice.get_by_role("link", name="Decide: stand by it, or take it back?").click()
    alice.wait_for_url(re.compile(r"/honored/\d+$"))
    error = HonoredError.objects.get()
    assert (error.self_reported, error.status, error.value_minor) == (True, "undecided", 1800)

    # The page lays out what bears on it, and recommends.
    assert alice.locator(".advice").inner_text() == "We recommend: stand by it"
    reasons = alice.locator(".reasons").inner_text()
    for said in ("The mistake was ours", "$18.00", "We have honored no error for this customer before"):
        assert said in reasons
    assert "Only a supervisor can do this." in alice.locator("#decide").inner_text()
    alice.get_by_text("Write down what you know").click()
    alice.fill("#assess-happened_words", HAPPENED)
    alice.fill("#assess-should_have", SHOULD_HAVE)
    alice.locator("#assess-relied").select_option(label="On something that can be undone")
    alice.get_by_role("button", name="Keep it").click()
    alice.wait_for_selector(f"#honored dd:has-text('{SHOULD_HAVE[:20]}')")

    # Within her cap she honors it alone; what it costs is no goodwill.
    alice.get_by_role("button", name=re.compile("Honor it")).click()
    alice.wait_for_selector("#call-owed")
    decision = Decision.objects.get()
    assert (decision.stance, decision.recommended, decision.cost_minor) == ("honor", "honor", 1800)
    assert LedgerEntry.objects.filter(decision=decision).exists()

    # The supervisor sees the call owed, reads it, and cannot make it for her.
    sue.goto(reverse("honored"))
    sue.wait_for_selector("#register .error-row:has-text('Call due')")
    sue.keyboard.press("j")
    sue.keyboard.press("Enter")
    sue.wait_for_url(re.compile(r"/honored/\d+$"))
    sue.get_by_role("link", name="See the call").click()
    sue.wait_for_selector("#whose-call:has-text('This call is Alice’s to make.')")
    assert sue.get_by_role("button", name="They have been told").get_attribute("aria-disabled") == "true"

    # Nobody answers at first.
    alice.get_by_role("link", name=re.compile("Open the call")).click()
    alice.wait_for_selector(".dial")
    assert alice.locator(".dial").get_attribute("href") == "tel:+13035550142"
    alice.keyboard.press("6")
    alice.wait_for_selector("text=No answer. The call stays yours.")

    # Four points, each ticked by itself: three are not enough.
    guide = alice.locator("#told")
    assert "Hello Ms. Okafor, this is Alice" in guide.inner_text()
    for key in ("1", "2", "3"):
        alice.keyboard.press(key)
    alice.fill("#told-answer", "Thank you for telling me. I had not noticed.")
    guide.get_by_label("Understood", exact=True).check()
    guide.get_by_role("button", name=re.compile("They have been told")).click()
    alice.wait_for_selector("#told .errorlist:has-text('what comes next time')")
    assert alice.locator("#told [name=points]:checked").count() == 3
    assert alice.input_value("#told-answer") == "Thank you for telling me. I had not noticed."
    alice.locator("#point-next").check()
    guide.get_by_role("button", name=re.compile("They have been told")).click()
    alice.wait_for_selector("#proof-title:has-text('Ms. Okafor has been told')")
    call = Disclosure.objects.get()
    assert (call.status, call.caller, call.understanding) == ("made", house.alice, "understood")
    assert call.attempts.count() == 2

    # The letter says so, names nobody, and is there to take along.
    alice.keyboard.press("l")
    alice.wait_for_selector("article.letter")
    letter = alice.locator("article.letter").inner_text()
    assert SHOULD_HAVE in letter
    assert "Alice" not in letter
    with alice.expect_download() as taken:
        alice.get_by_role("link", name="PDF").click()
    assert taken.value.path().read_bytes() == bytes(Letter.objects.get().pdf)
    alice.get_by_role("button", name=re.compile("Email it")).click()
    alice.wait_for_selector(".banner:has-text('@example.com')")

    # The supervisor reviews it by keys alone.
    sue.goto(reverse("honored") + "?show=to_review")
    sue.wait_for_selector("#register .error-row")
    for key in ("j", "r", "2", "Tab"):
        sue.keyboard.press(key)
    sue.keyboard.type("Look the rate up each time")
    sue.keyboard.press("Enter")
    sue.wait_for_selector("#register:has-text('Nothing to review')")
    review = ErrorReview.objects.get()
    assert (review.outcome, review.note, review.by) == ("coach", "Look the rate up each time", house.sue)

    # Somebody else has the same customer on the line later, about something similar, and meets it first.
    bob.goto(f"{reverse('log')}?customer={dana.pk}")
    bob.wait_for_selector("[data-precedents]:has-text('that it was for that once')")
    bob.fill("#log_our_words", "Wants the old rate again")
    bob.fill("#log_line_of_business", "Home insurance")
    bob.get_by_role("button", name=re.compile("Log it")).click()
    bob.wait_for_url(re.compile(r"/cases/RC-"))
    met = bob.locator("[data-precedents]").first
    assert "Alice told them" in met.inner_text()
    assert "Thank you for telling me. I had not noticed." in met.inner_text()

    story = set(Event.objects.filter(customer=dana).values_list("type", flat=True))
    assert story >= STORY
    assert not Obligation.objects.filter(status="open", kind__in=["decision", "disclosure"]).exists()
    assert differences() == []


@pytest.mark.practice("P1")
def test_what_may_not_be_taken_back_says_so_with_its_source(house: House, open_page: OpenPage) -> None:
    now_is(house)
    error = house.favorable(
        house.customer(jurisdiction="US-CO"), kind_of_action="reinstatement", line_of_business="Insurance"
    )
    sue = open_page(house.sue)
    sue.goto(reverse("honored-error", args=[error.pk]))
    button = sue.get_by_role("button", name="Take it back")
    assert button.get_attribute("aria-disabled") == "true"
    why = sue.locator(f"[id='{button.get_attribute('aria-describedby')}']").inner_text()
    source = "reinstated coverage is not cancelled again for the insurer’s own error"
    assert source in why
    rule = sue.get_by_role("region", name="The rule that applies").inner_text()
    assert source in rule
    assert "An example, to be confirmed by counsel" in rule
    # Whoever sends it all the same is refused in the same words.
    with sue.expect_navigation():
        sue.evaluate("document.querySelector('form[action$=rescind]').submit()")
    assert source in sue.locator("main").inner_text()
    assert again(error).status == "undecided"
    assert not Decision.objects.exists()


@pytest.mark.practice("P1")
@pytest.mark.practice("P2")
def test_what_is_taken_back_is_told_and_followed_up(house: House, open_page: OpenPage) -> None:
    now_is(house)
    error = house.favorable(
        house.customer(form_of_address="Ms. Okafor", jurisdiction="DE-BE"),
        kind_of_action="fee",
        line_of_business="",
        occurred_at=house.now - timedelta(days=3),
    )
    alice, sue = open_page(house.alice), open_page(house.sue)
    sue.goto(reverse("honored-error", args=[error.pk]))
    sue.keyboard.press("b")
    sue.fill("#rescind-reason", "It would recur every month")
    sue.keyboard.press("Control+Enter")
    sue.wait_for_selector("#call-owed:has-text('Alice calls Ms. Okafor')")
    alice.goto(reverse("desk"))
    alice.get_by_text("Tell them of the mistake, and that we take it back").first.click()
    alice.wait_for_url(re.compile(r"/honored/\d+/call$"))
    for key in ("1", "2", "3", "4"):
        alice.keyboard.press(key)
    alice.locator("#told").get_by_label("Understood, and disputes it").check()
    alice.keyboard.press("t")
    alice.wait_for_selector("#proof-title")
    assert Disclosure.objects.get().understanding == "disputes"
    promised = Obligation.objects.get(kind="promise", status="open")
    assert promised.what == "Follow up: how are they since we took it back"


def test_a_supervisor_goes_down_the_queue_by_keys(house: House, open_page: OpenPage) -> None:
    now_is(house)
    for name in ("Ana", "Ben", "Cleo"):
        house.decided(house.favorable(house.customer(name)), by=house.bob)
    sue = open_page(house.sue)
    sue.goto(reverse("honored") + "?show=to_review")
    sue.keyboard.press("j")
    in_hand = "document.activeElement.closest('#register .error-row')?.id"
    for left in (2, 1, 0):
        here = sue.evaluate(in_hand)
        for key in ("r", "1", "Enter"):
            sue.keyboard.press(key)
        sue.locator("#register .error-row").nth(left).wait_for(state="detached")
        if left:  # the next error is in hand by itself
            sue.wait_for_function(f"here => ![undefined, here].includes({in_hand})", arg=here)
    assert ErrorReview.objects.filter(outcome="no_action", by=house.sue).count() == 3


def test_it_all_works_without_scripts(house: House, open_page: OpenPage) -> None:
    now_is(house)
    error = house.favorable(house.customer(), value_at_stake_minor=1500)
    alice = open_page(house.alice, java_script_enabled=False)
    alice.goto(reverse("honored-error", args=[error.pk]))
    alice.get_by_role("button", name=re.compile("Honor it")).click()
    alice.get_by_role("link", name=re.compile("Open the call")).click()
    for point in ("mistake", "should_have", "stance", "next"):
        alice.locator(f"#point-{point}").check()
    alice.fill("#told-happened_words", HAPPENED)
    alice.fill("#told-should_have", SHOULD_HAVE)
    alice.locator("#told").get_by_label("Understood", exact=True).check()
    alice.get_by_role("button", name=re.compile("They have been told")).click()
    alice.get_by_role("button", name=re.compile("Write the letter")).click()
    assert SHOULD_HAVE in alice.locator("article.letter").inner_text()
    sue = open_page(house.sue, java_script_enabled=False)
    sue.goto(reverse("honored") + "?show=to_review")
    sue.locator(".row-review summary").click()
    sue.get_by_role("button", name="Keep the review").click()
    assert ErrorReview.objects.get().by == house.sue
