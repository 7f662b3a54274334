"""The words of surveys in each language: kept by administrators, seen first, and kept for those who were asked."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.authority import ChangedMeanwhile, Refused
from accounts.models import User
from outreach.domain.surveys import templates
from outreach.domain.surveys.phrases import PHRASES
from outreach.models import SurveyTemplate
from outreach.queries.surveys import templates_in_force
from tests.factories import NOW, House, again
from tests.outreach.test_surveys import asked

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P22")]


def ours(kind: str = "closure", language: str = "en") -> SurveyTemplate:
    return templates_in_force()[kind, language]


def save(house: House, *, by: User | None = None, seen: int | None = None, **changed: Any) -> SurveyTemplate:
    """The English words with what is changed in them."""
    now = ours()
    texts = {name: changed.pop(name, getattr(now, name)) for name in templates.TEXTS}
    given: dict[str, Any] = {"kind": "closure", "language": "en", "questions": now.questions} | changed
    return templates.save_template(texts=texts, by=by or house.ada, now=NOW, seen=seen, **given)


def test_there_are_words_in_four_languages_for_both_surveys(db: None) -> None:
    found = templates_in_force()
    assert {language for kind, language in found if kind == "closure"} == {"de", "en", "es", "fr"}
    assert len(found) == 8
    for template in found.values():
        assert len(templates.questions(template)) == 6
        assert templates.open_question(template)
        assert "{link}" in template.message


def test_what_the_page_says_is_said_in_each_of_them() -> None:
    for language, said in PHRASES.items():
        assert said.language == language
        assert all(said)
        for name in ("call_by", "answered_on", "ended_text", "call_made"):
            assert "{time}" in getattr(said, name)


def test_new_words_take_the_place_of_the_old_and_who_was_asked_keeps_theirs(house: House) -> None:
    survey = asked(house)
    before = ours()
    after = save(house, heading="Tell us")
    assert (again(before).active, after.active, ours().heading) == (False, True, "Tell us")
    assert again(survey).template == before


def test_the_same_words_again_change_nothing(house: House) -> None:
    assert save(house) == ours()


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"heading": " "}, "invalid", "heading"),
        ({"message": "Hello {name}"}, "link_needed", "message"),
        ({"message": "{link} {password}"}, "invalid", "message"),
        ({"heading": "{link}"}, "invalid", "heading"),
        ({"subject": "x" * 161}, "too_long", "subject"),
        ({"language": "Klingon!"}, "invalid", "language"),
        ({"kind": "outside"}, "invalid", "kind"),
        ({"questions": {"satisfaction": {"ask": ""}}}, "invalid", "satisfaction_ask"),
        ({"questions": {"satisfaction": {"ask": "How?"}, "luck": {"ask": "Why?"}}}, "invalid", "questions"),
        ({"thanks": "\x00"}, "invalid", "thanks"),
    ],
)
def test_words_that_do_not_do_are_refused(house: House, changed: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        save(house, **changed)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert SurveyTemplate.objects.count() == 8


def test_only_administrators_keep_them(house: House) -> None:
    for by in (house.alice, house.sue, house.crm):
        with pytest.raises(Refused) as refused:
            save(house, by=by, heading="Mine")
        assert refused.value.code == "administrator_needed"


def test_words_that_changed_meanwhile_are_not_overwritten(house: House) -> None:
    seen = ours().pk
    save(house, heading="First")
    with pytest.raises(ChangedMeanwhile):
        save(house, heading="Second", seen=seen)


def test_our_own_language_is_always_asked_in_and_others_can_end(house: House) -> None:
    templates.retire_template(ours(language="fr"), by=house.ada, now=NOW)
    assert ("closure", "fr") not in templates_in_force()
    with pytest.raises(Refused) as refused:
        templates.retire_template(ours(), by=house.ada, now=NOW)
    assert refused.value.code == "last_language"


# The screens -----------------------------------------------------------------------------------------------------------


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(template: SurveyTemplate, **changed: str) -> dict[str, str]:
    form = {name: getattr(template, name) for name in ("kind", "language", *templates.TEXTS)}
    for name, words in template.questions.items():
        form |= {f"{name}_{part}": words[part] for part in words}
    return form | {"seen": str(template.pk)} | changed


def test_an_administrator_changes_the_words_and_adds_a_language(house: House) -> None:
    client = signed_in(house.ada)
    page = client.get(reverse("setting-surveys")).content.decode()
    assert "How was it?" in page
    assert "Wie war es?" in page
    now = ours()
    answer = client.post(reverse("setting-survey", args=[now.pk]), sent(now, heading="How did it go?"))
    assert (answer.status_code, ours().heading) == (302, "How did it go?")
    begun = client.get(reverse("setting-survey-new")).content.decode()
    assert "How did it go?" in begun
    new = sent(now, language="it", heading="Com’è andata?", seen="0")
    assert client.post(reverse("setting-survey-new"), new).status_code == 302
    assert ours(language="it").heading == "Com’è andata?"


def test_a_refusal_stands_beside_its_field_with_every_word_still_there(house: House) -> None:
    client, now = signed_in(house.ada), ours()
    answer = client.post(
        reverse("setting-survey", args=[now.pk]), sent(now, message="No way in", heading="Kept as typed")
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Without {link} nobody finds the way" in shown
    assert "Kept as typed" in shown


def test_a_rep_reads_and_does_not_write(house: House) -> None:
    client, now = signed_in(house.alice), ours()
    assert "You can read this" in client.get(reverse("setting-survey", args=[now.pk])).content.decode()
    assert client.post(reverse("setting-survey", args=[now.pk]), sent(now, heading="Mine")).status_code == 422
    assert ours().heading == "How was it?"


def test_the_page_is_seen_before_it_is_kept_and_sends_nothing(house: House) -> None:
    client, now = signed_in(house.ada), ours(language="de")
    seen = client.get(reverse("setting-survey-preview") + f"?template={now.pk}").content.decode()
    assert "Wie war es?" in seen
    assert "disabled" in seen
    assert "/asking" not in seen
    draft = client.post(reverse("setting-survey-preview"), sent(now, heading="Noch nicht")).content.decode()
    assert "Noch nicht" in draft
    assert ours(language="de").heading == "Wie war es?"
    assert client.get(reverse("setting-survey-preview") + "?template=x").status_code == 404


def test_a_language_ends_from_its_page(house: House) -> None:
    client = signed_in(house.ada)
    client.post(reverse("setting-survey-retire", args=[ours(language="es").pk]))
    assert ("closure", "es") not in templates_in_force()


def test_questions_are_kept_as_they_are_given(house: House) -> None:
    questions = deepcopy(ours().questions)
    questions["ease"] = {"ask": "", "low": "", "high": ""}
    assert "ease" not in [each.name for each in templates.questions(save(house, questions=questions))]
