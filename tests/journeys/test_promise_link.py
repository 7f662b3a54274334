"""A customer opens the link of a promise on a phone, without JavaScript, and moves it; the rep sees it on their desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.domain.links import token
from cases.domain.promise_words import words_in
from cases.models import Promise
from tests.factories import DAY, House, again
from tests.harness.browser import OpenPage
from tests.journeys.looks import FIRST_VISIT, NEXT_VISIT, faults, weigh

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.practice("P7")]
PHONE: dict[str, Any] = {"width": 390, "height": 844, "java_script_enabled": False, "has_touch": True}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_customer_moves_a_promise_on_their_phone(house: House, open_page: OpenPage, scheme: str) -> None:
    now = timezone.now()
    case = house.case(house.customer(emails=["maria@example.com"]), now=now)
    promise = house.promise(case, due_end=now + 3 * DAY, now=now)
    phone = open_page(None, **PHONE, color_scheme=scheme)
    phone.goto(f"/p/{token('promise', promise.pk)}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Alice will call you")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    phone.get_by_role("button", name="Move it to this time").click()
    expect(phone.get_by_text("Choose one of the times, or name another below.")).to_be_visible()

    wednesday = (now + (2 - now.weekday()) % 7 * DAY + 7 * DAY).date()
    phone.get_by_label("Day").fill(wednesday.isoformat())
    phone.get_by_label("Time", exact=True).fill("10:30")
    phone.get_by_label("Anything we should know").fill("Ring twice, the bell is broken")
    phone.get_by_role("button", name="Move it to this time").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you")
    expect(phone.locator(".when-said")).to_contain_text("by 10:30 on Wednesday")
    assert again(promise).status == "renegotiated"

    desk = open_page(house.alice)
    desk.goto(f"/cases/{case.reference}")
    told = desk.get_by_text("moved the promise to a time of their own")
    expect(told.first).to_be_visible()
    expect(desk.get_by_text("Ring twice, the bell is broken").first).to_be_visible()

    # The old link leads to the promise that took the place of the first.
    phone.locator("input[name=slot]").last.check(force=True)
    phone.get_by_role("button", name="Move it to this time").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you")
    assert Promise.objects.filter(status="open").count() == 1


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_the_customers_page_stands_in_every_language(house: House, open_page: OpenPage, language: str) -> None:
    now = timezone.now()
    promise = house.promise(house.case(house.customer(language=language), now=now), due_end=now + 3 * DAY, now=now)
    window, found = open_page(None), []
    for name, address in (("promise", f"/p/{token('promise', promise.pk)}"), ("forged", "/p/7~x")):
        window.goto(address)
        found += faults(window, name)
    window.goto(f"/p/{token('promise', promise.pk)}")
    window.get_by_role("button", name=words_in(language).move).click()
    expect(window.get_by_role("alert")).to_have_text(words_in(language).choose_one)
    found += faults(window, "refused")
    assert not found, "\n".join(found)


def test_the_customers_page_is_light(house: House) -> None:
    now = timezone.now()
    promise = house.promise(house.case(now=now), due_end=now + 3 * DAY, now=now)
    first, later = weigh(house.alice, f"/p/{token('promise', promise.pk)}")
    assert first <= FIRST_VISIT
    assert later <= NEXT_VISIT
