"""Everything we ever did to and for a customer, and whether we owned up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from accounts.models import User
from cases.domain.clock import phase
from cases.enums import CaseStatus, ObligationStatus
from cases.models import Case, Customer, Obligation, Promise
from cases.queries import visible_cases, visible_customers
from cases.queries.people import Baggage, baggage_of, with_particulars
from cases.queries.precedents import Precedent, for_customer
from compensation.enums import AwardStatus
from compensation.models import Award
from compensation.queries import visible_awards
from desk.queries.desk_page import MyCase, Owed, facts_of, with_facts
from desk.queries.steps import next_words
from desk.queries.story import Line, timeline
from journal.queries import timeline as events_of
from outreach.models import Survey
from outreach.queries.surveys import surveys_about, visible_surveys

EVENTS = 40


@dataclass(frozen=True)
class Totals:
    """Money by currency that was given to them, and how their promises ended."""

    given: list[tuple[str, int]]
    kept: int
    broken: int


@dataclass(frozen=True)
class CustomerPage:
    customer: Customer
    baggage: Baggage
    precedents: list[Precedent]
    cases: list[MyCase]
    open_cases: list[Case]
    owed: list[Owed]
    awards: list[Award]
    totals: Totals
    lines: list[Line]
    surveys: list[Survey]


def find(user: User, customer_id: int) -> Customer | None:
    return with_particulars(visible_customers(user)).filter(pk=customer_id).first()


def read(customer: Customer, *, user: User, now: datetime) -> CustomerPage:
    """The whole page, in about eleven queries."""
    cases = with_facts(visible_cases(user).filter(customer=customer).order_by("-opened_at", "-id"))[:20]
    listed = [MyCase(case, next_words(facts_of(case))) for case in cases]
    awards = visible_awards(user).filter(customer=customer)
    given = awards.filter(status__in=[AwardStatus.GIVEN, AwardStatus.DELIVERED], cost_minor__gt=0)
    owed = Obligation.objects.filter(customer=customer, status=ObligationStatus.OPEN).select_related(
        "customer", "case", "owner", "promise", "undecided_error", "disclosure", "award__payout"
    )
    promises = Promise.objects.filter(obligation__customer=customer).aggregate(
        kept=Count("pk", filter=Q(status__in=["kept", "late"])), broken=Count("pk", filter=Q(status="missed"))
    )
    return CustomerPage(
        customer=customer,
        baggage=baggage_of(customer),
        precedents=for_customer(customer.pk),
        cases=listed,
        open_cases=[item.case for item in listed if item.case.status != CaseStatus.CLOSED],
        owed=[Owed(each, phase(each, now=now)) for each in owed.order_by("due_end")[:10]],
        awards=list(awards.select_related("remedy", "case", "given_by").order_by("-id")[:20]),
        totals=Totals(
            given=list(given.values_list("currency").annotate(sum=Sum("value_minor")).order_by("currency")),
            kept=promises["kept"],
            broken=promises["broken"],
        ),
        lines=timeline(events_of(customer_id=customer.pk)[:EVENTS]),
        surveys=list(
            surveys_about(customer_id=customer.pk).filter(pk__in=visible_surveys(user)).select_related("case")[:10]
        ),
    )
