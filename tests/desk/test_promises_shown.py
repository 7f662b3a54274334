"""Promises on the screens of a rep: as windows, on both clocks, whose they are, and how another time is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.domain import covering
from cases.models import Promise
from tests.factories import DAY, HOUR, House, again

pytestmark = pytest.mark.practice("P7")


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_somebody_covers_says_so_on_the_case_and_on_the_desk(house: House) -> None:
    now = timezone.now()
    case = house.case(now=now)
    house.promise(case, by=house.bob, due_start=now + DAY, due_end=now + DAY + HOUR, now=now, what="Ring her")
    User.objects.filter(pk=house.bob.pk).update(working_state="left")
    covering.cover_all(now=now)
    alice = browser(house.alice)
    page = alice.get(f"/cases/{case.reference}").content.decode()
    assert "for Bob, who is not there" in page
    assert "What was owed went to somebody who is there: Ring her" in page
    assert "<b>for Bob</b>" in alice.get("/").content.decode()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("next Wednesday 9-11", 'between 09:00 and 11:00 <span class="mut">in Denver</span>'),
        ("next Sunday 10:00", "The shop is closed then"),
        ("whenever", "is not a time we can read"),
        ("2020-01-01", "This time has passed"),
        ("", ""),
    ],
)
def test_a_time_is_read_back_as_it_is_typed(house: House, said: str, shown: str) -> None:
    case = house.case()
    answer = browser(house.alice).get(f"/cases/{case.reference}/when", {"said": said, "zone": "America/Denver"})
    assert answer.status_code == 200
    assert shown in answer.content.decode()
    assert not Promise.objects.exists()


def test_a_strangers_case_reads_no_times(house: House) -> None:
    assert browser(house.charlie).get(f"/cases/{house.case().reference}/when", {"said": "noon"}).status_code == 404


def test_a_promise_in_words_is_kept_as_a_window_and_warned_of(house: House) -> None:
    case = house.case()
    alice = browser(house.alice)
    answer = alice.post(f"/cases/{case.reference}/promise", {"due": "other", "said": "next Sunday 9-11"}, follow=True)
    owed = Promise.objects.get().obligation
    assert owed.due_start is not None
    assert owed.due_end - owed.due_start == timedelta(hours=2)
    assert "The shop is closed then" in answer.content.decode()


@pytest.mark.parametrize(("agreed", "status"), [({"agreed": "yes"}, "renegotiated"), ({}, "missed")])
def test_moving_asks_whether_they_agreed(house: House, agreed: dict[str, str], status: str) -> None:
    now = timezone.now()
    case = house.case(now=now)
    promise = house.promise(case, due_end=now + DAY, now=now)
    address = f"/cases/{case.reference}/promises/{promise.pk}/move"
    answer = browser(house.alice).post(address, {"said": "in 3 days", **agreed}, follow=True)
    assert again(promise).status == status
    said = "Moved, as you agreed." if status == "renegotiated" else "The one before counts as missed."
    assert said in answer.content.decode()


def test_a_time_that_cannot_be_read_is_refused_and_nothing_is_promised(house: House) -> None:
    case = house.case()
    answer = browser(house.alice).post(f"/cases/{case.reference}/promise", {"due": "other", "said": "3/4"})
    assert answer.status_code == 422
    assert "is not a time we can read" in answer.content.decode()
    assert not Promise.objects.exists()
