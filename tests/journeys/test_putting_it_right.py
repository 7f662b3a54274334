"""Putting it right from end to end: a rep with the customer on the line, and the supervisor who answers what is above the
caps, each at a window of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from compensation.domain import coupon_lines, coupons
from compensation.models import Approval, Award, Coupon
from journal.models import Event
from tests.compensation import books
from tests.factories import House, again

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# An answer is on the rep's screen within so many milliseconds, without a reload.
ANSWERED_WITHIN = 5_000
# What was pressed with a mouse or a finger, counted over every page of a window.
MOUSE = """addEventListener("pointerdown", () => {
  sessionStorage.setItem("pressed", 1 + Number(sessionStorage.getItem("pressed")));
}, true);"""
PRESSED = "Number(sessionStorage.getItem('pressed'))"
CODES = ("MEAL-7QX2", "MEAL-9KD4", "MEAL-3TN8")
STORY = {
    "award.given",
    "award.delivered",
    "award.requested",
    "award.approved",
    "award.countered",
    "award.offered",
    "award.reversed",
}


def stock(house: House) -> None:
    """A catalog of every kind, caps of 20 an award and 50 a case, and a pool of three codes."""
    house.now = timezone.now()
    house.usual_caps()
    house.remedy("apology", name="Personal apology", kind="apology", currency="", cost_minor=0)
    house.remedy("express", name="Express replacement", kind="assistance", cost_minor=900, no_questions=True)
    house.remedy("credit", name="Credit on the account")
    house.remedy("pass", name="Two lounge passes", kind="non_monetary", cost_minor=1200, value_minor=7000)
    pool = coupons.save_pool(None, code="meals", name="Meals", low_at=2, by=house.ada, now=house.now)
    lines = coupon_lines.listed([(code, None) for code in CODES], today=house.now.date())
    coupons.fill(pool, lines, by=house.ada, now=house.now)
    given = {"kind": "non_monetary", "cost_minor": 600, "value_minor": 1500, "method": "coupon", "pool": again(pool)}
    house.remedy("meal", name="Meal voucher", delivery_days=1, **given)


def used(page: Page, axis: str) -> int:
    """What a gauge says is used of a cap, in minor units."""
    return int(page.locator(f"#case-caps [data-gauge={axis}]").get_attribute("data-used") or 0)


def would(page: Page) -> float:
    """How much of the cap that binds the choice in hand would take, in hundredths of its gauge."""
    return float(page.locator("#case-caps > .gauge .would").get_attribute("width") or 0)


def offer(page: Page, name: str) -> Locator:
    return page.locator("#award-form .offer", has_text=name)


def type_amount(page: Page, name: str, amount: str) -> None:
    offer(page, name).get_by_role("textbox").fill(amount)


def given(page: Page, name: str) -> Locator:
    """The newest of what was given by this name."""
    return page.locator("#case-awards article", has_text=name).first


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def walk_to(page: Page, approval: Approval) -> None:
    """Go to a request on the board with j and k alone."""
    page.locator(f"#ask-{approval.pk}").wait_for()
    here = "document.activeElement.closest('.ask')?.id"
    for key in ("j",) * 9 + ("k",) * 9:
        if page.evaluate(here) == f"ask-{approval.pk}":
            return
        page.keyboard.press(key)
    raise AssertionError("the request cannot be walked to")


def others_ask(house: House) -> list[Approval]:
    """Bob's requests on three cases of his own."""
    names = ("Kofi Mensah", "Mei Chen", "Ana Pagán")
    cases = [house.heard_case(house.customer(name), by=house.bob) for name in names]
    return [house.asked(case, amount, by=house.bob) for case, amount in zip(cases, (2500, 4000, 4500), strict=True)]


