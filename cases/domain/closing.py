"""Closing and reopening. A case closes with a cause or an open investigation, and with nothing owed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.domain.permissions import can_close, can_reopen
from cases.domain.workflow import CASE
from cases.enums import CaseOutcome, CaseStatus, InvestigationStatus, ObligationKind, ObligationStatus
from cases.models import Case, Incident, Investigation, Obligation
from journal.domain.log import record
from journal.enums import ActorKind, EventType

STILL_OWED = {
    ObligationKind.PROMISE: ("promise_open", "A promise to the customer is not kept yet."),
    ObligationKind.DELIVERY: ("delivery_open", "A remedy has not been delivered yet."),
    ObligationKind.APPROVAL: ("approval_open", "A remedy still waits for an approval."),
    ObligationKind.OFFER: ("offer_open", "Another remedy was approved: take it up or leave it first."),
    ObligationKind.FOLLOW_UP_CALL: ("call_open", "A follow-up call is still to be made."),
    ObligationKind.DECISION: ("decision_open", "A decision is still to be taken."),
    ObligationKind.DISCLOSURE: ("disclosure_open", "The customer has not been told of the honored error yet."),
}


def cause_known(case: Case) -> Verdict:
    """Every incident has a cause, or somebody is still looking for it."""
    if not Incident.objects.filter(case=case, cause__isnull=True).exists():
        return ALLOWED
    if Investigation.objects.filter(case=case, status=InvestigationStatus.OPEN).exists():
        return ALLOWED
    return refuse(
        "cause_needed", "Find the cause first, or open an investigation to find it. Else it happens again.", "cause"
    )


def nothing_owed(case: Case) -> Verdict:
    """No promise, delivery, approval or call is open on the case."""
    if case.open_obligations == 0:
        return ALLOWED
    first = Obligation.objects.filter(case=case, status=ObligationStatus.OPEN).order_by("due_end").first()
    if first is None:
        return ALLOWED
    code, reason = STILL_OWED[ObligationKind(first.kind)]
    return refuse(code, f"{reason} ({first.what})")


def close_gate(user: User, case: Case) -> Verdict:
    """May this user close this case now, and if not, what comes first?"""
    return first_no(can_close(user, case), nothing_owed(case), cause_known(case))


@transaction.atomic
def close(case: Case, *, outcome: str, by: User, now: datetime, words: str = "", version: int | None = None) -> Case:
    """Close a case with its outcome.

    Refused: ``not_yours``, ``case_closed``, ``historical_case``, ``promise_open`` and its kin, ``cause_needed``,
    ``invalid``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    note = said(words, "words")
    if outcome not in CaseOutcome.values or outcome == CaseOutcome.UNKNOWN:  # unknown is for imported history
        raise Refused("invalid", "Say how it ended.", "outcome")
    close_gate(by, held).enforce()
    CASE.move(held, CaseStatus.CLOSED)
    held.outcome, held.closed_at, held.closed_by = outcome, now, by
    casework.save(held, "status", "outcome", "closed_at", "closed_by")
    record(
        EventType.CASE_CLOSED,
        subject=("case", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={
            "version": held.version,
            "fields": ["status", "outcome"],
            "outcome": outcome,
            "first_owner_solved": held.handoff_count == 0,
        },
        words={"note": note},
    )
    return held


@transaction.atomic
def reopen(case: Case, *, reason: str, by: User, now: datetime, version: int | None = None) -> Case:
    """Reopen a closed case, with a reason: it was not put right after all.

    Refused: ``not_yours``, ``wrong_state``, ``historical_case``, ``reason_needed``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_reopen(by, held).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say what was not put right.", "reason")
    reopen_held(held, reason=reason, by=by, now=now)
    return held


def reopen_held(held: Case, *, reason: str, by: User | None, now: datetime) -> None:
    """The same for a case that the caller holds and has the authority to reopen, such as after a follow-up call.

    ``by`` None: by the customer, who asks for more.
    """
    CASE.move(held, CaseStatus.REOPENED)
    held.closed_at, held.closed_by, held.outcome = None, None, ""
    held.reopened_count += 1
    casework.save(held, "status", "closed_at", "closed_by", "outcome", "reopened_count")
    record(
        EventType.CASE_REOPENED,
        subject=("case", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={"version": held.version, "fields": ["status"]},
        words={"reason": reason.strip()},
        actor_kind=ActorKind.CUSTOMER if by is None else None,
    )
