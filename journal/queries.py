"""Reads of the log."""

from __future__ import annotations

from django.db.models import QuerySet

from journal.models import Event, FeedPosition


def timeline(*, customer_id: int | None = None, case_id: int | None = None) -> QuerySet[Event]:
    """Events of one customer or one case, newest first, with their words and actor."""
    events = Event.objects.select_related("actor", "words").order_by("-id")
    return events.filter(case_id=case_id) if case_id is not None else events.filter(customer_id=customer_id or 0)


def of_subject(kind: str, subject_id: int) -> QuerySet[Event]:
    """Events of one subject, newest first."""
    return Event.objects.filter(subject_kind=kind, subject_id=subject_id).select_related("actor").order_by("-id")


def of_case(case_id: int) -> QuerySet[Event]:
    """Events about one case, whatever their subject, newest first."""
    return Event.objects.filter(case_id=case_id).select_related("actor").order_by("-id")


def feed_after(position: int) -> QuerySet[FeedPosition]:
    """The change feed after a position, oldest first."""
    return (
        FeedPosition.objects.filter(position__gt=position)
        .select_related("event", "event__words", "event__actor")
        .order_by("position")
    )
