"""The page of a survey, opened by its link: kind in every state, in the customer's language, and never a dead end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.domain import links
from outreach.domain import delivery
from outreach.domain.surveys.next_steps import last_open
from outreach.enums import SurveyStatus
from outreach.models import FollowUpCall, Program, Signal, Survey, SurveyTemplate
from tests.factories import DAY, House, again
from tests.outreach.test_surveys import LATER, asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22")]


@pytest.fixture(autouse=True)
def _now(db: None) -> Any:
    Program.objects.update(holdout_percent=0)
    with time_machine.travel(LATER, tick=False):
        yield


def at(survey: Survey, door: str = "survey") -> str:
    return reverse(door, args=[links.token("survey", survey.pk)])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "same-origin")
    return answer.content.decode()


@pytest.fixture
def survey(house: House) -> Survey:
    return asked(house, house.customer(jurisdiction="US-CO"))


def test_the_page_asks_and_names_nobody(client: Client, survey: Survey) -> None:
    shown = page(client, at(survey))
    assert "All in all, how satisfied are you" in shown
    assert survey.case is not None
    assert survey.case.reference in shown
    assert "Alice" not in shown
    assert again(survey).opened_at == LATER


def test_a_low_answer_is_told_by_when_we_call_on_their_clock(client: Client, survey: Survey) -> None:
    sent = client.post(at(survey), {"satisfaction": "1", "ease": "2", "words": "Nobody listened"})
    assert (sent.status_code, sent["Location"]) == (302, at(survey))
    call = FollowUpCall.objects.get(signal__survey=survey)
    shown = page(client, at(survey))
    assert "We are sorry that we have not put it right" in shown
    theirs = call.obligation.due_end.astimezone(survey.customer.zone)
    assert f"at the latest on {theirs:%A, %B} {theirs.day}, {theirs:%H:%M}" in shown
    assert 8 <= theirs.hour < 21
    assert "ends in 42" in shown
    assert "Please call me" not in shown


@pytest.mark.parametrize(
    ("jurisdiction", "due", "told"),
    [
        ("US-CO", "2026-03-11T02:30:00+00:00", "2026-03-11T02:30:00+00:00"),  # 20:30 in Denver
        ("US-CO", "2026-03-11T07:00:00+00:00", "2026-03-11T03:00:00+00:00"),  # 01:00: they close at 21:00
        ("DE", "2026-03-16T02:00:00+00:00", "2026-03-15T02:00:00+00:00"),  # a Sunday: till Saturday, 20:00 in Denver
    ],
)
def test_nobody_is_told_of_a_call_at_night(house: House, jurisdiction: str, due: str, told: str) -> None:
    customer = house.customer(jurisdiction=jurisdiction)
    found = last_open(customer, before=datetime.fromisoformat(due), now=LATER)
    assert found == datetime.fromisoformat(told)


def test_a_good_answer_is_thanked_and_may_still_ask_for_a_call(client: Client, survey: Survey) -> None:
    client.post(at(survey), {"satisfaction": "5"})
    shown = page(client, at(survey))
    assert "Thank you for telling us" in shown
    assert "sorry" not in shown
    assert "Please call me" in shown
    client.post(at(survey, "survey-call-me"), {"words": "One thing more"})
    assert "We will call you" in page(client, at(survey))
    assert Signal.objects.get(kind="request").comment == "One thing more"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Please choose one of the five."),
        ({"satisfaction": "7"}, "Please choose one of the five."),
        ({"satisfaction": "3", "words": "x" * 5001}, "Please make it shorter"),
        ({"satisfaction": "3", "words": "a\x00b"}, "Null characters"),
    ],
)
def test_what_is_missing_is_said_beside_it_and_the_rest_is_still_there(
    client: Client, survey: Survey, sent: dict[str, str], says: str
) -> None:
    answer = client.post(at(survey), {"ease": "4"} | sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert says in shown
    assert 'name="ease" value="4"' in shown
    assert "checked" in shown
    assert again(survey).status == SurveyStatus.ASKED


def test_answered_twice_the_first_counts_and_the_page_says_so(client: Client, survey: Survey) -> None:
    client.post(at(survey), {"satisfaction": "5"})
    second = client.post(at(survey), {"satisfaction": "1"})
    assert second.status_code == 409
    assert "the first ones count" in second.content.decode()
    assert again(survey).satisfaction == 5


def test_too_late_is_said_kindly_and_leads_on(client: Client, survey: Survey) -> None:
    with time_machine.travel(LATER + 15 * DAY, tick=False):
        shown = page(client, at(survey))
        assert "This survey has ended" in shown
        assert "Please call me" in shown
        assert client.post(at(survey), {"satisfaction": "1"}).status_code == 409
        client.post(at(survey, "survey-call-me"), {"words": ""})
        assert "We will call you" in page(client, at(survey))
    assert again(survey).satisfaction is None


@pytest.mark.parametrize("door", ["survey", "survey-call-me", "survey-stop"])
@pytest.mark.parametrize("token", ["1~forged", "nothing", "1"])
def test_a_forged_link_leads_nowhere_and_says_what_to_do(client: Client, survey: Survey, door: str, token: str) -> None:
    for answer in (client.get(reverse(door, args=[token])), client.post(reverse(door, args=[token]), {"ask": "off"})):
        assert answer.status_code == 404
        assert "reply to that message" in " ".join(answer.content.decode().split())
    assert not again(survey.customer).do_not_survey


def test_a_broken_link_speaks_the_language_of_the_browser(client: Client, db: None) -> None:
    answer = client.get(reverse("survey", args=["x"]), headers={"accept-language": "de-AT,de;q=0.9"})
    assert "Dieser Link führt nirgendwohin" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "heading", "button", "weekday"),
    [
        ("de", "Wie war es?", "Antworten senden", "Mittwoch, 11. März"),
        ("fr", "Comment cela s’est-il passé", "Envoyer mes réponses", "mercredi 11 mars"),
        ("es", "¿Cómo le fue?", "Enviar mis respuestas", "miércoles 11 de marzo"),
    ],
)
def test_all_of_it_is_in_the_customers_language(
    house: House, client: Client, language: str, heading: str, button: str, weekday: str
) -> None:
    survey = asked(house, house.customer(jurisdiction="US-CO", language=language))
    shown = page(client, at(survey))
    assert f'<html lang="{language}"' in shown
    assert heading in shown
    assert button in shown
    client.post(at(survey), {"satisfaction": "1"})
    assert weekday.casefold() in page(client, at(survey)).casefold()


def test_a_question_without_words_is_not_asked(client: Client, survey: Survey) -> None:
    template = survey.template
    assert template is not None
    template.questions["ease"]["ask"] = template.questions["words"]["ask"] = ""
    SurveyTemplate.objects.filter(pk=template.pk).update(questions=template.questions)
    shown = page(client, at(survey))
    assert 'name="ease"' not in shown
    assert "<textarea" not in shown
    client.post(at(survey), {"satisfaction": "4", "ease": "1"})
    assert again(survey).ease is None


def test_they_may_say_that_they_do_not_want_to_be_asked_again(client: Client, survey: Survey) -> None:
    client.post(at(survey, "survey-stop"), {"ask": "off"})
    assert "We will not ask you again how it was." in page(client, at(survey))
    assert again(survey.customer).do_not_survey
    client.post(at(survey, "survey-stop"), {"ask": "on"})
    assert not again(survey.customer).do_not_survey


def test_a_mail_program_stops_it_in_one_click(survey: Survey) -> None:
    mail.outbox.clear()
    delivery.deliver_messages(clock=lambda: LATER)
    (sent,) = [each for each in mail.outbox if "/s/" in str(each.body)]
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    where = sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.RECOVERY["ADDRESS"])
    assert where == at(survey, "survey-stop")
    # without a cookie, a form or a page before it
    stopped = Client(enforce_csrf_checks=True).post(where, {"List-Unsubscribe": "One-Click"})
    assert (stopped.status_code, again(survey.customer).do_not_survey) == (204, True)


def test_looking_changes_nothing(client: Client, survey: Survey) -> None:
    for door in ("survey-call-me", "survey-stop"):
        assert client.get(at(survey, door)).status_code == 302
    client.head(at(survey))
    assert (again(survey).status, Signal.objects.count()) == (SurveyStatus.ASKED, 0)
    assert not again(survey.customer).do_not_survey


def test_a_form_from_elsewhere_is_refused(survey: Survey) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(at(survey), {"satisfaction": "1"}).status_code == 403
    assert again(survey).status == SurveyStatus.ASKED
