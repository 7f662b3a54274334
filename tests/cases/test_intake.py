"""Logging a mistake: the case it opens or joins, who owns it, and what the customer is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.authority import Refused
from accounts.domain.roles import set_working_state
from accounts.models import Notice
from cases.domain import closing, ownership
from cases.models import Case, Incident, Message, Obligation, Promise
from journal.models import Event
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away


def refusal(work: Any, *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        work(*args, **kwargs)
    return refused.value


@pytest.mark.practice("P5", "P6")
def test_whoever_logs_a_mistake_owns_its_case(house: House) -> None:
    logged = house.logged(severity="high", category="Billing")
    case = again(logged.case)
    assert logged.opened
    assert (case.owner, case.first_owner, case.opened_by, case.status, case.severity, case.unit) == (
        house.alice,
        house.alice,
        house.alice,
        "open",
        "high",
        house.unit,
    )
    assert list(Event.objects.filter(case=case).order_by("id").values_list("type", flat=True)) == [
        "case.opened",
        "incident.logged",
        "case.contacted",
        "message.queued",
    ]


@pytest.mark.practice("P5")
def test_the_opening_notice_names_the_owner_and_says_when_the_customer_will_hear_in_their_own_time(
    house: House,
) -> None:
    customer = house.customer(form_of_address="Ms. Okafor", emails=["dana@example.com"])
    case = house.case(customer, channel="email")
    message = Message.objects.get()
    assert (message.to, message.status, message.channel) == ("dana@example.com", "pending", "email")
    assert message.subject == f"We are on it: your case {case.reference}"
    assert "Hello Ms. Okafor," in message.body
    assert "Alice is looking after it personally" in message.body
    assert "You will hear from us by 09:00 on Wednesday, March 11, your time (Denver)." in message.body
    assert case.reference in message.body


@pytest.mark.practice("P5", "P7")
def test_what_the_opening_notice_promises_is_owed_by_the_owner(house: House) -> None:
    case = house.case(channel="email")
    owed = Obligation.objects.get()
    assert (owed.what, owed.owner, owed.due_end, owed.zone, case.open_obligations) == (
        "First reply",
        house.alice,
        NOW + DAY,
        "America/Denver",
        1,
    )


@pytest.mark.practice("P5", "P7")
def test_on_the_line_nothing_is_promised_in_writing_that_nobody_owes(house: House) -> None:
    house.case(channel="phone")
    assert not Promise.objects.exists()
    assert "You will hear" not in Message.objects.get().body


@pytest.mark.practice("P7")
def test_a_rep_who_is_away_logs_for_a_colleague_who_then_owes_the_first_reply(house: House) -> None:
    case = house.case(by=away(house.alice), channel="email")
    assert (case.owner, Obligation.objects.get().owner) == (house.bob, house.bob)


@pytest.mark.practice("P5")
def test_a_customer_without_an_address_is_told_by_the_rep(house: House) -> None:
    house.case(house.customer(emails=[]), channel="email")
    assert (Message.objects.get().status, Message.objects.get().to) == ("no_address", "")


def test_an_incident_in_the_customers_favor_sends_no_opening_notice(house: House) -> None:
    house.case(favor="customer", channel="email")
    assert not Message.objects.exists()
    assert not Promise.objects.exists()


@pytest.mark.practice("P9", "P29")
def test_a_case_without_a_rep_goes_to_whoever_has_the_fewest_open_cases(house: House) -> None:
    house.case()
    house.case()
    house.case(by=house.bob)
    first = house.case(by=house.crm, channel="api")
    second = house.case(by=house.crm, channel="api")
    third = house.case(by=house.crm, channel="api")
    assert [case.owner for case in (first, second, third)] == [house.bob, house.alice, house.bob]
    told = Notice.objects.filter(kind="routed_to_you").order_by("id")
    assert [(notice.user, notice.path) for notice in told] == [
        (case.owner, f"/cases/{case.reference}") for case in (first, second, third)
    ]


@pytest.mark.practice("P9")
def test_closed_and_historical_cases_do_not_count_as_work(house: House) -> None:
    for _ in range(2):
        house.closed_case()
    house.historical_case()
    house.case(by=house.bob)
    assert house.case(by=house.crm, channel="api").owner == house.alice


@pytest.mark.practice("P9")
def test_only_reps_of_the_unit_who_are_there_are_given_cases(house: House) -> None:
    away(house.alice)
    set_working_state(house.bob, state="left", until=None, by=house.ada, now=NOW)
    late = house.person("lena")
    away(late, until=NOW)
    assert house.case(by=house.crm, channel="api").owner == late


@pytest.mark.practice("P5", "P9")
def test_with_nobody_there_the_case_waits_with_the_supervisors_who_are_told(house: House) -> None:
    away(house.alice)
    away(house.bob)
    case = house.case(by=house.crm, channel="api")
    assert (case.owner, case.first_owner, Obligation.objects.get().owner) == (None, None, None)
    assert set(Notice.objects.filter(kind="case_waiting").values_list("user__username", "channel")) == {
        ("sue", "desk"),
        ("sue", "email"),
        ("sam", "desk"),
        ("sam", "email"),
    }
    assert "Sam is looking after it personally" in Message.objects.get().body


@pytest.mark.practice("P9")
def test_a_waiting_case_goes_to_the_first_rep_who_comes_back_with_what_is_owed(house: House) -> None:
    away(house.alice)
    away(house.bob)
    case = house.case(by=house.crm, channel="api")
    assert ownership.route_waiting(case, now=NOW + HOUR) is None
    set_working_state(house.bob, state="available", until=None, by=house.bob, now=NOW)
    ownership.route_waiting(case, now=NOW + HOUR)
    assert ownership.route_waiting(case, now=NOW + HOUR) is None
    case = again(case)
    assert (case.owner, case.first_owner, case.handoff_count, Obligation.objects.get().owner) == (
        house.bob,
        house.bob,
        0,
        house.bob,
    )


@pytest.mark.practice("P12")
def test_a_second_incident_joins_an_open_case_which_takes_the_highest_severity(house: House) -> None:
    case = house.case(severity="medium")
    for severity, complainer, expected in (
        ("low", "", ("medium", False)),
        ("high", "activist", ("high", True)),
        ("low", "passive", ("high", True)),
    ):
        logged = house.logged(case.customer, case=case, severity=severity, complainer=complainer, by=house.bob)
        case = again(case)
        assert (logged.opened, case.severity, case.urgent) == (False, *expected)
    assert (case.owner, Incident.objects.filter(case=case).count(), Case.objects.count()) == (house.alice, 4, 1)
    assert Message.objects.count() == 1


@pytest.mark.practice("P9")
@pytest.mark.parametrize(
    ("complainer", "urgent"), [("voicer", False), ("irate", True), ("activist", True), ("passive", False), ("", False)]
)
def test_an_irate_or_activist_complainer_is_urgent(house: House, complainer: str, urgent: bool) -> None:
    assert house.case(complainer=complainer).urgent is urgent


@pytest.mark.practice("P13")
@pytest.mark.parametrize(
    ("given", "who", "stopped"),
    [
        ({"channel": "phone"}, "alice", 0 * MINUTE),
        ({"channel": "chat", "reported_at": NOW - 2 * MINUTE}, "alice", 2 * MINUTE),
        ({"channel": "email"}, "alice", None),
        ({"channel": "phone"}, "crm", None),
        ({"channel": "phone"}, "ada", None),
    ],
)
def test_the_first_minute_runs_from_the_report_until_a_person_speaks_with_the_customer(
    house: House, given: dict[str, Any], who: str, stopped: timedelta | None
) -> None:
    case = house.case(by=getattr(house, who), **given)
    took = case.first_response_at - case.reported_at if case.first_response_at else None
    assert took == stopped


@pytest.mark.practice("P13")
@pytest.mark.parametrize(
    ("reached", "who", "stops"),
    [
        ("customer", "bob", True),
        ("dropped", "bob", True),
        ("left_message", "bob", False),
        ("no_answer", "bob", False),
        ("wrong_person", "bob", False),
        ("customer", "crm", False),
    ],
)
def test_only_a_person_who_reached_the_customer_stops_the_clock(
    house: House, reached: str, who: str, stops: bool
) -> None:
    from cases.domain.conversation import record_contact

    case = house.case(channel="email", by=house.crm)
    record_contact(case, channel="phone", reached=reached, by=getattr(house, who), now=NOW + 3 * MINUTE)
    assert again(case).first_response_at == (NOW + 3 * MINUTE if stops else None)


@pytest.mark.practice("P4")
def test_a_mistake_is_self_reported_when_whoever_made_it_logged_it(house: House) -> None:
    own = house.logged(originator_kind="person", originator=house.alice).incident
    other = house.logged(originator_kind="person", originator=house.bob).incident
    system = house.logged(originator_kind="system").incident
    assert [incident.self_reported for incident in (own, other, system)] == [True, False, False]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"our_words": " ", "customer_words": "\n"}, "words_needed", "customer_words"),
    ({"our_words": "x" * 20_001}, "too_long", "our_words"),
    ({"customer_words": "a\x00b"}, "invalid", "customer_words"),
    ({"customer_words": "\ud800"}, "invalid", "customer_words"),
    ({"category": "a\x00b"}, "invalid", "category"),
    ({"category": "x" * 201}, "invalid", "category"),
    ({"channel": "pigeon"}, "invalid", "channel"),
    ({"severity": "dire"}, "invalid", "severity"),
    ({"kind_of_action": "theft"}, "invalid", "kind_of_action"),
    ({"complainer": "loud"}, "invalid", "complainer"),
    ({"favor": "mine"}, "invalid", "favor"),
    ({"originator_kind": "person"}, "invalid", "originator"),
    ({"originator_kind": "gremlin"}, "invalid", "originator_kind"),
    ({"reported_at": NOW + MINUTE}, "in_future", "reported_at"),
    ({"occurred_at": NOW + MINUTE}, "in_future", "occurred_at"),
    ({"loss_minor": 500}, "invalid", "currency"),
    ({"loss_minor": -1, "currency": "USD"}, "not_an_amount", "loss_minor"),
    ({"value_at_stake_minor": 10**18, "currency": "USD"}, "amount_too_large", "value_at_stake_minor"),
    ({"value_at_stake_minor": 10**30, "currency": "USD"}, "invalid", "value_at_stake_minor"),
    ({"loss_minor": 5, "currency": "ZZZ"}, "unknown_currency", "currency"),
    ({"loss_minor": 5, "currency": "usd"}, "invalid", "currency"),
]


@pytest.mark.parametrize("joining", [False, True], ids=["opens a case", "joins a case"])
@pytest.mark.parametrize(("given", "code", "field"), REFUSED, ids=lambda part: str(part)[:40])
def test_bad_input_is_named_beside_its_field_and_nothing_is_half_written(
    house: House, given: dict[str, Any], code: str, field: str, joining: bool
) -> None:
    customer = house.customer()
    case = house.case(customer) if joining else None
    before = (Case.objects.count(), Incident.objects.count(), Event.objects.count(), Message.objects.count())
    refused = refusal(house.logged, customer, **{"case": case} | given)
    assert (refused.code, refused.field) == (code, field)
    assert before == (Case.objects.count(), Incident.objects.count(), Event.objects.count(), Message.objects.count())


def test_a_colleague_is_named_only_where_a_colleague_made_the_mistake(house: House) -> None:
    assert refusal(house.logged, originator_kind="system", originator=house.bob).field == "originator_kind"
    assert refusal(house.logged, originator_kind="person", originator=house.crm).field == "originator"


@pytest.mark.practice("P8")
def test_a_stranger_cannot_log_for_a_customer_they_cannot_see(house: House) -> None:
    assert refusal(house.logged, house.customer(), by=house.charlie).code == "out_of_reach"
    assert not Incident.objects.exists()


def test_the_unit_is_chosen_where_a_customer_has_several(house: House) -> None:
    both = house.person("both", team=house.team)
    house.team.units.add(house.other_unit)
    customer = house.customer(units=[house.unit, house.other_unit])
    assert refusal(house.logged, customer, by=both).code == "unit_needed"
    assert house.case(customer, by=both, unit=house.other_unit).unit == house.other_unit


def test_the_unit_is_one_that_the_customer_belongs_to_and_the_team_serves(house: House) -> None:
    customer = house.customer(units=[house.unit, house.other_unit])
    assert house.case(customer).unit == house.unit
    assert refusal(house.logged, customer, unit=house.other_unit).code == "unit_needed"


def test_an_incident_joins_only_an_open_case_of_the_same_customer(house: House) -> None:
    dana, other = house.customer(), house.customer("Other")
    assert refusal(house.logged, dana, case=house.case(other)).code == "other_customer"
    closed = house.closed_case(dana)
    assert refusal(house.logged, dana, case=closed).code == "case_closed"
    assert refusal(house.logged, dana, case=house.historical_case(dana)).code == "historical_case"
    closing.reopen(closed, reason="Again", by=house.alice, now=NOW)
    assert not house.logged(dana, case=closed).opened


@pytest.mark.practice("P29")
def test_what_another_system_sent_is_logged_once(house: House) -> None:
    customer = house.customer()
    house.logged(customer, by=house.crm, channel="api", external_system="crm", external_id="77")
    again_sent = refusal(house.logged, customer, by=house.crm, channel="api", external_system="crm", external_id="77")
    assert (again_sent.code, again_sent.field) == ("external_id_taken", "external_id")
    house.logged(customer, by=house.crm, channel="api", external_system="billing", external_id="77")
    assert (Incident.objects.count(), Case.objects.count()) == (2, 2)


def test_a_case_is_called_by_the_first_line_of_what_happened(house: House) -> None:
    titles = [
        house.case(our_words="Charged twice\nand again").title,
        house.case(our_words="", customer_words="  You charged me twice!  ").title,
        house.case(our_words="w" * 200).title,
    ]
    assert titles == ["Charged twice", "You charged me twice!", "w" * 89 + "…"]


def test_supervisors_own_what_they_log_and_administrators_do_not(house: House) -> None:
    assert house.case(by=house.sue).owner == house.sue
    assert house.case(by=house.ada).owner == house.alice
