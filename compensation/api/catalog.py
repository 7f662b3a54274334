"""The catalog: read by everybody, kept by administrators. What was given keeps the version it was given by."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import filters
from compensation.domain.catalog import save_remedy
from compensation.models import CouponPool, Remedy
from compensation.queries.versions import versions_of
from compensation.serializers import catalog as shapes
from journal.keyset import Order
from recovery.rest import NEWEST, Door


class Remedies(Door):
    """The lines of the catalog, by their codes."""

    noun = "remedy"
    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.RemedyFilters
    versioned = frozenset({"change"})

    def _one(self, code: str) -> Remedy:
        return self.found(Remedy.objects.select_related("pool"), code=code)

    def _fields(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent, with the pool that was named by its code."""
        code = given.get("pool")
        if "pool" in given:
            given["pool"] = self.named(CouponPool.objects.all(), "pool", code=code) if code is not None else None
        return given

    @extend_schema(responses=shapes.Remedy(many=True))
    def list(self, request: Request) -> Response:
        """The catalog; `active` says whether a remedy may still be given."""
        return self.listed(Remedy.objects.select_related("pool"), shapes.Remedy)

    @extend_schema(responses=shapes.Remedy)
    def retrieve(self, request: Request, code: str) -> Response:
        """One line. The ETag is what a change has to send as If-Match."""
        return self.shown(self._one(code), shapes.Remedy)

    @extend_schema(request=shapes.RemedyNew, responses={201: shapes.Remedy})
    def create(self, request: Request) -> Response:
        """Add a line. A code that another has is refused with `name_taken`."""
        given = self._fields(self.asked(shapes.RemedyNew))
        line = save_remedy(None, by=self.caller, now=timezone.now(), **given)
        return self.shown(line, shapes.Remedy, status=201, at=reverse("api-remedy", args=[line.code]))

    @extend_schema(request=shapes.RemedyChange, responses=shapes.Remedy)
    def change(self, request: Request, code: str) -> Response:
        """Change a line, or retire it (`active`). Needs If-Match. What was given stays as it was."""
        version = self.if_match(needed=True)
        given = self._fields(self.asked_to_change(shapes.RemedyChange))
        line = save_remedy(self._one(code), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(line, shapes.Remedy)


class RemedyVersions(Door):
    """How a line read over time."""

    noun = "remedy"
    orders = {"-version": Order(("version",)), "version": Order(("version",), descending=False)}
    filterset_class = filters.RemedyVersionFilters

    @extend_schema(responses=shapes.RemedyVersion(many=True))
    def list(self, request: Request, code: str) -> Response:
        """The versions of one line, the latest first: who wrote it so, and when."""
        return self.listed(versions_of(self.found(Remedy.objects.all(), code=code)), shapes.RemedyVersion)
