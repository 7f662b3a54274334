"""The call that tells of a decision: its tries, whom it passed through, and that it was made."""

from __future__ import annotations

from typing import TypedDict

from rest_framework import serializers

from cases import models as cases
from cases.domain.disclosing import POINTS, SAID
from cases.enums import AttemptOutcome, Channel, DisclosureKind, Point, Understanding
from recovery.rest import Choice, Id, Moment, Named, Shape, Text

# What is asked -------------------------------------------------------------------------------------------------------


class Attempting(Shape):
    """A try that did not come to it. To be called back takes a time."""

    outcome = Choice(choices=[each for each in AttemptOutcome.choices if each[0] != AttemptOutcome.TOLD])
    channel = Choice(choices=Channel.choices, required=False)
    words = Text(max_length=20_000, allow_blank=True, required=False)
    call_back_at = Moment(allow_null=True, required=False)


class Disclosing(Shape):
    """The call that was made: all four points, and what the customer made of it."""

    points = serializers.ListField(child=Choice(choices=Point.choices), max_length=20, default=list)
    understanding = Choice(choices=Understanding.choices, allow_blank=True, default="", help_text="Needed.")
    answer = Text(max_length=20_000, allow_blank=True, required=False, help_text="What the customer said to it.")
    channel = Choice(choices=Channel.choices, required=False)


class Reassigning(Shape):
    to = Id(help_text="Who makes the call instead.")
    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


# What is shown -------------------------------------------------------------------------------------------------------


class Disclosure(serializers.ModelSerializer[cases.Disclosure]):
    """The call that tells of a decision: who owes it, why they do, and by when; who made it, and what came of it."""

    id = serializers.IntegerField(source="pk", read_only=True)
    error = serializers.IntegerField(source="error_id", read_only=True)
    originator = Named(read_only=True, allow_null=True)
    owed_by = Named(read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(source="obligation.due_end", read_only=True)
    caller = Named(read_only=True, allow_null=True)

    class Meta:
        model = cases.Disclosure
        fields = [
            "id", "error", "kind", "status", "originator", "owed_by", "owed_because", "due_at", "caller", "channel",
            "made_at", "answer", "understanding", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class PointShown(TypedDict):
    point: str
    words: str
    said: bool


class DisclosureAttempt(serializers.ModelSerializer[cases.DisclosureAttempt]):
    """One try at the call. ``call_back_at`` is what was promised."""

    by = Named(read_only=True)
    promise = serializers.IntegerField(source="promise_id", read_only=True, allow_null=True)
    call_back_at = serializers.DateTimeField(
        source="promise.obligation.due_end", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = cases.DisclosureAttempt
        fields = ["id", "outcome", "contact", "promise", "call_back_at", "words", "by", "at"]
        read_only_fields = fields


class Reassignment(serializers.ModelSerializer[cases.Reassignment]):
    from_user = Named(read_only=True)
    to_user = Named(read_only=True)
    by = Named(read_only=True)

    class Meta:
        model = cases.Reassignment
        fields = ["id", "from_user", "to_user", "reason", "by", "at"]
        read_only_fields = fields


class DisclosureWhole(Disclosure):
    """A call with its four points, its tries and whom it passed through."""

    points = serializers.SerializerMethodField(help_text="What to say, and whether it was said.")
    attempts = DisclosureAttempt(many=True, read_only=True)
    reassignments = Reassignment(many=True, read_only=True)

    class Meta(Disclosure.Meta):
        fields = [*Disclosure.Meta.fields, "points", "attempts", "reassignments"]
        read_only_fields = fields

    def get_points(self, call: cases.Disclosure) -> list[PointShown]:
        words = POINTS[DisclosureKind(call.kind)]
        return [PointShown(point=point, words=words[point], said=getattr(call, SAID[point])) for point in Point]
