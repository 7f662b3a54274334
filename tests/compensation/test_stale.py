"""What nobody answered in time holds nothing: an award takes it out of its way, and gauges never counted it."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from compensation.domain.gauges import alone, gauges
from compensation.enums import Axis
from compensation.models import CapCounter
from tests.compensation.books import agree, refusal
from tests.factories import HOUR, NOW, House, again

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
