"""A rep of the call group: the call comes by itself, is made by the keyboard, and its outcome leads on."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from cases.enums import CaseStatus
from outreach.domain import dispatching
from outreach.enums import CallStatus
from outreach.models import CallingHours
from tests.factories import again, build
from tests.harness.browser import OpenPage
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.practice("P23")]


@pytest.fixture
def outreach(transactional_db: None) -> Outreach:
    """A house at this very moment, where calls are allowed at any hour."""
    house = build()
    house.now = timezone.now() - timedelta(minutes=1)
    CallingHours.objects.update(opens=time(0), closes=time(0), weekdays=list(range(7)))
    return Outreach(house)


def about(outreach: Outreach, name: str) -> Any:
    case = outreach.house.closed_case(outreach.house.customer(name))
    return outreach.call(case=case, comment="I was promised a call and waited all day.", now=outreach.house.now)


def test_a_call_comes_by_itself_and_is_turned_around_by_the_keyboard(outreach: Outreach, open_page: OpenPage) -> None:
    page = open_page(outreach.house.alice)
    page.goto("/calls")
    page.get_by_text("Nobody waits for a call").wait_for()
    call = about(outreach, "Dana Okafor")
    dispatching.dispatch(now=timezone.now())
    page.locator("a.dial[href='tel:+13035550142']").wait_for()
    assert page.get_by_text("I was promised a call and waited all day.").first.is_visible()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("w")
    page.keyboard.type("Nobody rang")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.get_by_text("Turned around.").wait_for()
    assert (again(call).status, again(call).outcome) == (CallStatus.DONE, "turned_around")


def test_still_dissatisfied_leads_to_the_case_that_is_open_again(outreach: Outreach, open_page: OpenPage) -> None:
    call = about(outreach, "Dana Okafor")
    page = open_page(outreach.house.alice, width=390, height=844)
    page.goto("/calls")
    page.get_by_role("button", name="Take the next call").click()
    page.get_by_label("What went wrong").fill("The refund is still not there")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Reached, still dissatisfied").click()
    page.get_by_text("put it right from here").wait_for()
    assert call.case.reference in page.url
    assert again(call.case).status == CaseStatus.REOPENED


def test_what_was_written_survives_a_reload_and_it_all_works_without_scripts(
    outreach: Outreach, open_page: OpenPage
) -> None:
    call = about(outreach, "Dana Okafor")
    page = open_page(outreach.house.alice)
    page.goto("/calls")
    page.get_by_role("button", name="Take the next call").click()
    page.get_by_label("What went wrong").fill("Half a sentence")
    page.wait_for_timeout(700)
    page.reload()
    assert page.get_by_label("What went wrong").input_value() == "Half a sentence"
    plain = open_page(outreach.house.alice, java_script_enabled=False)
    plain.goto("/calls")
    plain.get_by_label("What went wrong").fill("Nobody rang")
    plain.get_by_role("button", name="No answer").click()
    plain.get_by_text("We try again on").wait_for()
    assert again(call).status == CallStatus.PLANNED
