"""What a supervisor makes of an honored error. It takes nothing from whoever made the mistake: the call stays theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.roles import can_supervise
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.domain.causes import investigate
from cases.domain.honored_errors import about, hold_error, save_error
from cases.enums import ErrorStatus, InvestigationStatus, ReviewOutcome
from cases.models import Case, ErrorReview, HonoredError, Investigation
from journal.domain.log import record, together
from journal.enums import EventType


def can_review(user: User, error: HonoredError) -> Verdict:
    """A supervisor reviews what has been decided, once; nobody what they originated, or decided alone."""
    return first_no(can_supervise(user), _by_somebody_else(user, error), _to_review(error))


def _by_somebody_else(user: User, error: HonoredError) -> Verdict:
    if error.originator_id == user.pk:
        return refuse("own_error", "This was your own mistake. Another supervisor has to review it.")
    if error.decided_by_id == user.pk:
        return refuse("own_decision", "You decided this. Another supervisor has to review it.")
    return ALLOWED


def _to_review(error: HonoredError) -> Verdict:
    if error.status == ErrorStatus.WITHDRAWN:
        return refuse("wrong_state", "This was not in the customer’s favor after all: there is nothing to review.")
    if error.decided_at is None:
        return refuse("undecided", "This has not been decided yet. It is reviewed once it has.")
    if error.reviewed_at is not None:
        return refuse("reviewed_already", "This has been reviewed already.")
    return ALLOWED


@transaction.atomic
@together()
def review(
    error: HonoredError,
    *,
    outcome: str,
    note: str = "",
    question: str = "",
    by: User,
    now: datetime,
    version: int | None = None,
) -> ErrorReview:
    """Review an error with an outcome and a note; whether the customer has been told yet does not matter.

    To change the process opens an investigation on the case, with ``question`` or else the note as what has to be found
    out, or joins the one that is open. It learns from what happened, so that the case may be closed.
    Refused: ``out_of_reach``, ``person_needed``, ``supervisor_needed``, ``own_error``, ``own_decision``, ``undecided``,
    ``wrong_state``, ``reviewed_already``, ``invalid``, ``reason_needed``, ``too_long``, ``changed_meanwhile``.
    """
    case, held = hold_error(error, by=by, version=version)
    can_review(by, held).enforce()
    note, question = said(note, "note"), said(question, "question")
    if outcome not in ReviewOutcome.values:
        raise Refused("invalid", "Choose what comes of it.", "outcome")
    if outcome != ReviewOutcome.NO_ACTION and not note:
        raise Refused("reason_needed", "Say in a note what is to be coached or changed.", "note")
    investigation = None
    if outcome == ReviewOutcome.CHANGE_PROCESS:
        investigation = _investigation(case, question or note, by=by, now=now)
    if held.decided_by is None:
        raise RuntimeError(f"error {held.pk} was decided by nobody")
    kept = ErrorReview.objects.create(
        error=held,
        outcome=outcome,
        note=note,
        investigation=investigation,
        originator=held.originator,
        decided_by=held.decided_by,
        by=by,
        at=now,
    )
    held.reviewed_at = now
    save_error(held, "reviewed_at")
    record(
        EventType.HONORED_ERROR_REVIEWED,
        subject=("honored_error", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.case_id,
        data={
            **about(held, case),
            "version": held.version,
            "fields": ["review"],
            "outcome": outcome,
            "self_reported": held.self_reported,
            "investigation": investigation.pk if investigation else None,
        },
        words={"note": note},
    )
    casework.save(case)
    return kept


def _investigation(case: Case, question: str, *, by: User, now: datetime) -> Investigation:
    is_open = case.investigations.filter(status=InvestigationStatus.OPEN).first()
    return is_open or investigate(case, question=question, by=by, now=now)
