"""Signs of dissatisfaction: received once, and called about or not, with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.authority import Refused
from cases.domain import closing
from cases.models import CustomerPhone, Obligation
from journal.enums import EventType
from journal.models import Event
from outreach.domain import planning, signals
from outreach.enums import CallStatus, SignalFate
from outreach.models import FollowUpCall, Program, Signal
from tests.factories import DAY, HOUR, NOW, House, again
from tests.outreach.conftest import Counted, Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]


def fate(outreach: Outreach, customer: Any = None, **given: Any) -> str:
    signal = outreach.signal(customer, **given)
    planning.plan(now=NOW)
    return again(signal).fate


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"kind": "survey", "score": 1}, SignalFate.CALL_PLANNED),
        ({"kind": "survey", "score": 2}, SignalFate.CALL_PLANNED),
        ({"kind": "survey", "score": 3}, SignalFate.SATISFIED),
        ({"kind": "crm_flag", "score": None}, SignalFate.CALL_PLANNED),
        ({"kind": "dispute", "score": 5}, SignalFate.CALL_PLANNED),
        ({"at": NOW - timedelta(days=31)}, SignalFate.TOO_OLD),
        ({"at": NOW - timedelta(days=29)}, SignalFate.CALL_PLANNED),
    ],
)
def test_who_is_dissatisfied_enough_is_called(outreach: Outreach, given: dict[str, Any], expected: str) -> None:
    assert fate(outreach, **given) == expected


def test_do_not_call_is_honored(outreach: Outreach) -> None:
    assert fate(outreach, outreach.house.customer(do_not_call=True)) == SignalFate.DO_NOT_CALL


def test_without_a_number_that_may_be_dialed_nobody_is_called(outreach: Outreach) -> None:
    customer = outreach.house.customer()
    CustomerPhone.objects.filter(customer=customer).update(wrong=True)
    assert fate(outreach, customer) == SignalFate.NO_PHONE
    assert fate(outreach, outreach.house.customer(phones=[])) == SignalFate.NO_PHONE


def test_a_customer_is_never_called_twice_at_once(outreach: Outreach) -> None:
    customer = outreach.house.customer()
    first, second = outreach.signal(customer), outreach.signal(customer)
    planning.plan(now=NOW)
    assert (again(first).fate, again(second).fate) == (SignalFate.CALL_PLANNED, SignalFate.ALREADY_PLANNED)
    assert fate(outreach, customer) == SignalFate.ALREADY_PLANNED
    assert FollowUpCall.objects.filter(customer=customer).count() == 1


def test_a_call_is_owed_from_the_hour_when_the_customer_may_be_called(outreach: Outreach) -> None:
    three_at_night_in_denver = datetime(2026, 3, 11, 9, tzinfo=UTC)
    call = outreach.call(now=three_at_night_in_denver)
    assert call.not_before == datetime(2026, 3, 11, 14, tzinfo=UTC)
    assert call.obligation.due_end == three_at_night_in_denver + 24 * HOUR
    assert (call.status, call.obligation.owner, call.rep) == (CallStatus.PLANNED, None, None)


def test_a_call_is_not_owed_before_the_hours_open(outreach: Outreach) -> None:
    Program.objects.update(contact_within_hours=1)
    saturday_night_in_paris = datetime(2026, 3, 14, 21, tzinfo=UTC)
    customer = outreach.house.customer(time_zone="Europe/Paris", jurisdiction="FR")
    call = outreach.call(customer, now=saturday_night_in_paris)
    monday = datetime(2026, 3, 16, 8, tzinfo=UTC)
    assert (call.not_before, call.obligation.due_end) == (monday, monday + HOUR)


def test_a_call_about_an_open_case_keeps_it_open(outreach: Outreach) -> None:
    case = outreach.house.case()
    before = case.open_obligations
    call = outreach.call(case=case)
    assert again(case).open_obligations == before + 1
    assert call.obligation.case == case
    assert closing.nothing_owed(again(case)).code == "call_open"


def test_a_call_about_a_closed_case_is_owed_to_the_customer_alone(outreach: Outreach) -> None:
    case = outreach.house.closed_case()
    call = outreach.call(case=case)
    assert again(case).open_obligations == 0
    assert (call.case, call.obligation.case) == (case, None)


def test_the_same_reference_is_received_once(outreach: Outreach) -> None:
    customer = outreach.house.customer()
    first = outreach.signal(customer, external_system="crm", external_id="S-1")
    again_ = outreach.signal(customer, external_system="crm", external_id="S-1", score=2)
    assert first == again_
    assert Event.objects.filter(type=EventType.SIGNAL_RECEIVED).count() == 1
    with pytest.raises(Refused) as refused:
        outreach.signal(outreach.house.customer(), external_system="crm", external_id="S-1")
    assert refused.value.code == "external_id_taken"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"kind": "gossip"}, "invalid", "kind"),
        ({"score": None}, "score_needed", "score"),
        ({"score": 0}, "invalid", "score"),
        ({"score": 6}, "invalid", "score"),
        ({"at": NOW + HOUR}, "in_future", "at"),
        ({"at": datetime(2026, 1, 1)}, "invalid", "at"),
        ({"comment": "x" * 5001}, "invalid", "comment"),
        ({"external_id": "S-1"}, "invalid", "external_id"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    outreach: Outreach, given: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        outreach.signal(**given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Signal.objects.exists()


def test_a_stranger_cannot_signal_and_a_case_must_be_the_customers(outreach: Outreach) -> None:
    customer = outreach.house.customer()
    with pytest.raises(Refused) as refused:
        outreach.signal(customer, by=outreach.house.charlie)
    assert refused.value.code == "out_of_reach"
    with pytest.raises(Refused) as refused:
        outreach.signal(customer, case=outreach.house.case())
    assert refused.value.code == "other_customer"


def test_every_signal_leaves_its_fate_in_the_log(outreach: Outreach) -> None:
    fate(outreach)
    fate(outreach, score=5)
    types = set(Event.objects.filter(subject_kind__in=["signal", "call"]).values_list("type", flat=True))
    assert types == {EventType.SIGNAL_RECEIVED, EventType.CALL_PLANNED, EventType.SIGNAL_SET_ASIDE}


def test_without_a_program_in_force_signals_wait(outreach: Outreach) -> None:
    Program.objects.update(active=False)
    assert fate(outreach) == ""
    Program.objects.update(active=True)
    planning.plan(now=NOW)
    assert FollowUpCall.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_batch(
    house: House, outreach: Outreach, queries_of: Counted
) -> None:
    outreach.signal(case=(case := house.case()), customer=case.customer)
    few = queries_of(lambda: planning.plan(now=NOW))
    for number in range(20):
        case = house.case()
        outreach.signal(case.customer, case=case, score=1 + number % 5)
    many = queries_of(lambda: planning.plan(now=NOW))
    assert many <= few + 1
    assert few <= 16


def test_one_that_cannot_be_weighed_does_not_stand_in_the_way(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = outreach.signal(), outreach.signal()
    weigh = planning.weigh

    def fails_on_one(signal: Signal, *given: Any, **more: Any) -> SignalFate:
        if signal.pk == bad.pk:
            raise RuntimeError("this one is broken")
        return weigh(signal, *given, **more)

    monkeypatch.setattr(planning, "weigh", fails_on_one)
    assert planning.plan(now=NOW) == 2
    assert (again(bad).fate, again(good).fate) == ("", SignalFate.CALL_PLANNED)
    assert Obligation.objects.filter(kind="follow_up_call").count() == 1


def test_receiving_uses_the_first_unit_when_no_case_says_which(outreach: Outreach) -> None:
    assert outreach.signal().unit == outreach.house.unit
    assert signals.receive(
        outreach.house.customer(), kind="crm_flag", at=NOW - DAY, by=outreach.house.alice, now=NOW
    ).new
