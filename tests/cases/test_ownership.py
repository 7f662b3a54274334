"""Handing off, closing and reopening a case."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.authority import Refused
from accounts.domain.roles import set_working_state
from accounts.models import Notice
from cases.domain import causes, closing, ownership, promises
from cases.domain.reconcile import differences
from cases.models import Case, Handoff, Incident, Investigation, Obligation
from compensation.domain import approvals, awards, delivering
from journal.models import Event
from tests.factories import DAY, HOUR, NOW, House, again, away


def refusal(work: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(*args, **kwargs)
    return refused.value.code


def hand_off(house: House, case: Case, **given: Any) -> Case:
    return ownership.hand_off(case, **{"to": house.bob, "reason": "Going home", "by": house.alice, "now": NOW} | given)


@pytest.mark.practice("P14")
def test_a_handoff_has_a_reason_is_counted_and_the_new_owner_is_told(house: House) -> None:
    case = house.case()
    hand_off(house, case)
    case = again(case)
    assert (case.owner, case.first_owner, case.handoff_count) == (house.bob, house.alice, 1)
    assert list(Handoff.objects.values_list("from_owner", "to_owner", "reason", "by", "at")) == [
        (house.alice.pk, house.bob.pk, "Going home", house.alice.pk, NOW)
    ]
    told = Notice.objects.get(user=house.bob)
    assert (told.title, told.body) == (f"Alice handed you {case.reference}: {case.title}", "Going home")


@pytest.mark.practice("P14")
def test_giving_a_case_that_waits_to_its_first_owner_is_no_handoff(house: House) -> None:
    away(house.alice)
    away(house.bob)
    case = house.case(by=house.crm, channel="api")
    set_working_state(house.bob, state="available", until=None, by=house.bob, now=NOW)
    hand_off(house, case, by=house.sue)
    case = again(case)
    assert (case.first_owner, case.handoff_count, Obligation.objects.get().owner) == (house.bob, 0, house.bob)


@pytest.mark.practice("P14")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": "  "}, "reason_needed"),
        ({"reason": "r" * 20_001}, "too_long"),
        ({"to": "alice"}, "same_owner"),
        ({"to": "charlie"}, "owner_out_of_reach"),
        ({"to": "ada"}, "owner_out_of_reach"),
        ({"to": "crm"}, "owner_out_of_reach"),
        ({"by": "bob"}, "not_yours"),
        ({"by": "crm"}, "person_needed"),
        ({"by": "ada"}, "not_yours"),
        ({"by": "charlie"}, "out_of_reach"),
        ({"version": 1}, "changed_meanwhile"),
    ],
)
def test_a_handoff_that_breaks_a_rule_is_refused_and_nothing_moves(
    house: House, given: dict[str, Any], code: str
) -> None:
    case = house.case()
    people = {name: getattr(house, who) if name in ("to", "by") else who for name, who in given.items()}
    assert refusal(hand_off, house, case, **people) == code
    assert (again(case).owner, again(case).version, Handoff.objects.count()) == (house.alice, case.version, 0)


@pytest.mark.practice("P14")
def test_a_case_is_handed_to_somebody_who_is_there(house: House) -> None:
    case = house.case()
    away(house.bob)
    assert refusal(hand_off, house, case, to=again(house.bob)) == "owner_not_available"
    hand_off(house, case, to=again(house.bob), now=NOW + DAY)
    lena = set_working_state(house.person("lena"), state="left", until=None, by=house.ada, now=NOW)
    assert refusal(hand_off, house, case, to=lena, by=house.sue) == "owner_not_available"


def test_closed_cases_and_history_change_no_hands(house: House) -> None:
    assert refusal(hand_off, house, house.closed_case()) == "case_closed"
    assert refusal(hand_off, house, house.historical_case(), by=house.sue) == "historical_case"


@pytest.mark.practice("P14")
def test_what_the_owner_owes_moves_with_the_case_and_approvals_stay_with_the_supervisors(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.promise(case)
    house.promise(case, by=house.bob)
    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=2)
    awards.give(case, parcel, by=house.alice, now=NOW)
    house.asked(case)
    hand_off(house, again(case), to=house.sam, by=house.sue)
    assert set(Obligation.objects.values_list("kind", "created_by__username", "owner__username")) == {
        ("promise", "alice", "sam"),
        ("promise", "bob", "bob"),
        ("delivery", "alice", "sam"),
        ("approval", "alice", "sue"),
    }


def ready(house: House, case: Case) -> Case:
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    return again(case)


def close(house: House, case: Case, **given: Any) -> Case:
    return closing.close(case, **{"outcome": "put_right", "by": house.alice, "now": NOW} | given)


@pytest.mark.practice("P24")
def test_a_case_closes_with_its_cause_and_nothing_owed(house: House) -> None:
    case = ready(house, house.case())
    close(house, case, words="She is happy")
    case = again(case)
    assert (case.status, case.outcome, case.closed_at, case.closed_by) == ("closed", "put_right", NOW, house.alice)
    assert Event.objects.get(type="case.closed").data["first_owner_solved"] is True


@pytest.mark.practice("P24")
def test_every_incident_needs_a_cause_or_an_open_investigation(house: House) -> None:
    case = ready(house, house.case())
    house.logged(case.customer, case=case)
    assert refusal(close, house, case) == "cause_needed"
    causes.open_investigation(case, question="Which till was it?", by=house.bob, now=NOW)
    assert close(house, case).is_closed
    investigation = Investigation.objects.get()
    causes.close_investigation(investigation, finding="Till 4", cause=house.cause(), by=house.alice, now=NOW)
    assert set(Incident.objects.values_list("cause__name", "version")) == {("Double booking in the till", 2)}
    assert Event.objects.filter(type="incident.cause_found").count() == 2


@pytest.mark.practice("P24")
def test_a_closed_investigation_does_not_stand_for_a_cause(house: House) -> None:
    case = house.case()
    investigation = causes.open_investigation(case, question="Which till?", by=house.alice, now=NOW)
    assert refusal(causes.open_investigation, case, question="Which?", by=house.alice, now=NOW) == "already_open"
    for finding, by, code in ((" ", "alice", "words_needed"), ("X", "bob", "not_yours")):
        close_it = causes.close_investigation
        assert refusal(close_it, investigation, finding=finding, by=getattr(house, by), now=NOW) == code
    causes.close_investigation(investigation, finding="Nobody knows", by=house.alice, now=NOW)
    assert refusal(causes.close_investigation, investigation, finding="X", by=house.alice, now=NOW) == "wrong_state"
    assert refusal(close, house, case) == "cause_needed"


@pytest.mark.practice("P7", "P24")
def test_a_case_does_not_close_while_anything_is_owed_not_even_when_it_was_missed(house: House) -> None:
    house.usual_caps()
    case = ready(house, house.heard_case())
    promise = house.promise(case)
    assert refusal(close, house, case, now=NOW + 30 * DAY) == "promise_open"
    promises.keep(promise, by=house.alice, now=NOW)

    parcel = house.remedy("parcel", kind="non_monetary", cost_minor=500, delivery_days=2)
    award = awards.give(case, parcel, by=house.alice, now=NOW)
    assert refusal(close, house, case) == "delivery_open"
    delivering.deliver(award, by=house.alice, now=NOW)

    approval = house.asked(case)
    assert refusal(close, house, case) == "approval_open"
    approvals.decline(approval, reason="Too much", by=house.sue, now=NOW)
    assert differences() == []
    assert close(house, case).is_closed


@pytest.mark.practice("P24")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"by": "bob"}, "not_yours"),
        ({"by": "crm"}, "person_needed"),
        ({"by": "ada"}, "not_yours"),
        ({"by": "charlie"}, "out_of_reach"),
        ({"outcome": "forgotten"}, "invalid"),
        ({"outcome": ""}, "invalid"),
        ({"outcome": "unknown"}, "invalid"),
        ({"version": 1}, "changed_meanwhile"),
    ],
)
def test_a_case_is_closed_by_its_owner_or_a_supervisor_with_an_outcome(
    house: House, given: dict[str, Any], code: str
) -> None:
    case = ready(house, house.case())
    people = {name: getattr(house, who) if name == "by" else who for name, who in given.items()}
    assert refusal(close, house, case, **people) == code
    assert again(case).status == "open"
    assert close(house, case, by=house.sue).is_closed


def test_a_closed_case_is_worked_on_no_more(house: House) -> None:
    case = house.closed_case()
    assert refusal(close, house, case) == "case_closed"
    assert refusal(house.promise, case) == "case_closed"
    assert refusal(causes.set_cause, case, cause=house.cause(), by=house.alice, now=NOW) == "case_closed"
    assert refusal(close, house, house.historical_case(), by=house.sue) == "historical_case"


@pytest.mark.practice("P14")
def test_a_case_is_reopened_with_a_reason_and_counted(house: House) -> None:
    case = house.closed_case()
    assert refusal(closing.reopen, case, reason=" ", by=house.alice, now=NOW) == "reason_needed"
    assert refusal(closing.reopen, case, reason="No", by=house.bob, now=NOW) == "not_yours"
    assert refusal(closing.reopen, case, reason="No", by=house.charlie, now=NOW) == "out_of_reach"
    assert refusal(closing.reopen, case, reason="No", by=house.alice, now=NOW, version=1) == "changed_meanwhile"
    closing.reopen(case, reason="She was charged again", by=house.alice, now=NOW + DAY)
    case = again(case)
    assert (case.status, case.reopened_count, case.closed_at, case.closed_by, case.outcome) == (
        "reopened",
        1,
        None,
        None,
        "",
    )
    assert refusal(closing.reopen, case, reason="Again", by=house.alice, now=NOW) == "wrong_state"
    assert close(house, case, now=NOW + 2 * DAY).is_closed
    assert refusal(closing.reopen, house.historical_case(), reason="Why", by=house.sue, now=NOW) == "historical_case"


@pytest.mark.practice("P24")
def test_a_cause_is_set_on_one_incident_or_on_those_that_have_none(house: House) -> None:
    case = house.case()
    first, second = Incident.objects.get(), house.logged(case.customer, case=case).incident
    till, training = house.cause("Till"), house.cause("Training")
    causes.set_cause(case, cause=till, incident=first, by=house.alice, now=NOW)
    causes.set_cause(case, cause=training, by=house.alice, now=NOW)
    assert [again(first).cause, again(second).cause] == [till, training]
    elsewhere = house.logged().incident
    assert refusal(causes.set_cause, case, cause=till, incident=elsewhere, by=house.bob, now=NOW) == "other_case"
    causes.change_cause(till, name="Till", active=False, version=1, by=house.ada, now=NOW)
    assert refusal(causes.set_cause, case, cause=again(till), by=house.bob, now=NOW) == "cause_retired"
    assert refusal(causes.set_cause, case, cause=training, by=house.ada, now=NOW) == "rep_needed"


@pytest.mark.practice("P24")
def test_the_tree_of_causes_is_kept_by_administrators(house: House) -> None:
    root = house.cause("Process")
    add = causes.add_cause
    assert refusal(add, name="X", parent=root, by=house.sue, now=NOW) == "administrator_needed"
    assert refusal(add, name=" ", parent=root, by=house.ada, now=NOW) == "words_needed"
    assert refusal(add, name="n" * 121, parent=root, by=house.ada, now=NOW) == "invalid"
    assert refusal(add, name="Process", parent=None, by=house.ada, now=NOW) == "name_taken"
    node = root
    for depth in range(2, 9):
        node = add(name="Process", parent=node, by=house.ada, now=NOW)
        assert node.depth == depth
    assert node.path.startswith(f"/{root.pk}/")
    assert refusal(add, name="X", parent=node, by=house.ada, now=NOW) == "too_deep"
    change = causes.change_cause
    assert refusal(change, root, name="P", active=True, version=9, by=house.ada, now=NOW) == "changed_meanwhile"
    assert change(root, name="Process", active=True, version=1, by=house.ada, now=NOW).version == 1
    assert change(root, name="Procedure", active=True, version=1, by=house.ada, now=NOW + HOUR).version == 2
