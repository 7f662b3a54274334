"""Programs are data: whose a signal is, in order; what keeps us from calling; and whom a lot leaves uncalled."""

from __future__ import annotations

from typing import Any

import pytest

from journal.enums import EventType
from journal.models import Event
from outreach.domain import dispatching, planning, qualifying
from outreach.enums import SignalFate
from outreach.models import CallGroup, CallGroupMember, FollowUpCall, HeldOut, Program, Signal
from tests.factories import DAY, HOUR, NOW, again
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]


@pytest.fixture(autouse=True)
def _nobody_is_left_out(db: None) -> None:
    Program.objects.update(holdout_percent=0)


def program(name: str, rank: int = 10, **given: Any) -> Program:
    usual: dict[str, Any] = {"score_at_most": 2, "retry_after_minutes": [60], "holdout_percent": 0}
    return Program.objects.create(name=name, rank=rank, **usual | given)


def planned(outreach: Outreach, customer: Any = None, *, now: Any = NOW, **given: Any) -> tuple[str, str | None]:
    """What became of a signal, and in which program."""
    signal = outreach.signal(customer, now=now, **given)
    planning.plan(now=now)
    call = FollowUpCall.objects.filter(signal=signal).select_related("program").first()
    return again(signal).fate, call.program.name if call and call.program else None


def test_the_first_program_in_order_is_whose_it_is(outreach: Outreach) -> None:
    program("Flags first", 5, kinds=["crm_flag"])
    program("Worst scores", 20, score_at_most=1)
    assert planned(outreach, kind="crm_flag", score=None)[1] == "Flags first"
    assert planned(outreach, score=1)[1] == "Worst scores"
    assert planned(outreach, score=2)[1] == "Call the dissatisfied"


@pytest.mark.parametrize(
    ("asks", "customer", "yes"),
    [
        (
            {"value_at_least_minor": 100_00, "value_currency": "USD"},
            {"value_minor": 100_00, "value_currency": "USD"},
            True,
        ),
        (
            {"value_at_least_minor": 100_00, "value_currency": "USD"},
            {"value_minor": 99_99, "value_currency": "USD"},
            False,
        ),
        (
            {"value_at_least_minor": 100_00, "value_currency": "USD"},
            {"value_minor": 900_00, "value_currency": "EUR"},
            False,
        ),
        ({"value_at_least_minor": 100_00, "value_currency": "USD"}, {}, False),
        ({"baggage_at_least": 1}, {}, False),
    ],
)
def test_what_a_program_asks_of_the_customer(
    outreach: Outreach, asks: dict[str, Any], customer: dict[str, Any], yes: bool
) -> None:
    Program.objects.update(active=False)
    program("Picky", **asks)
    expected = (SignalFate.CALL_PLANNED, "Picky") if yes else (SignalFate.NO_PROGRAM, None)
    assert planned(outreach, outreach.house.customer(**customer)) == expected


def test_severity_is_that_of_the_case_and_baggage_what_was_before_it(outreach: Outreach) -> None:
    Program.objects.update(active=False)
    program("Severe", severities=["high"])
    program("Again", 20, baggage_at_least=1)
    house = outreach.house
    dana = house.customer()
    low = house.case(dana, severity="low")
    assert planned(outreach, dana, case=low)[0] == SignalFate.NO_PROGRAM
    high = house.case(house.customer("Kofi"), severity="high")
    assert planned(outreach, high.customer, case=high)[1] == "Severe"
    second = house.case(dana, severity="low")
    assert planned(outreach, dana, case=second)[1] == "Again"


def test_satisfied_and_without_a_program_are_two_things(outreach: Outreach) -> None:
    Program.objects.update(kinds=["dispute"])
    assert planned(outreach, score=1)[0] == SignalFate.NO_PROGRAM
    assert planned(outreach, score=4)[0] == SignalFate.SATISFIED


def test_who_was_spoken_with_lately_is_not_called_again_so_soon(outreach: Outreach) -> None:
    dana = outreach.house.customer()
    outreach.outcome(outreach.taken(outreach.call(dana)), "turned_around")
    assert planned(outreach, dana, now=NOW + 29 * DAY)[0] == SignalFate.CALLED_LATELY
    assert planned(outreach, dana, now=NOW + 31 * DAY)[0] == SignalFate.CALL_PLANNED


def test_who_could_not_be_reached_may_be_called_again(outreach: Outreach) -> None:
    Program.objects.update(retry_after_minutes=[])
    dana = outreach.house.customer()
    outreach.outcome(outreach.taken(outreach.call(dana)), "no_answer")
    assert planned(outreach, dana, now=NOW + DAY)[0] == SignalFate.CALL_PLANNED


def test_a_call_has_two_times_contact_and_close(outreach: Outreach) -> None:
    Program.objects.update(contact_within_hours=12, close_within_hours=36)
    call = outreach.call()
    assert (call.obligation.due_end, call.close_by) == (NOW + 12 * HOUR, NOW + 36 * HOUR)


# The lot --------------------------------------------------------------------------------------------------------------


def everybody(monkeypatch: pytest.MonkeyPatch, percent: int = 10) -> None:
    """A lot is drawn, and leaves out all who take part."""
    Program.objects.update(holdout_percent=percent)
    monkeypatch.setattr(qualifying, "left_out", lambda *_: True)


