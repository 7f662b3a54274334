"""Delivering what was given: a remedy is promised until it has reached the customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Refused, Verdict, first_no
from accounts.domain.words import said
from accounts.models import User
from cases.domain.permissions import can_work_on
from compensation.domain import coupons, payouts
from compensation.domain.steps import PROOF, hand_over, hold_award
from compensation.domain.workflow import AWARD
from compensation.enums import AwardStatus, Method
from compensation.models import Award


def can_deliver(user: User, award: Award) -> Verdict:
    """Whoever may work on the case records that a given remedy was delivered, unless a billing system delivers it."""
    verdict = first_no(AWARD.verdict(award.status, AwardStatus.DELIVERED), can_work_on(user, award.case))
    return verdict and payouts.leaves_it_to_us(award)


@transaction.atomic
def deliver(award: Award, *, by: User, now: datetime, proof: str = "", version: int | None = None) -> Award:
    """Record that a given remedy reached the customer.

    ``proof`` is the reference that shows it, needed where its method has one. A coupon's code is none: it is the next of
    its pool, and is taken here. What a billing system failed to pay out may be delivered by hand.
    Refused: ``out_of_reach``, ``wrong_state``, ``case_closed``, ``historical_case``, ``rep_needed``, ``proof_needed``,
    ``pool_empty``, ``payout_under_way``, ``too_long``, ``invalid``, ``changed_meanwhile``.
    """
    held, locked = hold_award(award, by=by, version=version)
    payouts.hold(locked)
    can_deliver(by, locked).enforce()
    proof = _proved(locked, said(proof, "proof", at_most=200))
    if locked.method == Method.COUPON:
        coupons.take(locked, held, now=now)
    payouts.withdraw(locked, now=now)
    hand_over(locked, held, proof=proof, by=by, now=now)
    return locked


def _proved(award: Award, proof: str) -> str:
    method = Method(award.method)
    if method in PROOF and not proof:
        raise Refused("proof_needed", f"Give {PROOF[method]}: it shows that this reached the customer.", "proof")
    if method == Method.COUPON and proof:
        raise Refused("invalid", "A coupon needs no proof: its code comes from the pool.", "proof")
    return proof
