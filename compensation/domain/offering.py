"""What an offer of another remedy holds, and how it ends without being taken up."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from cases.domain.obligations import abandon
from compensation.domain import caps, ledger
from compensation.domain.caps import Draw
from compensation.domain.workflow import AWARD, OFFER
from compensation.enums import Account, AwardStatus, Basis, OfferStatus
from compensation.models import Award, CounterOffer

NOTHING = dict.fromkeys(caps.MONEY_AXES, 0)


def is_held(award: Award) -> bool:
    """Whether an offered award has money reserved."""
    return award.cost_minor > 0 and award.basis == Basis.GOODWILL


def draws(award: Award) -> list[Draw]:
    """The counters on which an offered award is reserved."""
    if not is_held(award) or award.spender is None or award.day is None or award.month is None:
        return []
    return caps.draws(award, award.spender, NOTHING, day=award.day, month=award.month)


def end(offer: CounterOffer, to: OfferStatus, award_to: AwardStatus, *, by: User | None, now: datetime) -> None:
    """A held offer ends without being taken up: what it reserved is free again. The caller holds and saves the case."""
    award = offer.award
    OFFER.move(offer, to)
    offer.ended_by, offer.ended_at = by, now
    offer.save(update_fields=["status", "ended_by", "ended_at"])
    AWARD.move(award, award_to)
    award.version += 1
    award.save(update_fields=["status", "version"])
    held = draws(award)
    if held and caps.settle(held, reserved=award.cost_minor, granted=0) is not None:
        raise RuntimeError(f"what offer {offer.pk} had reserved is not there")
    ledger.move(award, award.cost_minor, of=Account.PENDING, to=Account.SOURCE, by=by, now=now)
    abandon(offer.obligation, case=award.case, by=by, now=now)
