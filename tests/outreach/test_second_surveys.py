"""Asked once more, some days after they were dissatisfied: called or not, and by one rule."""

from __future__ import annotations

import pytest

from cases.domain import customers
from outreach.domain import calls, dispatching, planning
from outreach.domain.surveys import asking
from outreach.domain.surveys import planning as surveys
from outreach.enums import SignalFate, SurveyKind, SurveyStatus
from outreach.models import FollowUpCall, HeldOut, Program, Signal, Survey
from tests.factories import DAY, NOW, House, again
from tests.outreach.conftest import Outreach
from tests.outreach.surveyed import LATER, answered, asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22")]


@pytest.fixture(autouse=True)
def _all_are_called(db: None) -> None:
    """Nobody is left out by lot, unless a test says so."""
    Program.objects.update(holdout_percent=0)


def test_some_days_after_a_call_they_are_asked_again_in_spite_of_the_rest(outreach: Outreach) -> None:
    house = outreach.house
    survey = asked(house, house.customer(jurisdiction="US-CO"))
    answered(survey, now=LATER)
    planning.plan(now=LATER)
    call = calls.take(again(survey).signal.call, by=house.alice, now=LATER)
    outreach.outcome(call, "turned_around", now=LATER + DAY)
    assert (surveys.plan(now=LATER + DAY), surveys.plan(now=LATER + DAY)) == (1, 0)
    second = Survey.objects.get(call=call)
    assert (second.kind, second.ask_at) == (SurveyKind.FOLLOW_UP, LATER + 4 * DAY)
    assert asking.ask(now=LATER + 4 * DAY) == 1
    assert again(second).status == SurveyStatus.ASKED
    answered(again(second), satisfaction=5, now=LATER + 5 * DAY)
    assert Signal.objects.filter(customer=survey.customer).count() == 2


def test_a_call_that_was_made_late_gets_a_day(outreach: Outreach) -> None:
    call = outreach.taken()
    outreach.outcome(call, "turned_around", now=NOW + 6 * DAY)
    surveys.plan(now=NOW + 6 * DAY)
    assert Survey.objects.get(call=call).ask_at == NOW + 7 * DAY


def test_who_does_not_want_to_talk_is_left_alone(outreach: Outreach) -> None:
    outreach.outcome(outreach.taken(), "refused", what_went_wrong="")
    assert surveys.plan(now=LATER) == 0


def test_whom_the_lot_left_uncalled_is_asked_at_the_same_time(outreach: Outreach) -> None:
    survey = answered(asked(outreach.house), now=LATER)
    signal = Signal.objects.get(survey=survey)
    signal.fate = SignalFate.HELD_OUT
    signal.save()
    program = Program.objects.get()
    HeldOut.objects.create(signal=signal, program=program, customer=signal.customer, case=signal.case, at=LATER)
    assert (surveys.plan(now=LATER), surveys.plan(now=LATER)) == (1, 0)
    second = Survey.objects.get(kind=SurveyKind.FOLLOW_UP)
    assert (second.call, second.ask_at) == (None, LATER + 4 * DAY)


def test_a_second_answer_leads_to_no_third_survey(outreach: Outreach) -> None:
    house = outreach.house
    first = answered(asked(house, house.customer(jurisdiction="US-CO")), now=LATER)
    planning.plan(now=LATER)
    call = calls.take(again(first).signal.call, by=house.alice, now=LATER)
    outreach.outcome(call, "not_turned_around", now=LATER)
    surveys.plan(now=LATER)
    asking.ask(now=LATER + 4 * DAY)
    second = answered(Survey.objects.get(kind=SurveyKind.FOLLOW_UP), now=LATER + 4 * DAY)
    signal = Signal.objects.get(survey=second)
    HeldOut.objects.create(signal=signal, program=Program.objects.get(), customer=signal.customer, at=LATER + 4 * DAY)
    assert surveys.plan(now=LATER + 4 * DAY) == 0


@pytest.mark.practice("P23")
def test_whom_the_lot_had_called_and_nobody_may_call_any_more_is_asked_like_those_it_left_out(house: House) -> None:
    Program.objects.update(holdout_percent=10)
    answered(asked(house, house.customer(jurisdiction="US-CO")), now=LATER)
    planning.plan(now=LATER)
    call = FollowUpCall.objects.get()
    FollowUpCall.objects.update(by_lot=True)
    customers.change_customer(call.customer, by=house.alice, now=LATER, version=None, do_not_call=True)
    assert dispatching.withdraw_unwanted(now=LATER + DAY) == 1
    assert (again(call).attempts_made, surveys.plan(now=LATER + DAY)) == (0, 1)
    second = Survey.objects.get(kind=SurveyKind.FOLLOW_UP)
    assert (second.call, second.ask_at) == (call, LATER + 4 * DAY)
