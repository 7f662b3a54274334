"""People in the admin: every edit is a verb of the domain."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone

from accounts import models
from accounts.domain import staffing
from recovery.backoffice import PlainForm, ReadOnly, ThroughDomain, show


@admin.register(models.BusinessUnit)
class UnitAdmin(ThroughDomain):
    form = PlainForm
    list_display = ("name", "code", "currency")
    fields = ("code", "name", "currency")

    def written(self, thing: Any, fields: dict[str, Any], *, by: models.User, new: bool) -> models.BusinessUnit:
        now = timezone.now()
        if new:
            return staffing.add_unit(by=by, now=now, **fields)
        return staffing.change_unit(thing, by=by, now=now, **fields)


@admin.register(models.Team)
class TeamAdmin(ThroughDomain):
    form = PlainForm
    fields = ("name", "units")

    def written(self, thing: Any, fields: dict[str, Any], *, by: models.User, new: bool) -> models.Team:
        now = timezone.now()
        if new:
            return staffing.add_team(by=by, now=now, **fields)
        return staffing.change_team(thing, by=by, now=now, **fields)


class PersonForm(PlainForm):
    new_password = forms.CharField(required=False, widget=forms.PasswordInput, help_text="Empty leaves it as it is.")


@admin.register(models.User)
class UserAdmin(ThroughDomain):
    """Working state is set in Settings; who left is not deleted, since the log names them."""

    form = PersonForm
    list_display = ("username", "name", "role", "team", "working_state", "is_active")
    list_select_related = ("team",)
    search_fields = ("username", "name")
    readonly_fields = ("working_state", "away_until", "last_login")
    fields = (*staffing.USER_FIELDS, "is_service", "new_password", *readonly_fields)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return self.readonly_fields if obj is None else (*self.readonly_fields, "is_service")

    def written(self, thing: Any, fields: dict[str, Any], *, by: models.User, new: bool) -> models.User:
        password, now = fields.pop("new_password"), timezone.now()
        if new:
            return staffing.add_user(by=by, now=now, password=password or None, **fields)
        return staffing.change_user(thing, by=by, now=now, password=password, **fields)


@admin.register(models.ApiCredential)
class CredentialAdmin(ReadOnly):
    """Issued and revoked in Settings, where the secret is shown once; its hash is nobody's business."""

    list_display = ("name", "user", "hint", "created_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("secret_hash",)


show("accounts")
show("journal")  # it lies below and may not know who acts
