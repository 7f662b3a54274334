"""Correcting what was written down about a mistake."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.authority import ChangedMeanwhile
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.domain.honored_errors import follow_incident
from cases.domain.intake import check_fields, check_originator, check_story, is_urgent
from cases.domain.permissions import can_work_on
from cases.enums import SEVERITY_ORDER, Favor, Originator, Severity
from cases.models import Case, Incident
from journal.domain.log import record, together
from journal.enums import EventType

PARTICULARS = frozenset(
    {
        "customer_words", "our_words", "line_of_business", "category", "severity", "kind_of_action", "complainer",
        "occurred_at", "originator_kind", "originator", "favor", "value_at_stake_minor", "loss_minor", "currency",
    }
)  # fmt: skip


@transaction.atomic
@together()
def change_incident(
    incident: Incident, *, version: int | None, by: User, now: datetime, **particulars: Any
) -> Incident:
    """Change what is given of ``PARTICULARS``, leave the rest. ``version`` is what the writer last saw of the incident.

    The case's severity stays the highest of its incidents, and its urgency what any of them makes it. Naming another
    kind of originator than a person lets go of the person who was named. What is in the customer's favor is decided
    about, and once it has been, neither that nor whose mistake it was changes.
    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``rep_needed``, ``changed_meanwhile``, ``invalid``,
    ``words_needed``, ``too_long``, ``in_future``, ``not_an_amount``, ``unknown_currency``, ``decided_already``.
    """
    unknown = set(particulars) - PARTICULARS
    if unknown:
        raise TypeError(f"not particulars of an incident: {sorted(unknown)}")
    case = casework.hold(incident.case, by=by)
    can_work_on(by, case).enforce()
    held = (
        Incident.objects.select_for_update(of=("self",), no_key=True)
        .select_related("originator", "logged_by", "cause")
        .get(pk=incident.pk)
    )
    held.case = case
    if version is not None and version != held.version:
        raise ChangedMeanwhile(casework.changes_since("incident", held.pk, version), version=held.version)
    changed = _apply(held, particulars, now=now)
    if not changed:
        return held
    held.version += 1
    held.save(update_fields=[*changed, "version"])
    _record_changed(held, case, changed, by=by, now=now)
    _keep_severity(case)
    if held.favor == Favor.CUSTOMER or "favor" in changed:
        follow_incident(held, case, changed=changed, by=by, now=now)
    casework.save(case, "severity", "urgent")
    return held


def _apply(held: Incident, particulars: dict[str, Any], *, now: datetime) -> list[str]:
    wanted = dict(particulars)
    for words in ("customer_words", "our_words"):
        if words in wanted:
            wanted[words] = said(wanted[words], words)
    if wanted.get("originator_kind", Originator.PERSON) != Originator.PERSON:
        wanted.setdefault("originator", None)
    changed = sorted(name for name, value in wanted.items() if getattr(held, name) != value)
    for name in changed:
        setattr(held, name, wanted[name])
    check_story(
        held.customer_words, held.our_words, reported_at=held.reported_at, occurred_at=held.occurred_at, now=now
    )
    check_originator(held.originator_kind, held.originator)
    check_fields(held)
    return changed


def _record_changed(held: Incident, case: Case, changed: list[str], *, by: User, now: datetime) -> None:
    record(
        EventType.INCIDENT_CHANGED,
        subject=("incident", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=case.pk,
        data={**casework.as_version(case), "version": held.version, "fields": changed, "severity": held.severity},
        words={name: getattr(held, name) for name in ("customer_words", "our_words") if name in changed},
    )


def _keep_severity(case: Case) -> None:
    incidents = list(Incident.objects.filter(case=case).only("severity", "complainer"))
    case.severity = max((each.severity for each in incidents), key=lambda level: SEVERITY_ORDER[Severity(level)])
    case.urgent = any(is_urgent(each) for each in incidents)
