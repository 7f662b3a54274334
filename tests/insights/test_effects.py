"""What calls change: counted by the lot and not by who was reached, with intervals, and nothing claimed of a few."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from insights.domain import effects, rollup
from insights.domain.effects import Arm
from insights.enums import Measure
from insights.models import Fact
from insights.queries import Sums
from outreach.domain import planning, qualifying
from outreach.models import Program
from tests.factories import DAY, HOUR, NOW, House
from tests.outreach.conftest import Outreach

pytestmark = pytest.mark.practice("P23")


def sums(**counts: dict[str, int]) -> Sums:
    read = Sums()
    for measure, by_key in counts.items():
        for key, count in by_key.items():
            read.counts[Measure(measure), key] = count
    return read


# Arithmetic -----------------------------------------------------------------------------------------------------------


def test_the_interval_of_two_shares_is_the_one_in_the_paper() -> None:
    # Newcombe (1998), table II, example (a): 56/70 against 48/80, method 10 gives 0.0524 to 0.3339.
    low, high = effects.newcombe(Arm(70, 56 / 70), Arm(80, 48 / 80))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_the_interval_of_two_means_is_welchs() -> None:
    low, high = effects.welch(Arm(100, 1.0, 4.0), Arm(400, 0.5, 4.0))
    reach = 1.959964 * (4 / 100 + 4 / 400) ** 0.5
    assert (round(low, 5), round(high, 5)) == (round(0.5 - reach, 5), round(0.5 + reach, 5))


def test_of_a_few_nothing_is_claimed_however_large_the_difference() -> None:
    few = sums(lot={"1:called": 29, "1:held_out": 300}, lot_change={"1:called:+4": 29, "1:held_out:-4": 300})
    (each,) = effects.compare(few)
    change = each.effects[0]
    assert (change.difference, change.low, change.verdict) == (8.0, None, "too_few")


@pytest.mark.parametrize(
    ("called", "held_out", "verdict"),
    [((80, 20), (40, 60), "better"), ((40, 60), (80, 20), "worse"), ((50, 50), (48, 52), "none_shown")],
)
def test_a_difference_is_claimed_when_its_interval_leaves_out_zero(
    called: tuple[int, int], held_out: tuple[int, int], verdict: str
) -> None:
    counts = {"1:called:yes": called[0], "1:called:no": called[1]}
    counts |= {"1:held_out:yes": held_out[0], "1:held_out:no": held_out[1]}
    (each,) = effects.compare(sums(lot={"1:called": 100, "1:held_out": 100}, lot_settled=counts, lot_again=counts))
    by_measure = {effect.measure: effect.verdict for effect in each.effects}
    assert by_measure[Measure.LOT_SETTLED] == verdict
    opposite = {"better": "worse", "worse": "better"}.get(verdict, verdict)
    assert by_measure[Measure.LOT_AGAIN] == opposite, "fewer is better there"


def test_where_calls_do_nothing_a_claim_is_as_rare_as_it_says() -> None:
    chance, claims, rounds = random.Random(7), 0, 400
    for _ in range(rounds):
        arms = [Arm(n, sum(chance.random() < 0.4 for _ in range(n)) / n) for n in (200, 60)]
        low, high = effects.newcombe(*arms)
        claims += not low <= 0 <= high
    assert claims / rounds < 0.085, "at 95% about one in twenty, give or take"


@given(st.integers(30, 500), st.integers(30, 500), st.data())
@hypothesis(max_examples=100, deadline=None)
def test_an_interval_holds_its_difference_and_stays_possible(n: int, m: int, data: st.DataObject) -> None:
    one, other = (Arm(size, data.draw(st.integers(0, size)) / size) for size in (n, m))
    low, high = effects.newcombe(one, other)
    assert -1 <= low <= (one.mean or 0) - (other.mean or 0) + 1e-9
    assert (one.mean or 0) - (other.mean or 0) - 1e-9 <= high <= 1


# From what happened ---------------------------------------------------------------------------------------------------


@pytest.fixture
def outreach(house: House) -> Outreach:
    return Outreach(house)


Lots = Callable[[bool], Any]


@pytest.fixture
def lot(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> Lots:
    """A dissatisfied customer for whom a lot is drawn: called, or left out."""
    Program.objects.update(holdout_percent=10)

    def draw(called: bool) -> Any:
        monkeypatch.setattr(qualifying, "left_out", lambda *_: not called)
        case = outreach.house.closed_case(outreach.house.customer("Dana"))
        signal = outreach.signal(case.customer, case=case, score=1)
        planning.plan(now=NOW)
        return signal

    return draw


def facts(measure: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in Fact.objects.filter(measure=measure).values_list("key", flat=True):
        found[key] = found.get(key, 0) + 1
    return found


def program() -> int:
    return Program.objects.values_list("pk", flat=True)[0]


@pytest.mark.django_db
def test_both_sides_are_counted_when_the_lot_is_drawn_and_the_score_when_it_comes(
    outreach: Outreach, lot: Lots
) -> None:
    called, left = lot(True), lot(False)
    rollup.roll_up(now=NOW + HOUR)
    assert facts("lot") == {f"{program()}:called": 1, f"{program()}:held_out": 1}
    assert facts("lot_change") == facts("lot_settled") == {}
    outreach.signal(called.customer, score=4, now=NOW + 4 * DAY)
    outreach.signal(left.customer, score=2, now=NOW + 4 * DAY)
    rollup.roll_up(now=NOW + 5 * DAY)
    assert facts("lot_change") == {f"{program()}:called:+3": 1, f"{program()}:held_out:+1": 1}


@pytest.mark.django_db
def test_after_thirty_days_it_is_known_whether_it_is_settled_and_nothing_is_counted_before(
    outreach: Outreach, lot: Lots
) -> None:
    called, left = lot(True), lot(False)
    again = outreach.house.logged(left.customer, now=NOW + 3 * DAY)
    assert again.case.customer == left.customer
    rollup.roll_up(now=NOW + 30 * DAY - HOUR)
    assert facts("lot_settled") == {}
    rollup.roll_up(now=NOW + 30 * DAY)
    assert facts("lot_settled") == {f"{program()}:called:yes": 1, f"{program()}:held_out:no": 1}
    assert facts("lot_again") == {f"{program()}:called:no": 1, f"{program()}:held_out:yes": 1}
    everything = sorted(Fact.objects.values_list("measure", "key", "day", "n"))
    rollup.rebuild(now=NOW + 30 * DAY)
    assert sorted(Fact.objects.values_list("measure", "key", "day", "n")) == everything
    assert called.customer_id != left.customer_id


@pytest.mark.django_db
def test_what_is_logged_by_the_call_itself_is_no_new_mistake(outreach: Outreach, lot: Lots) -> None:
    call = outreach.taken(lot(True).call)
    outreach.outcome(call, "not_turned_around")
    rollup.roll_up(now=NOW + 31 * DAY)
    assert facts("lot_again") == {f"{program()}:called:no": 1}
    assert facts("lot_settled") == {f"{program()}:called:no": 1}, "it was reopened, and is open"
    assert facts("lot_outcome") == {f"{program()}:not_turned_around": 1}


@pytest.mark.django_db
def test_who_was_called_without_a_lot_is_compared_with_nobody(outreach: Outreach, house: House) -> None:
    outreach.call(case=house.case(severity="high"))
    rollup.roll_up(now=NOW + 31 * DAY)
    assert facts("lot") == {}


@pytest.mark.django_db
def test_the_page_and_the_api_say_what_is_known_and_that_it_is_too_little(outreach: Outreach, lot: Lots) -> None:
    lot(True), lot(False)
    rollup.roll_up(now=NOW + HOUR)
    client = Client()
    client.force_login(outreach.house.alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        shown = client.get("/insights/calls?period=30").content.decode()
        told = client.get("/api/v1/call-effects/?period=30").json()["results"]
        behind = client.get(f"/insights/cases?period=30&measure=lot&key={program()}:called")
        wrong = client.get("/api/v1/call-effects/?period=fortnight")
    assert "Too few to say" in shown
    assert "Calls help" not in shown
    assert (told[0]["called"], told[0]["held_out"], told[0]["effects"][0]["verdict"]) == (1, 1, "too_few")
    assert behind.status_code == 200
    assert wrong.status_code == 400
