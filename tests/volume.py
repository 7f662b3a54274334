"""Errors in the customer's favor by the hundred and thousand, written as rows: what is tested is how they are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from benchmarks.errors import Ground, Place
from cases.domain.references import new_reference
from cases.models import Case, Customer, CustomerUnit, HonoredError, Incident
from insights.domain import rollup
from tests.factories import House

PER_CASE = 5
# Ids that leave room for what a test makes before.
BASE = 100_000


def many_errors(house: House, count: int, *, apart: timedelta = timedelta(minutes=7)) -> None:
    """So many errors of the house's unit, five to a case and ten to a customer, counted for Insights."""
    before = HonoredError.objects.count()
    cases = _cases(house, -(-count // PER_CASE))
    cause = house.cause()
    incidents = Incident.objects.bulk_create(
        Incident(
            customer_id=cases[n // PER_CASE].customer_id,
            case=cases[n // PER_CASE],
            unit=house.unit,
            our_words="Quoted the tariff of last year",
            channel="phone",
            favor="customer",
            reported_at=house.now,
            logged_at=house.now,
            logged_by=house.alice,
            cause=cause if n % 2 else None,
        )
        for n in range(count)
    )
    ground = Ground(
        places=[Place(each.pk, each.case_id, each.customer_id, each.unit_id) for each in incidents],
        reps=[house.alice.pk, house.bob.pk],
        supervisor=house.sue.pk,
        reviewer=house.sam.pk,
        now=house.now,
        apart=apart,
        base=BASE + before,
    )
    for model, rows in ground.tables():
        made: Any = model
        made.objects.bulk_create([made(**row) for row in rows], batch_size=500)
    rollup.rebuild(now=house.now)


def _cases(house: House, count: int) -> list[Case]:
    customers = Customer.objects.bulk_create(
        Customer(preferred_name=f"Customer {n}", time_zone="America/Denver", created_at=house.now)
        for n in range(-(-count // 2))
    )
    CustomerUnit.objects.bulk_create(CustomerUnit(customer=each, unit=house.unit) for each in customers)
    return Case.objects.bulk_create(
        Case(
            reference=new_reference(),
            customer=customers[n // 2],
            unit=house.unit,
            title="Quoted the tariff of last year",
            channel="phone",
            owner=house.alice,
            first_owner=house.alice,
            opened_at=house.now,
            opened_by=house.alice,
            reported_at=house.now,
        )
        for n in range(count)
    )
