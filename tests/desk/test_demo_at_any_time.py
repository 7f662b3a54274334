"""The demo can be loaded at any time: when the clocks change, and on a Sunday."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cases.models import Case
from desk.management.demo.loading import load
from tests.integrations.complaints import REAL


@pytest.mark.drill
@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # Europe skips this hour
        datetime(2026, 11, 1, 6, 15, tzinfo=UTC),  # America has this hour twice, on a Sunday
    ],
    ids=str,
)
def test_loads(now: datetime) -> None:
    with REAL.open("rb") as complaints:
        loaded = load(complaints, now=now)
    assert loaded.cases == Case.objects.filter(historical=False).count() > 100
