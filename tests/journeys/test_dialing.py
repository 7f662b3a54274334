"""A rep at the screen, with a real softphone and a real telephone at the other end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.utils import timezone

from outreach.domain import calls
from outreach.domain.dialing import phones, tending
from outreach.models import CallAttempt, CallingHours, Dial, FollowUpCall
from tests.factories import build
from tests.harness.browser import OpenPage
from tests.harness.telephony import Callee, Softphone
from tests.outreach.conftest import Outreach

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.practice("P23"),
    pytest.mark.practice("P27"),
]


@pytest.fixture
def outreach(transactional_db: None) -> Outreach:
    """A house at this very moment, where calls are allowed at any hour."""
    house = build()
    house.now = timezone.now() - timedelta(minutes=1)
    CallingHours.objects.update(opens=time(0), closes=time(0), weekdays=list(range(7)))
    return Outreach(house)


@pytest.fixture
def tended(transactional_db: None) -> Iterator[None]:
    """Somebody tends the lines, as a worker does."""
    over = threading.Event()

    def work() -> None:
        try:
            while not over.wait(0.2):
                tending.tend(clock=timezone.now, claims_for=5)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    over.set()
    worker.join(60)


def in_hand(outreach: Outreach, softphone: Softphone) -> FollowUpCall:
    """A call that is with Alice, who rings by her softphone."""
    house = outreach.house
    phones.choose_phone(house.alice, dialer="baresip", address=softphone.control, by=house.alice, now=house.now)
    case = house.closed_case(house.customer("Dana Okafor"))
    call = outreach.call(case=case, comment="I was promised a call and waited all day.", now=house.now)
    return calls.take(call, by=house.alice, now=timezone.now())


def test_one_key_rings_and_the_line_says_what_to_record(
    outreach: Outreach, softphone: Softphone, callee: Callee, tended: None, open_page: OpenPage
) -> None:
    call = in_hand(outreach, softphone)
    callee("busy")
    page = open_page(outreach.house.alice)
    page.goto(f"/calls/{call.pk}")
    page.keyboard.press("c")
    line = page.locator("#line")
    line.get_by_text("Busy", exact=True).wait_for()
    assert Axe().run(page).violations_count == 0
    line.get_by_role("button", name="Record: No answer").click()
    page.get_by_text("We try again on").wait_for()
    attempt = CallAttempt.objects.get()
    assert attempt.outcome == "no_answer"
    assert attempt.dial is not None
    assert attempt.dial.status == "busy"


def test_beside_a_case_the_line_stays_while_the_case_goes_on(
    outreach: Outreach, softphone: Softphone, callee: Callee, tended: None, open_page: OpenPage
) -> None:
    house = outreach.house
    phones.choose_phone(house.alice, dialer="baresip", address=softphone.control, by=house.alice, now=house.now)
    case = house.case(house.customer("Dana Okafor"))
    telephone = callee("rings")
    page = open_page(house.alice)
    page.goto(f"/cases/{case.reference}")
    line = page.locator("#line")
    line.get_by_role("button", name="+1 303-555-0142").click()
    line.get_by_text("Ringing", exact=True).wait_for()
    page.locator("#feelings").get_by_label("Frustrated").check()
    page.locator("#feelings").get_by_role("button", name="Acknowledge").click()
    page.get_by_text("frustrated").first.wait_for()  # the case is drawn anew
    assert line.get_by_role("button", name="Stop").is_visible()
    line.get_by_role("button", name="Stop").click()
    line.get_by_text("Given up while it rang").wait_for()
    assert telephone.wait(10) == 0
    assert Dial.objects.get().case == case


def test_a_softphone_that_is_down_is_a_link_and_says_so(
    outreach: Outreach, softphone: Softphone, tended: None, open_page: OpenPage
) -> None:
    call = in_hand(outreach, softphone)
    softphone.stop()
    page = open_page(outreach.house.alice, width=390, height=844)
    page.goto(f"/calls/{call.pk}")
    page.locator("#line").get_by_role("button", name="+1 303-555-0142").click()
    page.get_by_text("cannot be reached, so nothing rang.").wait_for()
    assert page.locator("a.dial[href='tel:+13035550142']").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_ones_own_device_is_written_down_as_well(outreach: Outreach, open_page: OpenPage) -> None:
    house = outreach.house
    call = calls.take(outreach.call(now=house.now), by=house.alice, now=timezone.now())
    page = open_page(house.alice)
    page.goto(f"/calls/{call.pk}")
    with page.expect_response(f"**/calls/{call.pk}/dial"):
        page.locator("a.dial").click()
    assert Dial.objects.get().dialer == "link"


def test_a_phone_is_chosen_on_a_small_screen(outreach: Outreach, open_page: OpenPage) -> None:
    page = open_page(outreach.house.alice, width=390, height=844)
    page.goto("/preferences")
    page.get_by_role("link", name="Choose your phone").click()
    page.get_by_label("baresip, your softphone").check()
    page.get_by_label("Its address").fill("127.0.0.1:80")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The port is a number from 1024 to 65535.").first.wait_for()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("Its address").fill("127.0.0.1:4444")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. Your next call is rung this way.").wait_for()
    assert phones.phone_of(outreach.house.alice).address == "127.0.0.1:4444"
