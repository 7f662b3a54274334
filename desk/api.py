"""The screen-pop: a telephone system asks who is calling."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.domain.customers import e164
from desk import filters, serializers
from desk.queries.popping import who_calls
from recovery.rest import Door


class Pop(Door):
    """Who is calling. A POST, so that telephone numbers stay out of access logs."""

    filterset_class = filters.PopFilters
    reads = frozenset({"look_up"})

    @extend_schema(request=serializers.Popping, responses=serializers.Popped)
    def look_up(self, request: Request) -> Response:
        """Customers in reach with this number, what they have been through with us, and their open cases.

        A number that nobody in reach has is answered with an empty list, whoever else may have it.
        """
        given = self.asked(serializers.Popping)
        number = e164(given["phone"], region=given.get("region"), field="phone")
        matches, more = who_calls(self.caller, number)
        return self.shown({"phone": number, "matches": matches, "more": more}, serializers.Popped)