@pytest.mark.practice("P15")
@pytest.mark.practice("P16")
@pytest.mark.practice("P17")
@pytest.mark.practice("P18")
@pytest.mark.practice("P19")
def test_a_rep_puts_it_right_and_a_supervisor_answers_by_keys(house: House, open_page: OpenPage) -> None:
    stock(house)
    case = house.heard_case(
        house.customer("Dana Okafor", form_of_address="Ms. Okafor"),
        severity="high",
        kind_of_action="billing",
        loss_minor=4000,
        currency="USD",
    )
    rep = open_page(house.alice)
    rep.add_init_script(MOUSE)
    rep.goto(f"/cases/{case.reference}")

    # What the case calls for is told line by line, each with its reason and where that is written.
    lines = rep.locator("#advice li[data-rule]")
    assert lines.count() >= 4
    for each in lines.all():
        assert each.locator("details.source summary").is_visible()
    assert rep.locator("#advice li[data-rule=apology]").get_attribute("data-state") == "open"
    lines.first.locator(".source summary").click()
    assert re.search(r"\b(19|20)\d\d\b", lines.first.locator(".source").inner_text()), "a source with its year"

    # The gauge moves with the choice in hand, before anything is given.
    assert would(rep) == 0
    type_amount(rep, "Credit on the account", "15")
    rep.get_by_text(re.compile(r"^Leaves \$")).wait_for()
    assert would(rep) > 0

    # Without questions, by one key.
    rep.locator("h1").click()
    rep.evaluate("sessionStorage.removeItem('pressed')")
    keys(rep, "q")
    given(rep, "Express replacement").wait_for()
    assert rep.evaluate(PRESSED) == 0
    assert Award.objects.get().no_questions
    assert "4 left of 5 today" in rep.locator("#advice").inner_text()

    # A coupon goes out with the next code of the pool; the gauge has moved for good.
    assert used(rep, "case") == 0
    offer(rep, "Meal voucher").locator("input[type=radio]").check()
    rep.get_by_role("button", name="Give it").click()
    meal = given(rep, "Meal voucher")
    meal.get_by_role("button", name=re.compile("Give the code")).click()
    meal.get_by_text(CODES[0]).wait_for()
    assert used(rep, "case") == 600
    assert Coupon.objects.get(award__isnull=False).code == CODES[0]

    # Above a cap it says which one binds, what is left of it and who will be asked.
    type_amount(rep, "Credit on the account", "45")
    rep.get_by_text("Above your cap per award: $20 left. Sue can approve it.").wait_for()
    rep.get_by_role("button", name="Ask for it").click()
    given(rep, "Credit on the account").locator("[data-status=awaiting_approval]").wait_for()
    rep.evaluate("window.stayed = true")
    mine = Approval.objects.get()
    assert (mine.binding_axis, mine.binding_left_minor, mine.routed_to) == ("award", 2000, house.sue)

    # The supervisor has five to answer, and no mouse. The first gets less than was asked for.
    others = others_ask(house)
    supervisor = open_page(house.sue)
    supervisor.add_init_script(MOUSE)
    supervisor.goto("/approvals")
    walk_to(supervisor, mine)
    keys(supervisor, "l")
    supervisor.keyboard.type("30")
    keys(supervisor, "Enter")
    supervisor.locator(f"#answered-{mine.pk}").wait_for()
    given(rep, "Credit on the account").get_by_text("$45.00 asked").wait_for(timeout=ANSWERED_WITHIN)
    assert again(mine).granted_minor == 3000

    # The next one of hers is answered with something else, which she takes up.
    type_amount(rep, "Credit on the account", "39")
    rep.get_by_role("button", name="Ask for it").click()
    given(rep, "Credit on the account").locator("[data-status=awaiting_approval]").wait_for()
    second = Approval.objects.exclude(pk=mine.pk).get(requested_by=house.alice)
    walk_to(supervisor, second)
    keys(supervisor, "o")
    supervisor.keyboard.type("Two lounge")
    keys(supervisor, "Control+Enter")
    supervisor.locator(f"#answered-{second.pk}").wait_for()
    offered = given(rep, "Two lounge passes")
    offered.get_by_role("button", name="Take it up").wait_for(timeout=ANSWERED_WITHIN)
    offered.get_by_role("button", name="Take it up").click()
    given(rep, "Two lounge passes").locator("[data-status=delivered]").wait_for()
    assert rep.evaluate("window.stayed"), "not one reload"

    # The others', down the queue: all of it, less, and no.
    for approval, pressed in zip(
        others, (("a",), ("l", *"20", "Enter"), ("d", *"Paid back", "Control+Enter")), strict=True
    ):
        walk_to(supervisor, approval)
        keys(supervisor, *pressed)
        supervisor.locator(f"#answered-{approval.pk}").wait_for()
    assert supervisor.get_by_text("Nobody is waiting for you").is_visible()
    assert supervisor.evaluate(PRESSED) == 0, "no mouse"
    assert [again(each).status for each in others] == ["approved", "approved_less", "declined"]
    supervisor.reload()
    times = supervisor.get_by_role("region", name="How long customers waited for an answer")
    assert "n = 5" in times.inner_text()

    # What is taken back frees what it took. A code that is out, a second person takes back.
    before = used(rep, "case")
    meal.get_by_text("Its code is with the customer. A supervisor takes it back once the code is blocked.").wait_for()
    assert not meal.locator("summary", has_text="Take it back").count()
    supervisor.goto(f"/cases/{case.reference}")
    hers = given(supervisor, "Meal voucher")
    hers.locator("summary", has_text="Take it back").click()
    hers.get_by_label("Why").fill("They had eaten already; blocked")
    hers.get_by_role("button", name="Take it back").click()
    hers.locator("[data-status=reversed]").wait_for()
    meal.locator("[data-status=reversed]").wait_for(timeout=ANSWERED_WITHIN)
    rep.wait_for_function(
        "left => Number(document.querySelector('#case-caps [data-gauge=case]').dataset.used) === left", arg=before - 600
    )

    story = set(Event.objects.filter(case_id=case.pk).values_list("type", flat=True))
    assert story >= STORY
    books.agree()


