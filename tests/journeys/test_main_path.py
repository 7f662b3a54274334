"""The main job from end to end, a rep and a supervisor each at a window, with a real worker and clock behind them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from cases.models import Case, Obligation
from compensation.domain.reconcile import differences
from compensation.models import Award
from journal.models import Event
from tests.factories import House

if TYPE_CHECKING:
    from tests.harness.browser import OpenPage
    from tests.harness.processes import Celery

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# The clock ticks every second and the desk asks every three; the rest is a slow machine's.
REMINDED_WITHIN = 60_000 + 20_000

STORY = [
    "customer.added",
    "incident.logged",
    "case.opened",
    "case.acknowledged",
    "award.requested",
    "award.approved",
    "promise.made",
    "reminder.rung",
    "promise.kept",
    "incident.cause_found",
    "case.closed",
]


@pytest.mark.practice("P7")
@pytest.mark.practice("P10")
@pytest.mark.practice("P16")
@pytest.mark.practice("P24")
def test_a_mistake_is_logged_put_right_called_back_about_and_closed(
    house: House, open_page: OpenPage, celery_worker_process: Celery
) -> None:
    house.now = timezone.now()
    house.usual_caps()
    house.remedy("refund", name="Refund")
    house.cause("Double booking in the till")
    rep, supervisor = open_page(house.alice), open_page(house.sue)

    rep.goto("/log?new=1&q=Ngozi")
    rep.fill("#log_new_name", "Ngozi Adeyemi-Featherstonehaugh")
    rep.fill("#log_new_email", "ngozi@example.com")
    rep.fill("#log_customer_words", "You charged me twice, and nobody answers the phone.")
    rep.get_by_role("button", name=re.compile("Log it")).click()
    rep.wait_for_url(re.compile(r"/cases/RC-"))
    case = Case.objects.get()
    assert (case.owner, case.customer.preferred_name) == (house.alice, "Ngozi Adeyemi-Featherstonehaugh")

    feelings = rep.locator("#feelings")
    feelings.get_by_label("Frustrated").check()
    feelings.get_by_label("They said that is right").check()
    feelings.get_by_role("button", name="Acknowledge").click()
    rep.wait_for_selector("#case-steps [aria-current=step]:has-text('Remedy')")

    remedies = rep.locator("#remedies")
    remedies.locator(".offer", has_text="Refund").locator("input[type=radio]").check()
    remedies.get_by_label("Amount of Refund").fill("45.00")
    remedies.get_by_role("button", name="Ask for it").click()
    rep.wait_for_selector("#case-awards [data-status=awaiting_approval]")

    supervisor.goto("/approvals")
    supervisor.wait_for_selector("text=Alice asks")
    supervisor.keyboard.press("j")
    supervisor.keyboard.press("a")
    rep.wait_for_selector("#case-awards [data-status=delivered]")
    rep.wait_for_selector("#case-next:has-text('Promise')")
    award = Award.objects.get()
    assert (award.cost_minor, award.spender) == (4500, house.sue)

    # A promise is reminded of ten minutes before: at the next full minute, while we watch.
    wall = (timezone.now() + timedelta(minutes=11)).astimezone(case.customer.zone)
    form = rep.locator("form", has=rep.get_by_role("button", name="Promise it")).first
    form.get_by_label("another time", exact=True).check()
    form.locator("input[name=said]").fill(f"{wall:%H:%M}")
    form.get_by_text("in New York", exact=True).wait_for()  # read back as it is typed
    form.locator("input[name=what]").fill("Say that the money is on its way")
    form.get_by_role("button", name="Promise it").click()
    rep.wait_for_selector("#case-promises article")
    rep.locator("nav a[href='/']").first.click()
    rep.wait_for_selector("text=Say that the money is on its way")
    rep.wait_for_selector("text=In 10 min: Say that the money is on its way", timeout=REMINDED_WITHIN)

    rep.goto(f"/cases/{case.reference}")
    rep.get_by_role("button", name="Kept: they heard from me").first.click()
    rep.wait_for_selector("#case-steps [aria-current=step]:has-text('Cause')")
    cause = rep.locator("form", has=rep.get_by_role("button", name="Keep the cause")).first
    cause.get_by_label("Cause", exact=True).select_option(label="Double booking in the till")
    cause.get_by_role("button", name="Keep the cause").click()
    rep.wait_for_selector("#case-steps [aria-current=step]:has-text('Close')")
    closing = rep.locator("form", has=rep.get_by_role("button", name="Close the case")).first
    closing.get_by_label("Put right", exact=True).check()
    closing.get_by_role("button", name="Close the case").click()
    rep.wait_for_selector("#case-next:has-text('Closed')")

    case.refresh_from_db()
    assert (case.status, case.outcome, case.handoff_count) == ("closed", "put_right", 0)
    assert not Obligation.objects.filter(status="open").exists()
    told = set(Event.objects.filter(customer=case.customer).values_list("type", flat=True))
    assert set(STORY) <= told
    assert differences() == []
