"""Feelings before solutions, and owning up to what lies behind us."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, ChangedMeanwhile, Refused, Verdict, refuse
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.domain.permissions import can_work_on
from cases.enums import Feeling
from cases.models import Acknowledgment, Case, Incident
from cases.queries.reach import visible_incidents
from journal.domain.log import record
from journal.enums import EventType

OPENERS = {
    Feeling.ANGRY: "You seem to be feeling angry about this, and I can see why.",
    Feeling.DISAPPOINTED: "It sounds as if you are disappointed: you expected better from us.",
    Feeling.FRUSTRATED: "You seem to be feeling frustrated, having to deal with this at all.",
    Feeling.WORRIED: "It sounds as if this has you worried about what happens next.",
    Feeling.IGNORED: "It sounds as if you feel ignored by us.",
    Feeling.EMBARRASSED: "It sounds as if this put you in an embarrassing position.",
    Feeling.CONFUSED: "It sounds as if what we told you has left you confused.",
    Feeling.LET_DOWN: "You seem to be feeling let down by us.",
}
QUESTION = "Is that right?"


def feelings_first(case: Case) -> Verdict:
    """No remedy before a feeling has been named and acknowledged on this case."""
    if case.acknowledged_at is not None:
        return ALLOWED
    return refuse(
        "feelings_first",
        "First name how the customer feels and acknowledge it. A remedy offered before that sounds like a payoff.",
        "feeling",
    )


@transaction.atomic
def acknowledge_feelings(
    case: Case,
    *,
    feeling: str,
    by: User,
    now: datetime,
    words: str = "",
    confirmed: bool | None = None,
    version: int | None = None,
) -> Acknowledgment:
    """Name the customer's feeling to them; ``confirmed`` is what they said to “Is that right?”.

    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``rep_needed``, ``invalid``,
    ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    acknowledgment = name_feeling(held, feeling=feeling, by=by, now=now, words=words, confirmed=confirmed)
    casework.save(held, "feeling", "acknowledged_at")
    return acknowledgment


def name_feeling(
    held: Case, *, feeling: str, by: User, now: datetime, words: str = "", confirmed: bool | None = None
) -> Acknowledgment:
    """The same on a case that the caller holds and saves, for an action that carries both feeling and remedy."""
    can_work_on(by, held).enforce()
    if feeling not in Feeling.values:
        raise Refused("invalid", "Choose the feeling that you hear.", "feeling")
    told = said(words, "words") or OPENERS[Feeling(feeling)]
    acknowledgment = Acknowledgment.objects.create(
        case=held, feeling=feeling, words=told, confirmed=confirmed, by=by, at=now
    )
    held.feeling = feeling
    held.acknowledged_at = now
    casework.mark_first_response(held, by=by, now=now)
    record(
        EventType.CASE_ACKNOWLEDGED,
        subject=("case", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={"feeling": feeling, "confirmed": confirmed, "version": held.version + 1, "fields": ["feeling"]},
        words={"said": told},
    )
    return acknowledgment


@transaction.atomic
def acknowledge_incident(
    incident: Incident, *, by: User, now: datetime, words: str = "", version: int | None = None
) -> Incident:
    """Own up to a past incident: one action, recorded. Owning up twice changes nothing.

    Refused: ``out_of_reach``, ``person_needed``, ``changed_meanwhile``.
    """
    told = said(words, "words")
    held = visible_incidents(by).select_for_update(of=("self",), no_key=True).filter(pk=incident.pk).first()
    if held is None:
        raise Refused("out_of_reach", "There is no such incident.")
    if by.is_service:
        raise Refused("person_needed", "Owning up is for a person to do.")
    if held.acknowledged_at is not None:
        return held
    if version is not None and version != held.version:
        raise ChangedMeanwhile(casework.changes_since("incident", held.pk, version), version=held.version)
    held.acknowledged_at, held.acknowledged_by = now, by
    held.version += 1
    held.save(update_fields=["acknowledged_at", "acknowledged_by", "version"])
    record(
        EventType.INCIDENT_ACKNOWLEDGED,
        subject=("incident", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.case_id,
        data={"version": held.version, "fields": ["acknowledged"]},
        words={"said": told},
    )
    return held
