"""Programs, groups and calling hours as administrators keep them: on screen and by REST, by the same rules."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authority import Refused
from accounts.models import User
from journal.enums import EventType
from journal.models import Event
from outreach.domain import programs
from outreach.models import CallAnswer, CallGroup, CallingHours, Program, ProgramQuestion
from tests.factories import NOW, House
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def the_program() -> Program:
    return Program.objects.get()


FILLED: dict[str, Any] = {
    "version": 1,
    "name": "Those worth most",
    "rank": 5,
    "active": "on",
    "score_at_most": 3,
    "kinds": ["survey"],
    "severities": ["medium", "high"],
    "value": "1,250.00",
    "value_currency": "usd",
    "baggage_at_least": "2",
    "not_again_within_days": 14,
    "group": "",
    "contact_within_hours": 12,
    "close_within_hours": 36,
    "retry_after_minutes": "90 min, 3 h, 1 d",
    "calls_per_rep_and_day": 8,
    "script": "Thank them first.",
    "questions": "When did it begin?\nWhom did you tell?",
    "holdout_percent": 20,
    "holdout_spares_severe": "on",
}


def test_an_administrator_fills_in_a_program_and_reads_it_back(house: House) -> None:
    ada = signed_in(house.ada)
    done = ada.post(f"/settings/programs/{the_program().pk}", FILLED, follow=True)
    assert "The program is kept." in done.content.decode()
    kept = the_program()
    assert (kept.value_at_least_minor, kept.value_currency, kept.version) == (125_000, "USD", 2)
    assert (kept.retry_after_minutes, kept.severities, kept.holdout_percent) == (
        [90, 180, 1440],
        ["medium", "high"],
        20,
    )
    assert [question.words for question in kept.questions.all()] == ["When did it begin?", "Whom did you tell?"]
    shown = ada.get(f"/settings/programs/{kept.pk}").content.decode()
    for part in ("90 min, 3 h, 1 d", "1,250.00", "When did it begin?", "convention"):
        assert part in shown
    listed = ada.get("/settings/programs").content.decode()
    assert "20% not called" in listed
    changed = Event.objects.get(type=EventType.OUTREACH_RULE_CHANGED)
    assert changed.data["version"] == 2


def test_a_question_that_was_answered_is_retired_and_not_changed(house: House) -> None:
    kept = programs.set_program(the_program(), by=house.ada, now=NOW, questions=["Old", "Stays"])
    programs.set_program(kept, by=house.ada, now=NOW, questions=["Stays", "New"])
    asked = ProgramQuestion.objects.filter(active=True)
    assert [question.words for question in asked] == ["Stays", "New"]
    assert ProgramQuestion.objects.get(words="Old").active is False


def test_two_who_change_it_at_once_do_not_overwrite_each_other(house: House) -> None:
    ada = signed_in(house.ada)
    ada.post(f"/settings/programs/{the_program().pk}", FILLED)
    late = ada.post(f"/settings/programs/{the_program().pk}", FILLED | {"name": "Mine"})
    assert (late.status_code, "changed_meanwhile" in late.content.decode()) == (422, True)
    assert the_program().name == "Those worth most"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"retry_after_minutes": [120, 60]}, "retry_after_minutes"),
        ({"retry_after_minutes": [60] * 10}, "retry_after_minutes"),
        ({"kinds": ["gossip"]}, "kinds"),
        ({"severities": ["dire"]}, "severities"),
        ({"score_at_most": 6}, "score_at_most"),
        ({"contact_within_hours": 48, "close_within_hours": 24}, "close_within_hours"),
        ({"holdout_percent": 60}, "holdout_percent"),
        ({"value_at_least_minor": 100}, "value_currency"),
        ({"calls_per_rep_and_day": 0}, "calls_per_rep_and_day"),
        ({"name": ""}, "name"),
        ({"questions": [f"Question {number}" for number in range(9)]}, "questions"),
    ],
)
def test_what_no_program_can_be_is_refused_at_its_field(house: House, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        programs.set_program(the_program(), by=house.ada, now=NOW, **given)
    assert (refused.value.code, refused.value.field) == ("invalid", field)


def test_who_does_not_administer_reads_and_does_not_write(house: House) -> None:
    sue = signed_in(house.sue)
    shown = sue.get(f"/settings/programs/{the_program().pk}")
    assert (shown.status_code, "You can read this" in shown.content.decode()) == (200, True)
    for path in (f"{the_program().pk}", "new", "groups/new", "hours/new"):
        assert sue.post(f"/settings/programs/{path}", FILLED).status_code == 422
    assert Program.objects.count() == 1


def test_a_group_has_people_with_languages_and_a_day_of_their_own(house: House) -> None:
    ada = signed_in(house.ada)
    given = {"name": "Front", "active": "on", f"in_{house.alice.pk}": "on", f"languages_{house.alice.pk}": "en, pt-BR"}
    given |= {f"most_{house.alice.pk}": "7"}
    ada.post("/settings/programs/groups/new", given)
    group = CallGroup.objects.get()
    member = group.members.get()
    assert (member.user, member.languages, member.calls_per_day) == (house.alice, ["en", "pt-BR"], 7)
    ada.post(
        f"/settings/programs/groups/{group.pk}",
        {"version": 1, "name": "Front", "active": "on", f"in_{house.bob.pk}": "on"},
    )
    assert [each.user for each in group.members.all()] == [house.bob]
    assert "Bob" in ada.get("/settings/programs").content.decode()


@pytest.mark.parametrize("who", ["ada", "crm"])
def test_only_people_who_work_on_cases_are_in_a_group(house: House, who: str) -> None:
    with pytest.raises(Refused) as refused:
        programs.set_group(None, name="Front", members=[programs.Member(getattr(house, who))], by=house.ada, now=NOW)
    assert refused.value.code == "person_needed"
    assert not CallGroup.objects.exists()


def test_a_group_that_a_program_calls_with_is_not_put_to_rest(house: House) -> None:
    group = programs.set_group(None, name="Front", members=[programs.Member(house.alice)], by=house.ada, now=NOW)
    programs.set_program(the_program(), group=group, by=house.ada, now=NOW)
    with pytest.raises(Refused) as refused:
        programs.set_group(group, active=False, by=house.ada, now=NOW)
    assert refused.value.code == "group_in_use"


def test_hours_are_added_changed_and_taken_away_but_never_the_rule_for_all_others(house: House) -> None:
    ada = signed_in(house.ada)
    given = {
        "jurisdiction": "fr",
        "opens": "10:00",
        "closes": "13:00",
        "weekdays": ["0", "1"],
        "source": "Décret 2022-1313",
    }
    ada.post("/settings/programs/hours/new", given)
    rule = CallingHours.objects.get(jurisdiction="FR")
    assert (rule.weekdays, rule.on_holidays) == ([0, 1], False)
    assert "Monday, Tuesday" in ada.get("/settings/programs").content.decode()
    ada.post(f"/settings/programs/hours/{rule.pk}/drop")
    assert not CallingHours.objects.filter(jurisdiction="FR").exists()
    others = CallingHours.objects.get(jurisdiction="")
    refused = ada.post(f"/settings/programs/hours/{others.pk}/drop")
    assert (refused.status_code, CallingHours.objects.filter(jurisdiction="").exists()) == (422, True)


def test_the_call_is_made_by_the_programs_script_and_its_answers_are_kept(house: House) -> None:
    outreach = Outreach(house)
    programs.set_program(the_program(), by=house.ada, now=NOW, script="Thank them first.", questions=["Who heard you?"])
    call = outreach.taken()
    question = ProgramQuestion.objects.get()
    with time_machine.travel(NOW, tick=False):
        alice = signed_in(house.alice)
        shown = alice.get(f"/calls/{call.pk}").content.decode()
        assert "Thank them first." in shown
        assert "Who heard you?" in shown
        heard = {"outcome": "turned_around", "what_went_wrong": "No reply", f"question_{question.pk}": "Nobody at all"}
        alice.post(f"/calls/{call.pk}/outcome", heard)
        assert "Nobody at all" in alice.get(f"/calls/{call.pk}").content.decode()
    assert CallAnswer.objects.get().words == "Nobody at all"


def test_a_question_of_another_program_takes_no_answer(house: House) -> None:
    outreach = Outreach(house)
    call = outreach.taken()
    other = programs.set_program(None, name="Other", score_at_most=1, questions=["What?"], by=house.ada, now=NOW)
    with pytest.raises(Refused) as refused:
        outreach.outcome(call, "turned_around", answers={other.questions.get().pk: "This"})
    assert refused.value.code == "other_question"
    assert not CallAnswer.objects.exists()
