"""Giving remedies: feelings first, at once within the caps, asked for above them, and without questions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.models import Acknowledgment, Obligation
from compensation.domain import awards
from compensation.models import Approval, Award
from journal.models import Event
from tests.compensation.books import agree, counters, moves, refusal
from tests.factories import DAY, NOW, House, again

pytestmark = pytest.mark.django_db


@pytest.mark.practice("P10")
def test_no_remedy_before_a_feeling_was_named(house: House) -> None:
    house.usual_caps()
    case = house.case()
    assert refusal(house.give, case, 100) == "feelings_first"
    assert not Award.objects.exists()


@pytest.mark.practice("P10")
def test_one_action_carries_feeling_and_remedy_and_both_are_written_or_neither(house: House) -> None:
    house.usual_caps()
    case, credit = house.case(), house.remedy()
    give = awards.give
    both: dict[str, Any] = {"feeling": "worried", "by": house.alice, "now": NOW}
    assert refusal(give, case, credit, amount_minor=10**9, **both) == "beyond_every_cap"
    assert refusal(give, case, credit, amount_minor=500, **both | {"feeling": "hungry"}) == "invalid"
    assert (again(case).acknowledged_at, Acknowledgment.objects.count()) == (None, 0)
    award = give(case, credit, amount_minor=500, feeling_confirmed=True, **both)
    said = Acknowledgment.objects.get()
    assert (award.status, again(case).feeling, said.confirmed) == ("delivered", "worried", True)
    assert said.words.startswith("It sounds as if this has you worried")
    agree()


@pytest.mark.practice("P16", "P19")
def test_within_every_cap_an_award_takes_effect_at_once(house: House) -> None:
    house.usual_caps()
    award = house.give(house.heard_case(), 1500)
    assert (award.status, award.spender, award.day, award.month, award.delivered_at) == (
        "delivered",
        house.alice,
        date(2026, 3, 10),
        date(2026, 3, 1),
        NOW,
    )
    assert counters() == {
        "case": (1500, 0),
        "customer 2026-03-01": (1500, 0),
        "team 2026-03-01": (1500, 0),
        "day 2026-03-10": (1500, 0),
        "month 2026-03-01": (1500, 0),
    }
    assert moves() == [("source", "delivered", 1500)]
    assert not Approval.objects.exists()
    agree()


@pytest.mark.practice("P16")
def test_what_is_asked_for_reserves_where_several_people_draw_and_touches_no_counter_of_the_rep(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    approval = house.asked(case, 3000)
    assert (approval.status, approval.asked_minor, approval.binding_axis, approval.requested_by) == (
        "waiting",
        3000,
        "award",
        house.alice,
    )
    assert counters() == {"case": (0, 3000), "customer 2026-03-01": (0, 3000), "team 2026-03-01": (0, 3000)}
    assert moves() == [("source", "pending", 3000)]
    owed = Obligation.objects.get(kind="approval")
    assert (owed.owner, again(case).open_obligations) == (house.sue, 1)
    agree()


@pytest.mark.parametrize(
    ("fields", "given", "code"),
    [
        ({}, {}, "not_an_amount"),
        ({}, {"amount_minor": 0}, "not_an_amount"),
        ({}, {"amount_minor": -5}, "not_an_amount"),
        ({}, {"amount_minor": 10**15 + 1}, "amount_too_large"),
        ({}, {"amount_minor": 5, "currency": "EUR"}, "other_currency"),
        ({"cost_minor": 500}, {"amount_minor": 501}, "amount_fixed"),
        ({"cost_minor": 0, "currency": ""}, {"currency": "ZZZ"}, "unknown_currency"),
        ({"active": False}, {"amount_minor": 5}, "remedy_retired"),
        ({}, {"amount_minor": 5, "note": "n" * 20_001}, "too_long"),
    ],
)
def test_an_award_that_cannot_be_meant_is_refused(
    house: House, fields: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    house.usual_caps()
    case, remedy = house.heard_case(), house.remedy("it", **fields)
    before = Event.objects.count()
    assert refusal(awards.give, case, remedy, by=house.alice, now=NOW, **given) == code
    assert (Award.objects.count(), Event.objects.count(), again(case).version) == (0, before, case.version)


def test_who_may_give(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    assert refusal(house.give, case, 100, by=house.charlie) == "out_of_reach"
    assert refusal(house.give, case, 100, by=house.ada) == "rep_needed"
    assert refusal(house.give, house.historical_case(), 100) == "historical_case"
    assert refusal(house.give, house.closed_case(), 100) == "case_closed"
    assert refusal(awards.give, case, house.remedy(), amount_minor=1, by=house.bob, now=NOW, version=1) == (
        "changed_meanwhile"
    )
    assert [house.give(case, 100, by=by).status for by in (house.bob, house.sue, house.crm)] == ["delivered"] * 3


@pytest.mark.practice("P17")
def test_no_questions_are_asked_so_many_times_a_day_and_then_it_is_an_ordinary_award(house: House) -> None:
    house.usual_caps()
    replace = house.remedy("replace", kind="assistance", cost_minor=1500, no_questions=True)
    case = house.heard_case()
    given = [awards.give(case, replace, by=house.alice, now=NOW) for _ in range(5)]
    assert {(award.status, award.no_questions) for award in given} == {("delivered", True)}
    assert counters() == {"no_questions 2026-03-10": (5, 0)}
    sixth = awards.give(case, replace, by=house.alice, now=NOW)
    assert (sixth.status, sixth.no_questions) == ("delivered", False)
    assert awards.give(case, replace, by=house.alice, now=NOW + DAY).no_questions
    agree()
