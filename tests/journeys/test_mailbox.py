"""A customer writes, is heard, writes again; and a supervisor finds what was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from cases.models import Case
from outreach.domain.mailbox import handling, imap
from outreach.models import InboundMail, Mailbox
from tests.factories import House
from tests.harness.imap import Box
from tests.journeys.looks import faults
from tests.outreach.mailbox.letters import letter

if TYPE_CHECKING:
    from tests.harness.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.practice("P9", "P12")]
LONG = "Maximiliane-Eugénie von Lindqvist-Habsburg zu Hohenzollern-Sigmaringen"


@pytest.fixture(autouse=True)
def _whose(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop"}}


def come_in(box: Box, *mails: bytes) -> None:
    """Mail reaches the mailbox, and a moment later us."""
    for mail in mails:
        box.put(mail, arrived=timezone.now())
    Mailbox.objects.update(next_at=timezone.now())
    imap.read_mailbox(clock=timezone.now)
    handling.handle_due(clock=timezone.now)


def mails(box: Box) -> InboundMail:
    """Something of each kind in the mailbox; returns one to look at."""
    come_in(
        box,
        letter("The parcel never came."),
        letter("Still nothing.", subject="Re: Where is my parcel?"),
        letter("A complaint " * 40, sender="Alice <alice@example.com>", subject=f"FW: {LONG}: the parcel of last week"),
        letter("Buy now", sender="eve@example.com", X_Spam_Flag="YES"),
        letter("Gone", sender="MAILER-DAEMON@mx.example.com", subject="Undelivered"),
        letter("Word" * 100, sender=f'"{LONG}" <{"x" * 50}@example.com>', Precedence="bulk", subject="Word" * 30),
    )
    return InboundMail.objects.get(fate="colleague")


def test_a_customer_writes_is_heard_and_writes_again(house: House, box: Box, open_page: OpenPage) -> None:
    come_in(box, letter("My parcel never came."))
    case = Case.objects.get()
    assert case.owner is not None
    page = open_page(case.owner)
    page.goto("/")
    page.get_by_role("link", name="Where is my parcel?").first.click()
    page.get_by_text("My parcel never came.").first.wait_for()
    come_in(box, letter("It is the blue one.", subject=f"Re: {case.reference}"))
    page.get_by_text("It is the blue one.").first.wait_for()  # shown without a reload
    assert page.get_by_text("wrote an email").count() == 1


def test_a_supervisor_finds_what_was_set_aside_and_places_it(house: House, box: Box, open_page: OpenPage) -> None:
    mails(box)
    page = open_page(house.sue)
    page.goto("/settings/mailbox")
    page.get_by_role("link", name="FW:").click()
    page.get_by_text("A colleague wrote it or passed it on").wait_for()
    page.get_by_label("Their email address").fill("zoe@example.com")
    page.get_by_label("What they are called").fill("Zoë Quinn")
    page.get_by_role("button", name="Log it and open a case").click()
    page.wait_for_url("**/cases/RC-*")
    page.get_by_text("Zoë Quinn").first.wait_for()


@pytest.mark.only("sqlite")
def test_its_screens_are_for_everybody(house: House, box: Box, open_page: OpenPage) -> None:
    row, found, page = mails(box), list[str](), open_page(house.sue)
    for address in ("/settings/mailbox?show=all", "/settings/mailbox", f"/settings/mailbox/{row.pk}"):
        page.goto(address)
        found += faults(page, address)
    assert not found, "\n".join(found)
