"""The rules of reminders and calls are edited by their verbs; signals, calls and attempts are here to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone

from accounts.models import User
from outreach import models
from outreach.domain import rules
from recovery.backoffice import PlainForm, ThroughDomain, show


class RuleAdmin(ThroughDomain):
    """A row whose verb takes it whole."""

    form = PlainForm
    exclude = ("version",)  # counted by the verb
    verb: Any

    def written(self, thing: Any, fields: dict[str, Any], *, by: User, new: bool) -> Any:
        for name, value in fields.items():
            setattr(thing, name, value)
        return type(self).verb(thing, by=by, now=timezone.now())


@admin.register(models.Rung)
class RungAdmin(RuleAdmin):
    list_display = ("kind", "offset_minutes", "audience", "channels", "active")
    verb = staticmethod(rules.save_rung)


@admin.register(models.CallingHours)
class HoursAdmin(RuleAdmin):
    list_display = ("jurisdiction", "opens", "closes", "weekdays", "source")
    verb = staticmethod(rules.save_hours)


@admin.register(models.Program)
class ProgramAdmin(RuleAdmin):
    # All else of a program is kept in Settings.
    fields = ("name", "active", "score_at_most", "contact_within_hours", "retry_after_minutes")
    list_display = ("name", "score_at_most", "contact_within_hours", "active")
    verb = staticmethod(rules.save_program)


show("outreach")
