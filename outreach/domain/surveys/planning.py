"""Whom to ask how it was: after each closure of a case, and once more after they were dissatisfied.

The second survey goes to those who were called and to those who were left uncalled by lot, as long after they said that
they were dissatisfied: asked at other times, or only after a call, the two could not be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from cases.models import Case
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.enums import SurveyKind
from outreach.models import FollowUpCall, HeldOut, Survey
from outreach.queries.surveys import calls_unasked, closures_unasked, held_out_unasked

BATCH = 200
# A call may be made late: what was agreed on it gets a day before we ask.
AFTER_CALL = timedelta(days=1)

About = TypeVar("About", bound=Model)


def plan(*, now: datetime, limit: int = BATCH) -> int:
    """Plan up to ``limit`` surveys of each kind; returns how many were planned. The system's own work."""
    return (
        _plan(closures_unasked(now=now), _after_closure, limit=limit, now=now)
        + _plan(calls_unasked(now=now).select_related("signal"), _after_call, limit=limit, now=now)
        + _plan(held_out_unasked(now=now).select_related("signal"), _left_uncalled, limit=limit, now=now)
    )


def _plan(about: QuerySet[About], survey: Callable[[About], Survey], *, limit: int, now: datetime) -> int:
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock.
    ids = list(about.values_list("pk", flat=True)[:limit])
    return _write(about, survey, ids, now=now) if ids else 0


@transaction.atomic
def _write(about: QuerySet[About], survey: Callable[[About], Survey], ids: Iterable[int], *, now: datetime) -> int:
    rows = about.filter(pk__in=ids)
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    wanted = {each.key: each for each in map(survey, rows)}
    # Another clock may have planned them while we waited for the rows.
    known = set(Survey.objects.filter(key__in=wanted).values_list("key", flat=True))
    for each in wanted.values():
        # What is found late, after an outage or an import, is due from now: nobody has left it lying.
        each.ask_at = max(each.ask_at, now)
    written = Survey.objects.bulk_create([each for key, each in wanted.items() if key not in known])
    record_many(
        Entry(
            EventType.SURVEY_PLANNED,
            ("survey", each.pk),
            now,
            customer_id=each.customer_id,
            case_id=each.case_id,
            data={"kind": each.kind, "ask_at": each.ask_at.isoformat()},
        )
        for each in written
    )
    return len(written)


def _after_closure(case: Case) -> Survey:
    if case.closed_at is None:
        raise ValueError("an open case has no closure to ask about")
    return Survey(
        kind=SurveyKind.CLOSURE,
        key=f"closure:{case.pk}:{case.reopened_count}",
        customer_id=case.customer_id,
        unit_id=case.unit_id,
        case=case,
        ask_at=case.closed_at + timedelta(minutes=settings.RECOVERY["SURVEY_AFTER_MINUTES"]),
    )


def _again() -> timedelta:
    return timedelta(days=settings.RECOVERY["SURVEY_AGAIN_AFTER_DAYS"])


def _after_call(call: FollowUpCall) -> Survey:
    if call.finished_at is None:
        raise ValueError("a call that goes on has no end to ask about")
    return Survey(
        kind=SurveyKind.FOLLOW_UP,
        key=f"call:{call.pk}",
        customer_id=call.customer_id,
        unit_id=call.unit_id,
        case_id=call.case_id,
        call=call,
        ask_at=max(call.signal.at + _again(), call.finished_at + AFTER_CALL),
    )


def _left_uncalled(held: HeldOut) -> Survey:
    return Survey(
        kind=SurveyKind.FOLLOW_UP,
        key=f"held_out:{held.pk}",
        customer_id=held.customer_id,
        unit_id=held.signal.unit_id,
        case_id=held.case_id,
        ask_at=held.signal.at + _again(),
    )
