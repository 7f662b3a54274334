"""Do awards, decisions, cap counters and ledger tell the same story? They move in one transaction; this proves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Case as When
from django.db.models import Count, F, Sum
from django.db.models import When as Then
from django.db.models.functions import Coalesce

from cases.models import HonoredError
from compensation.domain.workflow import STATUS_OF
from compensation.enums import Account, ApprovalStatus, AwardStatus, Basis, Stance
from compensation.models import Approval, Award, CapCounter, Decision, LedgerEntry

# Where an award's money stands, by the award's status. In every other status it is back where it came from.
STANDS_IN = {
    AwardStatus.AWAITING_APPROVAL: Account.PENDING,
    AwardStatus.GIVEN: Account.COMMITTED,
    AwardStatus.DELIVERED: Account.DELIVERED,
    AwardStatus.OFFERED: Account.PENDING,
    AwardStatus.REVERSED: Account.REVERSED,
}


def differences() -> list[str]:
    """Every disagreement in words, amounts in minor units; empty when all agree. Reads all; writes nothing."""
    return [*_counters(), *_ledger(), *_decisions(), *_cost_of_error()]


def _counters() -> Iterator[str]:
    spent, reserved = _spent(), _reserved()
    for counter in CapCounter.objects.order_by("key").iterator(chunk_size=1000):
        for name, is_, expected in (
            ("spent", counter.spent_minor, spent.pop(counter.key, 0)),
            ("reserved", counter.reserved_minor, reserved.pop(counter.key, 0)),
        ):
            if is_ != expected:
                yield f"counter {counter.key} says {name} {is_}, the ledger and what waits say {expected}"
        if counter.spent_minor + counter.reserved_minor > counter.ceiling_minor:
            yield f"counter {counter.key} is over its ceiling of {counter.ceiling_minor}"
    for key, amount in sorted((spent + reserved).items()):
        yield f"counter {key} is missing, the ledger and what waits say {amount}"


def _spent() -> Counter[str]:
    """What each counter should say is spent, from what the ledger says was given of each award and not taken back."""
    spent: Counter[str] = Counter()
    stood = (Account.COMMITTED, Account.DELIVERED)
    goodwill = LedgerEntry.objects.filter(
        award__isnull=False, basis=Basis.GOODWILL, award__no_questions=False, award__historical=False
    ).order_by()
    for side, sign in (("to_account", 1), ("from_account", -1)):
        entries = goodwill.filter(**{f"{side}__in": stood})
        for keys in _counted():
            for *whose, amount in entries.values_list(*keys.columns).annotate(Sum("amount_minor")):
                spent[keys.key(*whose)] += sign * amount
    unasked = Award.objects.filter(no_questions=True, historical=False).order_by()
    for user, day, times in unasked.values_list("spender", "day").annotate(Count("id")):
        spent[f"user:{user}:no_questions:{day}"] += times
    return Counter({key: amount for key, amount in spent.items() if amount})


@dataclass(frozen=True)
class _Counted:
    """Where one kind of counter is read off an award: whose it is, in which currency and period."""

    columns: tuple[str, ...]
    form: str

    def key(self, *whose: object) -> str:
        return self.form.format(*whose)


def _counted(award: str = "award__") -> list[_Counted]:
    return [
        _Counted((f"{award}case", "currency"), "case:{}:{}"),
        _Counted((f"{award}customer", "currency", f"{award}period"), "customer:{}:{}:{}"),
        _Counted((f"{award}team", "currency", f"{award}period"), "team:{}:{}:{}"),
        _Counted((f"{award}spender", "currency", f"{award}day"), "user:{}:{}:day:{}"),
        _Counted((f"{award}spender", "currency", f"{award}month"), "user:{}:{}:month:{}"),
    ]


def _reserved() -> Counter[str]:
    """What requests that wait hold where several people draw, and open offers on every counter of their award."""
    reserved: Counter[str] = Counter()
    waiting = Approval.objects.filter(status=ApprovalStatus.WAITING).order_by()
    for keys in _counted()[:3]:
        for *whose, amount in waiting.values_list(*keys.columns).annotate(Sum("asked_minor")):
            reserved[keys.key(*whose)] += amount
    offered = Award.objects.filter(status=AwardStatus.OFFERED, basis=Basis.GOODWILL).order_by()
    for keys in _counted(""):
        for *whose, amount in offered.values_list(*keys.columns).annotate(Sum("cost_minor")):
            reserved[keys.key(*whose)] += amount
    return reserved


def _ledger() -> Iterator[str]:
    """Each award's balance in each account, against where its status says that its money stands."""
    balances = _balances("award")
    asked = Coalesce(F("approval__asked_minor"), F("cost_minor"))
    stands = When(Then(status=AwardStatus.AWAITING_APPROVAL, then=asked), default=F("cost_minor"))
    awards = Award.objects.filter(historical=False).order_by("id").values_list("id", "status", stands)
    for award, status, amount in awards.iterator(chunk_size=1000):
        balance = balances.pop(award, Counter())
        account = STANDS_IN.get(AwardStatus(status))
        expected = {account: amount, Account.SOURCE: -amount} if account and amount else {}
        is_ = {name: value for name, value in balance.items() if value}
        if is_ != expected:
            yield f"award {award} is {status}: the ledger says {_plain(is_)}, it should say {_plain(expected)}"
    for award in sorted(balances):
        yield f"award {award} has entries in the ledger and is not an award of ours"


def _balances(of: str) -> dict[int, Counter[str]]:
    """What the ledger comes to in each account, by award or by decision."""
    balances: dict[int, Counter[str]] = {}
    entries = LedgerEntry.objects.filter(**{f"{of}__isnull": False}).order_by()
    for side, sign in (("to_account", 1), ("from_account", -1)):
        moved = entries.values_list(of, side).annotate(Sum("amount_minor"))
        for thing, account, amount in moved.iterator(chunk_size=1000):
            balances.setdefault(thing, Counter())[account] += sign * amount
    return balances


def _decisions() -> Iterator[str]:
    """What stands on each error in the customer's favor, against the decision that nothing has superseded."""
    standing = Decision.objects.filter(superseded_by__isnull=True).order_by("id")
    decided = {
        error: (STATUS_OF[Stance(stance)], cost, currency if cost else "", by)
        for error, stance, cost, currency, by in standing.values_list("error", "stance", "cost_minor", "currency", "by")
    }
    errors = HonoredError.objects.order_by("id").values_list("id", "status", "cost_minor", "currency", "decided_by")
    for error, status, cost, currency, by in errors.iterator(chunk_size=1000):
        is_ = (status, cost, currency if cost else "", by) if by is not None else None
        if is_ != decided.pop(error, None):
            yield f"error {error} is {status} at {cost} {currency}, which no standing decision says"


def _cost_of_error() -> Iterator[str]:
    """Each decision's balance: what honoring costs us while the decision stands, nothing once it is superseded."""
    balances = _balances("decision")
    decisions = Decision.objects.order_by("id").values_list("id", "cost_minor", "superseded_by")
    for decision, cost, superseded_by in decisions.iterator(chunk_size=1000):
        stands = cost if superseded_by is None else 0
        expected = {Account.DELIVERED: stands, Account.SOURCE: -stands} if stands else {}
        is_ = {name: value for name, value in balances.get(decision, Counter()).items() if value}
        if is_ != expected:
            what = "stands" if superseded_by is None else "is superseded"
            yield f"decision {decision} {what}: the ledger says {_plain(is_)}, it should say {_plain(expected)}"


def _plain(balance: dict[Account, int] | dict[str, int]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in sorted(balance.items())) or "nothing"
