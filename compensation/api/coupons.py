"""Coupon pools: kept and filled by administrators, read by everybody. Codes come in here and never go out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import filters
from compensation.domain import coupon_lines, coupons
from compensation.queries.coupons import pools_with_counts
from compensation.serializers import coupons as shapes
from recovery.rest import NEWEST, Door


class CouponPools(Door):
    """Pools of coupon codes. An award that is delivered by coupon takes the next code; only who sees the award sees it."""

    noun = "pool"
    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.CouponPoolFilters
    versioned = frozenset({"change"})

    def _one(self, code: str) -> Any:
        return self.found(pools_with_counts(on=timezone.now().date()), code=code)

    @extend_schema(responses=shapes.Pool(many=True))
    def list(self, request: Request) -> Response:
        """All pools, with what is left of each."""
        return self.listed(pools_with_counts(on=timezone.now().date()), shapes.Pool)

    @extend_schema(responses=shapes.Pool)
    def retrieve(self, request: Request, pool: str) -> Response:
        """One pool. The ETag is what a change has to send as If-Match."""
        return self.shown(self._one(pool), shapes.Pool)

    @extend_schema(request=shapes.PoolNew, responses={201: shapes.Pool})
    def create(self, request: Request) -> Response:
        """Add a pool, without codes as yet."""
        given = self.asked(shapes.PoolNew)
        made = coupons.save_pool(None, by=self.caller, now=timezone.now(), **given)
        at = reverse("api-coupon-pool", args=[made.code])
        return self.shown(self._one(made.code), shapes.Pool, status=201, at=at)

    @extend_schema(request=shapes.PoolChange, responses=shapes.Pool)
    def change(self, request: Request, pool: str) -> Response:
        """Change a pool. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(shapes.PoolChange)
        coupons.save_pool(self._one(pool), version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(self._one(pool), shapes.Pool)

    @extend_schema(request=shapes.Filling, responses=shapes.Filled)
    def fill(self, request: Request, pool: str) -> Response:
        """Add codes: the good ones all at once. The same again adds nothing, so a broken off request is sent again."""
        given, now = self.asked(shapes.Filling), timezone.now()
        listed = ((each["code"], each.get("expires_on")) for each in given["codes"])
        lines = coupon_lines.listed(listed, today=now.date())
        filled = coupons.fill(self._one(pool), lines, by=self.caller, now=now)
        return self.shown(asdict(filled) | {"left": self._one(pool).left}, shapes.Filled)
