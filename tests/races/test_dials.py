"""Many presses of one button: one line rings."""

from __future__ import annotations

from typing import Any

import pytest

from journal.models import Event
from outreach.domain.dialing import dials, phones, tending
from outreach.domain.dialing.port import Heard
from outreach.enums import DialStatus
from outreach.models import Dial, DialEvent
from tests.factories import NOW, House, again
from tests.races.test_calls import TOGETHER, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P23")]


@pytest.fixture
def ringing(house: House) -> House:
    phones.choose_phone(house.alice, dialer="baresip", address="127.0.0.1:4444", by=house.alice, now=NOW)
    return house


def test_one_key_pressed_at_once_is_one_dial(ringing: House) -> None:
    customer = ringing.customer()

    def press() -> Any:
        return dials.dial(customer, key="k", by=ringing.alice, now=NOW).dial.pk

    assert len(set(together([press] * TOGETHER))) == 1
    assert Dial.objects.count() == 1
    assert Event.objects.filter(type="dial.started").count() == 1


def test_a_person_has_one_line_however_many_windows(ringing: House) -> None:
    customers = [ringing.customer(f"Customer {number}") for number in range(TOGETHER)]

    def press(number: int) -> Any:
        return dials.dial(customers[number], key=f"k{number}", by=ringing.alice, now=NOW).new

    said = together([lambda number=number: press(number) for number in range(TOGETHER)])
    assert sorted(map(str, said)) == ["True"] + ["line_in_use"] * (TOGETHER - 1)


def test_a_dial_is_followed_by_one(ringing: House) -> None:
    dials.dial(ringing.customer(), key="k", by=ringing.alice, now=NOW)
    claimed = together([lambda: len(tending.claim(now=NOW, limit=5))] * TOGETHER)
    assert sum(claimed) == 1


def test_a_callback_told_at_once_and_again_is_one_event(ringing: House) -> None:
    dial = dials.dial(ringing.customer(), key="k", by=ringing.alice, now=NOW).dial
    together([lambda: dials.hear(dial, Heard(DialStatus.BUSY, "same", ended=True), now=NOW)] * TOGETHER)
    assert (again(dial).status, DialEvent.objects.count()) == ("busy", 1)
    assert Event.objects.filter(type="dial.ended").count() == 1
