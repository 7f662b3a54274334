"""The screen of calls: what it shows, what it takes, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import User
from outreach.domain import calls, dispatching
from outreach.enums import CallStatus
from outreach.models import CallAttempt, FollowUpCall
from tests.factories import NOW, House, again
from tests.outreach.conftest import Counted, Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def alice(outreach: Outreach) -> Client:
    return signed_in(outreach.house.alice)


def page(client: Client, path: str = "/calls") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_an_empty_screen_teaches_and_waits_for_the_first_call(alice: Client) -> None:
    shown = page(alice)
    assert "Nobody waits for a call" in shown
    assert 'hx-get="/calls/now"' in shown


def test_the_next_call_shows_whom_why_what_to_ask_and_the_number(outreach: Outreach, alice: Client) -> None:
    house = outreach.house
    case = house.case()
    outreach.taken(outreach.call(case=case, comment="I was promised a call and waited all day"))
    shown = page(alice)
    for part in (
        "Dana Okafor",
        "I was promised a call and waited all day",
        "To be settled:",
        case.reference,
        "Charged twice for one order",
        'href="tel:+13035550142"',
        "what went wrong?",
        "If nobody answers, we try again",
        'value="turned_around"',
        'data-key="6"',
        "09:00",
    ):
        assert part in shown, part
    assert "calls/now" not in shown, "what is being written in must not be swapped away"


def test_a_call_that_waits_is_taken_in_one_press(outreach: Outreach, alice: Client) -> None:
    call = outreach.call()
    assert "Take the next call" in page(alice)
    taken = alice.post("/calls/next", follow=True)
    assert again(call).rep == outreach.house.alice
    assert "tel:+13035550142" in taken.content.decode()


def test_one_from_the_list_is_taken_and_a_colleague_sees_why_they_cannot(outreach: Outreach, alice: Client) -> None:
    call = outreach.call()
    alice.post(f"/calls/{call.pk}/take")
    bob = signed_in(outreach.house.bob)
    shown = page(bob, f"/calls/{call.pk}")
    assert "Alice has this call." in shown
    assert "tel:" not in shown, "two people would call them at once"
    refused = bob.post(f"/calls/{call.pk}/take")
    assert (refused.status_code, "Alice has this call." in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("outcome", "where", "said"),
    [
        ("turned_around", "/calls", "Turned around"),
        ("no_answer", "/calls", "We try again on Tuesday at 12:00 their time."),
        ("not_turned_around", "/cases/", "put it right from here"),
        ("refused", "/calls", "not be called about this again"),
        ("wrong_number", "/calls", "last try"),
    ],
)
def test_each_outcome_leads_on(outreach: Outreach, alice: Client, outcome: str, where: str, said: str) -> None:
    call = outreach.taken()
    done = alice.post(
        f"/calls/{call.pk}/outcome", {"outcome": outcome, "what_went_wrong": "Nobody called"}, follow=True
    )
    assert done.redirect_chain[0][0].startswith(where)
    assert said in done.content.decode()
    assert CallAttempt.objects.get().outcome == outcome


def test_a_refusal_stands_beside_its_field_and_no_word_is_lost(outreach: Outreach, alice: Client) -> None:
    call = outreach.taken()
    answer = alice.post(f"/calls/{call.pk}/outcome", {"outcome": "turned_around", "what_would_help": "A real person"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "that is what the call is for" in shown
    assert "A real person" in shown
    assert not CallAttempt.objects.exists()


def test_a_stranger_finds_nothing_and_the_uninvited_hear_why(outreach: Outreach) -> None:
    call = outreach.call()
    charlie = signed_in(outreach.house.charlie)
    for path in (f"/calls/{call.pk}", f"/calls/{call.pk}/take", f"/calls/{call.pk}/outcome"):
        method = charlie.get if path.endswith(str(call.pk)) else charlie.post
        assert method(path).status_code == 404
    assert "You are not in the call group" in page(signed_in(outreach.house.sue))
    assert Client().get("/calls").status_code == 302


def test_outside_the_hours_the_number_is_not_offered(outreach: Outreach, alice: Client) -> None:
    call = outreach.taken()
    with time_machine.travel("2026-03-11T04:00:00Z", tick=False):
        shown = page(signed_in(outreach.house.alice), f"/calls/{call.pk}")
    assert "Do not call now." in shown
    assert "tel:" not in shown


def test_the_lists_answer_with_an_etag_and_change_when_a_call_comes(outreach: Outreach, alice: Client) -> None:
    first = alice.get("/calls/lists")
    assert alice.get("/calls/lists", headers={"If-None-Match": first["ETag"]}).status_code == 304
    outreach.call()
    dispatching.dispatch(now=NOW)
    assert alice.get("/calls/lists", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert "tel:+13035550142" in alice.get("/calls/now").content.decode()


def test_a_finished_call_tells_how_it_went(outreach: Outreach, alice: Client) -> None:
    call = outreach.taken()
    outreach.outcome(call, "turned_around")
    shown = page(alice, f"/calls/{call.pk}")
    assert "Nobody called back" in shown
    assert 'value="turned_around"' not in shown


def test_words_of_customers_are_shown_as_words(outreach: Outreach, alice: Client) -> None:
    outreach.taken(outreach.call(comment="<script>alert(1)</script>"))
    assert "<script>alert" not in page(alice)


def test_the_number_of_queries_does_not_grow_with_the_calls(
    house: House, outreach: Outreach, alice: Client, queries_of: Counted
) -> None:
    calls.take(outreach.call(), by=house.alice, now=NOW)
    outreach.call()
    few = queries_of(lambda: page(alice))
    for number in range(8):
        outreach.call(house.customer(f"Customer {number}", jurisdiction="US"))
    assert FollowUpCall.objects.filter(status=CallStatus.PLANNED).count() == 9
    assert queries_of(lambda: page(alice)) <= few
    assert few <= 30
