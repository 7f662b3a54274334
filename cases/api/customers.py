"""Customers: found, added, changed, and kept in step with other systems."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from accounts.models import BusinessUnit
from accounts.queries import visible_units
from cases import filters, models
from cases.domain import customers
from cases.queries import visible_customers
from cases.queries.particulars import particulars_of
from cases.queries.precedents import held_against, honored_of, matter_described
from cases.serializers import asked, shown
from journal.keyset import Order
from recovery.rest import NEWEST, Door, ExternalName


class _CustomerDoor(Door):
    """What both doors share."""

    noun = "customer"
    orders = NEWEST
    filterset_class = filters.CustomerFilters

    def _shown(self, customer: models.Customer, *, status: int = 200) -> Response:
        at = reverse("api-customer", args=[customer.pk]) if status == 201 else ""
        return self.shown(customer, shown.Customer, status=status, at=at, particulars=particulars_of([customer]))

    def _units(self, given: dict[str, Any]) -> list[BusinessUnit]:
        """The units named in the body. Refused: ``unit_needed`` where one is not in reach."""
        wanted = set(given.pop("units", []))
        units = list(visible_units(self.caller).filter(id__in=wanted)) if wanted else []
        if len(units) != len(wanted):
            raise Refused("unit_needed", "Choose business units that your team serves.", "units")
        return units


class Customers(_CustomerDoor):
    """The people we serve."""

    versioned = frozenset({"change"})

    @extend_schema(responses=shown.Customer(many=True))
    def list(self, request: Request) -> Response:
        """Customers in reach; `q` finds them by the beginning of a name, phone, email or foreign id."""
        found: list[models.Customer] = self.page(visible_customers(self.caller))
        return self.paged(found, shown.Customer, particulars=particulars_of(found))

    @extend_schema(responses=shown.Customer)
    def retrieve(self, request: Request, id: int) -> Response:
        """One customer. The ETag is what a change has to send as If-Match."""
        return self._shown(self.found(visible_customers(self.caller), pk=id))

    @extend_schema(request=asked.CustomerNew, responses={201: shown.Customer})
    def create(self, request: Request) -> Response:
        """Add a customer of at least one unit in reach."""
        given = self.asked(asked.CustomerNew)
        named = [(name["system"], name["external_id"]) for name in given.pop("external_ids", [])]
        customer = customers.add_customer(
            units=self._units(given), external_ids=named, by=self.caller, now=timezone.now(), **given
        )
        return self._shown(customer, status=201)

    @extend_schema(request=asked.CustomerChange, responses=shown.Customer)
    def change(self, request: Request, id: int) -> Response:
        """Change what is given and leave the rest. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(asked.CustomerChange)
        customer = self.found(visible_customers(self.caller), pk=id)
        changed = customers.change_customer(customer, version=version, by=self.caller, now=timezone.now(), **given)
        return self._shown(changed)


class ForeignCustomers(_CustomerDoor):
    """Customers by the id under which another system knows them."""

    @extend_schema(responses=shown.Customer)
    def retrieve(self, request: Request, system: str, external_id: str) -> Response:
        """The customer whom another system knows by this id."""
        name = self.checked(ExternalName, {"system": system, "external_id": external_id})
        return self._shown(
            self.found(
                visible_customers(self.caller),
                external_ids__system=name["system"],
                external_ids__external_id=name["external_id"],
            )
        )

    @extend_schema(request=asked.CustomerSync, responses={200: shown.Customer, 201: shown.Customer})
    def upsert(self, request: Request, system: str, external_id: str) -> Response:
        """Add or change the customer whom another system knows by this id. Overwrites without If-Match."""
        name = self.checked(ExternalName, {"system": system, "external_id": external_id})
        given = self.asked(asked.CustomerSync)
        units = self._units(given)
        customer, added = customers.upsert_by_external_id(
            name["system"], name["external_id"], units=units, by=self.caller, now=timezone.now(), **given
        )
        return self._shown(customer, status=201 if added else 200)


class Precedents(Door):
    """What we stood by once for a customer, though it was our mistake."""

    noun = "customer"
    orders = {"-opened_at": Order(("opened_at", "id"))}
    filterset_class = filters.PrecedentFilters

    @extend_schema(responses=shown.Precedent(many=True))
    def list(self, request: Request, id: int) -> Response:
        """Honored errors of this customer, the newest first: look before offering them anything.

        With a kind of action or a line of business, those that bear on a new mistake of that kind or in that line.
        `because` says why each does; the cause of a mistake counts too, once it is known, in `precedents` of its case.
        """
        customer = self.found(visible_customers(self.caller), pk=id)
        errors: list[models.HonoredError] = self.page(honored_of([customer.pk]))
        kind, line = (request.query_params.get(name, "") for name in ("kind_of_action", "line_of_business"))
        matter = matter_described(kind_of_action=kind, line_of_business=line)
        return self.paged(held_against(matter, errors), shown.Precedent)
