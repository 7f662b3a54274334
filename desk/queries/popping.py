"""Who may be calling, with all that a rep has to know before answering."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from cases.enums import CaseStatus
from cases.models import Case, Customer
from cases.queries import visible_cases
from cases.queries.people import Baggage, baggage_of_each, customers_by_phone
from cases.queries.precedents import Precedent, for_each

MOST, CASES = 5, 50


@dataclass(frozen=True)
class Match:
    """One customer with the number that calls."""

    customer: Customer
    baggage: Baggage
    open_cases: list[Case]
    precedents: list[Precedent]


def who_calls(user: User, number: str) -> tuple[list[Match], bool]:
    """Customers in reach with this E.164 number, at most ``MOST``, and whether there are more. Five queries."""
    found = list(customers_by_phone(user, number)[: MOST + 1])
    shown = found[:MOST]
    baggage = baggage_of_each(shown) if shown else {}
    cases: dict[int, list[Case]] = {customer.pk: [] for customer in shown}
    live = visible_cases(user).filter(~Q(status=CaseStatus.CLOSED), customer__in=shown, historical=False)
    for case in live.select_related("owner").order_by("-opened_at", "-id")[:CASES] if shown else []:
        cases[case.customer_id].append(case)
    precedents = for_each(customer.pk for customer in shown)
    matches = [Match(each, baggage[each.pk], cases[each.pk], precedents[each.pk]) for each in shown]
    return matches, len(found) > MOST
