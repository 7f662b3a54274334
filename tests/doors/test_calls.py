"""Each refusal around a follow-up call, through the browser, the API and the clock: the same code, and nothing written."""

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

from accounts.models import User
from journal.models import Event
from outreach.domain import calls
from outreach.models import CallAttempt, FollowUpCall
from outreach.tasks import dispatch_calls
from tests.api.conftest import Api
from tests.factories import NOW, House, away
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]

AT_NIGHT = "2026-03-11T06:00:00Z"
Spoil = Callable[[Outreach, FollowUpCall], Any]


def nothing(outreach: Outreach, call: FollowUpCall) -> None:
    """The call waits, as it was planned."""


def with_alice(outreach: Outreach, call: FollowUpCall) -> None:
    calls.take(call, by=outreach.house.alice, now=NOW)


def with_bob(outreach: Outreach, call: FollowUpCall) -> None:
    calls.take(call, by=outreach.house.bob, now=NOW)


def do_not_call(outreach: Outreach, call: FollowUpCall) -> None:
    type(call.customer).objects.update(do_not_call=True)


def not_in_group(outreach: Outreach, call: FollowUpCall) -> None:
    User.objects.update(takes_calls=False)


def done(outreach: Outreach, call: FollowUpCall) -> None:
    outreach.outcome(outreach.taken(call), "turned_around")


def tried(outreach: Outreach, call: FollowUpCall) -> None:
    outreach.outcome(outreach.taken(call), "no_answer")


TURNED = {"outcome": "turned_around", "what_went_wrong": "Nobody called"}
REFUSALS: list[tuple[str, dict[str, str], Spoil, Any, str]] = [
    ("take", {}, with_bob, NOW, "with_a_colleague"),
    ("take", {}, do_not_call, NOW, "do_not_call"),
    ("take", {}, not_in_group, NOW, "not_in_call_group"),
    ("take", {}, done, NOW, "wrong_state"),
    ("take", {}, tried, NOW + timedelta(hours=1), "too_soon"),
    ("take", {}, nothing, AT_NIGHT, "outside_hours"),
    ("outcome", TURNED, nothing, NOW, "take_first"),
    ("outcome", TURNED, with_bob, NOW, "with_a_colleague"),
    ("outcome", TURNED, done, NOW, "wrong_state"),
    ("outcome", {"outcome": "turned_around"}, with_alice, NOW, "words_needed"),
]


def state() -> tuple[Any, ...]:
    rows = FollowUpCall.objects.order_by("id").values_list("status", "rep", "attempts_made", "version")
    return list(rows), CallAttempt.objects.count(), Event.objects.count()


@pytest.mark.parametrize(("verb", "body", "spoil", "at", "code"), REFUSALS)
def test_browser_and_api_refuse_alike_and_write_nothing(
    outreach: Outreach, verb: str, body: dict[str, str], spoil: Spoil, at: Any, code: str
) -> None:
    with time_machine.travel(NOW, tick=False):
        call = outreach.call()
        spoil(outreach, call)
    with time_machine.travel(at, tick=False):
        api, browser = Api(outreach.house.alice), Client()
        browser.force_login(outreach.house.alice, backend=settings.AUTHENTICATION_BACKENDS[0])
        before = state()
        told = api.post(f"follow-up-calls/{call.pk}/{verb}/", body)
        shown = browser.post(f"/calls/{call.pk}/{verb}", body)
    assert told.json()["code"] == code
    assert shown.status_code == 422
    page = html.unescape(shown.content.decode())
    assert told.json()["detail"] in page
    if verb == "take":
        assert re.search(r'data-refused="(.*?)"', page).group(1) == code  # type: ignore[union-attr]
    assert state() == before


@pytest.mark.parametrize("spoil", [do_not_call, not_in_group, with_bob, done, tried])
def test_the_clock_gives_out_nothing_that_a_rep_could_not_take(outreach: Outreach, spoil: Spoil) -> None:
    with time_machine.travel(NOW, tick=False):
        call = outreach.call()
        spoil(outreach, call)
        assert dispatch_calls() == 0


def test_the_clock_gives_out_nothing_at_night_or_to_who_is_away(house: House, outreach: Outreach) -> None:
    with time_machine.travel(NOW, tick=False):
        outreach.call()
    with time_machine.travel(AT_NIGHT, tick=False):
        assert dispatch_calls() == 0
    for rep in (house.alice, house.bob):
        away(rep)
    with time_machine.travel(NOW, tick=False):
        assert dispatch_calls() == 0
