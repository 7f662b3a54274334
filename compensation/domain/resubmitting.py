"""Asking again for what was not approved: for another amount, another remedy, or with more to say for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Refused, Verdict, first_no, refuse
from accounts.domain.words import said
from accounts.models import User
from cases.domain.permissions import can_work_on
from compensation.domain import approvals, awards
from compensation.domain.requests import hold_request
from compensation.enums import ApprovalStatus, OfferStatus
from compensation.models import Approval, Award, Remedy

ENDED = (ApprovalStatus.DECLINED, ApprovalStatus.EXPIRED, ApprovalStatus.COUNTERED)


def can_resubmit(user: User, approval: Approval) -> Verdict:
    """Whoever asked asks again, once, for what was declined, not answered in time, or countered with what they left."""
    if approval.requested_by_id != user.pk:
        return refuse("not_yours", f"{approval.requested_by.name} asked for this, and asks again.")
    offer = approval.counter if hasattr(approval, "counter") else None
    if approval.status not in ENDED or (offer is not None and offer.status == OfferStatus.TAKEN):
        return refuse("wrong_state", f"There is nothing to ask again: {approval.get_status_display().lower()}.")
    if offer is not None and offer.status == OfferStatus.OPEN:
        return refuse("offer_open", "Another remedy was approved instead: take it up or leave it first.")
    if hasattr(approval, "resubmitted_as"):
        return refuse("wrong_state", "This has been asked for again already.")
    return first_no(can_work_on(user, approval.award.case))


@transaction.atomic
def resubmit(
    approval: Approval,
    *,
    by: User,
    now: datetime,
    remedy: Remedy | None = None,
    amount_minor: int | None = None,
    note: str = "",
    version: int | None = None,
) -> Award:
    """Ask again, with something new: another amount (minor units), another remedy, or a note that says more.

    Within the rep's own caps it is simply given. Above, it goes to whoever answered before, if they are there and able,
    with their earlier answer beside it.
    Refused: ``not_yours``, ``wrong_state``, ``offer_open``, ``nothing_new``, and whatever ``awards.give`` refuses.
    """
    held, locked = hold_request(approval, by=by, version=version)
    can_resubmit(by, locked).enforce()
    note = said(note, "note")
    before = locked.award
    same = remedy is None or remedy.pk == before.remedy_id
    chosen = before.remedy if remedy is None else remedy
    if amount_minor is None and same and approvals.had_open_amount(locked):
        amount_minor = locked.asked_minor
    if same and amount_minor in (None, locked.asked_minor) and not note:
        raise Refused("nothing_new", "Say something new: another amount, another remedy, or why.", "note")
    return awards.give(
        held,
        chosen,
        by=by,
        now=now,
        amount_minor=amount_minor,
        note=note,
        precedent_reason=before.precedent_reason,
        resubmits=locked,
    )
