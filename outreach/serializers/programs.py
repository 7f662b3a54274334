"""What the API of programs, groups and calling hours reads and shows. Shapes only: no rule, no query."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.enums import Severity
from outreach import models
from outreach.enums import SignalKind
from recovery.rest import Choice, Currency, Flag, Id, Minor, Named, OnTheWall, Shape, Text, WallTime, Whole


class ProgramParticulars(Shape):
    """What a program asks and does. What is empty or null asks nothing."""

    rank = Whole(min_value=0, max_value=9999, required=False, help_text="Lower comes first.")
    active = Flag(required=False)
    kinds = serializers.ListField(child=Choice(choices=SignalKind.choices), max_length=10, required=False)
    severities = serializers.ListField(child=Choice(choices=Severity.choices), max_length=10, required=False)
    value_at_least_minor = Minor(allow_null=True, required=False)
    value_currency = Currency(allow_blank=True, required=False)
    baggage_at_least = Whole(min_value=0, max_value=1000, allow_null=True, required=False)
    not_again_within_days = Whole(min_value=0, max_value=365, required=False)
    group = Id(allow_null=True, required=False, help_text="Null: all who take calls.")
    contact_within_hours = Whole(min_value=1, max_value=720, required=False)
    close_within_hours = Whole(min_value=1, max_value=2160, required=False)
    retry_after_minutes = serializers.ListField(
        child=Whole(min_value=1, max_value=525_600), max_length=10, required=False, help_text="Growing gaps."
    )
    calls_per_rep_and_day = Whole(min_value=1, max_value=200, required=False)
    script = Text(max_length=4000, allow_blank=True, required=False)
    questions = serializers.ListField(
        child=Text(max_length=200), max_length=20, required=False, help_text="All that are asked, in order."
    )
    holdout_percent = Whole(min_value=0, max_value=50, required=False)
    holdout_spares_severe = Flag(required=False)


class ProgramNew(ProgramParticulars):
    name = Text(max_length=80)
    score_at_most = Whole(min_value=1, max_value=5)


class ProgramChange(ProgramNew):
    """What is given is changed."""


class Question(serializers.ModelSerializer[models.ProgramQuestion]):
    """One more thing that is asked."""

    class Meta:
        model = models.ProgramQuestion
        fields = ["id", "words"]
        read_only_fields = fields


class Program(serializers.ModelSerializer[models.Program]):
    """Whom we call, about what, how soon, how often and by whom. ``going`` is how many calls it has to make."""

    questions = Question(source="asked", many=True, read_only=True)
    going = serializers.IntegerField(read_only=True)

    class Meta:
        model = models.Program
        fields = [
            "id", "name", "rank", "active", "kinds", "score_at_most", "severities", "value_at_least_minor",
            "value_currency", "baggage_at_least", "not_again_within_days", "group", "contact_within_hours",
            "close_within_hours", "retry_after_minutes", "calls_per_rep_and_day", "script", "questions",
            "holdout_percent", "holdout_spares_severe", "going", "version",
        ]  # fmt: skip
        read_only_fields = fields


class MemberGiven(Shape):
    """Somebody of a group."""

    user = Id()
    languages = serializers.ListField(child=Text(max_length=20), max_length=20, required=False, help_text="None: any.")
    calls_per_day = Whole(min_value=0, max_value=200, allow_null=True, required=False)


class GroupParticulars(Shape):
    active = Flag(required=False)
    members = serializers.ListField(
        child=MemberGiven(), max_length=500, required=False, help_text="All who are in it from now on."
    )


class GroupNew(GroupParticulars):
    name = Text(max_length=80)


class GroupChange(GroupNew):
    """What is given is changed."""


class Member(serializers.ModelSerializer[models.CallGroupMember]):
    user = Named(read_only=True)

    class Meta:
        model = models.CallGroupMember
        fields = ["user", "languages", "calls_per_day"]
        read_only_fields = fields


class CallGroup(serializers.ModelSerializer[models.CallGroup]):
    """People chosen to call, with their languages and how many a day."""

    members = Member(many=True, read_only=True)

    class Meta:
        model = models.CallGroup
        fields = ["id", "name", "active", "members", "version"]
        read_only_fields = fields


class HoursParticulars(Shape):
    opens = WallTime(allow_null=False, default=serializers.empty)
    closes = WallTime(allow_null=False, default=serializers.empty, help_text="00:00 is midnight.")
    weekdays = serializers.ListField(child=Whole(min_value=0, max_value=6), max_length=7, help_text="0 is Monday.")
    on_holidays = Flag(required=False)
    source: Any = Text(max_length=200, allow_blank=True, required=False)


class HoursNew(HoursParticulars):
    jurisdiction = Text(max_length=6, allow_blank=True, help_text="Such as US-CO or US; blank: everywhere else.")


class HoursChange(HoursNew):
    """What is given is changed."""


class CallingHours(serializers.ModelSerializer[models.CallingHours]):
    """Between which hours, on the customer's own clock, customers of a jurisdiction may be called."""

    opens = OnTheWall(allow_null=False, read_only=True)
    closes = OnTheWall(allow_null=False, read_only=True)
    weekdays: Any = serializers.ListField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = models.CallingHours
        fields = ["id", "jurisdiction", "opens", "closes", "weekdays", "on_holidays", "source", "version"]
        read_only_fields = fields
