"""A case is closed, the customer says on their phone that it was not put right, and another rep turns them around."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.utils import timezone

from cases.domain import causes
from cases.models import Case, Customer
from insights.domain.rollup import roll_up
from outreach.domain import delivery, qualifying
from outreach.domain.surveys import asking
from outreach.domain.surveys import planning as surveys
from outreach.enums import CallStatus, SurveyKind
from outreach.models import CallingHours, FollowUpCall, Program, ProgramQuestion, Survey
from tests.factories import build
from tests.harness.browser import OpenPage
from tests.outreach.conftest import Outreach

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.practice("P22"),
    pytest.mark.practice("P23"),
]
SCRIPT = "Thank them for their answer before anything else."


@pytest.fixture
def outreach(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Outreach:
    """A house at this very moment, where calls are allowed at any hour and the lot leaves Kofi uncalled."""
    house = build()
    house.now = timezone.now() - timedelta(minutes=5)
    CallingHours.objects.update(opens=time(0), closes=time(0), weekdays=list(range(7)))
    monkeypatch.setattr(qualifying, "left_out", lambda signal, _: signal.customer.preferred_name == "Kofi Mensah")
    ProgramQuestion.objects.create(program=Program.objects.get(), words="Who should have called you back?")
    made = Outreach(house)
    Program.objects.update(script=SCRIPT, holdout_percent=10)
    return made


def asked_at(when: datetime) -> dict[str, str]:
    """The addresses in the mails that go out when it is time to ask, by the name of whom they are for."""
    mail.outbox.clear()
    surveys.plan(now=timezone.now())
    asking.ask(now=when)
    delivery.deliver_messages(clock=lambda: when)
    links = {each.to[0]: found[0] for each in mail.outbox if (found := re.search(r"/s/\S+", str(each.body)))}
    return {Customer.objects.get(emails__address=to).preferred_name: link for to, link in links.items()}


def on_a_phone(open_page: OpenPage) -> Page:
    return open_page(None, width=390, height=844, java_script_enabled=False, has_touch=True, is_mobile=True)


def chosen(phone: Page, question: str, score: int) -> None:
    phone.get_by_role("group", name=question).get_by_role("radio", name=str(score), exact=True).check()


def test_a_customer_says_it_was_not_put_right_and_is_turned_around(outreach: Outreach, open_page: OpenPage) -> None:
    house = outreach.house
    case = house.heard_case(house.customer("Dana Okafor", jurisdiction="US-CO"))
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=house.now)

    # Alice closes it, as put right.
    rep = open_page(house.alice)
    rep.goto(f"/cases/{case.reference}")
    rep.locator("summary", has_text="Close").click()
    rep.get_by_label("Put right", exact=True).check()
    rep.get_by_role("button", name="Close the case").click()
    rep.wait_for_selector("#case-next:has-text('Closed')")

    # Dana sees it otherwise, on a phone that runs no scripts.
    address = asked_at(timezone.now() + timedelta(hours=2))["Dana Okafor"]
    phone = on_a_phone(open_page)
    phone.goto(address)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_text("Please choose one of the five.").wait_for()
    chosen(phone, "All in all", 1)
    chosen(phone, "How easy", 2)
    phone.get_by_label("What should we know?").fill("I was promised a call and waited all day.")
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_text("We will call you, at the latest on").wait_for()
    phone.get_by_text("the number that ends in 42").wait_for()
    call = FollowUpCall.objects.get(case=case)

    # It is there for Bob, with what was said, how to begin and what to ask.
    other = open_page(house.bob)
    other.goto("/calls")
    other.get_by_role("button", name="Take the next call").click()
    other.get_by_text("I was promised a call and waited all day.").first.wait_for()
    other.get_by_text(SCRIPT).wait_for()
    other.get_by_label("What went wrong").fill("Nobody rang her on the day that was named")
    other.get_by_label("What they said").fill("Alice, by noon")
    other.get_by_role("button", name="Reached, turned around").click()
    other.get_by_text("Turned around.").wait_for()
    call.refresh_from_db()
    assert (call.status, call.outcome, call.by_lot) == (CallStatus.DONE, "turned_around", True)

    # Kofi is as dissatisfied; the lot leaves him uncalled, so no call is promised, and he may ask for one.
    house.closed_case(house.customer("Kofi Mensah", jurisdiction="US-CO", phones=["+13035550177"]))
    phone.goto(asked_at(timezone.now() + timedelta(hours=2))["Kofi Mensah"])
    chosen(phone, "All in all", 2)
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_text("We are sorry that we have not put it right for you.").wait_for()
    phone.get_by_role("button", name="Please call me").wait_for()
    assert not phone.get_by_text("We will call you").count()

    # Some days later both are asked how it is now, and the link of the first survey still knows what became of it.
    again = asked_at(timezone.now() + timedelta(days=5))
    phone.goto(again["Kofi Mensah"])
    chosen(phone, "All in all, how satisfied are you now", 2)
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_text("Thank you for telling us once more").wait_for()
    phone.goto(again["Dana Okafor"])
    phone.get_by_text("How is it now?").wait_for()
    chosen(phone, "All in all, how satisfied are you now", 5)
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_text("Thank you for telling us once more").wait_for()
    phone.goto(address)
    phone.get_by_text("We called you about it on").wait_for()
    first, second = Survey.objects.filter(case=case).order_by("id")
    assert (first.satisfaction, second.kind, second.satisfaction) == (1, SurveyKind.FOLLOW_UP, 5)

    # Both of them are told where the case is.
    rep.goto(f"/cases/{case.reference}")
    rep.get_by_text("5 of 5 all in all").first.wait_for()
    rep.get_by_text("1 of 5 all in all").first.wait_for()
    see_the_effect(outreach, open_page)


def see_the_effect(outreach: Outreach, open_page: OpenPage) -> None:
    """On Insights the scores count, called beside not called; two customers are too few to say what calls do."""
    roll_up(now=timezone.now())
    page = open_page(outreach.house.sue)
    page.goto("/insights")
    page.get_by_text("n = 4 surveys").wait_for()
    page.goto("/insights/calls")
    page.get_by_text("n = 1 called, 1 not").wait_for()
    satisfaction = page.locator("tr", has_text="atisfaction").first
    assert "+4" in satisfaction.inner_text()
    assert "ew" in satisfaction.locator(".chip").inner_text()  # too few to say


def test_every_state_of_the_page_is_for_everybody(outreach: Outreach, open_page: OpenPage) -> None:
    house = outreach.house
    house.closed_case(house.customer("Dana Okafor", jurisdiction="US-CO"))
    address = asked_at(timezone.now() + timedelta(hours=2))["Dana Okafor"]
    for scheme in ("light", "dark"):
        page = open_page(None, width=390, height=844, color_scheme=scheme)
        page.goto(address)
        assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Do not ask me again").click()
    page.get_by_text("We will not ask you again how it was.").wait_for()
    page.get_by_role("button", name="Ask me after all").click()
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text("Please choose one of the five.").wait_for()
    assert Axe().run(page).violations_count == 0
    chosen(page, "All in all", 5)
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_label("What should we know before we call?").fill("One thing more")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Please call me").click()
    page.get_by_text("We will call you, at the latest on").wait_for()
    assert Axe().run(page).violations_count == 0
    page.goto("/s/nothing")
    page.get_by_text("This link does not lead anywhere").wait_for()
    assert Axe().run(page).violations_count == 0
    assert Case.objects.get().surveys.get().customer.do_not_survey is False
