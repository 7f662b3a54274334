"""Causes are edited by their verbs; all else about cases is worked on at the desk, and here to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone

from accounts.models import User
from cases import models
from cases.domain import causes
from recovery.backoffice import PlainForm, ThroughDomain, show


@admin.register(models.Cause)
class CauseAdmin(ThroughDomain):
    form = PlainForm
    list_display = ("name", "parent", "active")
    list_select_related = ("parent",)

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        return ("name", "parent") if obj is None else ("name", "active", "version")

    def written(self, thing: Any, fields: dict[str, Any], *, by: User, new: bool) -> models.Cause:
        if new:
            return causes.add_cause(by=by, now=timezone.now(), **fields)
        return causes.change_cause(thing, by=by, now=timezone.now(), **fields)


show("cases")
