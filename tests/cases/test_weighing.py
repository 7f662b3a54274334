"""What bears on the decision is written down until the customer has been told, and the decision moves the error."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.authority import ChangedMeanwhile
from cases.domain import honored_errors
from journal.models import Event
from tests.cases.errors import change, decide
from tests.cases.rows import refused, values
from tests.factories import HOUR, NOW, House, again

pytestmark = pytest.mark.practice("P1")


# Weighed --------------------------------------------------------------------------------------------------------------


WEIGHED: dict[str, Any] = {
    "value_minor": 24000,
    "value_year_minor": 48000,
    "currency": "USD",
    "relied": "much",
    "relied_words": "They sold the other car.",
    "money": "with_customer",
    "happened_words": "We quoted last year’s rate.",
    "should_have": "The rate of this year, since the old one had ended.",
}


def test_what_bears_on_the_decision_is_written_down(house: House) -> None:
    error = house.favorable()
    kept = honored_errors.assess(error, by=house.bob, now=NOW, version=1, **WEIGHED)
    assert values(again(error)) == values(kept) == values(error) | WEIGHED | {"version": 2}
    event = Event.objects.get(type="honored_error.assessed")
    fields = sorted(set(WEIGHED) - {"value_minor", "currency"})
    assert event.data == {
        "case_version": 3, "error": error.pk, "error_version": 2, "version": 2, "fields": fields,
    }  # fmt: skip
    assert event.words.body == {name: WEIGHED[name] for name in ("relied_words", "happened_words", "should_have")}
    assert honored_errors.assess(error, by=house.bob, now=NOW, **WEIGHED).version == 2  # nothing new, nothing written


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"value_minor": -1}, "not_an_amount", "value_minor"),
        ({"value_year_minor": 10**16}, "amount_too_large", "value_year_minor"),
        ({"currency": ""}, "invalid", "currency"),
        ({"currency": "ZZZ"}, "unknown_currency", "currency"),
        ({"relied": "a lot"}, "invalid", "relied"),
        ({"money": "gone"}, "invalid", "money"),
        ({"should_have": "x" * 20_001}, "too_long", "should_have"),
        ({"happened_words": "a\x00b"}, "invalid", "happened_words"),
        ({"happened_words": "Bob Builder got the rate wrong."}, "names_staff", "happened_words"),
        ({"should_have": "Alice should have looked it up."}, "names_staff", "should_have"),
    ],
)
def test_what_cannot_be_meant_is_refused(house: House, given: dict[str, Any], code: str, field: str) -> None:
    house.person("builder", name="Bob Builder")
    error = house.favorable()
    refused(code, lambda: honored_errors.assess(error, by=house.alice, now=NOW, **given), field=field)


@pytest.mark.parametrize(
    ("who", "code"),
    [("alice", "ok"), ("bob", "ok"), ("sue", "ok"), ("crm", "ok"), ("ada", "rep_needed"), ("charlie", "out_of_reach")],
)
def test_reps_and_supervisors_in_reach_weigh_it(house: House, who: str, code: str) -> None:
    error = house.favorable()
    if code == "ok":
        assert honored_errors.assess(error, relied="nothing", by=getattr(house, who), now=NOW).relied == "nothing"
    else:
        refused(code, lambda: honored_errors.assess(error, relied="nothing", by=getattr(house, who), now=NOW))


def test_until_the_customer_has_been_told(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    honored_errors.assess(error, relied="nothing", by=house.bob, now=NOW)
    house.told(call)
    refused("already_told", lambda: honored_errors.assess(error, relied="much", by=house.bob, now=NOW))


def test_a_withdrawn_one_is_not_weighed(house: House) -> None:
    error = house.favorable()
    change(error, house, favor="company")
    refused("wrong_state", lambda: honored_errors.assess(error, relied="much", by=house.bob, now=NOW))


def test_two_who_weigh_it_at_once_do_not_overwrite_each_other(house: House) -> None:
    error = house.favorable()
    honored_errors.assess(error, relied="much", by=house.bob, now=NOW, version=1)
    with pytest.raises(ChangedMeanwhile) as told:
        honored_errors.assess(error, relied="nothing", by=house.sue, now=NOW, version=1)
    assert told.value.details == {
        "version": 2,
        "changes": [{"type": "honored_error.assessed", "by": "Bob", "at": NOW.isoformat(), "fields": ["relied"]}],
    }


def test_only_what_is_weighed_can_be_given(house: House) -> None:
    with pytest.raises(TypeError):
        honored_errors.assess(house.favorable(), status="honored", by=house.bob, now=NOW)


# Decided --------------------------------------------------------------------------------------------------------------


def test_a_decision_moves_the_error_and_leaves_nothing_to_decide(house: House) -> None:
    error = house.favorable()
    honored = decide(error, "honored", house, cost_minor=12000, currency="USD")
    decided = {"status": "honored", "decided_by_id": house.sue.pk, "decided_at": NOW + HOUR, "cost_minor": 12000}
    assert values(honored) == values(error) | decided | {"version": 2}
    assert honored.obligation is not None
    assert (honored.obligation.status, honored.obligation.ended_by) == ("discharged", house.sue)
    assert again(error.case).open_obligations == 0
    rescinded = decide(error, "rescinded", house)
    assert values(rescinded) == values(honored) | {"status": "rescinded", "cost_minor": 0, "version": 3}


def test_what_it_costs_is_in_the_currency_of_what_is_at_stake(house: House) -> None:
    error = house.favorable()
    refused("other_currency", lambda: decide(error, "honored", house, cost_minor=5, currency="EUR"), field="currency")
    unvalued = house.favorable(value_at_stake_minor=None, currency="")
    assert decide(unvalued, "honored", house, cost_minor=5, currency="EUR").currency == "EUR"


def test_a_withdrawn_one_is_not_decided(house: House) -> None:
    error = house.favorable()
    change(error, house, favor="company")
    refused("wrong_state", lambda: decide(error, "honored", house))


def test_what_it_costs_keeps_its_currency(house: House) -> None:
    error = house.favorable()
    decide(error, "honored", house, cost_minor=5, currency="USD")
    refused(
        "other_currency",
        lambda: honored_errors.assess(error, currency="EUR", by=house.sue, now=NOW),
        field="currency",
    )
