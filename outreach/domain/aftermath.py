"""What a follow-up call that did not turn the customer around does to the case: it goes on."""

from __future__ import annotations

from datetime import datetime

from accounts.domain.notices import tell
from accounts.models import User
from accounts.queries import supervisors_of_unit
from cases.domain.causes import set_cause
from cases.domain.closing import reopen_held
from cases.domain.intake import log_incident
from cases.enums import Channel
from cases.models import Case, Cause, Incident
from outreach.models import FollowUpCall

# What is logged by it was heard on the call, and is no new mistake of ours.
STILL_DISSATISFIED = "Still dissatisfied after our follow-up call"


def note_cause(case: Case, cause: Cause, *, by: User, now: datetime) -> Case:
    """Give the cause that was heard to the incidents of a held live case that have none; returns the case as it is then.

    On a closed case, or one whose causes are known, it stays with the attempt. Refused as ``set_cause``.
    """
    if case.is_closed or case.historical or not Incident.objects.filter(case=case, cause__isnull=True).exists():
        return case
    return set_cause(case, cause=cause, by=by, now=now)


def carry_on(
    call: FollowUpCall, case: Case | None, what_went_wrong: str, what_would_help: str, *, by: User, now: datetime
) -> Case:
    """The customer is still dissatisfied: an open case goes on, a closed one is reopened, else one is opened.

    ``case`` is held by the caller. History is never reopened: a new case is opened beside it. Returns the case.
    """
    if case is None or case.historical:
        return log_incident(
            call.customer,
            by=by,
            now=now,
            unit=call.unit,
            channel=Channel.PHONE,
            customer_words=what_went_wrong,
            our_words=f"Would put it right: {what_would_help}" if what_would_help else "",
            category=STILL_DISSATISFIED,
        ).case
    if case.is_closed:
        reopen_held(case, reason=what_went_wrong, by=by, now=now)
    if case.owner_id != by.pk:
        tell(
            [case.owner] if case.owner else supervisors_of_unit(case.unit_id),
            key=f"call_not_turned_around:{call.pk}",
            kind="still_dissatisfied",
            title=f"{call.customer.display_name} was called and is still dissatisfied: {case.reference}",
            body=what_went_wrong,
            path=f"/cases/{case.reference}",
            now=now,
            urgent=True,
        )
    return case
