"""A decision supersedes another, with a reason, and the money, the call and the rules follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.domain import incidents
from cases.models import Disclosure, HonoredError
from compensation.domain import honoring, rescission_rules
from compensation.models import RescissionRule
from compensation.queries import decisions_of, visible_decisions
from compensation.queries import rescission_rules as listed_rules
from tests.compensation.books import agree, refusal
from tests.compensation.honoring.conftest import VALUE, honor, in_favor, moves, open_kinds, rescind, reviewed, tell
from tests.factories import DAY, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]


# --- A decision supersedes another -------------------------------------------------------------------------------------


def test_a_decision_is_superseded_with_a_reason_and_the_money_and_the_call_follow(
    house: House, error: HonoredError
) -> None:
    first = honor(error, house.bob)
    assert refusal(honor, error, house.bob, reason="Again") == "wrong_state"  # nothing would change
    second = rescind(error, house.sue)
    assert moves() == [("source", "delivered", VALUE, "alice"), ("delivered", "reversed", VALUE, "alice")]
    assert list(Disclosure.objects.order_by("pk").values_list("kind", "status")) == [
        ("honored", "withdrawn"),
        ("rescinded", "owed"),
    ]
    assert open_kinds(error) == ["disclosure"]
    assert refusal(honor, error, house.bob, reason="No") == "supervisor_needed"
    assert refusal(honor, error, house.sam) == "reason_needed"
    third = honor(error, house.sam, reason="It was our word", cost_minor=1000)
    assert [each.pk for each in decisions_of(error)] == [third.pk, second.pk, first.pk]
    assert (again(second).supersedes, again(third).supersedes) == (first, second)
    assert moves()[2:] == [("source", "delivered", 1000, "alice")]
    assert (again(error).status, again(error).cost_minor, open_kinds(error)) == ("honored", 1000, ["disclosure"])
    agree()


def test_at_another_cost_it_is_honored_anew_and_the_call_stays(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    assert refusal(honor, error, house.bob, cost_minor=900) == "reason_needed"
    honor(error, house.bob, cost_minor=900, reason="The fee was lower")
    assert moves() == [
        ("source", "delivered", VALUE, "alice"),
        ("delivered", "reversed", VALUE, "alice"),
        ("source", "delivered", 900, "alice"),
    ]
    assert (again(error).cost_minor, Disclosure.objects.get().status) == (900, "owed")
    agree()


@pytest.mark.practice("P2")
def test_once_the_customer_was_told_that_we_honor_it_it_is_not_taken_back(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    tell(error, house.alice)
    assert refusal(rescind, error, house.sue) == "already_told"
    assert honoring.can_rescind(house.sue, again(error), now=NOW).code == "already_told"
    honor(error, house.bob, cost_minor=5, reason="It was less")  # what it costs is between us
    assert Disclosure.objects.get().status == "made"
    agree()


@pytest.mark.practice("P2")
def test_what_they_were_told_is_taken_back_can_still_be_honored_and_they_hear_it(
    house: House, error: HonoredError
) -> None:
    rescind(error, house.sue)
    tell(error, house.alice)
    honor(error, house.sue, reason="We should not have")
    assert list(Disclosure.objects.order_by("pk").values_list("kind", "status")) == [
        ("rescinded", "made"),
        ("honored", "owed"),
    ]
    rescind(error, house.sue)  # of honoring it they have not been told
    agree()


def test_of_two_who_decide_by_what_they_both_saw_the_second_is_told_of_the_first(
    house: House, error: HonoredError
) -> None:
    seen = error.version
    honor(error, house.bob, version=seen)
    assert refusal(rescind, error, house.sue, version=seen) == "changed_meanwhile"
    assert refusal(honor, error, house.sue, version=seen, cost_minor=1, reason="Less") == "changed_meanwhile"


def test_who_has_changed_teams_keeps_the_call_and_decides_nothing_anew(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    User.objects.filter(pk=house.alice.pk).update(team=house.other_team)
    alice = again(house.alice)
    assert refusal(honor, error, alice, cost_minor=1, reason="Less") == "out_of_reach"
    assert tell(error, alice).caller == alice


def test_what_turned_out_not_to_be_in_their_favor_is_not_decided(house: House, error: HonoredError) -> None:
    version = error.incident.version
    incidents.change_incident(error.incident, favor="company", by=house.alice, now=NOW, version=version)
    assert again(error).status == "withdrawn"
    assert refusal(honor, error, house.bob) == "wrong_state"
    assert refusal(rescind, error, house.sue) == "wrong_state"
    assert refusal(reviewed, error, house.sue) == "wrong_state"


@pytest.mark.practice("P3")
def test_where_an_earlier_honored_error_bears_on_it_honoring_asks_why_again(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    second = again(house.in_favor(error.customer, now=NOW + DAY))
    assert refusal(honor, second, house.bob, now=NOW + DAY) == "precedent_reason_needed"
    decision = honor(second, house.bob, now=NOW + DAY, precedent_reason="Our system misled them again")
    assert again(decision).precedent_reason == "Our system misled them again"
    honor(second, house.bob, now=NOW + DAY, cost_minor=3, reason="Less")  # asked once on a case
    agree()


# --- The rule that was used --------------------------------------------------------------------------------------------


def test_a_rule_by_which_was_decided_is_only_ended_and_not_before_the_last_day_of_its_use(
    house: House, error: HonoredError
) -> None:
    used = RescissionRule.objects.get()
    assert [each.used for each in listed_rules()] == [False]
    honor(error, house.bob)
    rules = rescission_rules
    assert refusal(rules.change_rule, used, note="Mended", by=house.ada, now=NOW) == "rule_in_use"
    assert rules.change_rule(used, note=used.note, by=house.ada, now=NOW).version == 1
    assert refusal(rules.end_rule, used, on=date(2026, 3, 10), by=house.ada, now=NOW) == "rule_in_use"
    assert rules.end_rule(used, on=date(2026, 3, 11), by=house.ada, now=NOW).valid_until == date(2026, 3, 11)
    assert [each.used for each in listed_rules()] == [True]
    assert not listed_rules(on=date(2026, 3, 11)).exists()


# --- What one sees -----------------------------------------------------------------------------------------------------


def test_decisions_are_seen_by_those_who_see_the_error(house: House, error: HonoredError) -> None:
    decision = honor(error, house.bob)
    for who in (house.alice, house.sue, house.ada):
        assert list(visible_decisions(who)) == [decision]
    assert not visible_decisions(house.charlie).exists()


def test_a_decision_takes_a_bounded_number_of_queries(house: House, error: HonoredError) -> None:
    other = in_favor(house)
    assert queries(lambda: honor(error, house.bob)) <= 16
    assert queries(lambda: rescind(other, house.sue)) <= 17
    assert queries(lambda: honor(other, house.sue, reason="After all")) <= 23  # the call that was owed is withdrawn


def queries(work: Callable[[], object]) -> int:
    """How many there were, but for BEGIN and SAVEPOINT."""
    with CaptureQueriesContext(connection) as ran:
        work()
    return sum(1 for each in ran if not each["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE")))