def test_it_all_works_without_scripts(house: House, open_page: OpenPage) -> None:
    stock(house)
    case = house.heard_case(house.customer())
    rep = open_page(house.alice, java_script_enabled=False)
    sue = open_page(house.sue, java_script_enabled=False)
    rep.goto(f"/cases/{case.reference}")
    rep.locator(".at-once").click()
    given(rep, "Express replacement").wait_for()
    offer(rep, "Meal voucher").locator("input[type=radio]").check()
    rep.get_by_role("button", name="Give it").click()
    given(rep, "Meal voucher").get_by_role("button", name=re.compile("Give the code")).click()
    given(rep, "Meal voucher").get_by_text(CODES[0]).wait_for()

    # Asked for, declined, asked for again with something new, answered with something else, taken up.
    offer(rep, "Credit on the account").locator("input[type=radio]").check()
    type_amount(rep, "Credit on the account", "45")
    rep.get_by_role("button", name="Give it").click()
    sue.goto("/approvals")
    card = sue.locator(".ask")
    card.locator("summary", has_text="Decline").click()
    card.get_by_label("Why not").fill("What did they lose?")
    card.get_by_role("button", name=re.compile("Decline, and tell")).click()
    rep.goto(f"/cases/{case.reference}")
    declined = given(rep, "Credit on the account")
    declined.locator("summary", has_text="Ask again").click()
    declined.get_by_label("What is new").fill("The bank charged them $45")
    declined.get_by_role("button", name="Ask again").click()
    sue.goto("/approvals")
    assert "What did they lose?" in card.inner_text()
    card.locator("summary", has_text="Offer something else").click()
    card.get_by_label("Remedy").select_option(label="Two lounge passes")
    card.get_by_role("button", name="Offer this instead").click()
    sue.get_by_text("Nobody is waiting for you").wait_for()
    rep.goto(f"/cases/{case.reference}")
    passes = given(rep, "Two lounge passes")
    passes.get_by_role("button", name="Take it up").click()
    passes.locator("[data-status=delivered]").wait_for()
    passes.locator("summary", has_text="Take it back").click()
    passes.get_by_label("Why").fill("They have a card of their own")
    passes.get_by_role("button", name="Take it back").click()
    passes.locator("[data-status=reversed]").wait_for()
    statuses = Award.objects.filter(case=case).order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["delivered", "delivered", "declined", "countered", "reversed"]
    books.agree()
