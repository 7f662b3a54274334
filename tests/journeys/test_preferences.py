"""A person's own page: when they are told of things, from the keyboard, on a phone, and without JavaScript."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.domain.notices import tell
from accounts.domain.preferences import notice_preference
from accounts.models import Notice
from outreach.domain import delivery
from tests.factories import HOUR, House

if TYPE_CHECKING:
    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.practice("P7")]


def test_a_rep_asks_for_a_quiet_night_and_sees_that_it_is_one(house: House, open_page: OpenPage) -> None:
    now = timezone.now()
    local = now.astimezone(house.alice.zone)
    begins, ends = local - HOUR, local + 2 * HOUR
    tell([house.alice], key="k", kind="t", title="About a case", now=now, channels=["desk", "email"])
    page = open_page(house.alice)
    page.goto("/")
    page.locator(".nav-foot summary").click()
    page.locator(".nav-foot").get_by_role("link", name="When you are told").click()
    page.get_by_label("Quiet from").fill(f"{begins:%H:%M}")
    page.get_by_label("Quiet until").fill(f"{ends:%H:%M}")
    page.get_by_label("Sun").check()
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Saved.").first.wait_for()
    assert page.get_by_text("Quiet now").is_visible()
    kept = notice_preference(house.alice)
    assert (kept.quiet_from, kept.quiet_until, kept.quiet_days) == (
        time(begins.hour, begins.minute),
        time(ends.hour, ends.minute),
        [6],
    )
    while delivery.deliver_notices(clock=timezone.now):
        pass
    assert Notice.objects.get(channel="email").not_before is not None
    page.reload()
    assert page.get_by_text("1 notice waits").is_visible()
    page.locator(".notice").get_by_text("About a case").wait_for()  # the desk is never quiet


def test_what_cannot_be_meant_is_said_beside_its_field_and_nothing_typed_is_lost(
    house: House, open_page: OpenPage
) -> None:
    page = open_page(house.alice, width=390, height=844, java_script_enabled=False)
    page.goto("/preferences")
    page.get_by_label("Quiet from").fill("20:00")
    page.get_by_label("Quiet until").fill("08:00")
    page.get_by_label("One mail a day, at").fill("07:00")
    page.get_by_label("Your name in chat").fill("@alice")
    page.get_by_role("button", name="Save").first.click()
    assert page.get_by_text("within your quiet hours").first.is_visible()
    assert page.get_by_label("Quiet from").input_value() == "20:00"
    assert page.get_by_label("Your name in chat").input_value() == "@alice"
    page.get_by_label("One mail a day, at").fill("17:00")
    page.get_by_role("button", name="Save").first.click()
    assert page.get_by_text("The next one comes").is_visible()
    assert notice_preference(house.alice).digest_at == time(17)
