"""A mistake in the customer's favor is to be decided about; what was decided on does not change under it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused
from cases.domain import casework, closing, honored_errors, incidents, ownership
from cases.enums import ErrorStatus
from cases.models import Case, Disclosure, HonoredError, Obligation
from cases.queries import visible_disclosures, visible_errors
from cases.queries.honored_errors import RegisterFilter, call_owed, call_that_told, register
from journal.models import Event
from outreach.domain import ladder
from tests.factories import DAY, HOUR, NOW, House, again, away

pytestmark = pytest.mark.practice("P1")


def values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def events_of(error: HonoredError) -> list[tuple[str, dict[str, Any]]]:
    told = Event.objects.filter(subject_kind="honored_error", subject_id=error.pk).order_by("id")
    return [(event.type, event.data) for event in told]


def everything() -> list[Any]:
    tables = (HonoredError, Disclosure, Obligation, Case, Event)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def refused(code: str, work: Callable[[], Any], *, field: str = "") -> Refused:
    """The work is refused with this code, and nothing of it is written."""
    before = everything()
    with pytest.raises(Refused) as caught:
        work()
    assert (caught.value.code, caught.value.field) == (code, field)
    assert everything() == before
    return caught.value


def change(error: HonoredError, house: House, **particulars: Any) -> Any:
    return incidents.change_incident(error.incident, version=None, by=house.bob, now=NOW + HOUR, **particulars)


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


def decide(error: HonoredError, to: str, house: House, **particulars: Any) -> HonoredError:
    with transaction.atomic():
        case, held = honored_errors.hold_error(error, by=house.sue)
        honored_errors.decide(case, held, to=ErrorStatus(to), by=house.sue, now=NOW + HOUR, **particulars)
        casework.save(case)
    return again(error)


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


# Seen -----------------------------------------------------------------------------------------------------------------


def test_each_sees_the_errors_of_their_customers_and_the_calls_they_owe(house: House) -> None:
    error = house.favorable(originator=house.bob)
    call = house.decided(error)
    seen = {
        name: (visible_errors(getattr(house, name)).count(), visible_disclosures(getattr(house, name)).count())
        for name in ("alice", "bob", "sue", "charlie", "ada", "crm")
    }
    assert seen == dict.fromkeys(("alice", "bob", "sue", "ada", "crm"), (1, 1)) | {"charlie": (0, 0)}
    type(house.bob).objects.filter(pk=house.bob.pk).update(team=house.other_team)
    house.bob.refresh_from_db()
    assert [visible_errors(house.bob).get(), visible_disclosures(house.bob).get()] == [error, call]


def test_the_register_is_narrowed(house: House) -> None:
    undecided = house.favorable()
    owed = house.favorable(originator=house.bob, line_of_business="MOTOR", kind_of_action="fee")
    told = house.favorable(now=NOW - 40 * DAY)
    house.decided(owed)
    house.told(house.decided(told))
    HonoredError.objects.filter(pk=told.pk).update(reviewed_at=NOW)
    late = NOW + 10 * DAY

    def found(now: datetime = NOW, **narrowed: Any) -> set[int]:
        return {error.pk for error in register(house.sue, now=now, **narrowed)}

    assert {show: found(show=show) for show in RegisterFilter.values} == {
        "undecided": {undecided.pk},
        "overdue_decision": set(),
        "call_due": {owed.pk},
        "call_overdue": set(),
        "told": {told.pk},
        "to_review": {owed.pk},
        "reviewed": {told.pk},
    }
    assert (found(late, show="overdue_decision"), found(late, show="call_overdue")) == ({undecided.pk}, {owed.pk})
    assert [error.pk for error in register(house.sue, now=NOW)] == [owed.pk, undecided.pk, told.pk]
    cause, other = house.cause(), house.cause("Another")
    owed.incident.cause = cause
    owed.incident.save()
    assert [
        found(show="anything"), found(rep=house.bob), found(kind="fee"), found(line=" motor "), found(cause=cause),
        found(cause=other), found(month=date(2026, 1, 31)), found(month=date(9999, 12, 1)), found(unit=house.unit),
        found(unit=house.other_unit), {error.pk for error in register(house.charlie, now=NOW)},
    ] == [
        set(), {owed.pk}, {owed.pk}, {owed.pk}, {owed.pk},
        set(), {told.pk}, set(), {undecided.pk, owed.pk, told.pk},
        set(), set(),
    ]  # fmt: skip


def test_a_month_is_that_of_insights(house: House) -> None:
    first = house.favorable(now=datetime(2026, 2, 1, tzinfo=UTC))
    last = house.favorable(now=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC))
    house.favorable(now=datetime(2026, 3, 1, tzinfo=UTC))
    assert list(register(house.sue, now=NOW, month=date(2026, 2, 14))) == [last, first]


def test_which_call_is_owed_and_which_told_the_customer(house: House) -> None:
    error = house.favorable()
    assert (call_owed(error), call_that_told(error)) == (None, None)
    call = house.decided(error)
    assert (call_owed(error), call_that_told(again(error))) == (call, None)
    house.told(call)
    assert (call_owed(error), call_that_told(again(error))) == (None, call)


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
