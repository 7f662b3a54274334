"""The ledger: each entry moves an amount from one account to another, so the books balance by construction."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from compensation.enums import Account
from compensation.models import Award, LedgerEntry


def move(
    award: Award, amount_minor: int, *, of: Account, to: Account, by: User | None, now: datetime
) -> LedgerEntry | None:
    """Enter one move of an award's money, in the transaction that makes it so. Nothing is entered for nothing."""
    if amount_minor == 0:
        return None
    return LedgerEntry.objects.create(
        award=award,
        at=now,
        basis=award.basis,
        from_account=of,
        to_account=to,
        amount_minor=amount_minor,
        currency=award.currency,
        unit_id=award.unit_id,
        rep_id=award.given_by_id,
        by=by,
    )
