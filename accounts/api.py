"""Who calls, whom they work with, and the units they serve."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import filters, serializers
from accounts.queries import colleagues, reach, visible_units
from recovery.rest import NEWEST, Door


class Me(Door):
    """The user that a credential is bound to."""

    @extend_schema(responses=serializers.Me)
    def read(self, request: Request) -> Response:
        """Whoever calls, and the ids of the business units in their reach."""
        return self.shown(self.caller, serializers.Me, units=reach(self.caller))


class Colleagues(Door):
    """People a case can be handed to, or a mistake came from."""

    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.PersonFilters

    @extend_schema(responses=serializers.Person(many=True))
    def list(self, request: Request) -> Response:
        """People who serve a unit in reach, oneself too."""
        return self.listed(colleagues(self.caller), serializers.Person)


class Units(Door):
    """Business units: parts of the company with customers of their own."""

    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.UnitFilters

    @extend_schema(responses=serializers.Unit(many=True))
    def list(self, request: Request) -> Response:
        """The units in reach."""
        return self.listed(visible_units(self.caller), serializers.Unit)
