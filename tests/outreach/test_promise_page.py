"""The page that a promise's link leads to: no sign-in, no JavaScript, always a time to choose."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.domain.links import token
from cases.domain import promises
from cases.models import Message, Promise
from journal.models import Event
from outreach.domain import delivery
from tests.factories import DAY, HOUR, NOW, House, again

pytestmark = [pytest.mark.practice("P7"), pytest.mark.practice("P27")]


@pytest.fixture
def promise(house: House) -> Promise:
    now = timezone.now()
    case = house.case(house.customer(emails=["maria@example.com"]))
    return house.promise(case, due_end=now + 3 * DAY, now=now)


def at(promise: Promise) -> str:
    return f"/p/{token('promise', promise.pk)}"


def shown(client: Any, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, answer.content.decode()


def coming(weekday: int) -> str:
    """The day of the week (0 is Monday) that is three to nine days ahead, as browsers send it."""
    ahead = timezone.now().date() + 3 * DAY
    return (ahead + timedelta(days=(weekday - ahead.weekday()) % 7)).isoformat()


def first_slot(page: str) -> str:
    found = re.search(r'name="slot"\s+value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_mail_leads_to_the_page(promise: Promise) -> None:
    Message.objects.filter(kind="opening_notice").delete()
    delivery.deliver_messages(clock=lambda: timezone.now())
    (letter,) = mail.outbox
    found = re.search(r"http\S+/p/\S+", str(letter.body))
    assert found
    assert found[0].endswith(at(promise))
    status, page = shown(Client(), at(promise))
    assert status == 200
    assert "Alice will call you" in page
    assert "in Denver" in page


def test_a_customer_chooses_one_of_the_times_without_signing_in(promise: Promise) -> None:
    client = Client(enforce_csrf_checks=True)
    _, page = shown(client, at(promise))
    answer = client.post(
        at(promise),
        {"slot": first_slot(page), "csrfmiddlewaretoken": client.cookies["csrftoken"].value, "words": "Ring twice"},
    )
    assert (answer.status_code, answer["Location"]) == (302, f"{at(promise)}?done")
    assert again(promise).status == "renegotiated"
    status, page = shown(client, answer["Location"])
    assert status == 200
    assert "Thank you" in page


def test_the_times_stand_on_the_customers_clock(promise: Promise) -> None:
    _, page = shown(Client(), at(promise))
    begins = datetime.fromisoformat(first_slot(page)).astimezone(ZoneInfo("America/Denver"))
    assert f"<span>{begins:%H:%M} to {begins + 2 * HOUR:%H:%M}</span>" in page


def test_a_customer_names_a_day_and_a_time_of_their_own_which_go_before_a_chosen_one(promise: Promise) -> None:
    wednesday, client = coming(2), Client()
    _, page = shown(client, at(promise))
    answer = client.post(at(promise), {"slot": first_slot(page), "day": wednesday, "time": "10:15"})
    assert answer.status_code == 302
    owed = Promise.objects.get(follows=promise).obligation
    assert (
        owed.due_end.astimezone(ZoneInfo("America/Denver")).replace(tzinfo=None).isoformat() == f"{wednesday}T10:15:00"
    )
    assert owed.due_start is None


def test_their_own_time_goes_before_a_window_that_has_passed_meanwhile(promise: Promise) -> None:
    answer = Client().post(at(promise), {"slot": "2020-01-01T00:00:00+00:00", "day": coming(2), "time": "10:15"})
    assert (answer.status_code, again(promise).status) == (302, "renegotiated")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose one of the times"),
        ({"slot": "2020-01-01T00:00:00+00:00"}, "has just gone"),
        ({"day": "tomorrow", "time": "11:00"}, "no day that we can read"),
        ({"day": "3/4/2026", "time": "11:00"}, "no day that we can read"),
        ({"day": coming(2), "time": "in the morning"}, "no time that we can read"),
        ({"day": coming(2)}, "At what time?"),
        ({"time": "11:00"}, "Which day is it?"),
        ({"day": "2020-01-01", "time": "10:00"}, "has passed"),
        ({"day": "9999-12-31", "time": "23:59"}, "could not take that time"),
        ({"day": "2999-01-01", "time": "10:00"}, "more than a year ahead"),
        ({"day": coming(6), "time": "10:00"}, "We are here Monday to Friday, 08:00 to 20:00 in "),
        ({"day": coming(2), "time": "11:00", "words": "w" * 1001}, "at most 1000 characters"),
    ],
)
def test_what_cannot_be_chosen_is_said_beside_it_with_times_to_choose_and_nothing_is_lost(
    promise: Promise, given: dict[str, str], said: str
) -> None:
    events = Event.objects.count()
    answer = Client().post(at(promise), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'name="slot"' in page
    assert all(value in page for value in given.values() if not value.startswith("2020-01-01T"))
    assert (Event.objects.count(), again(promise).status) == (events, "open")


@pytest.mark.parametrize("forged", ["7", "7~abc", "x", "~", "7~" + "a" * 43, "%00", "💥", "-1~x"])
def test_a_token_that_we_never_made_leads_to_a_page_that_says_what_to_do(promise: Promise, forged: str) -> None:
    for answer in (Client().get(f"/p/{forged}"), Client().post(f"/p/{forged}", {"day": coming(2), "time": "11:00"})):
        assert answer.status_code == 404
        assert "answer that message, or call us" in answer.content.decode()


def test_the_token_of_a_survey_opens_no_promise(promise: Promise) -> None:
    assert Client().get(f"/p/{token('survey', promise.pk)}").status_code == 404


def test_looking_changes_nothing_so_that_a_mail_scanner_may_look(promise: Promise) -> None:
    events = Event.objects.count()
    for answer in (Client().get(at(promise)), Client().head(at(promise)), Client().get(f"{at(promise)}?done")):
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
    assert Event.objects.count() == events


def test_the_page_names_nobody_at_fault_and_tells_nothing_of_the_case(house: House) -> None:
    now = timezone.now()
    case = house.case(our_words="Bob charged her twice", originator_kind="person", originator=house.bob)
    promise = house.promise(case, due_end=now + DAY, now=now, what="Explain what Bob did")
    _, page = shown(Client(), at(promise))
    assert "Bob" not in page
    assert case.customer.preferred_name not in page
    assert "+1303" not in page


def test_one_that_is_late_says_sorry_and_offers_times(house: House) -> None:
    promise = house.promise(house.case(), due_end=NOW + HOUR)  # long past
    status, page = shown(Client(), at(promise))
    assert status == 200
    assert "We are late, and we are sorry" in page
    assert Client().post(at(promise), {"slot": first_slot(page)}).status_code == 302
    assert again(promise).status == "missed"


def test_a_kept_promise_is_no_dead_end(house: House) -> None:
    promise = house.promise(house.case())
    promises.keep(promise, by=house.alice, now=NOW)
    status, page = shown(Client(), at(promise))
    assert status == 200
    assert "We were in touch on Tuesday, March 10" in page
    assert Client().post(at(promise), {"slot": first_slot(page)}).status_code == 302
    assert Promise.objects.get(status="open").obligation.what == "Call back: they asked for it"
