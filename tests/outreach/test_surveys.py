"""Asking customers how it was: whom, when, once, and what an answer leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from accounts.authority import Refused
from accounts.domain import links
from accounts.models import Notice
from cases.domain import closing, customers
from cases.models import Case
from journal.models import Event
from outreach.domain import delivery, planning, qualifying
from outreach.domain.surveys import answering, asking, ending
from outreach.domain.surveys import planning as surveys
from outreach.domain.surveys.next_steps import next_step
from outreach.enums import NotAsked, SignalFate, SurveyKind, SurveyStatus
from outreach.models import Program, Signal, Survey, SurveyTemplate
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again
from tests.outreach.conftest import Counted, Outreach
from tests.outreach.surveyed import LATER, answered, asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22")]

ALL = {"outcome_fair": 2, "process_fair": 3, "treated_well": 4, "ease": 1, "satisfaction": 2, "would_return": 3}


@pytest.fixture(autouse=True)
def _all_are_called(db: None) -> None:
    """Nobody is left out by lot, unless a test says so."""
    Program.objects.update(holdout_percent=0)


def types(case: Case) -> list[str]:
    found = Event.objects.filter(case_id=case.pk).order_by("id").values_list("type", flat=True)
    return [each for each in found if each.split(".")[0] in ("survey", "signal", "message")]


def test_after_a_closure_the_customer_is_asked_by_a_link_that_nobody_here_sees(house: House) -> None:
    survey = asked(house)
    assert (survey.status, survey.kind, survey.asked_at) == (SurveyStatus.ASKED, SurveyKind.CLOSURE, LATER)
    assert survey.expires_at == LATER + 14 * DAY
    assert survey.message is not None
    assert "{link}" in survey.message.body
    assert survey.case is not None
    assert survey.case.reference in survey.message.subject
    delivery.deliver_messages(clock=lambda: LATER)
    sent = next(each for each in mail.outbox if each.subject == survey.message.subject)
    assert f"/s/{links.token('survey', survey.pk)}" in str(sent.body)
    assert types(survey.case)[1:4] == ["survey.planned", "message.queued", "survey.asked"]


def test_nobody_is_asked_before_the_time_or_twice(house: House) -> None:
    case = house.closed_case()
    assert (surveys.plan(now=NOW), surveys.plan(now=NOW)) == (1, 0)
    assert asking.ask(now=NOW + 59 * MINUTE) == 0
    assert (asking.ask(now=NOW + HOUR), asking.ask(now=NOW + HOUR)) == (1, 0)
    assert Survey.objects.filter(case=case).count() == 1


def test_each_closure_is_asked_about_and_one_that_did_not_last_is_not(house: House) -> None:
    case = house.closed_case()
    surveys.plan(now=NOW)
    closing.reopen(case, reason="It is not put right", by=house.alice, now=NOW + MINUTE)
    asking.ask(now=LATER)
    first = Survey.objects.get(case=case)
    assert (first.status, first.why_not) == (SurveyStatus.NOT_ASKED, NotAsked.REOPENED)
    closing.close(again(case), outcome="put_right", by=house.alice, now=LATER)
    surveys.plan(now=LATER)
    asking.ask(now=LATER + HOUR)
    assert Survey.objects.filter(case=case, status=SurveyStatus.ASKED).count() == 1


@pytest.mark.parametrize(
    ("particulars", "why"),
    [
        ({"do_not_survey": True}, NotAsked.OPTED_OUT),
        ({"emails": []}, NotAsked.NO_ADDRESS),
    ],
)
def test_who_is_not_asked_and_why(house: House, particulars: dict[str, Any], why: str) -> None:
    survey = asked(house, house.customer(**particulars))
    assert (survey.status, survey.why_not, survey.message) == (SurveyStatus.NOT_ASKED, why, None)


def test_without_words_nobody_is_asked_with_none(house: House) -> None:
    SurveyTemplate.objects.update(active=False)
    assert asked(house).why_not == NotAsked.NO_WORDS


def test_history_is_not_asked_about(house: House) -> None:
    house.historical_case()
    assert surveys.plan(now=NOW) == 0


def test_between_two_surveys_there_is_rest_also_within_one_batch(house: House) -> None:
    dana = house.customer()
    house.closed_case(dana)
    house.closed_case(dana)
    surveys.plan(now=NOW)
    asking.ask(now=LATER)
    assert sorted(Survey.objects.values_list("status", "why_not")) == [
        ("asked", ""),
        ("not_asked", NotAsked.ASKED_LATELY),
    ]


def test_a_closure_after_the_rest_is_asked_about_again(house: House) -> None:
    dana = house.customer()
    asked(house, dana)
    house.now = NOW + 31 * DAY
    house.closed_case(dana)
    surveys.plan(now=house.now)
    asking.ask(now=house.now + HOUR)
    assert Survey.objects.filter(status=SurveyStatus.ASKED).count() == 2


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("de", "Wie war es für Sie?"),
        ("fr-CA", "Comment cela s’est-il passé"),
        ("es", "¿Cómo lo hicimos?"),
        ("ja", "How did we do?"),
    ],
)
def test_each_is_asked_in_their_language_or_in_ours(house: House, language: str, subject: str) -> None:
    survey = asked(house, house.customer(language=language))
    assert survey.message is not None
    assert survey.message.subject.startswith(subject)


def test_an_answer_is_a_signal_and_a_low_one_a_call_of_which_they_are_told(house: House) -> None:
    survey = asked(house, house.customer(jurisdiction="US-CO"))
    now = LATER + HOUR
    done = answering.answer(survey, scores=ALL, words=" Nobody listened ", now=now)
    assert {name: getattr(again(done), name) for name in ALL} == ALL
    signal = Signal.objects.get(survey=done)
    assert (signal.kind, signal.score, signal.case, signal.comment) == ("survey", 2, survey.case, "Nobody listened")
    planning.plan(now=now)
    step = next_step(answering.of_token(links.token("survey", survey.pk)), now=now)
    assert step.sorry
    assert step.call_by is not None
    assert (step.call_by, step.digits) == (again(signal).call.obligation.due_end, "42")
    event = Event.objects.get(type="survey.answered")
    assert (event.actor_kind, event.data["scores"], event.words.body) == (
        "customer",
        ALL,
        {"comment": "Nobody listened"},
    )


def test_whom_the_lot_leaves_out_is_promised_no_call_and_may_ask_for_one(house: House) -> None:
    Program.objects.update(holdout_percent=50)
    survey = answered(asked(house, house.customer(jurisdiction="US-CO")))
    Signal.objects.update(fate=SignalFate.HELD_OUT)
    step = next_step(answering.of_token(links.token("survey", survey.pk)), now=LATER + HOUR)
    assert (step.sorry, step.promised, step.asked) == (True, False, False)


def test_an_answer_counts_once(house: House) -> None:
    survey = asked(house)
    answered(survey, satisfaction=5)
    with pytest.raises(Refused) as refused:
        answered(survey, satisfaction=1)
    assert refused.value.code == "survey_answered"
    assert (again(survey).satisfaction, Signal.objects.count()) == (5, 1)


def test_the_clock_alone_ends_a_survey_and_the_task_writes_it_down(house: House) -> None:
    survey = asked(house)
    over = LATER + 14 * DAY
    with pytest.raises(Refused) as refused:
        answered(survey, now=over)
    assert refused.value.code == "survey_expired"
    assert ending.expire(now=over - MINUTE) == 0
    assert (ending.expire(now=over), ending.expire(now=over)) == (1, 0)
    assert (again(survey).status, Signal.objects.count()) == (SurveyStatus.EXPIRED, 0)


@pytest.mark.parametrize(
    ("scores", "words", "code", "field"),
    [
        ({}, "", "score_needed", "satisfaction"),
        ({"satisfaction": 0}, "", "invalid", "satisfaction"),
        ({"satisfaction": 6}, "", "invalid", "satisfaction"),
        ({"satisfaction": True}, "", "invalid", "satisfaction"),
        ({"satisfaction": 3, "ease": 9}, "", "invalid", "ease"),
        ({"satisfaction": 3, "luck": 3}, "", "invalid", "scores"),
        ({"satisfaction": 3}, "x" * 5001, "too_long", "words"),
        ({"satisfaction": 3}, "\x00", "invalid", "words"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_kept(
    house: House, scores: dict[str, Any], words: str, code: str, field: str
) -> None:
    survey = asked(house)
    with pytest.raises(Refused) as refused:
        answering.answer(survey, scores=scores, words=words, now=LATER)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert again(survey).status == SurveyStatus.ASKED


@pytest.mark.parametrize("token", ["", "1", "1~forged", "9999999~x", "promise", "é~\u2028"])
def test_a_link_that_we_never_sent_leads_nowhere(house: House, token: str) -> None:
    with pytest.raises(Refused) as refused:
        answering.of_token(token)
    assert refused.value.code == "no_such_link"


def test_a_link_of_another_kind_or_of_a_survey_not_sent_leads_nowhere(house: House) -> None:
    survey = asked(house)
    house.now = NOW + DAY
    house.closed_case()
    surveys.plan(now=house.now)
    planned = Survey.objects.get(status=SurveyStatus.PLANNED)
    for token in (links.token("promise", survey.pk), links.token("survey", planned.pk)):
        with pytest.raises(Refused):
            answering.of_token(token)


def test_a_customer_asks_to_be_called_once_whatever_became_of_the_survey(house: House) -> None:
    survey = asked(house, house.customer(jurisdiction="US-CO"))
    over = LATER + 15 * DAY
    first = answering.ask_for_call(survey, words="It is still broken", now=over)
    second = answering.ask_for_call(survey, words="Hello?", now=over + MINUTE)
    assert first == second
    planning.plan(now=over)
    assert answering.see_to_request(first, now=over).fate == SignalFate.CALL_PLANNED
    assert next_step(again(survey), now=over).call_by is not None
    assert not Notice.objects.filter(kind="asks_for_call").exists()


def test_who_asks_to_be_called_is_called_whatever_the_lot_says_and_however_lately_we_spoke(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = outreach.house
    dana = house.customer(jurisdiction="US-CO")
    outreach.outcome(outreach.taken(outreach.call(dana)), "turned_around")
    Program.objects.update(holdout_percent=50)
    monkeypatch.setattr(qualifying, "left_out", lambda *_: True)
    signal = answering.ask_for_call(asked(house, dana), now=LATER)
    planning.plan(now=LATER)
    assert again(signal).fate == SignalFate.CALL_PLANNED
    assert not again(signal).call.by_lot


def test_where_no_call_can_be_planned_the_owner_is_told_once(house: House) -> None:
    survey = asked(house, house.customer(phones=[]))
    signal = answering.ask_for_call(survey, words="Write to me", now=LATER)
    planning.plan(now=LATER)
    assert answering.see_to_requests(now=LATER) == 1
    answering.see_to_request(signal, now=LATER)
    notice = Notice.objects.get(kind="asks_for_call")
    assert (notice.user, notice.body, notice.urgent) == (house.alice, "Write to me", True)
    step = next_step(Survey.objects.select_related("case__owner", "unit").get(pk=survey.pk), now=LATER + 15 * DAY)
    assert (step.heard_by, step.promised) == ("Alice", True)


def test_a_request_that_no_program_plans_for_is_told_after_minutes_and_the_page_says_to_whom(house: House) -> None:
    survey = asked(house)
    Program.objects.update(active=False)
    signal = answering.ask_for_call(survey, words="Anybody there?", now=LATER)
    planning.plan(now=LATER)
    assert answering.see_to_requests(now=LATER + 4 * MINUTE) == 0
    shown = Survey.objects.select_related("case__owner", "unit").get(pk=survey.pk)
    assert (next_step(shown, now=LATER + 15 * DAY).calling_soon, again(signal).fate) == (True, "")
    assert answering.see_to_requests(now=LATER + 5 * MINUTE) == 1
    assert answering.see_to_requests(now=LATER + 6 * MINUTE) == 0
    assert Notice.objects.get(kind="asks_for_call").body == "Anybody there?"
    step = next_step(shown, now=LATER + 15 * DAY)
    assert (step.calling_soon, step.heard_by) == (False, "Alice")


def test_a_request_is_seen_to_however_late_its_plan_comes(house: House) -> None:
    survey = asked(house, house.customer(phones=[]))
    answering.ask_for_call(survey, now=LATER)
    planning.plan(now=LATER + 3 * DAY)
    assert answering.see_to_requests(now=LATER + 3 * DAY) == 1
    assert Notice.objects.filter(kind="asks_for_call").count() == 1


def test_a_customer_who_does_not_want_to_be_asked_says_so_and_may_change_their_mind(house: House) -> None:
    survey = asked(house)
    answering.choose_asking(survey, wanted=False, now=LATER)
    answering.choose_asking(survey, wanted=False, now=LATER)
    assert again(survey.customer).do_not_survey
    changed = Event.objects.filter(type="customer.changed", data__survey=survey.pk)
    assert [each.actor_kind for each in changed] == ["customer"]
    answering.choose_asking(survey, wanted=True, now=LATER)
    assert not again(survey.customer).do_not_survey


def test_a_rep_keeps_a_customer_from_being_asked(house: House) -> None:
    dana = house.customer()
    customers.change_customer(dana, by=house.alice, now=NOW, version=None, do_not_survey=True)
    assert asked(house, dana).why_not == NotAsked.OPTED_OUT


# Batches ---------------------------------------------------------------------------------------------------------------


def test_a_batch_takes_as_many_statements_as_one(house: House, queries_of: Counted) -> None:
    counts = []
    for n in (1, 6):
        for _ in range(n):
            house.closed_case()
        counts.append((queries_of(lambda: surveys.plan(now=NOW)), queries_of(lambda: asking.ask(now=LATER))))
    assert counts[0] == counts[1]
    assert Survey.objects.filter(status=SurveyStatus.ASKED).count() == 7


def test_one_that_cannot_be_sent_does_not_stop_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = house.closed_case(house.customer("Zoë"))
    for _ in range(2):
        house.closed_case()
    surveys.plan(now=NOW)
    theirs = asking._message

    def falter(survey: Survey, template: SurveyTemplate) -> Any:
        if survey.case_id == bad.pk:
            raise ValueError("of all things")
        return theirs(survey, template)

    monkeypatch.setattr(asking, "_message", falter)
    assert asking.ask(now=LATER) == 3
    assert Survey.objects.filter(status=SurveyStatus.ASKED).count() == 2
    assert Survey.objects.get(case=bad).status == SurveyStatus.PLANNED


def test_opening_the_page_is_noted_once(house: House) -> None:
    survey = asked(house)
    answering.note_opened(survey, now=LATER)
    answering.note_opened(again(survey), now=LATER + timedelta(days=1))
    assert again(survey).opened_at == LATER
