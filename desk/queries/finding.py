"""Finding a customer or a case by whatever the caller says, and listing cases page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.authority import Refused
from accounts.models import User
from cases.domain.references import normalize
from cases.enums import CaseStatus
from cases.models import Case, Customer
from cases.queries import visible_cases
from cases.queries.people import find_customers
from desk.queries.desk_page import MyCase, facts_of, with_facts
from desk.queries.steps import next_words
from journal.keyset import NotAMarkError, Order, window

PAGE = 25


def case_by_reference(user: User, text: str) -> Case | None:
    """The case that somebody read out, if this is a reference and in reach."""
    try:
        reference = normalize(text)
    except Refused:
        return None
    return visible_cases(user).select_related("customer").filter(reference=reference).first()


@dataclass(frozen=True)
class Found:
    customers: list[Customer]
    cases: list[Case]


def anything(user: User, text: str) -> Found:
    """Customers by name, phone, email or id, and cases by reference or of those customers. At most five queries."""
    case = case_by_reference(user, text)
    if case is not None:
        return Found([], [case])
    customers = find_customers(user, text, limit=6)
    live = visible_cases(user).filter(~Q(status=CaseStatus.CLOSED), customer__in=customers, historical=False)
    return Found(customers, list(live.select_related("customer").order_by("-opened_at")[:6]) if customers else [])


@dataclass(frozen=True)
class Page:
    """One page of cases, and where the neighboring pages begin; blank when there is none."""

    cases: list[MyCase]
    older: str
    newer: str


NEWEST = Order(("opened_at", "id"))


def list_cases(user: User, wanted: dict[str, Any], *, before: str = "", after: str = "") -> Page:
    """Cases newest first, by keyset: ``before`` and ``after`` are the marks of the page's neighbors."""
    cases = visible_cases(user)
    if wanted.get("whose") == "mine":
        cases = cases.filter(owner=user)
    elif wanted.get("whose") == "nobody":
        cases = cases.filter(owner__isnull=True, historical=False)
    if wanted.get("owner"):
        cases = cases.filter(owner=wanted["owner"])
    if wanted.get("status") == "live":
        cases = cases.exclude(status=CaseStatus.CLOSED)
    elif wanted.get("status") == "closed":
        cases = cases.filter(status=CaseStatus.CLOSED)
    if wanted.get("severity"):
        cases = cases.filter(severity=wanted["severity"])
    if wanted.get("q"):
        cases = cases.filter(customer__in=[c.pk for c in find_customers(user, wanted["q"], limit=50)])
    try:
        page = window(with_facts(cases), NEWEST, size=PAGE, after=before, before=after)
    except NotAMarkError:
        page = window(with_facts(cases), NEWEST, size=PAGE)
    return Page(
        cases=[MyCase(case, next_words(facts_of(case))) for case in page.rows], older=page.further, newer=page.back
    )


def open_cases_of(user: User, customer: Customer) -> list[Case]:
    """The customer's cases that a new mistake may join."""
    return list(
        visible_cases(user)
        .filter(~Q(status=CaseStatus.CLOSED), customer=customer, historical=False)
        .select_related("owner")
        .order_by("-opened_at")[:5]
    )
