"""Dials: a customer's number rung for a rep, what its line did, and what telephone systems say of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from cases.queries import visible_cases, visible_customers
from outreach import filters, models
from outreach.domain.dialing import adapters, callbacks, dials, phones
from outreach.queries.calls import usable_phones, visible_calls
from outreach.queries.dials import visible_dials
from outreach.serializers import dials as shapes
from recovery.rest import NEWEST, Door, Nothing

SIGNATURE = OpenApiParameter("X-Twilio-Signature", OpenApiTypes.STR, OpenApiParameter.HEADER)
ATTEMPT = OpenApiParameter("attempt", OpenApiTypes.STR, description="Which dial it is about.", required=True)


class Dials(Door):
    """Numbers rung for reps. What the line did is here; whom we reached is the outcome of the call."""

    noun = "dial"
    orders = NEWEST
    filterset_class = filters.DialFilters

    def _one(self, id: int) -> models.Dial:
        rows = visible_dials(self.caller).select_related("user", "case").prefetch_related("events")
        return self.found(rows, pk=id)

    @extend_schema(responses=shapes.Dial(many=True))
    def list(self, request: Request) -> Response:
        """Dials of customers in reach, the newest first."""
        rows = visible_dials(self.caller).select_related("user", "case").prefetch_related("events")
        return self.listed(rows, shapes.Dial)

    @extend_schema(responses=shapes.Dial)
    def retrieve(self, request: Request, id: int) -> Response:
        """One dial, and all that was heard of its line."""
        return self.shown(self._one(id), shapes.Dial)

    @extend_schema(request=shapes.Asked, responses={200: shapes.Dial, 201: shapes.Dial})
    def create(self, request: Request) -> Response:
        """Have a number rung for the caller, by what they call with. The same key again answers with the same dial."""
        given = self.asked(shapes.Asked)
        dialed = dials.dial(**self._whom(given), by=self.caller, now=timezone.now(), **given)
        at = reverse("api-dial", args=[dialed.dial.pk]) if dialed.new else ""
        return self.shown(self._one(dialed.dial.pk), shapes.Dial, status=201 if dialed.new else 200, at=at)

    def _whom(self, given: dict[str, Any]) -> dict[str, Any]:
        """The customer meant, and what about. Refused: ``invalid``, ``out_of_reach``."""
        call, case, customer = (given.pop(name, None) for name in ("follow_up_call", "case", "customer"))
        if [call, case, customer].count(None) != 2:
            raise Refused("invalid", "Name a `follow_up_call`, a `case` or a `customer`, one of them.", "customer")
        if call is not None:
            calls = visible_calls(self.caller).select_related("customer", "case", "rep")
            found = self.named(calls.prefetch_related(usable_phones()), "follow_up_call", pk=call)
            return {"customer": found.customer, "call": found}
        if case is not None:
            about = self.named(visible_cases(self.caller).select_related("customer"), "case", reference=case)
            return {"customer": about.customer, "case": about}
        return {"customer": self.named(visible_customers(self.caller), "customer", pk=customer)}

    @extend_schema(request=Nothing, responses=shapes.Dial)
    def give_up(self, request: Request, id: int) -> Response:
        """Stop ringing."""
        self.asked(Nothing)
        dials.give_up(self._one(id), by=self.caller, now=timezone.now())
        return self.shown(self._one(id), shapes.Dial)


class MyPhone(Door):
    """What the caller rings with."""

    noun = "phone"

    def _shown(self) -> Response:
        phone = phones.phone_of(self.caller)
        found = {"dialer": phone.dialer, "address": phone.address, "offered": adapters.configured()}
        return self.shown(found, shapes.Phone)

    @extend_schema(responses=shapes.Phone)
    def read(self, request: Request) -> Response:
        """What the caller rings with; a link, if nothing was chosen."""
        return self._shown()

    @extend_schema(request=shapes.Choosing, responses=shapes.Phone)
    def choose(self, request: Request) -> Response:
        """Choose what to ring with."""
        phones.choose_phone(self.caller, by=self.caller, now=timezone.now(), **self.asked(shapes.Choosing))
        return self._shown()


class TwilioCallbacks(Door):
    """What Twilio says of a line. It signs what it says; nothing that is not signed is read."""

    noun = "dial"
    authentication_classes: Any = ()
    permission_classes: Any = ()
    parser_classes: Any = (FormParser,)

    @extend_schema(
        auth=[],
        parameters=[ATTEMPT, SIGNATURE],
        request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
        responses={204: None},
    )
    def hear(self, request: Request) -> Response:
        """Take a status callback."""
        said = request.data if isinstance(request.data, QueryDict) else QueryDict()
        callbacks.hear_twilio(
            f"{settings.RECOVERY['ADDRESS']}{request.get_full_path()}",
            attempt=request.query_params.get("attempt", ""),
            said=dict(said.lists()),
            signature=request.headers.get("X-Twilio-Signature", ""),
            now=timezone.now(),
        )
        return Response(status=204)
