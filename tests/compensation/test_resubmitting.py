"""Asking again: with something new, of whoever declined, and within one's own caps not asking at all."""

from __future__ import annotations

from typing import Any

import pytest

from compensation.domain import approvals, expiring, offers, resubmitting
from compensation.models import Approval, Award
from tests.compensation.books import agree, refusal
from tests.factories import HOUR, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


@pytest.fixture
def declined(house: House) -> Approval:
    house.usual_caps()
    approval = house.asked(house.heard_case(), 3000)
    return approvals.decline(approval, reason="Too much for a late parcel", by=house.sam, now=NOW)


def resubmit(house: House, approval: Approval, **given: Any) -> Award:
    return resubmitting.resubmit(approval, **{"by": house.alice, "now": NOW + HOUR} | given)


def test_it_goes_to_whoever_declined_it(house: House, declined: Approval) -> None:
    award = resubmit(house, declined, amount_minor=2500)
    assert (award.status, award.approval.resubmits, award.approval.routed_to) == (
        "awaiting_approval",
        declined,
        house.sam,
    )
    assert refusal(resubmit, house, declined, amount_minor=2600) == "wrong_state"
    agree()


def test_what_fits_ones_own_caps_by_now_is_simply_given(house: House, declined: Approval) -> None:
    assert resubmit(house, declined, amount_minor=1500).status == "delivered"
    agree()


def test_another_remedy_may_be_asked_for(house: House, declined: Approval) -> None:
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=2500)
    award = resubmit(house, declined, remedy=hamper)
    assert (award.remedy, award.status, award.approval.resubmits) == (hamper, "awaiting_approval", declined)


@pytest.mark.parametrize("given", [{}, {"note": "  "}, {"amount_minor": 3000}])
def test_something_has_to_be_new(house: House, declined: Approval, given: dict[str, Any]) -> None:
    assert refusal(resubmit, house, declined, **given) == "nothing_new"
    assert resubmit(house, declined, **given | {"note": "It was their wedding"}).cost_minor == 3000


def test_only_whoever_asked_asks_again(house: House, declined: Approval) -> None:
    assert refusal(resubmit, house, declined, note="Please", by=house.bob) == "not_yours"
    assert refusal(resubmit, house, declined, note="Please", by=house.sue) == "not_yours"
    assert refusal(resubmit, house, declined, note="Please", by=house.charlie) == "out_of_reach"


def test_not_while_it_waits_nor_once_it_was_approved(house: House) -> None:
    house.usual_caps()
    waits = house.asked(house.heard_case(), 3000)
    assert refusal(resubmit, house, waits, note="Please") == "wrong_state"
    approvals.approve(waits, by=house.sue, now=NOW)
    assert refusal(resubmit, house, waits, note="Please") == "wrong_state"


def test_what_expired_may_be_asked_for_again_and_what_was_countered_once_the_offer_is_left(house: House) -> None:
    house.usual_caps()
    expired = house.asked(house.heard_case(), 3000)
    expiring.expire(expired, now=NOW + 48 * HOUR)
    assert resubmit(house, again(expired), note="Still here", now=NOW + 49 * HOUR).status == "awaiting_approval"
    countered = house.asked(house.heard_case(), 3000)
    offer = offers.counter(countered, remedy=house.remedy("hamper", cost_minor=2500), by=house.sue, now=NOW)
    assert refusal(resubmit, house, countered, note="Please") == "offer_open"
    offers.leave(offer, by=house.alice, now=NOW)
    award = resubmit(house, countered, note="They do not drink")
    assert (award.approval.resubmits, award.approval.routed_to) == (countered, house.sue)
    agree()


def test_the_version_of_the_case_may_be_said(house: House, declined: Approval) -> None:
    assert refusal(resubmit, house, declined, note="Please", version=1) == "changed_meanwhile"
    now = again(declined.award.case).version
    assert resubmit(house, declined, note="Please", version=now).status == "awaiting_approval"
