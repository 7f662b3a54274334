"""Mistakes: logged, corrected, owned up to."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import BusinessUnit, User
from accounts.queries import visible_units
from cases import filters, models
from cases.domain import acknowledging, incidents, intake
from cases.queries import visible_cases, visible_customers, visible_incidents
from cases.queries.particulars import with_people
from cases.serializers import asked, shown
from journal.keyset import Order
from recovery.rest import Door


class Incidents(Door):
    """What went wrong, for whom, and whose mistake it was."""

    noun = "incident"
    orders = {
        "-reported_at": Order(("reported_at", "id")),
        "reported_at": Order(("reported_at", "id"), descending=False),
    }
    filterset_class = filters.IncidentFilters
    versioned = frozenset({"change"})
    guarded = frozenset({"acknowledge"})

    def _one(self, id: int) -> models.Incident:
        return self.found(with_people(visible_incidents(self.caller)), pk=id)

    @extend_schema(responses=shown.Incident(many=True))
    def list(self, request: Request) -> Response:
        """Incidents of customers in reach, the last reported first."""
        return self.listed(with_people(visible_incidents(self.caller)), shown.Incident)

    @extend_schema(responses=shown.Incident)
    def retrieve(self, request: Request, id: int) -> Response:
        """One incident. The ETag is what a change has to send as If-Match."""
        return self.shown(self._one(id), shown.Incident)

    @extend_schema(request=asked.IncidentNew, responses={201: shown.Logged})
    def create(self, request: Request) -> Response:
        """Log a mistake. Without `case` a new case is opened, routed to a rep and announced to the customer."""
        given = self.asked(asked.IncidentNew)
        customer = self._customer(given)
        case, unit = self._case(given), self._unit(given)
        self._name_originator(given)
        logged = intake.log_incident(customer, case=case, unit=unit, by=self.caller, now=timezone.now(), **given)
        answer = self.shown(logged, shown.Logged, status=201, at=reverse("api-incident", args=[logged.incident.pk]))
        answer["ETag"] = f'"{logged.incident.version}"'
        return answer

    @extend_schema(request=asked.IncidentChange, responses=shown.Incident)
    def change(self, request: Request, id: int) -> Response:
        """Correct what is given and leave the rest. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(asked.IncidentChange)
        incident = self._one(id)
        self._name_originator(given)
        changed = incidents.change_incident(incident, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(changed, shown.Incident)

    @extend_schema(request=asked.OwningUp, responses=shown.Incident)
    def acknowledge(self, request: Request, id: int) -> Response:
        """Own up to a past incident. A second time changes nothing."""
        given, version = self.asked(asked.OwningUp), self.if_match()
        owned = acknowledging.acknowledge_incident(
            self._one(id), version=version, by=self.caller, now=timezone.now(), **given
        )
        return self.shown(owned, shown.Incident)

    def _customer(self, given: dict[str, Any]) -> models.Customer:
        name = given.pop("customer_external", None)
        if name is None:
            return self.named(visible_customers(self.caller), "customer", pk=given.pop("customer"))
        return self.named(
            visible_customers(self.caller),
            "customer_external",
            external_ids__system=name["system"],
            external_ids__external_id=name["external_id"],
        )

    def _case(self, given: dict[str, Any]) -> models.Case | None:
        reference = given.pop("case", None)
        return None if reference is None else self.named(visible_cases(self.caller), "case", reference=reference)

    def _unit(self, given: dict[str, Any]) -> BusinessUnit | None:
        unit = given.pop("unit", None)
        return None if unit is None else self.named(visible_units(self.caller), "unit", pk=unit)

    def _name_originator(self, given: dict[str, Any]) -> None:
        """Puts the colleague in the place of their id."""
        if given.get("originator") is not None:
            given["originator"] = self.named(User.objects.all(), "originator", pk=given["originator"])
