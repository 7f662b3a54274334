"""Taking a remedy back. The money returns to the caps it came from; the ledger keeps both."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.domain.words import said
from accounts.enums import Role
from accounts.models import User
from cases.domain import casework
from cases.domain.obligations import abandon
from cases.domain.permissions import READ_ONLY_HISTORY, is_live
from cases.enums import ObligationStatus
from compensation.domain import caps, coupons, ledger, payouts
from compensation.domain.steps import hold_award, record_award
from compensation.domain.workflow import AWARD
from compensation.enums import Account, AwardStatus, Basis, Method, RemedyKind
from compensation.models import Award
from journal.enums import EventType


def can_reverse(user: User, award: Award) -> Verdict:
    """Whoever gave a remedy takes it back while the case is live; a supervisor also later. Never an apology.

    What the customer has in their hands is worth its money until we have it again, so whoever gave it does not free their
    cap of it: another person, a supervisor, does.
    """
    if award.historical or award.case.historical:
        return READ_ONLY_HISTORY
    if award.remedy.kind == RemedyKind.APOLOGY:
        return refuse("apology_stands", "An apology cannot be taken back.")
    wrong_state = AWARD.verdict(award.status, AwardStatus.REVERSED)
    if not wrong_state:
        return wrong_state
    under_way = payouts.is_ours(award)
    if not under_way:
        return under_way
    supervises, gave = user.role == Role.SUPERVISOR and not user.is_service, award.given_by_id == user.pk
    if not supervises and not gave:
        return refuse("not_yours", f"{award.given_by.name} gave this. They or a supervisor can reverse it.")
    if gave and (their := _in_their_hands(award)):
        another = "Another supervisor" if supervises else "A supervisor"
        return refuse("in_their_hands", their.format(another=another))
    return ALLOWED if supervises else is_live(award.case)


def _in_their_hands(award: Award) -> str:
    """What to say of a remedy that reached the customer by itself: a code that was given out, or what was delivered."""
    if coupons.is_out(award):
        return "Its code is with the customer. {another} takes it back once the code is blocked."
    if award.method != Method.NONE and award.status == AwardStatus.DELIVERED:
        return "It was delivered to the customer. {another} takes it back once we have it again."
    return ""


@transaction.atomic
def reverse(award: Award, *, reason: str, by: User, now: datetime, version: int | None = None) -> Award:
    """Take a remedy back. The money returns to the counters and the period it came from; the ledger gets a new entry.

    What waits to be paid out is paid out no more; a code that was given stays with its award and goes to nobody else.
    Refused: ``out_of_reach``, ``reason_needed``, ``wrong_state``, ``not_yours``, ``in_their_hands``, ``apology_stands``,
    ``case_closed``, ``payout_under_way``, ``changed_meanwhile``.
    """
    held, locked = hold_award(award, by=by, version=version)
    payouts.hold(locked)
    can_reverse(by, locked).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say why this is taken back.", "reason")
    payouts.withdraw(locked, now=now)
    stood = Account.DELIVERED if locked.status == AwardStatus.DELIVERED else Account.COMMITTED
    AWARD.move(locked, AwardStatus.REVERSED)
    locked.reversed_at = now
    locked.version += 1
    locked.save(update_fields=["status", "reversed_at", "version"])
    if locked.cost_minor > 0 and not locked.no_questions and locked.basis == Basis.GOODWILL:
        caps.give_back(caps.keys_of(locked), locked.cost_minor)
    if locked.delivery is not None and locked.delivery.status == ObligationStatus.OPEN:
        abandon(locked.delivery, case=held, by=by, now=now)
    ledger.move(locked, locked.cost_minor, of=stood, to=Account.REVERSED, by=by, now=now)
    record_award(EventType.AWARD_REVERSED, locked, by=by, now=now, words={"reason": reason})
    casework.save(held)
    return locked
