"""Caps, gauges, and what somebody could spend."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.enums import Role
from compensation import models
from compensation.domain.setting_caps import SETTABLE
from compensation.enums import Axis
from recovery.rest import Choice, Currency, Id, Minor, Moment, Named, Nothing, Shape

__all__ = ["Cap", "Ending", "Gauge", "MyCaps", "Nothing", "Preview", "Setting"]


class Setting(Shape):
    """A cap of a role, or of one person instead. ``amount_minor`` is a number a day for no-questions remedies."""

    role = Choice(choices=[(Role.REP.value, "Rep"), (Role.SUPERVISOR.value, "Supervisor")], required=False)
    user = Id(required=False)
    axis = Choice(choices=[(axis.value, axis.label) for axis in SETTABLE])
    currency = Currency(allow_blank=True, default="", help_text="Blank for no-questions remedies alone.")
    amount_minor = Minor()
    starts_at = Moment(allow_null=True, required=False, help_text="Without it, at once.")


class Ending(Shape):
    ends_at = Moment(allow_null=True, required=False, help_text="Without it, at once.")


class Cap(serializers.ModelSerializer[models.Cap]):
    """What a role, or a person instead, may spend alone on one axis, for a time.

    ``state`` is how it stands now; one that was taken out of the plan is there no more.
    """

    user = Named(read_only=True, allow_null=True)
    set_by = Named(read_only=True, allow_null=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = models.Cap
        fields = [
            "id", "role", "user", "axis", "currency", "amount_minor", "starts_at", "ends_at", "state", "set_by", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_state(self, cap: models.Cap) -> str:
        now: datetime = timezone.now()
        if "state" in self.context:
            return str(self.context["state"])
        if cap.starts_at > now:
            return "planned"
        return "ended" if cap.ends_at is not None and cap.ends_at <= now else "in_force"


class Gauge(serializers.Serializer[Any]):
    """One cap, and what is left of it. Minor units; a number of remedies where the currency is blank."""

    axis = serializers.ChoiceField(choices=Axis.choices, read_only=True)
    currency = serializers.CharField(read_only=True)
    cap_minor = serializers.IntegerField(source="cap", read_only=True)
    used_minor = serializers.IntegerField(source="used", read_only=True)
    left_minor = serializers.IntegerField(source="left", read_only=True)


class MyCaps(serializers.Serializer[Any]):
    """What somebody may give alone, in one currency. ``binding`` is the cap that leaves least."""

    currency = serializers.CharField(read_only=True)
    caps = Gauge(source="measured.money", many=True, read_only=True)
    binding = Gauge(source="measured.binding", read_only=True)
    no_questions = Gauge(source="measured.no_questions", read_only=True)


class Above(serializers.Serializer[Any]):
    """Somebody who may approve more, and up to what."""

    person = Named(read_only=True)
    up_to_minor = serializers.IntegerField(source="up_to", read_only=True)
    there = serializers.BooleanField(read_only=True, help_text="At work at that moment.")


class Preview(MyCaps):
    """What one person could spend at a moment, and who would be asked above it, the least authority first."""

    person = Named(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    case = serializers.CharField(source="case.reference", read_only=True, default=None, allow_null=True)
    above = Above(many=True, read_only=True)
