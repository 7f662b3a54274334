"""Finding the cause: the tree, setting it on incidents, and questions that stay open."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.domain.words import check_text, said
from accounts.models import User
from cases.domain import casework
from cases.domain.permissions import READ_ONLY_HISTORY, can_work_on, leads
from cases.domain.workflow import INVESTIGATION
from cases.enums import InvestigationStatus
from cases.models import Case, Cause, Incident, Investigation
from journal.domain.log import record
from journal.enums import EventType

DEEPEST = 8  # levels; the ids of that many fit a path


@transaction.atomic
def set_cause(
    case: Case,
    *,
    cause: Cause,
    by: User,
    now: datetime,
    incident: Incident | None = None,
    version: int | None = None,
) -> Case:
    """Record the cause of one incident; without one, of all incidents of a case that have none yet, else of all.

    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``cause_retired``, ``other_case``,
    ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_work_on(by, held).enforce()
    if not cause.active:
        raise Refused("cause_retired", "This cause is no longer used. Choose another.", "cause")
    incidents = held.incidents.select_for_update(of=("self",), no_key=True).order_by("id")
    if incident is not None:
        incidents = incidents.filter(pk=incident.pk)
    listed = [each for each in incidents if incident is not None or each.cause_id is None] or list(incidents)
    if not listed:
        raise Refused("other_case", "This incident belongs to another case.", "incident")
    for each in listed:
        _give_cause(each, held, cause=cause, by=by, now=now)
    casework.save(held)
    return held


def _give_cause(incident: Incident, held: Case, *, cause: Cause, by: User, now: datetime) -> None:
    incident.cause = cause
    incident.version += 1
    incident.save(update_fields=["cause", "version"])
    record(
        EventType.INCIDENT_CAUSE_FOUND,
        subject=("incident", incident.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={**casework.as_version(held), "cause": cause.pk, "version": incident.version, "fields": ["cause"]},
    )


@transaction.atomic
def open_investigation(
    case: Case, *, question: str, by: User, now: datetime, version: int | None = None
) -> Investigation:
    """Keep a question open where the cause is not known yet. One at a time on a case.

    Refused: ``case_closed``, ``historical_case``, ``words_needed``, ``already_open``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_work_on(by, held).enforce()
    question = said(question, "question")
    if not question:
        raise Refused("words_needed", "Write what has to be found out.", "question")
    if held.investigations.filter(status=InvestigationStatus.OPEN).exists():
        raise Refused("already_open", "An investigation is open on this case already.", "question")
    investigation = investigate(held, question=question, by=by, now=now)
    casework.save(held)
    return investigation


def investigate(held: Case, *, question: str, by: User, now: datetime) -> Investigation:
    """Open a question on a case that the caller holds and saves, and that has none open; it may be closed."""
    investigation = Investigation.objects.create(case=held, question=question, opened_by=by, opened_at=now)
    record(
        EventType.INVESTIGATION_OPENED,
        subject=("investigation", investigation.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data=casework.as_version(held),
        words={"question": question},
    )
    return investigation


@transaction.atomic
def close_investigation(
    investigation: Investigation, *, finding: str, by: User, now: datetime, cause: Cause | None = None
) -> Investigation:
    """Answer the question, with the cause if it was found. The case may have closed meanwhile.

    Refused: ``not_yours``, ``words_needed``, ``wrong_state``, ``cause_retired``.
    """
    held = casework.hold(investigation.case, by=by)
    if held.historical:
        READ_ONLY_HISTORY.enforce()
    leads(by, held).enforce()
    finding = said(finding, "finding")
    if not finding:
        raise Refused("words_needed", "Write what was found.", "finding")
    if cause is not None and not cause.active:
        raise Refused("cause_retired", "This cause is no longer used. Choose another.", "cause")
    locked = Investigation.objects.select_for_update(of=("self",), no_key=True).get(pk=investigation.pk)
    INVESTIGATION.move(locked, InvestigationStatus.CLOSED)
    locked.closed_by, locked.closed_at, locked.finding = by, now, finding
    locked.save(update_fields=["status", "closed_by", "closed_at", "finding"])
    if cause is not None:
        for incident in held.incidents.select_for_update(of=("self",), no_key=True).filter(cause=None).order_by("id"):
            _give_cause(incident, held, cause=cause, by=by, now=now)
    record(
        EventType.INVESTIGATION_CLOSED,
        subject=("investigation", locked.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={**casework.as_version(held), "cause": cause.pk if cause else None},
        words={"finding": finding},
    )
    casework.save(held)
    return locked


@transaction.atomic
def add_cause(*, name: str, parent: Cause | None, by: User, now: datetime) -> Cause:
    """Add a cause to the tree. Refused: ``administrator_needed``, ``words_needed``, ``name_taken``, ``too_deep``."""
    can_administer(by).enforce()
    name = _free_name(name, parent=parent, apart_from=None)
    if parent is not None and parent.depth >= DEEPEST:
        raise Refused("too_deep", f"The tree of causes has at most {DEEPEST} levels.", "parent")
    cause = Cause(name=name, parent=parent)
    _save_named(cause)
    cause.path = f"{parent.path if parent else '/'}{cause.pk}/"
    cause.save(update_fields=["path"])
    record(
        EventType.CAUSE_CHANGED,
        subject=("cause", cause.pk),
        by=by,
        now=now,
        data={"version": 1, "fields": ["name", "parent"]},
        words={"name": name},
    )
    return cause


@transaction.atomic
def change_cause(cause: Cause, *, name: str, active: bool, version: int, by: User, now: datetime) -> Cause:
    """Rename a cause, or retire it: what it was given to keeps it. Refused as ``add_cause``, ``changed_meanwhile``."""
    can_administer(by).enforce()
    held = Cause.objects.select_for_update(of=("self",), no_key=True).select_related("parent").get(pk=cause.pk)
    if held.version != version:
        raise ChangedMeanwhile(casework.changes_since("cause", held.pk, version), version=held.version)
    name = _free_name(name, parent=held.parent, apart_from=held)
    changed = [field for field, value in (("name", name), ("active", active)) if getattr(held, field) != value]
    if not changed:
        return held
    held.name, held.active = name, active
    held.version += 1
    _save_named(held)
    record(
        EventType.CAUSE_CHANGED,
        subject=("cause", held.pk),
        by=by,
        now=now,
        data={"version": held.version, "fields": changed},
        words={"name": name},
    )
    return held


def _save_named(cause: Cause) -> None:
    """Save a cause whose name was free a moment ago; somebody may have taken it since."""
    try:
        with transaction.atomic():
            cause.save()
    except IntegrityError:
        raise _name_taken(cause.name) from None


def _name_taken(name: str) -> Refused:
    return Refused("name_taken", f"There is a cause “{name}” here already.", "name")


def _free_name(name: str, *, parent: Cause | None, apart_from: Cause | None) -> str:
    check_text(name, "name")
    name = name.strip()
    if not name:
        raise Refused("words_needed", "Give the cause a name.", "name")
    if len(name) > 120:
        raise Refused("invalid", "A name has at most 120 characters.", "name")
    twins = Cause.objects.filter(parent=parent, name=name)
    if apart_from is not None:
        twins = twins.exclude(pk=apart_from.pk)
    if twins.exists():
        raise _name_taken(name)
    return name
