"""Another remedy approved instead: held on every counter, taken up in one step, left, or run out of time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Notice
from cases.domain import causes, closing, ownership
from cases.models import Obligation
from compensation.domain import approvals, awards, catalog, expiring, offers, reversing
from compensation.domain.gauges import gauges
from compensation.models import Approval, CapCounter, CounterOffer, Remedy
from compensation.tasks import expire_approvals
from tests.compensation.books import agree, counters, moves, refusal
from tests.factories import DAY, HOUR, NOW, House, again, away

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
EXPIRES = NOW + 48 * HOUR


@pytest.fixture
def asked(house: House) -> Approval:
    house.usual_caps()
    return house.asked(house.heard_case(), 3000)


@pytest.fixture
def hamper(house: House) -> Remedy:
    """Costs us 25, is worth 60 to the customer."""
    return house.remedy("hamper", kind="non_monetary", cost_minor=2500, value_minor=6000)


def offered(house: House, asked: Approval, remedy: Remedy, **given: Any) -> CounterOffer:
    return offers.counter(asked, remedy=remedy, by=given.pop("by", house.sue), now=given.pop("now", NOW), **given)


def test_the_request_ends_and_the_other_remedy_is_held_on_every_counter(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    offer = offered(house, asked, hamper, note="They love those")
    assert (again(asked).status, again(asked.award).status, again(asked).granted_minor) == (
        "countered",
        "countered",
        None,
    )
    award = offer.award
    assert (award.status, award.given_by, award.spender, award.day, award.month, award.cost_minor) == (
        "offered",
        house.alice,
        house.sue,
        date(2026, 3, 10),
        date(2026, 3, 1),
        2500,
    )
    held = (0, 2500)
    assert counters() == dict.fromkeys(
        ("case", "customer 2026-03-01", "team 2026-03-01", "day 2026-03-10", "month 2026-03-01"), held
    )
    assert moves() == [("source", "pending", 3000), ("pending", "source", 3000), ("source", "pending", 2500)]
    owed = Obligation.objects.get(kind="offer")
    assert (owed.owner, owed.status, offer.expires_at) == (house.alice, "open", EXPIRES)
    told = Notice.objects.get(kind="approval_answered")
    assert (told.user, told.body) == (house.alice, "They love those")
    assert told.title == f"Sue offers Hamper, $25.00, instead on {asked.award.case.reference}"
    agree()


def test_taken_up_in_one_step_it_is_given_and_spends_what_was_held(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    offer = offered(house, asked, hamper)
    house.caps(Role.SUPERVISOR, award=0, case=0, day=0, month=0)
    taken = offers.take(offer, by=house.alice, now=NOW + HOUR)
    assert (taken.status, taken.ended_by, again(offer.award).status) == ("taken", house.alice, "delivered")
    assert set(counters().values()) == {(2500, 0)}
    assert moves()[-1] == ("pending", "delivered", 2500)
    assert Obligation.objects.get(kind="offer").status == "discharged"
    assert again(asked.award.case).open_obligations == 0
    agree()
    reversing.reverse(again(offer.award), reason="They moved away", by=house.alice, now=NOW + HOUR)
    assert counters() == {}
    agree()


def test_what_takes_days_is_owed_once_it_is_taken_up(house: House, asked: Approval) -> None:
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=900, delivery_days=2)
    offers.take(offered(house, asked, parcel), by=house.bob, now=NOW)
    assert Obligation.objects.get(kind="delivery").owner == house.alice
    assert moves()[-1] == ("pending", "committed", 900)
    agree()


def test_left_it_frees_what_was_held_and_whoever_offered_hears_why(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    offer = offered(house, asked, hamper)
    assert offers.leave(offer, reason="They do not drink", by=house.alice, now=NOW).status == "not_taken"
    assert (again(offer.award).status, counters()) == ("not_taken", {})
    told = Notice.objects.get(kind="offer_left")
    assert (told.user, told.body) == (house.sue, "They do not drink")
    assert refusal(offers.take, offer, by=house.alice, now=NOW) == "wrong_state"
    assert refusal(offers.leave, offer, by=house.alice, now=NOW) == "wrong_state"
    agree()


def test_an_open_offer_expires_and_frees_what_it_held(house: House, asked: Approval, hamper: Remedy) -> None:
    offer = offered(house, asked, hamper)
    assert refusal(offers.take, offer, by=house.alice, now=EXPIRES) == "offer_expired"
    assert expiring.expire_on(asked.award.case, now=EXPIRES - timedelta(microseconds=1)) == 0
    assert expiring.expire_on(asked.award.case, now=EXPIRES) == 1
    assert expiring.expire_on(asked.award.case, now=EXPIRES) == 0
    assert (again(offer).status, again(offer.award).status, counters()) == ("expired", "expired", {})
    assert (Obligation.objects.get(kind="offer").status, again(asked.award.case).open_obligations) == ("abandoned", 0)
    assert Notice.objects.get(kind="offer_expired").user == house.alice
    agree()


def test_the_sweep_ends_offers_too(house: House, hamper: Remedy) -> None:
    house.usual_caps()
    offered(house, house.asked(house.heard_case(), 3000), hamper)  # long ago, by the clock on the wall
    assert (expire_approvals(), expire_approvals()) == (1, 0)
    agree()


def test_a_stale_offer_counts_as_left_and_makes_room_for_the_next_award(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    house.caps(house.sue, day=2600)
    offered(house, asked, hamper)
    left = {gauge.axis: gauge.left for gauge in gauges(house.sue, currency="USD", now=NOW, case=asked.award.case)}
    assert left["day"] == 100
    later = house.give(asked.award.case, 2000, by=house.alice, now=EXPIRES)
    assert later.status == "delivered"
    agree()


def test_it_must_fit_the_caps_of_whoever_offers_it(house: House, asked: Approval, hamper: Remedy) -> None:
    for axis in ("award", "case", "customer", "team", "day", "month"):
        house.caps(house.sue, award=20000, case=50000, day=100000, month=1000000)
        house.caps(house.sue, **{axis: 2499})
        before = (counters(), moves())
        assert refusal(offered, house, asked, hamper) == "over_your_cap"
        assert (again(asked).status, counters(), moves()) == ("waiting", *before)
    agree()


def test_what_was_held_for_the_request_is_free_for_the_offer(house: House, asked: Approval, hamper: Remedy) -> None:
    house.caps(house.sue, case=3000)
    assert offered(house, asked, hamper).status == "open"
    agree()


def test_what_is_owed_by_contract_is_held_nowhere(house: House, asked: Approval) -> None:
    refund = house.remedy("fare", basis="entitlement", authority="EU 261/2004", cost_minor=90000)
    offer = offered(house, asked, refund)
    assert counters() == {}
    offers.take(offer, by=house.alice, now=NOW)
    assert (counters(), moves()[-1]) == ({}, ("pending", "delivered", 90000))
    agree()


def test_an_open_amount_is_said_by_whoever_offers_it(house: House, asked: Approval) -> None:
    points = house.remedy("points")
    assert refusal(offered, house, asked, points) == "not_an_amount"
    assert offered(house, asked, points, amount_minor=700).award.cost_minor == 700


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("alice", "own_approval"),
        ("bob", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("charlie", "out_of_reach"),
    ],
)
def test_only_who_may_answer_offers(house: House, asked: Approval, hamper: Remedy, by: str, code: str) -> None:
    assert refusal(offered, house, asked, hamper, by=getattr(house, by)) == code


def test_what_was_asked_for_is_no_other_remedy_and_what_is_retired_is_not_offered(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    assert refusal(offered, house, asked, house.remedy(), amount_minor=100) == "same_remedy"
    catalog.save_remedy(hamper, by=house.ada, now=NOW, active=False)
    assert refusal(offered, house, asked, again(hamper)) == "remedy_retired"


def test_it_is_offered_once_and_not_after_another_answer(house: House, asked: Approval, hamper: Remedy) -> None:
    offered(house, asked, hamper)
    assert refusal(offered, house, asked, hamper, by=house.sam) == "wrong_state"
    assert refusal(approvals.approve, asked, by=house.sam, now=NOW) == "wrong_state"
    agree()


@pytest.mark.parametrize(("by", "code"), [("sue", "own_offer"), ("ada", "rep_needed"), ("charlie", "out_of_reach")])
def test_whoever_works_on_the_case_takes_it_up_and_not_whoever_offered(
    house: House, asked: Approval, hamper: Remedy, by: str, code: str
) -> None:
    offer = offered(house, asked, hamper)
    assert refusal(offers.take, offer, by=getattr(house, by), now=NOW) == code
    assert refusal(offers.leave, offer, by=getattr(house, by), now=NOW) == code
    assert offers.take(offer, by=house.bob, now=NOW).status == "taken"


def test_a_case_does_not_close_on_an_open_offer(house: House, asked: Approval, hamper: Remedy) -> None:
    offer = offered(house, asked, hamper)
    case = asked.award.case
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    assert refusal(closing.close, case, outcome="put_right", by=house.alice, now=NOW) == "offer_open"
    offers.leave(offer, by=house.alice, now=NOW)
    assert closing.close(case, outcome="put_right", by=house.alice, now=NOW).is_closed


def test_it_goes_with_the_case_and_to_its_owner_where_the_asker_is_away(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    offered(house, asked, hamper)
    ownership.hand_off(again(asked.award.case), to=house.bob, reason="Off sick", by=house.alice, now=NOW)
    assert Obligation.objects.get(kind="offer").owner == house.bob
    away(house.alice, until=NOW + DAY)
    second = house.asked(house.heard_case(by=house.bob), 3000)
    offered(house, second, hamper)
    assert Obligation.objects.get(kind="offer", case=second.award.case).owner == house.bob


def test_what_the_answerer_saw_has_to_be_so_still(house: House, asked: Approval, hamper: Remedy) -> None:
    seen = asked.award.case.version
    house.promise(again(asked.award.case))
    for work in (
        lambda: offered(house, asked, hamper, version=seen),
        lambda: approvals.approve(asked, version=seen, by=house.sue, now=NOW),
        lambda: approvals.decline(asked, reason="No", version=seen, by=house.sue, now=NOW),
    ):
        assert refusal(work) == "changed_meanwhile"
    now = again(asked.award.case).version
    offer = offered(house, asked, hamper, version=now)
    assert refusal(offers.take, offer, by=house.alice, now=NOW, version=now) == "changed_meanwhile"
    assert offers.take(offer, by=house.alice, now=NOW, version=now + 1).status == "taken"


def test_the_amount_is_what_was_asked_for_whatever_the_catalog_says_since(house: House) -> None:
    house.usual_caps()
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=3000)
    asked = Approval.objects.get(award=house_give(house, hamper))
    catalog.save_remedy(again(hamper), by=house.ada, now=NOW, cost_minor=9900)
    approvals.approve(asked, by=house.sue, now=NOW)
    assert (again(asked).granted_minor, again(asked.award).cost_minor) == (3000, 3000)
    open_one = house.asked(house.heard_case(), 3000)
    catalog.save_remedy(again(house.remedy()), by=house.ada, now=NOW, cost_minor=5000)
    assert approvals.approve(open_one, amount_minor=2000, by=house.sue, now=NOW).status == "approved_less"
    agree()


def house_give(house: House, remedy: Remedy) -> Any:

    return awards.give(house.heard_case(), remedy, by=house.alice, now=NOW)


def test_the_database_refuses_an_offer_to_oneself_and_one_that_ended_at_no_time(
    house: House, asked: Approval, hamper: Remedy
) -> None:
    offer = offered(house, asked, hamper)
    for wrong in ({"offered_by": house.alice}, {"status": "taken"}, {"ended_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CounterOffer.objects.filter(pk=offer.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        CapCounter.objects.filter(axis="day").update(reserved_minor=-1)
