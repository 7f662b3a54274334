"""Do awards, decisions, cap counters and ledger tell the same story? They move in one transaction; this proves it.

The databases compare; what comes back are the rows that differ, or sorted streams that are read in step. So the check
takes no more memory over a million entries than over ten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models import Case as When
from django.db.models import When as Then
from django.db.models.functions import Coalesce

from cases.models import HonoredError
from compensation.domain.months import sums_differing
from compensation.domain.reconcile_counters import counters_differing
from compensation.domain.workflow import STATUS_OF
from compensation.enums import Account, AwardStatus, Stance
from compensation.models import Award, Decision, LedgerEntry

# Where an award's money stands, by the award's status. In every other status it is back where it came from.
STANDS_IN = {
    AwardStatus.AWAITING_APPROVAL: Account.PENDING,
    AwardStatus.GIVEN: Account.COMMITTED,
    AwardStatus.DELIVERED: Account.DELIVERED,
    AwardStatus.OFFERED: Account.PENDING,
    AwardStatus.REVERSED: Account.REVERSED,
}
PLACES = (Account.PENDING, Account.COMMITTED, Account.DELIVERED, Account.REVERSED)


def differences() -> list[str]:
    """Every disagreement in words, amounts in minor units; empty when all agree. Reads all; writes nothing."""
    return list(each_difference())


def each_difference() -> Iterator[str]:
    """The same, one after another."""
    yield from counters_differing()
    yield from _ledger()
    yield from _decisions()
    yield from _cost_of_error()
    yield from sums_differing()


def _net(account: str, of: str = "entries__") -> Coalesce:
    """What has come into an account and not gone out of it, of the entries that are summed."""
    into = Then(**{f"{of}to_account": account}, then=F(f"{of}amount_minor"))
    out = Then(**{f"{of}from_account": account}, then=-F(f"{of}amount_minor"))
    return Coalesce(Sum(When(into, out, default=0, output_field=BigIntegerField())), 0)


def _differing(rows: QuerySet[Any], what: str, *, expected: dict[Account, Any]) -> Iterator[list[Any]]:
    """Of the rows whose entries do not come to what is expected in some account: its id, ``what``, and the amounts."""
    should = {f"should_{account}": amount for account, amount in expected.items()}
    rows = rows.annotate(**should).values("id", what, *should)
    rows = rows.annotate(**{f"in_{account}": _net(account) for account in PLACES})
    agree = Q(**{f"in_{account}": F(f"should_{account}") for account in PLACES})
    found = rows.exclude(agree).order_by("id")
    amounts = [f"{side}_{place}" for side in ("in", "should") for place in PLACES]
    yield from found.values_list("id", what, *amounts).iterator(chunk_size=1000)


def _ledger() -> Iterator[str]:
    """Each award's balance in each account, against where its status says that its money stands."""
    asked = Coalesce(F("approval__asked_minor"), F("cost_minor"))

    def should(account: Account) -> When:
        here = [status for status, stands in STANDS_IN.items() if stands == account]
        waiting = [Then(status=AwardStatus.AWAITING_APPROVAL, then=asked)] if account == Account.PENDING else []
        return When(*waiting, Then(status__in=here, then=F("cost_minor")), default=0, output_field=BigIntegerField())

    ours = Award.objects.filter(historical=False)
    for award, status, *amounts in _differing(ours, "status", expected={each: should(each) for each in PLACES}):
        yield f"award {award} is {status}: {_said(amounts)}"
    strangers = Award.objects.filter(Exists(LedgerEntry.objects.filter(award=OuterRef("pk"))), historical=True)
    for award in strangers.order_by("id").values_list("id", flat=True).iterator(chunk_size=1000):
        yield f"award {award} has entries in the ledger and is not an award of ours"


def _decisions() -> Iterator[str]:
    """What stands on each error in the customer's favor, against the decision that nothing has superseded."""
    standing = Decision.objects.filter(superseded_by__isnull=True, error=OuterRef("pk"))
    says = When(*(Then(stance=stance, then=Value(STATUS_OF[stance])) for stance in Stance))
    same = standing.annotate(says=says).filter(
        Q(cost_minor=0) | Q(currency=OuterRef("currency")),
        says=OuterRef("status"),
        by=OuterRef("decided_by"),
        cost_minor=OuterRef("cost_minor"),
    )
    wrongly = Q(decided_by__isnull=False) & ~Exists(same) | Q(decided_by__isnull=True) & Exists(standing)
    errors = HonoredError.objects.filter(wrongly)
    rows = errors.order_by("id").values_list("id", "status", "cost_minor", "currency")
    for error, status, cost_minor, currency in rows.iterator(chunk_size=1000):
        yield f"error {error} is {status} at {cost_minor} {currency}, which no standing decision says"


def _cost_of_error() -> Iterator[str]:
    """Each decision's balance: what honoring costs us while the decision stands, taken back once it is superseded."""

    def where(superseded: bool) -> When:
        when = Then(superseded_by__isnull=not superseded, then=F("cost_minor"))
        return When(when, default=0, output_field=BigIntegerField())

    expected: dict[Account, Any] = {Account.DELIVERED: where(False), Account.REVERSED: where(True)}
    expected |= {each: Value(0, BigIntegerField()) for each in PLACES if each not in expected}
    for decision, superseded_by, *amounts in _differing(Decision.objects.all(), "superseded_by", expected=expected):
        yield f"decision {decision} {'is superseded' if superseded_by else 'stands'}: {_said(amounts)}"


def _said(amounts: list[int]) -> str:
    """What the ledger says and what it should, where there is anything. The source gave what the others have."""
    half = len(PLACES)
    return f"the ledger says {_plain(amounts[:half])}, it should say {_plain(amounts[half:])}"


def _plain(amounts: list[int]) -> str:
    balance = {str(place): amount for place, amount in zip(PLACES, amounts, strict=True)}
    balance[Account.SOURCE] = -sum(balance.values())
    return ", ".join(f"{name} {amount}" for name, amount in sorted(balance.items()) if amount) or "nothing"
