"""What the doors of the Django admin share: superusers look at everything there, and change nothing past the domain.

A table is shown as it is, and edited only where a verb of the domain takes the edit. A refusal is shown as a message,
and nothing is written. Django's own second log of what was done in the admin is left empty: the event log tells it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.authority import Refused
from accounts.models import User


class Site(admin.AdminSite):
    """Ours and nobody else's tables: the packages' own would be edited past the domain, or show secrets."""

    site_header = site_title = "Recovery"
    index_title = "All tables"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if (settings.BASE_DIR / model._meta.app_label).is_dir()]  # noqa: SLF001
        if ours:
            super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_superuser)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One door to sign in by, with its throttle and second step. Who came through it and may not, is told so."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()))


class WholeNumber(forms.IntegerField):
    """A whole number in the digits 0 to 9. Django's own also reads other scripts' digits, and underscores."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and (not value.isascii() or "_" in value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class ReadOnly(admin.ModelAdmin):
    """A table to look at."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ThroughDomain(ReadOnly):
    """A table that is edited by verbs: ``written`` calls one with what the form holds, and returns the saved row."""

    formfield_overrides = {kind: {"form_class": WholeNumber} for kind in (models.IntegerField, models.BigIntegerField)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def written(self, thing: Any, fields: dict[str, Any], *, by: User, new: bool) -> Model:
        raise AssertionError("a door that edits says by which verb")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by: Any = request.user
        stored = type(obj)._default_manager.get(pk=obj.pk) if change else obj  # noqa: SLF001 - the row as it is
        saved = self.written(stored, dict(form.cleaned_data), by=by, new=not change)
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The verb has saved these with the rest."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event log has it."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """The event log has it."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_say_why(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._or_say_why(request, super().delete_view, *args, **kwargs)

    def _or_say_why(self, request: HttpRequest, view: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            self.message_user(request, f"{refused.reason} ({refused.code})", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class PlainForm(forms.ModelForm):
    """Reads what was typed and leaves every check to the domain, so that there is one place that refuses."""

    def _post_clean(self) -> None:
        """Neither the row's own validation nor its uniqueness: the verb's."""


def show(label: str, **columns: tuple[str, ...]) -> None:
    """Register every table of an app that no door of its own edits, to look at."""
    for model in apps.get_app_config(label).get_models():
        if not admin.site.is_registered(model):
            admin.site.register(model, type("Shown", (ReadOnly,), columns))
