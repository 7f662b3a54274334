"""Each refusal around dialing, through the browser and the API: the same code, and nothing written."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from cases.models import Customer, CustomerPhone
from journal.models import Event
from outreach.domain.dialing import dials, phones
from outreach.models import Dial, FollowUpCall
from tests.api.conftest import Api
from tests.factories import NOW
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]

AT_NIGHT = NOW + timedelta(hours=14)
Spoil = Callable[[Outreach, FollowUpCall], Any]


def nothing(outreach: Outreach, call: FollowUpCall) -> None:
    """The call waits, as it was planned."""


def with_alice(outreach: Outreach, call: FollowUpCall) -> None:
    outreach.taken(call)


def with_bob(outreach: Outreach, call: FollowUpCall) -> None:
    outreach.taken(call, by=outreach.house.bob)


def do_not_call(outreach: Outreach, call: FollowUpCall) -> None:
    outreach.taken(call)
    Customer.objects.update(do_not_call=True)


def no_number(outreach: Outreach, call: FollowUpCall) -> None:
    outreach.taken(call)
    CustomerPhone.objects.update(wrong=True)


def rings_already(outreach: Outreach, call: FollowUpCall) -> None:
    alice = outreach.house.alice
    outreach.taken(call)
    phones.choose_phone(alice, dialer="baresip", address="127.0.0.1:4444", by=alice, now=NOW)
    dials.dial(call.customer, key="before", by=alice, now=NOW)


REFUSALS: list[tuple[dict[str, str], Spoil, Any, str]] = [
    ({}, nothing, NOW, "take_first"),
    ({}, with_bob, NOW, "with_a_colleague"),
    ({}, with_alice, AT_NIGHT, "outside_hours"),
    ({}, do_not_call, NOW, "do_not_call"),
    ({}, no_number, NOW, "no_phone"),
    ({"to": "+13035550199"}, with_alice, NOW, "other_phone"),
    ({}, rings_already, NOW, "line_in_use"),
    ({"key": "before"}, rings_already, NOW, "key_used"),
    ({"key": "nicht für uns"}, with_alice, NOW, "invalid"),
]


def state() -> tuple[Any, ...]:
    return list(Dial.objects.order_by("id").values_list("key", "status")), Event.objects.count()


@pytest.mark.parametrize(("body", "spoil", "at", "code"), REFUSALS)
def test_browser_and_api_refuse_alike_and_write_nothing(
    outreach: Outreach, body: dict[str, str], spoil: Spoil, at: Any, code: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        call = outreach.call()
        spoil(outreach, call)
    with time_machine.travel(at, tick=False):
        api, browser = Api(outreach.house.alice), Client()
        browser.force_login(outreach.house.alice, backend=settings.AUTHENTICATION_BACKENDS[0])
        before = state()
        told = api.post("dials/", {"follow_up_call": call.pk, "key": "now", **body})
        shown = browser.post(f"/calls/{call.pk}/dial", {"key": "now", **body})
    assert told.json()["code"] == code
    assert shown.status_code == 422
    page = html.unescape(shown.content.decode())
    assert told.json()["detail"] in page
    assert re.search(r'data-refused="(.*?)"', page).group(1) == code  # type: ignore[union-attr]
    assert state() == before
