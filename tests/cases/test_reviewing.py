"""What supervisors make of honored errors: who may, with what outcome, and what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.authority import Refused
from accounts.models import User
from cases.domain import casework, causes, closing, incidents, reviewing
from cases.domain.honored_errors import decide, hold_error
from cases.enums import ErrorStatus
from cases.models import ErrorReview, HonoredError, Investigation
from journal.models import Event
from tests.factories import NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P4")]


def decided(
    error: HonoredError, *, by: User, to: ErrorStatus = ErrorStatus.HONORED, now: datetime = NOW
) -> HonoredError:
    """An error once it is decided. What it takes to decide is not asked here."""
    with transaction.atomic():
        case, held = hold_error(error, by=by)
        decide(case, held, to=to, by=by, now=now)
        casework.save(case)
    return again(held)


def reviewed(error: HonoredError, by: User, outcome: str = "no_action", **particulars: Any) -> ErrorReview:
    return reviewing.review(error, outcome=outcome, by=by, now=NOW, **particulars)


def refusal(error: HonoredError, by: User, outcome: str = "no_action", **particulars: Any) -> tuple[str, str]:
    """The code and the field of the no; nothing is written."""
    events = Event.objects.count()
    with pytest.raises(Refused) as refused:
        reviewed(error, by, outcome, **particulars)
    assert (ErrorReview.objects.filter(by=by).count(), Event.objects.count()) == (0, events)
    assert again(error).reviewed_at is None or ErrorReview.objects.filter(error=error).exists()
    return refused.value.code, refused.value.field


def test_a_supervisor_reviews_what_was_decided(house: House) -> None:
    error = house.honored()
    review = reviewed(error, house.sue, note="  Handled well ")
    now = again(error)
    assert (now.reviewed_at, now.version) == (NOW, error.version + 1)
    assert (review.note, review.originator, review.decided_by, review.investigation) == (
        "Handled well",
        house.alice,
        house.bob,
        None,
    )
    event = Event.objects.get(type="honored_error.reviewed")
    assert (event.subject_kind, event.subject_id, event.actor, event.case_id) == (
        "honored_error",
        error.pk,
        house.sue,
        error.case_id,
    )
    assert (event.data["outcome"], event.data["self_reported"], event.data["investigation"]) == (
        "no_action",
        True,
        None,
    )
    assert event.words.body == {"note": "Handled well"}
    assert again(error.case).version == event.data["case_version"]


def test_what_was_taken_back_is_reviewed_as_well(house: House) -> None:
    error = decided(house.in_favor(), by=house.sam, to=ErrorStatus.RESCINDED)
    assert reviewed(error, house.sue).outcome == "no_action"


def test_a_review_leaves_what_is_owed_as_it_was(house: House) -> None:
    error = house.honored()
    owed = error.case.obligations.filter(status="open").count()
    reviewed(error, house.sue, "coach", note="Read the fee table together")
    assert error.case.obligations.filter(status="open").count() == owed


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("bob", "supervisor_needed"),
        ("alice", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("crm", "person_needed"),
        ("charlie", "out_of_reach"),
    ],
)
def test_nobody_else_reviews(house: House, who: str, code: str) -> None:
    error = house.honored()
    assert refusal(error, getattr(house, who))[0] == code


def test_a_supervisor_of_other_customers_does_not_see_it(house: House) -> None:
    stranger = house.person("stan", team=house.other_team, role="supervisor")
    assert refusal(house.honored(), stranger)[0] == "out_of_reach"


def test_nobody_reviews_their_own_mistake_or_their_own_decision(house: House) -> None:
    assert refusal(house.honored(originator=house.sue, by=house.sue), house.sue)[0] == "own_error"
    assert refusal(house.honored(by=house.sue), house.sue)[0] == "own_decision"
    assert reviewed(house.honored(originator=house.sue, by=house.sue), house.sam).by == house.sam


def test_whoever_decided_at_first_may_review_what_somebody_else_decided_after(house: House) -> None:
    error = decided(house.honored(by=house.sue), by=house.sam, to=ErrorStatus.RESCINDED)
    assert reviewed(error, house.sue).decided_by == house.sam


def test_what_is_not_decided_or_was_withdrawn_is_not_reviewed(house: House) -> None:
    error = house.in_favor()
    assert refusal(error, house.sue)[0] == "undecided"
    incidents.change_incident(error.incident, version=None, favor="company", by=house.alice, now=NOW)
    assert refusal(again(error), house.sue)[0] == "wrong_state"


def test_it_is_reviewed_once(house: House) -> None:
    error = house.honored()
    reviewed(error, house.sue)
    assert refusal(error, house.sam)[0] == "reviewed_already"


def test_what_is_to_be_coached_or_changed_is_said_in_a_note(house: House) -> None:
    error = house.honored()
    for outcome in ("coach", "change_process"):
        assert refusal(error, house.sue, outcome, note=" ") == ("reason_needed", "note")
    assert refusal(error, house.sue, "applaud") == ("invalid", "outcome")
    assert refusal(error, house.sue, note="x" * 20_001) == ("too_long", "note")


def test_whoever_looked_at_an_older_version_is_told(house: House) -> None:
    error = house.honored()
    assert refusal(error, house.sue, version=error.version - 1)[0] == "changed_meanwhile"


@pytest.mark.practice("P24")
def test_to_change_the_process_opens_an_investigation(house: House) -> None:
    error = house.honored()
    review = reviewed(error, house.sue, "change_process", note="The fee table is out of date", question="Who keeps it?")
    found = Investigation.objects.get(case=error.case)
    assert (review.investigation, found.question, found.opened_by, found.status) == (
        found,
        "Who keeps it?",
        house.sue,
        "open",
    )
    opened, told = Event.objects.filter(case_id=error.case_id).order_by("id")[::1][-2:]
    assert (opened.type, told.type) == ("investigation.opened", "honored_error.reviewed")
    assert told.data["investigation"] == found.pk


def test_without_a_question_the_note_is_what_has_to_be_found_out(house: House) -> None:
    error = house.honored()
    reviewed(error, house.sue, "change_process", note="Why does the table differ from the tariff?")
    assert Investigation.objects.get().question == "Why does the table differ from the tariff?"


def test_it_joins_the_investigation_that_is_open(house: House) -> None:
    error = house.honored()
    is_open = causes.open_investigation(error.case, question="Why?", by=house.alice, now=NOW)
    assert reviewed(error, house.sue, "change_process", note="The same").investigation == is_open
    assert Investigation.objects.count() == 1


def test_it_learns_from_a_closed_case_too(house: House) -> None:
    error = house.honored()
    house.told(error.disclosures.get())
    causes.set_cause(error.case, cause=house.cause(), by=house.alice, now=NOW)
    closing.close(error.case, outcome="put_right", by=house.alice, now=NOW)
    assert reviewed(error, house.sue, "change_process", note="The table").investigation is not None
    case = again(error.case)
    assert (case.status, case.investigations.count()) == ("closed", 1)


@pytest.mark.parametrize("who", ["originator", "decided_by"])
def test_the_database_refuses_a_review_by_one_who_had_a_part_in_it(house: House, who: str) -> None:
    error = house.honored()
    names = {"originator": house.alice, "decided_by": house.bob}
    with pytest.raises(IntegrityError), transaction.atomic():
        ErrorReview.objects.create(error=error, outcome="no_action", by=names[who], at=NOW, **names)


def test_the_database_refuses_a_changed_process_without_an_investigation(house: House) -> None:
    error = house.honored()
    with pytest.raises(IntegrityError), transaction.atomic():
        ErrorReview.objects.create(
            error=error, outcome="change_process", note="x", decided_by=house.bob, by=house.sue, at=NOW
        )
