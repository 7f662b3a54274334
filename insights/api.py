"""What follow-up calls change, for programs that report on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from insights import filters, queries
from insights.domain import effects
from insights.serializers import Comparisons
from recovery.rest import Door


class CallEffects(Door):
    """Customers whom a lot had called beside those it left uncalled."""

    noun = "comparison"
    filterset_class = filters.EffectFilters

    @extend_schema(
        responses=Comparisons,
        parameters=[
            OpenApiParameter("period", enum=list(queries.PERIODS), description="Days up to today; all, if not given."),
            OpenApiParameter("unit", int),
        ],
    )
    def compare(self, request: Request) -> Response:
        """For each program what its calls changed, with intervals and how many were counted."""
        blank = [name for name in ("period", "unit") if request.query_params.get(name) == ""]
        if blank:
            raise serializers.ValidationError({name: ["Give a value, or leave it out."] for name in blank})
        asked = filters.EffectFilters(request.query_params)
        if not asked.form.is_valid():
            raise serializers.ValidationError(asked.form.errors)
        given: dict[str, Any] = asked.form.cleaned_data
        unit = int(given["unit"]) if given.get("unit") is not None else None
        window = queries.window(self.caller, period=given.get("period") or "all", unit=unit, now=timezone.now())
        read = queries.sums(replace(window, rep=None), *queries.OF_LOTS)
        names = queries.program_names()
        found = [{"of": each, "name": names.get(each.program_id, "")} for each in effects.compare(read)]
        return Response(Comparisons({"results": found}).data)
