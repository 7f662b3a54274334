"""The words that surveys are asked with: one template in force for each kind and language.

What was asked keeps its words: a template with which somebody was asked is not changed, a new one takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.domain.words import said
from accounts.models import User
from cases.domain.languages import ours, spoken
from cases.models import Customer
from cases.models.customer import language_code
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain.surveys.phrases import PHRASES, Phrases
from outreach.enums import SurveyKind
from outreach.models import SCORES, SurveyTemplate

# In the order of the page: all in all first, since that one is needed.
ORDER = ("satisfaction", *(score for score in SCORES if score != "satisfaction"))
QUESTIONS = (*ORDER, "words")
TEXTS = {"subject": 160, "message": 5000, "heading": 160, "intro": 2000, "thanks": 2000}
FILLED = re.compile(r"\{(\w+)\}")
KNOWN = {"subject": {"name", "case", "company"}, "message": {"name", "case", "company", "link"}}
Templates = Mapping[tuple[str, str], SurveyTemplate]


@dataclass(frozen=True)
class Question:
    """One line of the page: its words, and those of both ends of its scale."""

    name: str
    ask: str
    low: str
    high: str
    needed: bool


def questions(template: SurveyTemplate) -> list[Question]:
    """The scales that a template asks for, in the order of the page. One without words is not asked."""
    found = []
    for name in ORDER:
        words = template.questions.get(name) or {}
        if words.get("ask"):
            ends = words.get("low", ""), words.get("high", "")
            found.append(Question(name, words["ask"], *ends, needed=name == "satisfaction"))
    return found


def open_question(template: SurveyTemplate) -> str:
    """What is asked for in the customer's own words; blank when nothing is."""
    return str((template.questions.get("words") or {}).get("ask", ""))


def phrases(language: str) -> Phrases:
    """What the page says in every survey, in this language; in English where we have not been told."""
    return spoken(PHRASES, language)


def template_for(customer: Customer, kind: str, templates: Templates) -> SurveyTemplate | None:
    """In the customer's own language, else in its root (pt for pt-BR), else in that of the installation, else in none."""
    there = {language for kind_, language in templates if kind_ == kind}
    return templates.get((kind, ours(customer.language, there) or settings.RECOVERY["SURVEY_LANGUAGE"]))


def fill(text: str, *, name: str, case: str, link: str = "{link}") -> str:
    """A text with what is known put in. The link stays as it is until the message is sent."""
    known = {"name": name, "case": case, "company": settings.RECOVERY["COMPANY_NAME"], "link": link}
    return FILLED.sub(lambda found: known.get(found[1], found[0]), text)


@transaction.atomic
def save_template(
    *,
    kind: str,
    language: str,
    texts: Mapping[str, str],
    questions: Mapping[str, Mapping[str, str]],
    by: User,
    now: datetime,
    seen: int | None = None,
) -> SurveyTemplate:
    """Put words in force for a kind and language, in place of those that were.

    ``texts`` are those of ``TEXTS``, ``questions`` by their name ``ask``, ``low`` and ``high``; one that is blank is not
    asked. ``seen`` is the id of the template that the writer last saw, 0 where there was none.
    Refused: ``administrator_needed``, ``invalid``, ``too_long``, ``link_needed``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    new = SurveyTemplate(kind=kind, language=language, **_texts(texts), questions=_questions(questions))
    if kind not in dict(SurveyKind.ours()):
        raise Refused("invalid", "A survey is asked after a closure, or again some days later.", "kind")
    try:
        language_code(language)
    except ValidationError as wrong:
        raise Refused("invalid", wrong.messages[0], "language") from None
    held = (
        SurveyTemplate.objects.select_for_update(no_key=True).filter(kind=kind, language=language, active=True).first()
    )
    if seen is not None and seen != (held.pk if held else 0):
        raise ChangedMeanwhile([], version=held.pk if held else 0)
    if held is not None and all(getattr(held, name) == getattr(new, name) for name in (*TEXTS, "questions")):
        return held
    if held is not None:
        held.active = False
        held.save(update_fields=["active"])
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:  # another administrator wrote the first words of this language, at the same moment
        raise ChangedMeanwhile([], version=0) from None
    record(
        EventType.OUTREACH_RULE_CHANGED,
        subject=("survey_template", new.pk),
        by=by,
        now=now,
        data={"rule": "survey_template", "kind": kind, "language": language, "instead_of": held.pk if held else None},
    )
    return new


@transaction.atomic
def retire_template(template: SurveyTemplate, *, by: User, now: datetime) -> SurveyTemplate:
    """Ask nobody any more in this language: who speaks it is asked in that of the installation.

    Refused: ``administrator_needed``, ``last_language`` for the words of the installation's own language.
    """
    can_administer(by).enforce()
    held = SurveyTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if held.language == settings.RECOVERY["SURVEY_LANGUAGE"]:
        raise Refused("last_language", "Everybody without words of their own is asked in this language. Change them.")
    if held.active:
        held.active = False
        held.save(update_fields=["active"])
        record(
            EventType.OUTREACH_RULE_CHANGED,
            subject=("survey_template", held.pk),
            by=by,
            now=now,
            data={"rule": "survey_template", "kind": held.kind, "language": held.language, "retired": True},
        )
    return held


def _texts(given: Mapping[str, str]) -> dict[str, str]:
    texts = {}
    for name, longest in TEXTS.items():
        texts[name] = said(given.get(name, "").replace("\r\n", "\n"), name, at_most=longest)
        if not texts[name] and name != "intro":
            raise Refused("invalid", "Write something here.", name)
        unknown = set(FILLED.findall(texts[name])) - KNOWN.get(name, {"name", "case", "company"})
        if unknown:
            raise Refused("invalid", f"Nothing is known to fill in for {{{sorted(unknown)[0]}}}.", name)
    if "{link}" not in texts["message"]:
        raise Refused("link_needed", "Without {link} nobody finds the way to the survey.", "message")
    return texts


def _questions(given: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    unknown = set(given) - set(QUESTIONS)
    if unknown:
        raise Refused("invalid", f"There is no question {sorted(unknown)[0]}.", "questions")
    asked = {}
    for name in QUESTIONS:
        words = given.get(name) or {}
        asked[name] = {
            part: said(words.get(part, ""), f"{name}_{part}", at_most=300 if part == "ask" else 60)
            for part in ("ask", "low", "high")
        }
    if not asked["satisfaction"]["ask"]:
        raise Refused("invalid", "This one is always asked: it says whether to call.", "satisfaction_ask")
    return asked
