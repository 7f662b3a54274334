"""Standing by an error: who may, what it costs, whom the customer hears it from."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.authority import Refused
from cases.models import Disclosure, HonoredError
from compensation.domain import honoring
from compensation.domain.gauges import gauges
from compensation.models import CapCounter, Decision, LedgerEntry
from insights.domain import rollup
from insights.enums import Measure
from insights.models import Tally
from journal.models import Event
from tests.compensation.books import agree, refusal
from tests.compensation.honoring.conftest import (
    VALUE,
    close,
    honor,
    in_favor,
    moves,
    open_kinds,
    rescind,
    reviewed,
    tell,
)
from tests.factories import HOUR, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]


def test_honoring_settles_the_decision_owes_the_call_and_enters_the_cost(house: House, error: HonoredError) -> None:
    assert open_kinds(error) == ["decision"]
    decision = honor(error, house.bob)
    error = again(error)
    assert (error.status, error.decided_by, error.decided_at, error.cost_minor) == ("honored", house.bob, NOW, VALUE)
    assert open_kinds(error) == ["disclosure"]
    owed = Disclosure.objects.get()
    assert (owed.kind, owed.owed_by, owed.status) == ("honored", house.alice, "owed")
    assert moves() == [("source", "delivered", VALUE, "alice")]
    entry = LedgerEntry.objects.get()
    assert (entry.basis, entry.decision, entry.award, entry.by, entry.unit) == (
        "cost_of_error",
        decision,
        None,
        house.bob,
        house.unit,
    )
    assert (decision.stance, decision.recommended, decision.ruled, decision.supersedes) == (
        "honor",
        "honor",
        "allowed",
        None,
    )
    assert {"code": "value", "for": "neither", "figures": {"value": VALUE, "currency": "USD"}} in again(decision).lines
    agree()


def test_the_log_tells_of_the_decision_with_ids_and_codes_and_keeps_the_words_beside(
    house: House, error: HonoredError
) -> None:
    decision = honor(error, house.bob, reason="We said so")
    event = Event.objects.get(type="honored_error.honored")
    assert (event.subject_kind, event.subject_id, event.actor) == ("honored_error", error.pk, house.bob)
    assert event.data["decision"] == decision.pk
    assert (event.data["version"], event.data["case_version"]) == (again(error).version, again(error.case).version)
    assert (event.data["recommended"], event.data["ruled"], event.data["cost_minor"]) == ("honor", "allowed", VALUE)
    assert event.words.body == {"reason": "We said so"}
    assert Event.objects.filter(type__in=["honored_error.honored", "disclosure.owed"]).count() == 2


def test_a_cost_of_error_draws_on_no_cap_and_no_gauge_moves(house: House, error: HonoredError) -> None:
    before = gauges(house.alice, currency="USD", now=NOW, case=error.case)
    honor(error, house.bob, cost_minor=900_000)
    assert not CapCounter.objects.exists()
    assert gauges(house.alice, currency="USD", now=NOW, case=error.case) == before
    agree()


def test_what_is_spent_on_remedies_is_counted_apart_from_the_cost_of_errors(house: House, error: HonoredError) -> None:
    house.give(house.heard_case(), 700)
    rollup.roll_up(now=NOW)
    spent = spending()
    assert spent
    honor(error, house.bob)
    rollup.roll_up(now=NOW + HOUR)
    assert spending() == spent
    assert Tally.objects.filter(measure=Measure.ERROR_COST).exists()


def spending() -> list[Any]:
    tallies = Tally.objects.filter(measure__in=[Measure.SPEND, Measure.CAUSE_SPEND]).order_by("pk")
    fields = [field.attname for field in Tally._meta.concrete_fields if field.attname != "id"]
    return sorted(tallies.values_list(*fields), key=str)


@pytest.mark.parametrize("kind", ["system", "partner", "unknown"])
def test_where_no_colleague_made_it_the_cost_stands_to_whoever_decided(
    house: House, error: HonoredError, kind: str
) -> None:
    theirs = in_favor(house, originator_kind=kind, originator=None)
    honor(theirs, house.sue)
    assert moves() == [("source", "delivered", VALUE, "sue")]
    agree()


def test_what_it_costs_may_be_said_and_is_in_the_currency_of_what_is_at_stake(
    house: House, error: HonoredError
) -> None:
    assert refusal(honor, error, house.bob, cost_minor=5, currency="EUR") == "other_currency"
    assert refusal(honor, error, house.bob, cost_minor=-1) == "not_an_amount"
    assert refusal(honor, error, house.bob, cost_minor=True) == "not_an_amount"
    assert refusal(honor, error, house.bob, cost_minor=10**16) == "amount_too_large"
    assert not Decision.objects.exists()
    assert honor(error, house.bob, cost_minor=1200).cost_minor == 1200
    assert again(error).cost_minor == 1200
    agree()


def test_where_nobody_knows_the_value_a_colleague_honors_at_no_cost(house: House, error: HonoredError) -> None:
    unknown = in_favor(house, value_at_stake_minor=None, currency="")
    assert refusal(honor, unknown, house.bob, cost_minor=5, currency="XXQ") == "unknown_currency"
    decision = honor(unknown, house.bob)
    assert (decision.cost_minor, decision.currency, moves()) == (0, "", [])
    other = in_favor(house, value_at_stake_minor=None, currency="")
    assert honor(other, house.bob, cost_minor=5).currency == house.unit.currency
    assert again(other).currency == house.unit.currency
    agree()


@pytest.mark.parametrize(
    ("who", "code"), [("ada", "rep_needed"), ("crm", "person_needed"), ("charlie", "out_of_reach")]
)
def test_reps_and_supervisors_in_reach_honor_and_nobody_else(
    house: House, error: HonoredError, who: str, code: str
) -> None:
    assert refusal(honor, error, getattr(house, who)) == code
    if code != "out_of_reach":
        assert honoring.can_honor(getattr(house, who), error, now=NOW).code == code
    assert (again(error).status, Decision.objects.count()) == ("undecided", 0)
    for may in (house.bob, house.sue):
        assert honoring.can_honor(may, error, now=NOW)
        honor(in_favor(house), may)


def test_whoever_made_the_mistake_honors_it_alone_up_to_their_cap_per_award(house: House, error: HonoredError) -> None:
    cap = 2000
    honor(in_favor(house, value_at_stake_minor=cap), house.alice)
    above = in_favor(house, value_at_stake_minor=cap + 1)
    assert honoring.can_honor(house.alice, above, now=NOW).code == "own_error_over_cap"
    with pytest.raises(Refused) as refused:
        honor(above, house.alice)
    assert refused.value.code == "own_error_over_cap"
    assert "comes to $20.01; alone you honor up to $20.00" in refused.value.reason
    assert refusal(honor, above, house.alice, cost_minor=1) == "own_error_over_cap"  # a low cost does not hide it
    assert refusal(honor, error, house.alice, cost_minor=cap + 1) == "own_error_over_cap"
    assert honor(above, house.bob).by == house.bob
    agree()


def test_of_a_mistake_of_ones_own_one_has_to_know_the_value(house: House, error: HonoredError) -> None:
    unknown = in_favor(house, value_at_stake_minor=None, currency="")
    assert refusal(honor, unknown, house.alice) == "value_needed"
    assert refusal(honor, unknown, house.alice, cost_minor=2001) == "own_error_over_cap"
    assert honor(unknown, house.alice, cost_minor=2000).cost_minor == 2000


def test_a_supervisor_is_no_exception_to_that(house: House, error: HonoredError) -> None:
    own = in_favor(house, originator=house.sue, value_at_stake_minor=20001)
    assert refusal(honor, own, house.sue) == "own_error_over_cap"
    assert honor(own, house.sam).by == house.sam


def test_nothing_is_decided_on_a_case_that_is_not_live(house: House, error: HonoredError) -> None:
    honor(error, house.bob)
    tell(error, house.alice)
    close(house, error)
    for work in (
        lambda: honor(error, house.bob, reason="Again", cost_minor=3),
        lambda: rescind(error, house.sue),
        lambda: reviewed(error, house.sue),
    ):
        assert refusal(work) == "case_closed"


def test_a_case_stays_open_until_it_is_decided_and_the_customer_is_told(house: House, error: HonoredError) -> None:
    assert refusal(close, house, error) == "decision_open"
    honor(error, house.bob)
    assert refusal(close, house, error) == "disclosure_open"
    tell(error, house.alice)
    assert close(house, error).status == "closed"