def test_whom_the_lot_leaves_out_is_written_down_and_not_called(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(monkeypatch)
    dana = outreach.house.customer()
    assert planned(outreach, dana)[0] == SignalFate.HELD_OUT
    held = HeldOut.objects.get()
    assert (held.customer, held.at) == (dana, NOW)
    assert not FollowUpCall.objects.exists()
    assert Event.objects.get(type=EventType.SIGNAL_SET_ASIDE).data["fate"] == "held_out"


def test_the_lot_holds_for_as_long_as_a_call_would_have(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody(monkeypatch)
    dana = outreach.house.customer()
    planned(outreach, dana)
    monkeypatch.setattr(qualifying, "left_out", lambda *_: False)
    assert planned(outreach, dana, now=NOW + DAY)[0] == SignalFate.HELD_OUT
    assert HeldOut.objects.count() == 1, "they are compared once"
    assert planned(outreach, dana, now=NOW + 31 * DAY)[0] == SignalFate.CALL_PLANNED


def test_two_signals_in_one_batch_are_one_lot(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody(monkeypatch)
    dana = outreach.house.customer()
    first, second = outreach.signal(dana), outreach.signal(dana)
    planning.plan(now=NOW)
    assert {again(first).fate, again(second).fate} == {SignalFate.HELD_OUT}
    assert HeldOut.objects.count() == 1


def test_who_was_let_down_severely_is_never_left_out(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody(monkeypatch)
    severe = outreach.house.case(severity="high")
    assert planned(outreach, severe.customer, case=severe)[0] == SignalFate.CALL_PLANNED
    assert not FollowUpCall.objects.get().by_lot, "no lot was drawn, so they are not compared"
    Program.objects.update(holdout_spares_severe=False)
    other = outreach.house.case(outreach.house.customer("Kofi"), severity="high")
    assert planned(outreach, other.customer, case=other)[0] == SignalFate.HELD_OUT


def test_who_asks_to_be_called_is_whatever_the_lot_or_the_rest(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = outreach.house.customer()
    outreach.outcome(outreach.taken(outreach.call(dana)), "turned_around")
    everybody(monkeypatch)
    request = Signal.objects.create(
        customer=dana, unit=outreach.house.unit, kind="request", at=NOW + DAY, received_at=NOW + DAY
    )
    planning.plan(now=NOW + DAY)
    assert again(request).fate == SignalFate.CALL_PLANNED
    assert not again(request).call.by_lot


def test_who_could_not_have_been_called_takes_no_part(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody(monkeypatch)
    assert planned(outreach, outreach.house.customer(do_not_call=True))[0] == SignalFate.DO_NOT_CALL
    assert planned(outreach, outreach.house.customer(phones=[]))[0] == SignalFate.NO_PHONE
    assert not HeldOut.objects.exists()


def test_who_is_called_says_whether_a_lot_was_drawn(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not outreach.call().by_lot
    Program.objects.update(holdout_percent=10)
    monkeypatch.setattr(qualifying, "left_out", lambda *_: False)
    assert outreach.call().by_lot


@pytest.mark.parametrize("percent", [5, 10, 50])
def test_the_lot_takes_its_share_and_the_same_each_time(percent: int) -> None:
    one, other = Program(pk=1, holdout_percent=percent), Program(pk=2, holdout_percent=percent)
    signals = [Signal(pk=number) for number in range(1, 20_001)]
    drawn = [qualifying.left_out(signal, one) for signal in signals]
    # Five standard deviations of so many coins.
    spread = 5 * (percent * (100 - percent) / 10_000 / len(signals)) ** 0.5
    assert abs(sum(drawn) / len(signals) - percent / 100) < spread
    assert drawn == [qualifying.left_out(signal, one) for signal in signals]
    assert drawn != [qualifying.left_out(signal, other) for signal in signals]


# Who calls ------------------------------------------------------------------------------------------------------------


def group(outreach: Outreach, *people: Any, **member: Any) -> CallGroup:
    """A group of these people, that calls for the one program there is."""
    made = CallGroup.objects.create(name="Front")
    for person in people:
        CallGroupMember.objects.create(group=made, user=person, **member)
    Program.objects.update(group=made)
    return made


def test_a_programs_calls_are_its_groups(outreach: Outreach) -> None:
    group(outreach, outreach.house.sue)
    call = outreach.call()
    dispatching.dispatch(now=NOW)
    assert again(call).rep == outreach.house.sue, "she is in no other group, and Alice and Bob are not in hers"


def test_the_day_holds_so_many_and_begins_on_ones_own_clock(outreach: Outreach) -> None:
    Program.objects.update(calls_per_rep_and_day=1)
    outreach.house.bob.__class__.objects.filter(pk=outreach.house.bob.pk).update(takes_calls=False)
    outreach.outcome(outreach.taken(), "turned_around")
    call = outreach.call()
    assert dispatching.dispatch(now=NOW + HOUR) == 0
    # NOW is 11:00 in New York, where Alice is: her next day begins 13 hours later, when it is night in Denver.
    tomorrow = NOW + DAY
    assert dispatching.dispatch(now=tomorrow) == 1
    assert again(call).rep == outreach.house.alice
