"""Finding a customer or a case by whatever the caller says, and listing cases page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.utils.dateparse import parse_datetime

from accounts.authority import Refused
from accounts.models import User
from cases.domain.references import normalize
from cases.enums import CaseStatus
from cases.models import Case, Customer
from cases.queries import visible_cases
from cases.queries.people import find_customers
from desk.queries.desk_page import MyCase, facts_of, with_facts
from desk.queries.steps import next_words

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


def mark_of(case: Case) -> str:
    return f"{case.opened_at.isoformat()}~{case.pk}"


def _mark(text: str) -> tuple[datetime, int] | None:
    at, _, pk = text.partition("~")
    moment = parse_datetime(at.replace(" ", "+")) if at else None
    return (moment, int(pk)) if moment is not None and moment.tzinfo is not None and pk.isdigit() else None


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
    older_than, newer_than = _mark(before), _mark(after)
    if newer_than is not None:
        cases = cases.filter(TupleGreaterThan(("opened_at", "id"), newer_than)).order_by("opened_at", "id")
        listed = list(with_facts(cases)[: PAGE + 1])
        more_newer, more_older = len(listed) > PAGE, True
        listed = list(reversed(listed[:PAGE]))
    else:
        if older_than is not None:
            cases = cases.filter(TupleLessThan(("opened_at", "id"), older_than))
        listed = list(with_facts(cases.order_by("-opened_at", "-id"))[: PAGE + 1])
        more_newer, more_older = older_than is not None, len(listed) > PAGE
        listed = listed[:PAGE]
    return Page(
        cases=[MyCase(case, next_words(facts_of(case))) for case in listed],
        older=mark_of(listed[-1]) if listed and more_older else "",
        newer=mark_of(listed[0]) if listed and more_newer else "",
    )


def open_cases_of(user: User, customer: Customer) -> list[Case]:
    """The customer's cases that a new mistake may join."""
    return list(
        visible_cases(user)
        .filter(~Q(status=CaseStatus.CLOSED), customer=customer, historical=False)
        .select_related("owner")
        .order_by("-opened_at")[:5]
    )
