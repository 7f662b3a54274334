"""How what was given reaches the customer, as the page of a case shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.authority import Verdict
from accounts.models import User
from cases.domain.clock import phase
from cases.enums import ObligationStatus, Phase
from compensation.domain import payouts
from compensation.domain.confirming import can_confirm, can_fail, can_send_again
from compensation.domain.steps import PROOF
from compensation.enums import AwardStatus, Method, PayoutStatus
from compensation.models import Award, Payout

DONE = {
    Method.REFUND: "Refunded",
    Method.REPLACEMENT: "Ordered",
    Method.SERVICE_CREDIT: "Posted",
    Method.COUPON: "Give the code",
}


@dataclass(frozen=True)
class Delivery:
    """What the clock says of a delivery, what proves it, who makes it, and the code that it took.

    ``paid_too`` is the reference under which a billing system paid what was delivered by hand or taken back meanwhile.
    """

    phase: Phase
    proof: str
    done: str
    by_coupon: bool
    code: str
    payout: Payout | None
    paid_too: str
    by_hand: bool
    connected: bool
    may_send_again: Verdict | None
    may_confirm: bool
    may_fail: bool
    older_line: bool

    @property
    def says(self) -> str:
        """What is not delivered is late and not lost: it is never called missed."""
        return Phase.OVERDUE.label if self.late else self.phase.label

    @property
    def late(self) -> bool:
        return self.phase in (Phase.OVERDUE, Phase.MISSED)


def delivery_of(award: Award, *, user: User, now: datetime) -> Delivery:
    """Of an award read by ``awards_of``: no query."""
    method, payout = Method(award.method), payouts.of(award)
    owed = award.delivery is not None and award.delivery.status == ObligationStatus.OPEN
    failed = payout is not None and payout.status == PayoutStatus.FAILED
    # Of what was never told there is nothing to say but that it is delivered.
    told = payout is not None and payout.attempts > 0 and award.status == AwardStatus.GIVEN
    stands = award.status in (AwardStatus.GIVEN, AwardStatus.DELIVERED)
    return Delivery(
        phase=phase(award.delivery, now=now) if award.delivery is not None and owed else Phase.AHEAD,
        proof=PROOF.get(method, ""),
        done=DONE.get(method, "Delivered"),
        by_coupon=method == Method.COUPON,
        code=award.coupon.code if method == Method.COUPON and hasattr(award, "coupon") else "",
        payout=payout if payout is not None and payout.status != PayoutStatus.CANCELED else None,
        paid_too=payout.reference if payout is not None and payout.status == PayoutStatus.CANCELED else "",
        by_hand=award.remedy.payout and payout is None and award.status == AwardStatus.GIVEN,
        connected=payouts.is_on(),
        may_confirm=payout is not None and told and bool(can_confirm(user, payout)),
        may_fail=payout is not None and told and bool(can_fail(user, payout)),
        may_send_again=can_send_again(user, payout) if payout is not None and failed else None,
        older_line=stands and not award.historical and award.remedy_version < award.remedy.version,
    )
