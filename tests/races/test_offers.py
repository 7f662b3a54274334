"""Answers, offers and the clock at the same moment: one effect, and the books agree."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from accounts.authority import Refused
from compensation.domain import approvals, expiring, offers, routing
from compensation.models import Approval, CounterOffer
from journal.models import Event
from tests.compensation.books import agree
from tests.factories import HOUR, MINUTE, NOW, House, again
from tests.races.beside import all_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P16")]
# a request asked at NOW has an hour left at LATE and none at OVER, when what is offered at LATE has
LATE, OVER = NOW + 47 * HOUR, NOW + 49 * HOUR


def outcome(results: list[Any]) -> Counter[str]:
    """What came of each: a refusal by its code, the clock by how many it ended, all else as done."""
    said = [
        result.code
        if isinstance(result, Refused)
        else f"{result}"
        if isinstance(result, bool | int)
        else repr(result)
        if isinstance(result, BaseException)
        else "done"
        for result in results
    ]
    return Counter(said)


def test_approve_counter_decline_and_expire_have_one_effect(house: House) -> None:
    house.usual_caps()
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=2500)
    asked = house.asked(house.heard_case(), 3000)
    came = outcome(
        all_at_once(
            [
                lambda: approvals.approve(asked, by=house.sue, now=LATE),
                lambda: approvals.approve(asked, amount_minor=100, by=house.sam, now=LATE),
                lambda: offers.counter(asked, remedy=hamper, by=house.sam, now=LATE),
                lambda: offers.counter(asked, remedy=hamper, by=house.sue, now=LATE),
                lambda: approvals.decline(asked, reason="No", by=house.sam, now=LATE),
                lambda: expiring.expire(asked, now=OVER),
            ]
        )
    )
    ended = again(asked).status
    assert came["done"] + came["1"] == 1
    assert came["done"] + came["1"] + came["0"] + came["wrong_state"] == 6, came
    assert (CounterOffer.objects.count() == 1) == (ended == "countered")
    agree()


def test_taking_up_leaving_and_expiring_have_one_effect(house: House) -> None:
    house.usual_caps()
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=2500)
    offer = offers.counter(house.asked(house.heard_case(), 3000), remedy=hamper, by=house.sue, now=NOW)
    came = outcome(
        all_at_once(
            [
                *[lambda: offers.take(offer, by=house.alice, now=NOW)] * 3,
                lambda: offers.take(offer, by=house.bob, now=NOW),
                *[lambda: offers.leave(offer, by=house.alice, now=NOW)] * 2,
                lambda: expiring.expire_on(offer.award.case, now=OVER),
            ]
        )
    )
    assert came["done"] + came["1"] == 1
    assert came["done"] + came["1"] + came["0"] + came["wrong_state"] == 7, came
    assert again(offer).status in ("taken", "not_taken", "expired")
    agree()


def test_several_sweeps_put_a_request_before_the_next_person_once(house: House) -> None:
    house.usual_caps()
    house.caps(house.sam, award=40000)
    asked = house.asked(house.heard_case(), 3000)
    came = outcome(all_at_once([lambda: routing.go_up(asked, now=NOW + 5 * MINUTE)] * 6))
    assert (came["True"], came["False"]) == (1, 5), came
    assert Event.objects.filter(type="approval.routed", subject_id=asked.pk).count() == 2
    assert Approval.objects.get(pk=asked.pk).routed_to == house.sam
    agree()


def test_a_sweep_and_an_answer_do_not_wait_for_each_other_in_a_circle(house: House) -> None:
    house.usual_caps()
    house.caps(house.sam, award=40000)
    for _ in range(3):
        asked = house.asked(house.heard_case(), 3000)
        came = outcome(
            all_at_once(
                [
                    lambda asked=asked: routing.go_up(asked, now=NOW + 5 * MINUTE),
                    lambda asked=asked: approvals.approve(asked, by=house.sue, now=NOW + 5 * MINUTE),
                ]
            )
        )
        assert came["done"] == 1, came
    agree()
