"""What lies in other tables about customers and cases, loaded for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, Prefetch, QuerySet, Value
from django.db.models.functions import Cast

from cases.enums import InvestigationStatus, ObligationStatus
from cases.models import (
    Case,
    Customer,
    CustomerEmail,
    CustomerPhone,
    CustomerUnit,
    ExternalId,
    Incident,
    Investigation,
    Obligation,
    Promise,
)


@dataclass
class Particulars:
    """A customer's phones (number, label, wrong), emails, ids elsewhere (system, id) and unit ids, oldest first."""

    phones: list[tuple[str, str, bool]] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    external_ids: list[tuple[str, str]] = field(default_factory=list)
    units: list[int] = field(default_factory=list)


def particulars_of(customers: Iterable[Customer]) -> dict[int, Particulars]:
    """By customer id. One query over four tables, however many customers there are."""
    found = {customer.pk: Particulars() for customer in customers}
    if not found:
        return found

    def told(kind: str, rows: QuerySet[Any], first: str, second: str = "") -> QuerySet[Any]:
        return (
            rows.filter(customer__in=list(found))
            .order_by()
            .values_list(
                "customer_id",
                F("id"),
                Value(kind, output_field=CharField()),
                Cast(F(first), CharField()),
                F(second) if second else Value("", output_field=CharField()),
            )
        )

    everything = told("phone", CustomerPhone.objects.filter(wrong=False), "number", "label").union(
        told("wrong", CustomerPhone.objects.filter(wrong=True), "number", "label"),
        told("email", CustomerEmail.objects.all(), "address"),
        told("foreign", ExternalId.objects.all(), "system", "external_id"),
        told("unit", CustomerUnit.objects.all(), "unit_id"),
        all=True,
    )
    for customer_id, _, kind, first, second in sorted(everything):
        of = found[customer_id]
        if kind in ("phone", "wrong"):
            of.phones.append((first, second, kind == "wrong"))
        elif kind == "email":
            of.emails.append(first)
        elif kind == "foreign":
            of.external_ids.append((first, second))
        else:
            of.units.append(int(first))
    return found


def whole(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with incidents, promises, what is still owed (``still_owed``) and investigations. Five queries."""
    return cases.select_related("customer", "owner", "first_owner").prefetch_related(
        Prefetch("incidents", with_people(Incident.objects.order_by("id"))),
        Prefetch("promises", with_obligation(Promise.objects.order_by("pk"))),
        Prefetch(
            "obligations",
            Obligation.objects.filter(status=ObligationStatus.OPEN).select_related("owner").order_by("due_end", "id"),
            to_attr="still_owed",
        ),
        Prefetch("investigations", Investigation.objects.order_by("id")),
    )


def with_people(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Incidents with their case, their cause, and who made and who logged the mistake, in one query."""
    return incidents.select_related("case", "cause", "originator", "logged_by")


def with_obligation(promises: QuerySet[Promise]) -> QuerySet[Promise]:
    """Promises with their case and what is owed by whom until when, in one query."""
    return promises.select_related("case", "obligation", "obligation__owner")


def open_investigation(case: Case) -> Investigation | None:
    """The question that is open on a case, if there is one."""
    return case.investigations.filter(status=InvestigationStatus.OPEN).first()
