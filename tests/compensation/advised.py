"""A stocked catalog, and advice on a case as a door asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case
from compensation.domain.advising.advice import Advice, advise
from compensation.queries.advice import incidents_of
from tests.factories import NOW, House


def advice(house: House, case: Case, *, now: Any = NOW, by: Any = None) -> Advice:
    user = by or house.alice
    incidents = list(incidents_of(user, case.reference, now=now))
    return advise(incidents[0].case, user=user, incidents=incidents, now=now)


@pytest.fixture
def stocked(house: House) -> House:
    house.usual_caps()
    lines: dict[str, dict[str, Any]] = {
        "sorry": {"kind": "apology", "currency": "", "cost_minor": 0},
        "help": {"kind": "assistance", "cost_minor": 500},
        "hamper": {"kind": "non_monetary", "cost_minor": 1000, "value_minor": 4000},
        "voucher": {"kind": "monetary", "cost_minor": 1000, "value_minor": 1500},
        "refund": {"kind": "monetary", "cost_minor": 3000, "value_minor": 3000},
        "replace": {"kind": "assistance", "cost_minor": 9000, "no_questions": True},
        "fortune": {"kind": "monetary", "cost_minor": 99000},
        "euros": {"kind": "monetary", "currency": "EUR", "cost_minor": 100},
    }
    for code, fields in lines.items():
        house.remedy(code, **fields)
    return house
