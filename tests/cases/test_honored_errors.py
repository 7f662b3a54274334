"""A mistake in the customer's favor is to be decided about; what was decided on does not change under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.domain import closing, honored_errors, incidents, ownership
from cases.models import HonoredError, Obligation
from journal.models import Event
from outreach.domain import ladder
from tests.cases.errors import change, decide
from tests.cases.rows import refused, values
from tests.factories import DAY, HOUR, NOW, House, again, away

pytestmark = pytest.mark.practice("P1")


def events_of(error: HonoredError) -> list[tuple[str, dict[str, Any]]]:
    told = Event.objects.filter(subject_kind="honored_error", subject_id=error.pk).order_by("id")
    return [(event.type, event.data) for event in told]


# Opened ---------------------------------------------------------------------------------------------------------------


def test_an_incident_in_the_customers_favor_opens_a_decision(house: House) -> None:
    error = house.favorable(line_of_business="Home  Insurance", occurred_at=NOW - DAY)
    case = again(error.case)
    assert values(error) == {
        "id": error.pk,
        "incident_id": error.incident_id,
        "case_id": case.pk,
        "customer_id": case.customer_id,
        "unit_id": house.unit.pk,
        "status": "undecided",
        "originator_kind": "person",
        "originator_id": house.alice.pk,
        "self_reported": True,
        "kind_of_action": "quote",
        "line_of_business": "Home  Insurance",
        "line_key": "home insurance",
        "happened_at": NOW - DAY,
        "opened_at": NOW,
        "value_minor": 24000,
        "value_year_minor": None,
        "currency": "USD",
        "relied": "unknown",
        "relied_words": "",
        "money": "unknown",
        "happened_words": "",
        "should_have": "",
        "obligation_id": error.obligation_id,
        "decided_by_id": None,
        "decided_at": None,
        "cost_minor": 0,
        "call_due_at": None,
        "call_made_at": None,
        "reviewed_at": None,
        "version": 1,
    }
    owed = error.obligation
    assert owed is not None
    assert (owed.kind, owed.status, owed.owner_id, owed.case_id, owed.due_end, owed.what) == (
        "decision", "open", house.alice.pk, case.pk, NOW + DAY, "Decide: honor it or take it back",
    )  # fmt: skip
    assert (case.open_obligations, case.version) == (1, 2)
    opened = {"case_version": 2, "error": error.pk, "error_version": 1, "version": 1}
    assert events_of(error) == [("honored_error.opened", opened | {"due_end": (NOW + DAY).isoformat()})]


@pytest.mark.parametrize(("favor", "errors"), [("company", 0), ("nobody", 0), ("customer", 1)])
def test_only_one_in_the_customers_favor_does(house: House, favor: str, errors: int) -> None:
    house.case(favor=favor)
    assert HonoredError.objects.count() == errors


def test_a_colleague_who_logs_it_did_not_report_themself(house: House) -> None:
    error = house.favorable(originator=house.bob)
    assert (error.originator, error.self_reported) == (house.bob, False)


def test_without_anybody_there_it_waits_with_the_supervisors(house: House) -> None:
    for rep in (house.alice, house.bob):
        away(rep)
    error = house.favorable(by=house.crm, originator_kind="system", channel="api")
    assert error.obligation is not None
    assert (error.case.owner, error.obligation.owner) == (None, None)


def test_a_case_with_an_undecided_error_does_not_close(house: House) -> None:
    error = house.favorable()
    assert closing.close_gate(house.sue, error.case).code == "decision_open"


def test_the_decision_goes_with_the_case(house: House) -> None:
    error = house.favorable()
    ownership.hand_off(error.case, to=house.bob, reason="Off sick", by=house.alice, now=NOW)
    obligation = again(error).obligation
    assert obligation is not None
    assert obligation.owner == house.bob


def test_reminders_of_it_lead_to_its_page(house: House) -> None:
    error = house.favorable()
    ladder.look(now=NOW)
    ladder.look(now=NOW + DAY + HOUR)
    titles = {(notice.user.name, notice.title, notice.path) for notice in house.alice.notices.all()}
    what = "Overdue by 60 min: Decide: honor it or take it back — Dana Okafor"
    assert titles == {("Alice", what, f"/honored/{error.pk}")}


@pytest.mark.parametrize("kind", ["person", "unknown"])
def test_an_originator_who_is_no_colleague_is_refused(house: House, kind: str) -> None:
    customer = house.customer()
    field = "originator" if kind == "person" else "originator_kind"
    who = house.crm if kind == "person" else house.bob
    refused(
        "invalid",
        lambda: house.logged(customer, favor="customer", originator_kind=kind, originator=who),
        field=field,
    )


# Followed -------------------------------------------------------------------------------------------------------------


def test_what_is_corrected_before_the_decision_holds_for_the_error_too(house: House) -> None:
    error = house.favorable()
    corrected: dict[str, Any] = {
        "originator": house.bob,
        "kind_of_action": "fee",
        "line_of_business": "Motor",
        "occurred_at": NOW - DAY,
        "value_at_stake_minor": 100,
        "currency": "EUR",
    }
    change(error, house, **corrected)
    changed = {
        "originator_id": house.bob.pk,
        "self_reported": False,
        "kind_of_action": "fee",
        "line_of_business": "Motor",
        "line_key": "motor",
        "happened_at": NOW - DAY,
        "value_minor": 100,
        "currency": "EUR",
    }
    assert values(again(error)) == values(error) | changed | {"version": 2}
    assert events_of(error)[1:] == [
        (
            "honored_error.assessed",
            {"case_version": 3, "error": error.pk, "error_version": 2, "version": 2, "fields": sorted(changed)},
        )
    ]


def test_what_somebody_weighed_stands_while_the_incident_says_no_other_amount(house: House) -> None:
    error = house.favorable()
    honored_errors.assess(error, value_minor=30000, value_year_minor=90000, by=house.alice, now=NOW)
    change(error, house, kind_of_action="fee")
    assert [again(error).value_minor, again(error).value_year_minor] == [30000, 90000]
    change(error, house, value_at_stake_minor=100, currency="EUR")
    assert [again(error).value_minor, again(error).value_year_minor, again(error).currency] == [100, None, "EUR"]


def test_other_words_on_the_incident_leave_the_error_alone(house: House) -> None:
    error = house.favorable()
    change(error, house, our_words="Quoted the rate of two years ago")
    assert values(again(error)) == values(error)
    assert len(events_of(error)) == 1


def test_one_that_turns_out_to_be_in_their_favor_opens_a_decision_then(house: House) -> None:
    incident = house.logged().incident
    incidents.change_incident(incident, version=None, by=house.bob, now=NOW + HOUR, favor="customer")
    error = HonoredError.objects.get(incident=incident)
    assert error.obligation is not None
    assert (error.status, error.opened_at, error.obligation.due_end) == ("undecided", NOW + HOUR, NOW + HOUR + DAY)


def test_one_that_is_not_in_their_favor_after_all_is_withdrawn_and_can_come_back(house: House) -> None:
    error = house.favorable()
    change(error, house, favor="nobody")
    assert values(again(error)) == values(error) | {"status": "withdrawn", "version": 2}
    assert [again(error).obligation.status, again(error.case).open_obligations] == ["abandoned", 0]
    change(error, house, line_of_business="Motor")  # of a withdrawn one nothing is kept up
    assert again(error).line_of_business == "Home insurance"
    change(error, house, favor="customer")
    back = again(error)
    same = {"status": "undecided", "version": 3, "opened_at": NOW + HOUR, "obligation_id": back.obligation_id}
    assert values(back) == values(error) | same | {"line_of_business": "Motor", "line_key": "motor"}
    assert (back.obligation.status, again(error.case).open_obligations) == ("open", 1)
    assert [type_ for type_, _ in events_of(error)] == [
        "honored_error.opened", "honored_error.withdrawn", "honored_error.opened",
    ]  # fmt: skip


@pytest.mark.parametrize("to", ["honored", "rescinded"])
@pytest.mark.parametrize("field", ["favor", "originator", "originator_kind"])
def test_once_decided_neither_its_favor_nor_who_made_it_changes(house: House, to: str, field: str) -> None:
    error = house.favorable()
    house.decided(error, to)
    wanted = {"favor": "nobody", "originator": house.bob, "originator_kind": "system"}[field]
    refused("decided_already", lambda: change(error, house, **{field: wanted}), field=field)


def test_once_decided_its_kind_and_line_are_corrected_still_and_its_value_is_not(house: House) -> None:
    error = house.favorable()
    house.decided(error)
    change(error, house, kind_of_action="fee", line_of_business="Motor", value_at_stake_minor=1)
    now = again(error)
    assert (now.kind_of_action, now.line_key, now.value_minor) == ("fee", "motor", 24000)


# Walls ----------------------------------------------------------------------------------------------------------------


WALLS: dict[str, Callable[[House, HonoredError], Any]] = {
    "a decision is somebody's": lambda *_: HonoredError.objects.update(status="honored"),
    "an undecided one was decided by nobody": lambda house, _: HonoredError.objects.update(
        decided_by=house.sue, decided_at=NOW
    ),
    "a withdrawn one was decided by nobody": lambda house, _: HonoredError.objects.update(
        status="withdrawn", decided_by=house.sue, decided_at=NOW
    ),
    "an undecided one costs nothing": lambda *_: HonoredError.objects.update(cost_minor=5),
    "one that was taken back costs nothing": lambda house, _: HonoredError.objects.update(
        status="rescinded", decided_by=house.sue, decided_at=NOW, cost_minor=5
    ),
    "a cost is not negative": lambda house, _: HonoredError.objects.update(
        status="honored", decided_by=house.sue, decided_at=NOW, cost_minor=-5
    ),
    "a value is not negative": lambda *_: HonoredError.objects.update(value_minor=-1),
    "a value has a currency": lambda *_: HonoredError.objects.update(currency=""),
    "who made it is a person": lambda *_: HonoredError.objects.update(originator=None),
    "no person is a system": lambda *_: HonoredError.objects.update(originator_kind="system"),
    "an incident has one error": lambda house, error: HonoredError.objects.filter(pk=house.favorable().pk).update(
        incident=error.incident
    ),
}


@pytest.mark.parametrize("wall", WALLS)
def test_the_database_refuses(house: House, wall: str) -> None:
    error = house.favorable()
    with pytest.raises(IntegrityError), transaction.atomic():
        WALLS[wall](house, error)


def test_every_error_that_is_undecided_is_owed_a_decision_and_no_other(house: House) -> None:
    opened = [house.favorable() for _ in range(4)]
    decide(opened[1], "honored", house)
    decide(opened[2], "rescinded", house)
    change(opened[3], house, favor="nobody")
    owed = Obligation.objects.filter(kind="decision", status="open")
    assert [obligation.undecided_error.pk for obligation in owed] == [opened[0].pk]
