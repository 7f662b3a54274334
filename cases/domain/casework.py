"""Holding a case while it changes: lock, check the version, save once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.authority import ChangedMeanwhile, Refused
from accounts.models import User
from cases.models import Case
from cases.queries.reach import visible_cases
from journal.models import Event
from journal.queries import of_case, of_subject


def hold(case: Case, *, by: User | None, version: int | None = None) -> Case:
    """The case's row, locked until the transaction ends, as it is now. ``case`` may be one that only ``named`` knows.

    ``by`` is None only for the system's own work. ``version`` is what the writer last saw. The lock is one that leaves
    other rows free to point at this one (NO KEY): an event about the case never waits for whoever holds it.
    Refused: ``out_of_reach``, ``changed_meanwhile``.
    """
    rows = Case.objects.all() if by is None else visible_cases(by)
    try:
        held = (
            rows.select_related("owner", "customer", "unit")
            .select_for_update(of=("self",), no_key=True)
            .get(**({"pk": case.pk} if case.pk else {"reference": case.reference}))
        )
    except Case.DoesNotExist:
        raise Refused("out_of_reach", "There is no such case.") from None
    if held.owner is None and held.owner_id is not None:
        # Handed off while we waited for the lock: PostgreSQL reads the locked row anew, and not those joined to it.
        held.owner = User.objects.get(pk=held.owner_id)
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since("case", held.pk, version), version=held.version)
    return held


def named(reference: str) -> Case:
    """A case of which nothing is known but its reference, for a verb that holds it: the verb's own query reads it."""
    return Case(reference=reference)


def save(case: Case, *fields: str) -> None:
    """Save a held case's named fields and what every write may have moved, as its next version."""
    case.version += 1
    case.save(update_fields={"version", "open_obligations", "first_response_at", *fields})


def hold_all(case_ids: Iterable[int]) -> dict[int, Case]:
    """The rows of several cases, locked in the order of their ids. The system's own work."""
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(case_ids)).order_by("id")
    return {case.pk: case for case in rows}


def save_all(cases: Iterable[Case]) -> None:
    """Save what may have moved on several held cases, as the next version of each, in one statement."""
    listed = list(cases)
    for case in listed:
        case.version += 1
    Case.objects.bulk_update(listed, ["version", "open_obligations"])


def as_version(held: Case) -> dict[str, int]:
    """For the data of an event about a held case that is not saved yet: which version of the case it makes."""
    return {"case_version": held.version + 1}


def changes_since(kind: str, subject_id: int, version: int) -> list[dict[str, Any]]:
    """What was written to a subject after a version: ``type``, ``by``, ``at`` and ``fields``, newest first.

    To a case belongs what was promised, given, found and said on it: those events carry its version too.
    """
    on_case = kind == "case"
    changes: list[dict[str, Any]] = []
    for event in (of_case(subject_id) if on_case else of_subject(kind, subject_id))[:50]:
        own = event.data.get("version") if event.subject_kind == kind else None
        made = event.data.get("case_version", own) if on_case else own
        if made is None:
            continue  # a note, a reminder or a message: nothing that anybody edits
        if made <= version:
            break
        changes.append(told_as_change(event))
    return changes


def told_as_change(event: Event) -> dict[str, Any]:
    """An event as whoever wrote meanwhile is told of it."""
    return {
        "type": event.type,
        "by": event.actor.name if event.actor else "",
        "at": event.at.isoformat(),
        "fields": event.data.get("fields", []),
    }


def mark_first_response(case: Case, *, by: User | None, now: datetime) -> None:
    """Stop the first-minute clock. Only a person's contact about this case does."""
    if case.first_response_at is None and by is not None and not by.is_service:
        case.first_response_at = max(now, case.reported_at)
