"""How people and units look in the API."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import BusinessUnit, NoticePreference, User
from recovery.rest import Flag, Shape, Text, Whole


class Unit(serializers.ModelSerializer[BusinessUnit]):
    """A part of the company, and when it is there to keep its promises: on its own clock; 0 is Monday."""

    weekdays = serializers.ListField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = BusinessUnit
        fields = ["id", "code", "name", "currency", "time_zone", "opens", "closes", "weekdays", "holiday_region"]
        read_only_fields = fields


class Person(serializers.ModelSerializer[User]):
    """A colleague, and whether they are there."""

    class Meta:
        model = User
        fields = ["id", "username", "name", "role", "time_zone", "holiday_region", "working_state", "away_until"]
        read_only_fields = fields


class Me(Person):
    """Whoever calls."""

    team = serializers.CharField(source="team.name", allow_null=True, default=None)
    units = serializers.SerializerMethodField()

    class Meta(Person.Meta):
        fields = [*Person.Meta.fields, "is_service", "team", "units"]
        read_only_fields = fields

    def get_units(self, user: User) -> list[int]:
        return sorted(self.context["units"])


class WallTime(Text):
    """A time of day on somebody's own wall clock, to the minute; null is none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"allow_null": True, "default": None, **given})
        self.validators.append(RegexValidator(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "Give a time such as 07:30."))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        at = super().run_validation(data)
        return at and time.fromisoformat(at)


class NoticesChosen(Shape):
    """When the caller wants to be told of things away from the desk. What is left out is not chosen."""

    quiet_from = WallTime()
    quiet_until = WallTime()
    quiet_days = serializers.ListField(
        child=Whole(min_value=0, max_value=6), default=list, max_length=7, help_text="Days without any; 0 is Monday."
    )
    urgent_anyway = Flag(default=True, help_text="What is due now or was missed is not held back.")
    digest_at = WallTime(help_text="When what can wait comes, in one mail a day.")
    chat_handle = Text(default="", allow_blank=True, max_length=80)


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "nullable": True})
class OnTheWall(serializers.TimeField):
    """A time of day as answered. OpenAPI's own format of times has an offset, and a wall has none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"format": "%H:%M", "allow_null": True, **given})


class Notices(serializers.ModelSerializer[NoticePreference]):
    """The same as it is kept, on whose clock, and what waits for it."""

    time_zone = serializers.CharField(source="user.time_zone")
    quiet_from = OnTheWall()
    quiet_until = OnTheWall()
    digest_at = OnTheWall()
    quiet_days = serializers.ListField(child=serializers.IntegerField())
    waiting = serializers.SerializerMethodField(help_text="Notices that are held back now.")
    waiting_until = serializers.SerializerMethodField(help_text="When the first of them goes out.")

    class Meta:
        model = NoticePreference
        fields = [
            "time_zone", "quiet_from", "quiet_until", "quiet_days", "urgent_anyway", "digest_at", "chat_handle",
            "waiting", "waiting_until",
        ]  # fmt: skip
        read_only_fields = fields

    def get_waiting(self, _: NoticePreference) -> int:
        return int(self.context["held"][0])

    def get_waiting_until(self, _: NoticePreference) -> datetime | None:
        until: datetime | None = self.context["held"][1]
        return until
