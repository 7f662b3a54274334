"""Surveys that nobody answered in time. The page says so by the clock alone; here it is written down."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.domain.workflow import SURVEY
from outreach.enums import SurveyStatus
from outreach.models import Survey
from outreach.queries.surveys import to_expire

BATCH = 500


def expire(*, now: datetime, limit: int = BATCH) -> int:
    """End up to ``limit`` surveys whose time is over; returns how many. The system's own work."""
    ids = list(to_expire(now=now).values_list("pk", flat=True)[:limit])
    return _expire(ids, now=now) if ids else 0


@transaction.atomic
def _expire(ids: list[int], *, now: datetime) -> int:
    rows = to_expire(now=now).filter(pk__in=ids)
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    surveys = list(rows)
    for survey in surveys:
        SURVEY.move(survey, SurveyStatus.EXPIRED)
    Survey.objects.bulk_update(surveys, ["status"], batch_size=200)
    record_many(
        Entry(
            EventType.SURVEY_EXPIRED,
            ("survey", survey.pk),
            now,
            customer_id=survey.customer_id,
            case_id=survey.case_id,
            data={"kind": survey.kind},
        )
        for survey in surveys
    )
    return len(surveys)
