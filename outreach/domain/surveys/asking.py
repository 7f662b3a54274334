"""Sending the surveys whose time has come, or saying why one is not sent. Each is a message to the customer, once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Prefetch, prefetch_related_objects

from accounts.domain.message_ids import message_id
from cases.domain.message_queue import queue_all
from cases.enums import MessageKind
from cases.models import CustomerEmail, Message
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.domain.setting_aside import set_aside
from outreach.domain.surveys.templates import fill, template_for
from outreach.domain.workflow import SURVEY
from outreach.enums import NotAsked, SurveyKind, SurveyStatus
from outreach.models import Survey, SurveyTemplate
from outreach.queries.surveys import templates_in_force, to_ask

logger = logging.getLogger(__name__)

BATCH = 100


def ask(*, now: datetime, limit: int = BATCH) -> int:
    """Ask up to ``limit`` customers whose time has come; returns how many surveys it looked at.

    One that cannot be sent is set aside and reported, and the others go on. The system's own work.
    """
    ids = list(to_ask(now=now).values_list("pk", flat=True)[:limit])
    if not ids:
        return 0
    try:
        return _ask(ids, now=now)
    except Exception:
        logger.exception("A batch of %d surveys could not be sent; trying them one by one.", len(ids))
    return sum(_ask_one(survey_id, now=now) for survey_id in ids)


def _ask_one(survey_id: int, *, now: datetime) -> int:
    try:
        return _ask([survey_id], now=now)
    except Exception:
        logger.exception("Survey %d could not be sent; set aside.", survey_id)
        return set_aside(to_ask(now=now), survey_id, now=now)


@transaction.atomic
def _ask(ids: Iterable[int], *, now: datetime) -> int:
    """The batch in a constant number of statements."""
    rows = to_ask(now=now).filter(pk__in=ids).select_related("customer", "case")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    surveys = list(rows)
    customers = [survey.customer for survey in surveys]
    prefetch_related_objects(customers, Prefetch("emails", CustomerEmail.objects.order_by("id")))
    templates, lately = templates_in_force(), _asked_lately(surveys, now=now)
    sent: dict[int, Message] = {}
    for survey in surveys:
        template = template_for(survey.customer, survey.kind, templates)
        why_not = weigh(survey, has_words=template is not None, lately=survey.customer_id in lately)
        if why_not or template is None:
            SURVEY.move(survey, SurveyStatus.NOT_ASKED)
            survey.why_not = why_not
            continue
        SURVEY.move(survey, SurveyStatus.ASKED)
        survey.template, survey.asked_at = template, now
        survey.expires_at = now + timedelta(days=settings.RECOVERY["SURVEY_OPEN_DAYS"])
        sent[survey.pk] = _message(survey, template)
        if survey.kind == SurveyKind.CLOSURE:
            lately.add(survey.customer_id)
    queue_all(sent.values(), now=now)
    for survey in surveys:
        survey.message = sent.get(survey.pk)
    Survey.objects.bulk_update(
        surveys, ["status", "why_not", "template", "asked_at", "expires_at", "message"], batch_size=200
    )
    record_many(_told(survey, now=now) for survey in surveys)
    return len(surveys)


def weigh(survey: Survey, *, has_words: bool, lately: bool) -> str:
    """Why a survey is not to be sent, as a code; blank when it is. The second after a call is not held back by the first."""
    case = survey.case
    reopened = case is not None and f"{case.pk}:{case.reopened_count}" != survey.key.removeprefix("closure:")
    obstacles = (
        (survey.customer.do_not_survey, NotAsked.OPTED_OUT),
        (survey.kind == SurveyKind.CLOSURE and (reopened or not (case and case.is_closed)), NotAsked.REOPENED),
        (not survey.customer.emails.all(), NotAsked.NO_ADDRESS),
        (survey.kind == SurveyKind.CLOSURE and lately, NotAsked.ASKED_LATELY),
        (not has_words, NotAsked.NO_WORDS),
    )
    return next((code for stands, code in obstacles if stands), "")


def _asked_lately(surveys: list[Survey], *, now: datetime) -> set[int]:
    """Which of their customers were asked within the time of rest. One query."""
    rest = now - timedelta(days=settings.RECOVERY["SURVEY_NOT_AGAIN_DAYS"])
    asked = Survey.objects.filter(customer__in={survey.customer_id for survey in surveys}, asked_at__gt=rest)
    return set(asked.values_list("customer_id", flat=True))


def _message(survey: Survey, template: SurveyTemplate) -> Message:
    known = {"name": survey.customer.greeting, "case": survey.case.reference if survey.case else ""}
    return Message(
        customer=survey.customer,
        case=survey.case,
        kind=MessageKind.SURVEY,
        to=survey.customer.emails.all()[0].address,
        subject=" ".join(fill(template.subject, **known).split())[:200],
        body=fill(template.message, **known),
        link=f"survey:{survey.pk}",
        key=f"survey:{survey.pk}",
        message_id=message_id(f"survey.{survey.pk}"),
    )


def _told(survey: Survey, *, now: datetime) -> Entry:
    asked = survey.status == SurveyStatus.ASKED
    more = {"language": survey.template.language} if asked and survey.template else {"why_not": survey.why_not}
    return Entry(
        EventType.SURVEY_ASKED if asked else EventType.SURVEY_NOT_ASKED,
        ("survey", survey.pk),
        now,
        customer_id=survey.customer_id,
        case_id=survey.case_id,
        data={"kind": survey.kind, **more},
    )
