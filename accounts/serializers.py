"""How people and units look in the API."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import BusinessUnit, User


class Unit(serializers.ModelSerializer[BusinessUnit]):
    class Meta:
        model = BusinessUnit
        fields = ["id", "code", "name", "currency"]
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
