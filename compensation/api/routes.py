"""How long requests wait in a unit and whom they are put before, and who stands in for whom."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import BusinessUnit, User
from accounts.queries import people_by_team, visible_units
from compensation import filters
from compensation.domain import deputies, ladders, routes
from compensation.domain.routes import Times
from compensation.queries.routes import visible_deputies
from compensation.serializers import approvals as shapes
from recovery.rest import NEWEST, Door, Nothing


def _route(unit: BusinessUnit, times: Times) -> dict[str, Any]:
    return {"unit": unit.pk, "name": unit.name, **asdict(times)}


class ApprovalRoutes(Door):
    """How long requests of a unit wait, and whom they are put before."""

    noun = "unit"
    orders = {"id": NEWEST["id"]}
    filterset_class = filters.UnitFilters
    versioned = frozenset({"change"})

    def _unit(self, id: int) -> BusinessUnit:
        return self.found(visible_units(self.caller), pk=id)

    def _shown(self, unit: BusinessUnit, times: Times) -> Response:
        whole = {**_route(unit, times), "ladder": ladders.who_answers(unit, now=timezone.now())}
        shown = self.shown(whole, shapes.RouteInFull)
        shown["ETag"] = f'"{times.version}"'
        return shown

    @extend_schema(responses=shapes.Route(many=True))
    def list(self, request: Request) -> Response:
        """The times of each unit in reach."""
        units = self.page(visible_units(self.caller))
        times = routes.times_of_each([unit.pk for unit in units])
        return self.paged([_route(unit, times[unit.pk]) for unit in units], shapes.Route)

    @extend_schema(responses=shapes.RouteInFull)
    def retrieve(self, request: Request, id: int) -> Response:
        """One unit's times, and the ladder as it stands now: who may approve how much, who is there, who stands in."""
        unit = self._unit(id)
        return self._shown(unit, routes.times_of(unit.pk))

    @extend_schema(request=shapes.RouteChange, responses=shapes.RouteInFull)
    def change(self, request: Request, id: int) -> Response:
        """Change a unit's times, for what is asked from now on. Needs If-Match."""
        version = self.if_match(needed=True)
        given, unit = self.asked_to_change(shapes.RouteChange), self._unit(id)
        kept = asdict(routes.times_of(unit.pk))
        wanted = {name: given.get(name, kept[name]) for name in routes.MOST}
        return self._shown(unit, routes.set_times(unit, version=version, by=self.caller, now=timezone.now(), **wanted))


class Deputies(Door):
    """Who answers requests in a supervisor's place while they are not there."""

    noun = "deputy"
    orders = NEWEST
    filterset_class = filters.DeputyFilters

    def _person(self, field: str, id: int) -> User:
        return self.named(people_by_team(self.caller), field, pk=id)

    @extend_schema(responses=shapes.Deputy(many=True))
    def list(self, request: Request) -> Response:
        """Deputies of supervisors in reach, those that have ended too, the newest first."""
        return self.listed(visible_deputies(self.caller), shapes.Deputy)

    @extend_schema(responses=shapes.Deputy)
    def retrieve(self, request: Request, id: int) -> Response:
        """One."""
        return self.shown(self.found(visible_deputies(self.caller), pk=id), shapes.Deputy)

    @extend_schema(request=shapes.DeputyNew, responses={201: shapes.Deputy})
    def create(self, request: Request) -> Response:
        """Name a deputy. Two at once for one supervisor are refused with `deputies_overlap`."""
        given = self.asked(shapes.DeputyNew)
        principal, deputy = (self._person(name, given.pop(name)) for name in ("principal", "deputy"))
        named = deputies.name_deputy(principal, deputy=deputy, by=self.caller, now=timezone.now(), **given)
        return self.shown(named, shapes.Deputy, status=201, at=reverse("api-deputy", args=[named.pk]))

    @extend_schema(request=Nothing, responses={200: shapes.Deputy, 204: None})
    def end(self, request: Request, id: int) -> Response:
        """End it now. One that has not begun is taken away, which is answered with 204."""
        self.asked(Nothing)
        deputy = self.found(visible_deputies(self.caller), pk=id)
        ended = deputies.end_deputy(deputy, by=self.caller, now=timezone.now())
        if ended is None:
            return Response(status=204)
        return self.shown(self.found(visible_deputies(self.caller), pk=id), shapes.Deputy)
