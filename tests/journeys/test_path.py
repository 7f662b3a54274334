"""The path to the customer in the browser: the warning comes and goes by itself, and a supervisor tries what is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from cases.models import Obligation
from outreach.domain import heartbeats, ladder
from outreach.domain.health import probing
from tests.factories import House

if TYPE_CHECKING:
    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.practice("P27")]
LATE = "#path-alarm .banner"


def late(house: House) -> None:
    """Something was due nine minutes ago, and no worker looked at it."""
    house.now = timezone.now()
    owed = house.promise(house.case(), due_end=house.now + timedelta(minutes=30)).obligation
    at = house.now - timedelta(minutes=9)
    Obligation.objects.filter(pk=owed.pk).update(due_end=at, next_look_at=at, created_at=at - timedelta(hours=1))


def test_the_warning_comes_and_goes_on_a_page_that_stays_open(house: House, open_page: OpenPage) -> None:
    page = open_page(house.bob)
    page.goto(reverse("cases"))
    page.wait_for_selector(".nav")
    assert page.locator(LATE).count() == 0
    late(house)
    page.wait_for_selector(LATE, timeout=10_000)
    assert "Reminders are late." in page.inner_text(LATE)
    ladder.look(now=timezone.now())
    page.wait_for_selector(LATE, state="detached", timeout=10_000)


def test_a_supervisor_reads_what_is_closed_and_tries_it(house: House, open_page: OpenPage, settings: Any) -> None:
    late(house)
    heartbeats.note("beat", "beat@here", now=timezone.now() - timedelta(minutes=5))
    settings.RECOVERY = django_settings.RECOVERY | {"PAYOUT_WEBHOOK_URL": "http://127.0.0.1:1/payouts"}
    for seconds in (0, 10):
        at = timezone.now() + timedelta(seconds=seconds)
        probing.probe_due(clock=lambda at=at: at)  # type: ignore[misc]
    page = open_page(house.sue)
    page.goto(reverse("cases"))
    page.click(f"{LATE} a")
    part = page.locator("#part-payouts")
    assert "Closed" in part.inner_text()
    assert "ConnectionError" in part.inner_text()
    assert "deliver by hand" in part.inner_text()
    assert "Silent" in page.inner_text("#part-beat")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert Axe().run(page).response["violations"] == []
    settings.RECOVERY = django_settings.RECOVERY
    page.click("#part-mail button")
    page.wait_for_selector(".toast")
    assert "Mail server: open, in" in page.inner_text(".toasts")


def test_the_open_tab_is_in_sight_on_a_phone(house: House, open_page: OpenPage) -> None:
    page = open_page(house.ada, width=390, height=844)
    page.goto(reverse("setting-path"))
    tab = page.locator(".tabs [aria-current]")
    box = tab.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
