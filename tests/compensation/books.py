"""The books after a test of money: they agree, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.authority import Refused
from cases.domain import reconcile as cases_reconcile
from compensation.domain import reconcile
from compensation.models import CapCounter, LedgerEntry


def agree() -> None:
    """Awards, counters, ledger and what is owed tell the same story."""
    assert [*reconcile.differences(), *cases_reconcile.differences()] == []


def refusal(work: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The code with which ``work`` is refused."""
    with pytest.raises(Refused) as refused:
        work(*args, **kwargs)
    return refused.value.code


def counters() -> dict[str, tuple[int, int]]:
    """Spent and reserved by axis and period, of the counters that hold anything."""
    return {
        f"{counter.axis} {counter.period_start or ''}".strip(): (counter.spent_minor, counter.reserved_minor)
        for counter in CapCounter.objects.exclude(spent_minor=0, reserved_minor=0)
    }


def moves() -> list[tuple[str, str, int]]:
    """From which account to which, and how much, in order."""
    return list(LedgerEntry.objects.order_by("id").values_list("from_account", "to_account", "amount_minor"))
