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
from compensation.enums import AwardStatus, PayoutStatus
from compensation.models import Payout
from journal.domain.log import together
from journal.enums import EventType


class ConfirmedTooLate(Refused):
    """A confirmation of what was delivered by hand or taken back. Refused, and kept: whoever catches it does not undo it."""

    def __init__(self, payout: Payout) -> None:
        taken_back = payout.award.status == AwardStatus.REVERSED
        super().__init__(
            "wrong_state",
            f"This was {'taken back' if taken_back else 'delivered by hand'} before it was confirmed, and may now have "
            "been paid for nothing. It is written down, and supervisors and administrators have been told.",
        )


def can_answer(user: User, payout: Payout) -> Verdict:
    """The billing system says what became of a payout, by its own credential; where it does not, people who may ask there.

    Those are administrators, and supervisors in reach: never whoever gave it, who must not also say that it arrived.
    """
    if user.is_service or can_administer(user):
        return ALLOWED
    if not can_supervise(user):
        return refuse(
            "program_needed",
            "The billing system says what became of a payout; where it does not, a supervisor or an administrator.",
        )
    if payout.award.given_by_id == user.pk:
        return refuse(
            "program_needed", "You gave this. Another supervisor or an administrator says what became of its payout."
        )
    return ALLOWED


def can_confirm(user: User, payout: Payout) -> Verdict:
    """As ``can_answer``, while it can still be said that it was paid."""
    return first_no(can_answer(user, payout), PAYOUT.verdict(payout.status, PayoutStatus.CONFIRMED))


def can_fail(user: User, payout: Payout) -> Verdict:
    """As ``can_answer``, while it can still be said that it was not paid."""
    return first_no(can_answer(user, payout), PAYOUT.verdict(payout.status, PayoutStatus.FAILED))


def can_send_again(user: User, payout: Payout) -> Verdict:
    """A supervisor or an administrator has a failed payout sent once more, while there is a billing system."""
    may = ALLOWED if can_administer(user) else can_supervise(user)
    off = refuse("payouts_off", "No billing system is connected. Deliver it by hand.")
    return first_no(may, PAYOUT.verdict(payout.status, PayoutStatus.QUEUED), ALLOWED if payouts.is_on() else off)


def confirm(payout: Payout, *, reference: str, by: User, now: datetime) -> Payout:
    """It was paid out: the award is delivered, with the other system's reference as its proof.

    The same reference again changes nothing. Also where we have not written down yet that we sent it, and where we had
    given it up: then people hear of it. What was delivered by hand or taken back meanwhile is refused; that it was
    confirmed is written down and told to people, once, and stands although the caller is refused.
    Refused: ``out_of_reach``, ``program_needed``, ``proof_needed``, ``already_confirmed``, ``wrong_state``,
    ``too_long``.
    """
    held = _confirm(payout, reference=reference, by=by, now=now)
    if held.status != PayoutStatus.CONFIRMED:
        raise ConfirmedTooLate(held)
    return held


@transaction.atomic
@together()
def _confirm(payout: Payout, *, reference: str, by: User, now: datetime) -> Payout:
    case, held = _hold(payout, by=by)
    can_answer(by, held).enforce()
    reference = said(reference, "reference", at_most=200)
    if not reference:
        raise Refused("proof_needed", "Give the reference under which it was paid out.", "reference")
    if held.status == PayoutStatus.CONFIRMED:
        if held.reference == reference:
            return held
        raise Refused("already_confirmed", "This payout was confirmed under another reference.", "reference")
    if held.status == PayoutStatus.CANCELED:
        _note_too_late(held, reference=reference, by=by, now=now)
        return held
    given_up = held.status == PayoutStatus.FAILED
    payouts.end(held, PayoutStatus.CONFIRMED, reference=reference, now=now)
    payouts.tell_log(EventType.PAYOUT_CONFIRMED, held, by=by, now=now, words={"reference": reference})
    if given_up:
        payouts.tell_of_paid_twice(held, now=now)
    hand_over(held.award, case, proof=reference, by=by, now=now)
    return held


def _note_too_late(payout: Payout, *, reference: str, by: User, now: datetime) -> None:
    """The first such reference stands on the payout: that it is there says that people were told."""
    if payout.reference:
        return
    payout.reference = reference
    payout.save(update_fields=["reference"])
    payouts.tell_log(EventType.PAYOUT_CONFIRMED_LATE, payout, by=by, now=now, words={"reference": reference})
    payouts.tell_of_paid_twice(payout, now=now)


@transaction.atomic
def fail(payout: Payout, *, reason: str, by: User, now: datetime) -> Payout:
    """It will not be paid out: supervisors and administrators hear of it, and it is delivered by hand or sent again.

    Of one that failed already, nothing changes.
    Refused: ``out_of_reach``, ``program_needed``, ``reason_needed``, ``wrong_state``, ``too_long``.
    """
    _, held = _hold(payout, by=by)
    can_answer(by, held).enforce()
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
