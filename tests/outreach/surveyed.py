"""Customers who were asked how it was, and what they said."""

from __future__ import annotations

from datetime import datetime

from cases.models import Customer
from outreach.domain.surveys import answering, asking
from outreach.domain.surveys import planning as surveys
from outreach.models import Survey
from tests.factories import HOUR, NOW, House

LATER = NOW + 2 * HOUR


def asked(house: House, customer: Customer | None = None) -> Survey:
    """A survey that was sent two hours after the closure of a case of Alice's."""
    case = house.closed_case(customer)
    surveys.plan(now=NOW)
    asking.ask(now=LATER)
    return Survey.objects.get(case=case)


def answered(survey: Survey, *, now: datetime = LATER + HOUR, **scores: int) -> Survey:
    return answering.answer(survey, scores={"satisfaction": 1} | scores, words="Nobody listened", now=now)
