"""After every test of money the books agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.authority import Refused
from cases.domain import reconcile as cases_reconcile
from compensation.domain import reconcile


def agree() -> None:
    """Awards, counters, ledger and what is owed tell the same story."""
    assert [*reconcile.differences(), *cases_reconcile.differences()] == []


def refusal(work: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The code with which ``work`` is refused."""
    with pytest.raises(Refused) as refused:
        work(*args, **kwargs)
    return refused.value.code
