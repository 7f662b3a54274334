"""The rules for taking errors back."""

from __future__ import annotations

from rest_framework import serializers

from cases.enums import KindOfAction
from compensation import models
from compensation.enums import RescissionEffect
from recovery.rest import Choice, Day, Flag, Shape, Text, Whole

ANY = "Blank: any."


class RuleParticulars(Shape):
    """What a rule says, where and from when on. In force up to, not including, ``valid_until``."""

    jurisdiction = Text(
        max_length=6, allow_blank=True, required=False, help_text="ISO 3166, such as US-CO or US. " + ANY
    )
    line_of_business = Text(max_length=120, allow_blank=True, required=False, help_text=ANY)
    kind_of_action = Choice(choices=KindOfAction.choices, allow_blank=True, required=False, help_text=ANY)
    within_days = Whole(min_value=0, max_value=3660, allow_null=True, required=False)
    valid_until = Day(allow_null=True, required=False)
    note = Text(max_length=5000, allow_blank=True, required=False)
    example = Flag(required=False, help_text="To be confirmed by counsel.")


class RuleNew(RuleParticulars):
    effect = Choice(choices=RescissionEffect.choices)
    valid_from = Day()
    citation = Text(max_length=300, help_text="Where it is written.")


class RuleChange(RuleNew):
    """What is given is changed."""


class RuleEnding(Shape):
    on = Day(help_text="The first day that it is no longer in force.")


class RescissionRule(serializers.ModelSerializer[models.RescissionRule]):
    """Whether an error may be taken back, in a place, a line of business and for a kind of action, from a day on.

    One that is ``used`` by a decision is not changed any more, only ended.
    """

    used = serializers.BooleanField(read_only=True)

    class Meta:
        model = models.RescissionRule
        fields = [
            "id", "jurisdiction", "line_of_business", "kind_of_action", "effect", "within_days", "valid_from",
            "valid_until", "citation", "note", "example", "used", "version",
        ]  # fmt: skip
        read_only_fields = fields
