"""A call is with one rep: not taken back while they speak, taken anew by ringing, and never with two."""

from __future__ import annotations

import pytest

from outreach.domain import dispatching
from tests.factories import NOW
from tests.outreach.conftest import Outreach, PlanOf

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]


def test_what_may_not_be_called_is_looked_for_among_live_calls_alone(outreach: Outreach, plan_of: PlanOf) -> None:
    outreach.call()
    assert "calls_live" in plan_of(lambda: dispatching.withdraw_unwanted(now=NOW))
