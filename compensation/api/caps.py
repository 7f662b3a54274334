"""Caps: set by administrators, read by everybody, measured for oneself and, by supervisors, for others."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from accounts.domain.roles import can_administer
from accounts.models import User
from accounts.money import exponent
from accounts.queries import colleagues, own_currency
from cases.models import Case
from cases.queries import visible_cases
from compensation import filters, models
from compensation.domain import setting_caps
from compensation.domain.gauges import measure
from compensation.domain.previewing import can_preview, preview
from compensation.queries.caps import all_caps
from compensation.serializers import caps as shapes
from journal.keyset import Order
from recovery.rest import Door

CURRENCY = OpenApiParameter(
    "currency",
    {"type": "string", "pattern": "^[A-Z]{3}$"},
    description="The case’s, or that of the first unit in reach, when it is not given.",
)
CASE = OpenApiParameter("case", OpenApiTypes.STR, description="The reference of a case in reach.")
WHO = OpenApiParameter("user", OpenApiTypes.INT64, required=True, description="A colleague in reach.")
AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="Now, when it is not given.")


class Caps(Door):
    """What may be spent alone. Nothing that held is ever changed: a change begins a new cap and ends the one before."""

    noun = "cap"
    orders = {
        "-starts_at": Order(("starts_at", "id")),
        "starts_at": Order(("starts_at", "id"), descending=False),
    }
    filterset_class = filters.CapFilters
    guarded = frozenset({"create", "end", "keep"})

    def _one(self, id: int) -> models.Cap:
        return self.found(all_caps(), pk=id)

    @extend_schema(responses=shapes.Cap(many=True))
    def list(self, request: Request) -> Response:
        """All caps, those that ended and those that are planned too; `state` and `at` narrow them."""
        return self.listed(all_caps(), shapes.Cap)

    @extend_schema(responses=shapes.Cap)
    def retrieve(self, request: Request, id: int) -> Response:
        """One cap."""
        return self.shown(self._one(id), shapes.Cap)

    @extend_schema(request=shapes.Setting, responses={201: shapes.Cap})
    def create(self, request: Request) -> Response:
        """Set a cap, now or from `starts_at` on. If-Match takes the ETag of the cap that it takes the place of."""
        given, version = self.asked(shapes.Setting), self.if_match()
        if (who := given.pop("user", None)) is not None:
            can_administer(self.caller).enforce()
            given["user"] = self.named(User.objects.all(), "user", pk=who)
        cap = setting_caps.set_cap(version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(cap, shapes.Cap, status=201, at=reverse("api-cap", args=[cap.pk]))

    @extend_schema(request=shapes.Ending, responses=shapes.Cap)
    def end(self, request: Request, id: int) -> Response:
        """End a cap, now or at `ends_at`; one that has not begun is taken out of the plan."""
        given, version = self.asked(shapes.Ending), self.if_match()
        cap = self._one(id)
        ended = setting_caps.remove_cap(cap, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(ended, shapes.Cap) if ended else self.shown(cap, shapes.Cap, state="taken_out")

    @extend_schema(request=None, responses=shapes.Cap)
    def keep(self, request: Request, id: int) -> Response:
        """Take a planned end out of the plan: the cap holds on."""
        self.asked(shapes.Nothing)
        kept = setting_caps.keep_cap(self._one(id), version=self.if_match(), by=self.caller, now=timezone.now())
        return self.shown(kept, shapes.Cap)


class Spending(Door):
    """What may be given alone, and what is left of it."""

    filterset_class = filters.CapsAsked

    def _asked(self) -> dict[str, Any]:
        """The query, checked. Refused: ``unknown_currency``, ``out_of_reach`` at the case."""
        blank = [name for name in filters.CapsAsked.base_filters if self.request.query_params.get(name) == ""]
        form = filters.CapsAsked(self.request.query_params, queryset=models.Cap.objects.none()).form
        if blank or not form.is_valid():
            raise ValidationError({name: ["Give a value, or leave it out."] for name in blank} or dict(form.errors))
        asked: dict[str, Any] = form.cleaned_data
        if asked["currency"]:
            exponent(asked["currency"])
        cases = visible_cases(self.caller).select_related("unit", "customer")
        asked["case"] = self.named(cases, "case", reference=asked["case"]) if asked["case"] else None
        return asked

    def _currency(self, asked: dict[str, Any], of: User) -> str:
        case: Case | None = asked["case"]
        return str(asked["currency"] or (case.unit.currency if case else own_currency(of)))

    @extend_schema(parameters=[CURRENCY, CASE], responses=shapes.MyCaps)
    def me(self, request: Request) -> Response:
        """The caller's caps in one currency and what is left of each, in the periods of their own zone; with `case`,
        those of the case and its customer too. `binding` leaves least."""
        asked = self._asked()
        currency = self._currency(asked, self.caller)
        measured = measure(self.caller, currency=currency, now=timezone.now(), case=asked["case"])
        return self.shown({"currency": currency, "measured": measured}, shapes.MyCaps)

    @extend_schema(parameters=[WHO, CASE, AT, CURRENCY], responses=shapes.Preview)
    def preview(self, request: Request) -> Response:
        """What a colleague could spend, now or at a moment, and who would be asked above it. For supervisors."""
        can_preview(self.caller).enforce()
        asked = self._asked()
        if asked["user"] is None:
            raise Refused("invalid", "Say whose caps you mean.", "user")
        people = User.objects.filter(is_service=False) if can_administer(self.caller) else colleagues(self.caller)
        somebody = self.named(people, "user", pk=asked["user"])
        at = asked["at"] or timezone.now()
        seen = preview(somebody, at=at, case=asked["case"], currency=self._currency(asked, somebody))
        return self.shown(seen, shapes.Preview)
