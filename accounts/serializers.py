"""How people and units look in the API."""

from __future__ import annotations

from datetime import datetime

from rest_framework import serializers

from accounts.models import BusinessUnit, NoticePreference, User
from recovery.rest import Flag, OnTheWall, Shape, Text, WallTime, Whole


class Unit(serializers.ModelSerializer[BusinessUnit]):
    """A part of the company, and when it is there to keep its promises: on its own clock; 0 is Monday."""

    opens = OnTheWall(allow_null=False, read_only=True)
    closes = OnTheWall(allow_null=False, read_only=True)
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
