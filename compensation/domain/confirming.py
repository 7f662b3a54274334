"""What became of a payout, as the billing system says: confirmed, and so delivered, or failed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.roles import can_administer, can_supervise
from accounts.domain.words import said
from accounts.models import User
from cases.models import Case
from compensation.domain import payouts
from compensation.domain.steps import hand_over, hold_award
from compensation.domain.workflow import PAYOUT
from compensation.enums import PayoutStatus
from compensation.models import Payout
from journal.domain.log import together
from journal.enums import EventType


def can_answer(user: User) -> Verdict:
    """The billing system says what became of a payout, by its own credential; an administrator may for it."""
    if user.is_service or can_administer(user):
        return ALLOWED
    return refuse(
        "program_needed", "The billing system says what became of a payout; where it cannot, an administrator."
    )


def can_send_again(user: User, payout: Payout) -> Verdict:
    """A supervisor or an administrator has a failed payout sent once more, while there is a billing system."""
    may = ALLOWED if can_administer(user) else can_supervise(user)
    off = refuse("payouts_off", "No billing system is connected. Deliver it by hand.")
    return first_no(may, PAYOUT.verdict(payout.status, PayoutStatus.QUEUED), ALLOWED if payouts.is_on() else off)


@transaction.atomic
@together()
def confirm(payout: Payout, *, reference: str, by: User, now: datetime) -> Payout:
    """It was paid out: the award is delivered, with the other system's reference as its proof.

    The same reference again changes nothing. Also where we have not written down yet that we sent it.
    Refused: ``out_of_reach``, ``program_needed``, ``proof_needed``, ``already_confirmed``, ``wrong_state``,
    ``too_long``.
    """
    case, held = _hold(payout, by=by)
    can_answer(by).enforce()
    reference = said(reference, "reference", at_most=200)
    if not reference:
        raise Refused("proof_needed", "Give the reference under which it was paid out.", "reference")
    if held.status == PayoutStatus.CONFIRMED:
        if held.reference == reference:
            return held
        raise Refused("already_confirmed", "This payout was confirmed under another reference.", "reference")
    payouts.end(held, PayoutStatus.CONFIRMED, reference=reference, now=now)
    payouts.tell_log(EventType.PAYOUT_CONFIRMED, held, by=by, now=now, words={"reference": reference})
    hand_over(held.award, case, proof=reference, by=by, now=now)
    return held


@transaction.atomic
def fail(payout: Payout, *, reason: str, by: User, now: datetime) -> Payout:
    """It will not be paid out: supervisors and administrators hear of it, and it is delivered by hand or sent again.

    Of one that failed already, nothing changes.
    Refused: ``out_of_reach``, ``program_needed``, ``reason_needed``, ``wrong_state``, ``too_long``.
    """
    _, held = _hold(payout, by=by)
    can_answer(by).enforce()
    reason = said(reason, "reason", at_most=300)
    if not reason:
        raise Refused("reason_needed", "Say why it was not paid out: a person goes on from there.", "reason")
    if held.status == PayoutStatus.FAILED:
        return held
    payouts.end(held, PayoutStatus.FAILED, error=reason, now=now)
    payouts.tell_log(EventType.PAYOUT_FAILED, held, by=by, now=now, words={"reason": reason})
    payouts.tell_people(held, now=now)
    return held


@transaction.atomic
def send_again(payout: Payout, *, by: User, now: datetime) -> Payout:
    """Have a failed payout told once more, under the same key.

    Refused: ``out_of_reach``, ``supervisor_needed``, ``person_needed``, ``payouts_off``, ``wrong_state``.
    """
    _, held = _hold(payout, by=by)
    can_send_again(by, held).enforce()
    PAYOUT.move(held, PayoutStatus.QUEUED)
    held.next_try_at, held.ended_at, held.error = now, None, ""
    held.save(update_fields=["status", "next_try_at", "ended_at", "error"])
    payouts.tell_log(EventType.PAYOUT_REQUEUED, held, by=by, now=now)
    return held


def _hold(payout: Payout, *, by: User) -> tuple[Case, Payout]:
    """The case, the award and the payout, locked in this order."""
    case, award = hold_award(payout.award, by=by)
    held = payouts.hold(award)
    if held is None:
        raise Refused("out_of_reach", "There is no such payout.")
    held.award = award
    return case, held
