"""Catalog and caps are edited by their verbs; awards, approvals, counters and ledger are here to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from compensation import models
from compensation.domain import catalog, setting_caps
from recovery.backoffice import PlainForm, ReadOnly, ThroughDomain, show


@admin.register(models.Remedy)
class RemedyAdmin(ThroughDomain):
    form = PlainForm
    list_display = ("name", "code", "kind", "currency", "cost_minor", "active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return catalog.FIELDS if obj is None else (*catalog.FIELDS, "version")

    def written(self, thing: Any, fields: dict[str, Any], *, by: User, new: bool) -> models.Remedy:
        return catalog.save_remedy(None if new else thing, by=by, now=timezone.now(), **fields)


@admin.register(models.Cap)
class CapAdmin(ThroughDomain):
    """A cap stays whose it is and on its axis; its amount is changed from now on, or it is ended."""

    form = PlainForm
    list_display = ("role", "user", "axis", "currency", "amount_minor", "starts_at", "ends_at")
    list_select_related = ("user",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("role", "user", "axis", "currency", "amount_minor") if obj is None else ("amount_minor", "version")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        by: Any = request.user
        setting_caps.remove_cap(obj, by=by, now=timezone.now())

    def written(self, thing: Any, fields: dict[str, Any], *, by: User, new: bool) -> models.Cap:
        now = timezone.now()
        if not new:
            fields |= {"role": thing.role, "user": thing.user, "axis": thing.axis, "currency": thing.currency}
            if thing.starts_at > now:
                fields["starts_at"] = thing.starts_at
        return setting_caps.set_cap(by=by, now=now, **fields)


@admin.register(models.Coupon)
class CouponAdmin(ReadOnly):
    """Which award has one. The code itself is read on the award's case."""

    list_display = ("id", "pool", "expires_on", "award", "taken_at")
    list_select_related = ("pool", "award")
    exclude = ("code",)


show("compensation")
