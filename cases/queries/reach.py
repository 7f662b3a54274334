"""What a user may see: the customers of the units that their team serves, and all that belongs to them."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.lookups import Exact

from accounts.enums import Role
from accounts.models import Team
from cases.enums import ObligationKind
from cases.models import Case, Customer, CustomerUnit, Incident, Obligation, Promise

Row = TypeVar("Row", bound=Model)


def units_of(user: Any) -> Any:
    """The unit ids in reach, as a subquery: it costs no query of its own."""
    return Team.units.through.objects.filter(team_id=user.team_id).values("businessunit_id")


def customer_in_reach(user: Any, customer: str = "customer", *, or_else: Q | None = None) -> Exists:
    """That the customer whom a row names has at least one unit in reach. An administrator is not asked this.

    ``or_else`` is what else lets somebody in, in terms of ``OuterRef``. It stands inside, since for two conditions with
    OR between them PostgreSQL first looks up every customer in reach, here only those of the rows it reads. Every
    customer belongs to some unit.
    """
    lets_in = Q(unit_id__in=units_of(user)) | (or_else or Q(pk__in=()))
    return Exists(CustomerUnit.objects.filter(lets_in, customer=OuterRef(customer)))


def _of_customers_in_reach(rows: QuerySet[Row], user: Any, customer: str = "customer") -> QuerySet[Row]:
    return rows if user.role == Role.ADMIN else rows.filter(customer_in_reach(user, customer))


def visible_customers(user: Any) -> QuerySet[Customer]:
    """Customers with at least one unit in reach: the whole customer is visible then."""
    return _of_customers_in_reach(Customer.objects.all(), user, "pk")


def visible_cases(user: Any) -> QuerySet[Case]:
    """Cases of the units in reach, and the other cases of customers in reach."""
    return _of_customers_in_reach(Case.objects.all(), user)


def visible_incidents(user: Any) -> QuerySet[Incident]:
    """Incidents of customers in reach."""
    return _of_customers_in_reach(Incident.objects.all(), user)


def visible_obligations(user: Any) -> QuerySet[Obligation]:
    """What is owed to customers in reach, and the calls that stay this user's when they change teams."""
    if user.role == Role.ADMIN:
        return Obligation.objects.all()
    own_calls = Q(Exact(OuterRef("owner_id"), user.pk), Exact(OuterRef("kind"), ObligationKind.DISCLOSURE))
    return Obligation.objects.filter(customer_in_reach(user, or_else=own_calls))


def visible_promises(user: Any) -> QuerySet[Promise]:
    """Promises on the cases in reach."""
    return _of_customers_in_reach(Promise.objects.all(), user, "obligation__customer")
