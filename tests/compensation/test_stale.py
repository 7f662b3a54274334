"""What nobody answered in time holds nothing: an award or an answer takes it out of its way, and gauges never counted it."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from compensation.domain import approvals, deputies, offers
from compensation.domain.gauges import alone, gauges
from compensation.enums import Axis
from compensation.models import Approval, CapCounter, CounterOffer
from tests.compensation.books import agree, refusal
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
LATER = NOW + 49 * HOUR


@pytest.mark.parametrize("axis", ["customer", "team"])
def test_a_stale_request_of_another_case_is_taken_out_of_the_way(house: House, axis: str) -> None:
    house.usual_caps()
    house.caps(Role.REP, **{axis: 4000})
    customer = house.customer()
    other, case = house.heard_case(customer), house.heard_case(customer)
    stale = house.asked(other, 3000)
    assert house.give(case, 1500, now=LATER - 2 * HOUR).status == "awaiting_approval", "it holds what is asked for"
    left = {gauge.axis: gauge.left for gauge in gauges(house.alice, currency="USD", now=LATER, case=case)}
    assert left[Axis(axis)] == 4000 - 1500
    award = house.give(case, 1500, now=LATER)
    assert (award.status, again(stale).status, again(stale.award).status) == ("delivered", "expired", "expired")
    assert (again(other).open_obligations, again(other).version) == (0, other.version + 2)
    agree()


def test_the_gauges_tell_what_an_award_would_find(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, customer=4000)
    customer = house.customer()
    house.asked(house.heard_case(customer), 3000)
    case = house.heard_case(customer)
    measured = gauges(house.alice, currency="USD", now=NOW, case=case)
    assert alone(1500, measured).reason.startswith("Above your cap per customer and month: $10.00 left.")
    assert alone(1500, gauges(house.alice, currency="USD", now=LATER, case=case))
    assert house.give(case, 1500, now=LATER).status == "delivered"


def test_a_stale_request_is_no_reason_to_refuse_what_a_supervisor_could_approve(house: House) -> None:
    house.usual_caps()
    house.caps(Role.SUPERVISOR, customer=20000)
    customer = house.customer()
    house.asked(house.heard_case(customer), 15000)
    case = house.heard_case(customer)
    assert refusal(house.give, case, 8000) == "beyond_every_cap"
    assert house.give(case, 8000, now=LATER).status == "awaiting_approval"
    agree()


def test_what_is_stale_elsewhere_is_left_alone_where_there_is_room(house: House) -> None:
    house.usual_caps()
    customer = house.customer()
    stale = house.asked(house.heard_case(customer), 3000)
    assert house.give(house.heard_case(customer), 500, now=LATER).status == "delivered"
    assert again(stale).status == "waiting"
    assert CapCounter.objects.get(axis="customer").reserved_minor == 3000


def held_by_her_own_offer(house: House) -> tuple[CounterOffer, Approval]:
    """Sue may spend 50 a month. 30 are held by what she offered and nobody took up; now 30 are asked for."""
    house.usual_caps()
    house.caps(house.sue, month=5000)
    house.remedy("hamper", kind="non_monetary", cost_minor=3000)
    house.remedy("basket", kind="non_monetary", cost_minor=2500)
    offer = offers.counter(house.asked(house.heard_case()), remedy=house.remedy("hamper"), by=house.sue, now=NOW)
    return offer, house.asked(house.heard_case(), 3000, now=LATER - HOUR)


def test_an_answer_takes_ones_own_stale_offer_out_of_the_way(house: House) -> None:
    offer, waits = held_by_her_own_offer(house)
    before = offer.expires_at - MINUTE
    assert refusal(approvals.approve, waits, by=house.sue, now=before) == "over_your_cap", "it is held until then"
    assert approvals.approve(waits, by=house.sue, now=LATER).status == "approved"
    assert (again(offer).status, again(offer.award).status) == ("expired", "expired")
    assert again(offer.award.case).open_obligations == 0
    agree()


def test_so_does_an_offer_of_something_else(house: House) -> None:
    stale, waits = held_by_her_own_offer(house)
    basket, before = house.remedy("basket"), stale.expires_at - MINUTE
    assert refusal(offers.counter, waits, remedy=basket, by=house.sue, now=before) == "over_your_cap"
    offer = offers.counter(waits, remedy=basket, by=house.sue, now=LATER)
    assert (offer.status, again(stale).status) == ("open", "expired")
    assert CapCounter.objects.get(axis="month", user=house.sue).reserved_minor == 2500
    agree()


@pytest.mark.parametrize("axis", ["customer", "team"])
@pytest.mark.parametrize("verb", ["approve", "counter"])
def test_so_does_either_with_a_stale_request_of_another_case(house: House, axis: str, verb: str) -> None:
    house.usual_caps()
    customer = house.customer()
    stale = house.asked(house.heard_case(customer), 3000)
    waits = house.asked(house.heard_case(customer), 3000, now=LATER - HOUR)
    house.caps(house.sue, **{axis: 3000})
    if verb == "approve":
        approvals.approve(waits, by=house.sue, now=LATER)
    else:
        hamper = house.remedy("hamper", kind="non_monetary", cost_minor=3000)
        offers.counter(waits, remedy=hamper, by=house.sue, now=LATER)
    assert again(stale).status == "expired"
    agree()


def test_a_deputy_finds_the_room_of_whoever_they_stand_in_for(house: House) -> None:
    """Sam's own caps leave nothing; Sue's month is held by what nobody took up."""
    offer, waits = held_by_her_own_offer(house)
    house.caps(house.sam, month=0)
    deputies.name_deputy(house.sue, deputy=house.sam, ends_at=NOW + 9 * DAY, by=house.sue, now=NOW)
    away(house.sue, until=NOW + 9 * DAY)
    answered = approvals.approve(waits, by=house.sam, now=LATER)
    assert (answered.on_behalf_of, again(offer).status) == (house.sue, "expired")
    agree()


def test_what_is_above_the_cap_of_an_award_takes_nothing_out_of_the_way(house: House) -> None:
    offer, waits = held_by_her_own_offer(house)
    house.caps(house.sue, award=2000)
    assert refusal(approvals.approve, waits, by=house.sue, now=LATER) == "over_your_cap"
    assert again(offer).status == "open"
