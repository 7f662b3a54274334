"""Many decide about one error at the same moment: it is decided once, owed once and entered once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from cases.models import Disclosure, HonoredError
from compensation.domain import honoring, rescission_rules
from compensation.models import Decision, LedgerEntry, RescissionRule
from tests.compensation.books import agree
from tests.factories import DAY, NOW, House, again
from tests.races.beside import Beside, all_at_once, beside, until_somebody_waits_for_a_lock
from tests.races.test_once import outcomes

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P1")]

GIVEN: dict[str, Any] = {"effect": "allowed", "valid_from": date(2026, 1, 1), "citation": "Handbook, 4.2"}


@pytest.fixture
def error(house: House) -> HonoredError:
    RescissionRule.objects.all().delete()
    rescission_rules.add_rule(by=house.ada, now=NOW, **GIVEN)
    customer = house.customer(jurisdiction="US-CO")
    return again(house.in_favor(customer, value_at_stake_minor=1500, currency="USD"))


def test_an_error_that_eight_people_honor_at_once_is_honored_once(house: House, error: HonoredError) -> None:
    people = [house.bob, house.sue, house.sam, house.person("lena")] * 2
    works = [lambda by=by: honoring.honor(error, by=by, now=NOW) for by in people]
    assert outcomes(all_at_once(works)) == {"done": 1, "wrong_state": 7}
    assert (Decision.objects.count(), Disclosure.objects.count(), LedgerEntry.objects.count()) == (1, 1, 1)
    assert again(error).cost_minor == 1500
    agree()


def test_of_those_who_honor_and_those_who_take_back_by_what_they_all_saw_one_decides(
    house: House, error: HonoredError
) -> None:
    seen = error.version
    works: list[Any] = [lambda: honoring.honor(error, by=house.bob, now=NOW, version=seen) for _ in range(4)]
    works += [lambda: honoring.rescind(error, reason="Why", by=house.sue, now=NOW, version=seen) for _ in range(4)]
    assert outcomes(all_at_once(works)) == {"done": 1, "changed_meanwhile": 7}
    assert Disclosure.objects.filter(status="owed").count() == 1
    agree()


def test_whatever_order_several_supersede_each_other_in_each_supersedes_the_one_before(
    house: House, error: HonoredError
) -> None:
    honoring.honor(error, by=house.bob, now=NOW)
    works: list[Any] = [
        lambda cost=cost: honoring.honor(error, cost_minor=cost, reason="Less", by=house.bob, now=NOW)
        for cost in (100, 200, 300, 400)
    ]
    assert outcomes(all_at_once(works)) == {"done": 4}
    decisions = list(Decision.objects.order_by("id"))
    assert [each.supersedes_id for each in decisions] == [None, *(each.pk for each in decisions[:-1])]
    assert again(error).cost_minor == decisions[-1].cost_minor
    agree()


def test_of_eight_rules_for_the_same_place_and_time_one_stands(house: House) -> None:
    works = [lambda: rescission_rules.add_rule(by=house.ada, now=NOW, jurisdiction="CA-QC", **GIVEN) for _ in range(8)]
    assert outcomes(all_at_once(works)) == {"done": 1, "rules_overlap": 7}
    assert RescissionRule.objects.filter(jurisdiction="CA-QC").count() == 1


@pytest.mark.only("postgresql")
def test_a_rule_is_not_rewritten_between_the_look_at_it_and_the_decision_by_it(
    house: House, error: HonoredError
) -> None:
    rule = RescissionRule.objects.get()

    def prohibit() -> RescissionRule:
        return rescission_rules.change_rule(rule, effect="prohibited", by=house.ada, now=NOW)

    with Beside() as other:
        other.begin(lambda: honoring.rescind(error, reason="Why", by=house.sue, now=NOW))
        wait = beside(prohibit)
        until_somebody_waits_for_a_lock()
        other.commit()
        with pytest.raises(Exception, match="Decisions were taken by this rule"):
            wait()
    assert (again(rule).effect, again(error).status) == ("allowed", "rescinded")


@pytest.mark.only("postgresql")
def test_a_rule_that_is_rewritten_while_somebody_looks_is_read_as_it_is_then(house: House, error: HonoredError) -> None:
    rule = RescissionRule.objects.get()
    with transaction.atomic():
        rescission_rules.change_rule(rule, effect="prohibited", by=house.ada, now=NOW)
        wait = beside(lambda: honoring.rescind(error, reason="Why", by=house.sue, now=NOW + DAY))
        until_somebody_waits_for_a_lock()
    with pytest.raises(Exception, match="The rules prohibit taking this back"):
        wait()
    assert not Decision.objects.exists()
