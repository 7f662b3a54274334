"""What was given is delivered, or taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import User
from cases.domain import causes, closing
from cases.models import Obligation
from compensation.domain import awards, delivering, reversing
from tests.compensation.books import agree, counters, moves, refusal
from tests.factories import DAY, NOW, House, again

pytestmark = pytest.mark.django_db


@pytest.mark.practice("P19")
def test_a_remedy_that_takes_days_is_owed_until_it_is_delivered(house: House) -> None:
    house.usual_caps()
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=3)
    case = house.heard_case()
    award = awards.give(case, parcel, by=house.bob, now=NOW)
    owed = Obligation.objects.get(kind="delivery")
    assert (award.status, owed.owner, owed.due_end, again(case).open_obligations) == (
        "given",
        house.alice,
        NOW + 3 * DAY,
        1,
    )
    assert refusal(delivering.deliver, award, proof="p" * 201, by=house.bob, now=NOW) == "too_long"
    delivered = delivering.deliver(award, proof="Track 123", by=house.bob, now=NOW + DAY)
    assert (delivered.status, delivered.proof, delivered.delivered_at) == ("delivered", "Track 123", NOW + DAY)
    assert moves() == [("source", "committed", 500), ("committed", "delivered", 500)]
    assert refusal(delivering.deliver, award, by=house.bob, now=NOW) == "wrong_state"
    assert again(case).open_obligations == 0
    agree()


@pytest.mark.practice("P19")
def test_a_reversal_is_a_new_entry_and_the_money_returns_to_the_period_it_came_from(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    february = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
    award = house.give(case, 1500, now=february)
    house.give(case, 700, now=NOW)
    # Her zone changes meanwhile: the period is the one that was frozen.
    User.objects.filter(pk=house.alice.pk).update(time_zone="Pacific/Kiritimati")
    reversing.reverse(award, reason="Given twice", by=house.sue, now=NOW)
    assert counters() == {
        "case": (700, 0),
        "customer 2026-03-01": (700, 0),
        "team 2026-03-01": (700, 0),
        "day 2026-03-10": (700, 0),
        "month 2026-03-01": (700, 0),
    }
    assert moves() == [("source", "delivered", 1500), ("source", "delivered", 700), ("delivered", "reversed", 1500)]
    assert (again(award).status, again(award).reversed_at) == ("reversed", NOW)
    agree()


@pytest.mark.practice("P19")
def test_who_reverses_what(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    award = house.give(case, 100)
    apology = awards.give(case, house.remedy("sorry", kind="apology", cost_minor=0), by=house.alice, now=NOW)
    reverse = reversing.reverse
    assert refusal(reverse, apology, reason="No", by=house.alice, now=NOW) == "apology_stands"
    assert refusal(reverse, award, reason=" ", by=house.alice, now=NOW) == "reason_needed"
    assert refusal(reverse, award, reason="No", by=house.bob, now=NOW) == "not_yours"
    assert refusal(reverse, award, reason="No", by=house.ada, now=NOW) == "not_yours"
    assert refusal(reverse, award, reason="No", by=house.charlie, now=NOW) == "out_of_reach"
    asked = house.asked(case).award
    assert refusal(reverse, asked, reason="No", by=house.alice, now=NOW) == "wrong_state"
    reverse(award, reason="By mistake", by=house.alice, now=NOW)
    assert refusal(reverse, award, reason="No", by=house.alice, now=NOW) == "wrong_state"
    agree()


@pytest.mark.practice("P16")
def test_what_was_delivered_is_taken_back_by_a_supervisor_who_did_not_give_it(house: House) -> None:
    house.usual_caps()
    refund = house.remedy("refund", method="refund", delivery_days=2)
    award = awards.give(house.heard_case(), refund, amount_minor=800, by=house.alice, now=NOW)
    delivering.deliver(award, proof="RF-1", by=house.alice, now=NOW)
    assert refusal(reversing.reverse, award, reason="Again", by=house.alice, now=NOW) == "in_their_hands"
    assert reversing.reverse(award, reason="It bounced", by=house.sue, now=NOW).status == "reversed"
    agree()


def test_after_the_case_closed_only_a_supervisor_takes_something_back(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    award = house.give(case, 100)
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    closing.close(case, outcome="put_right", by=house.alice, now=NOW)
    assert refusal(reversing.reverse, award, reason="No", by=house.alice, now=NOW) == "case_closed"
    assert reversing.reverse(award, reason="Fraud", by=house.sue, now=NOW).status == "reversed"
    agree()


def test_a_delivery_that_is_taken_back_is_owed_no_longer(house: House) -> None:
    house.usual_caps()
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=3)
    case = house.heard_case()
    award = awards.give(case, parcel, by=house.alice, now=NOW)
    reversing.reverse(award, reason="She has one", by=house.alice, now=NOW)
    assert (again(case).open_obligations, Obligation.objects.get(kind="delivery").status) == (0, "abandoned")
    assert refusal(delivering.deliver, award, by=house.alice, now=NOW) == "wrong_state"
    agree()
