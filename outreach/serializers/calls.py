"""What the API of calls and signals reads and shows. Shapes only: no rule, no query."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outreach import models
from outreach.enums import CallOutcome, SignalKind
from recovery.rest import Choice, ExternalName, Id, Moment, Named, Shape, Text, Whole


class Dissatisfaction(Shape):
    """That a customer showed how satisfied they are. The customer by our id, or by another system's."""

    customer = Id(required=False)
    customer_known_as = ExternalName(required=False, help_text="Instead of `customer`.")
    case = Text(max_length=11, required=False, help_text="The reference of the case it is about.")
    kind = Choice(choices=SignalKind.choices)
    score = Whole(required=False, allow_null=True, min_value=1, max_value=5, help_text="1 (worst) to 5.")
    at = Moment(required=False, help_text="When they said it; now, if not given.")
    comment = Text(max_length=5000, allow_blank=True, required=False)
    external_system = Text(max_length=40, allow_blank=True, required=False)
    external_id = Text(max_length=120, allow_blank=True, required=False, help_text="Received again, it is the same.")


class Answered(Shape):
    """What they said to one of the program's questions."""

    question = Id()
    words = Text(max_length=5000, allow_blank=True)


class Outcome(Shape):
    """What one attempt came to."""

    outcome = Choice(choices=CallOutcome.choices)
    phone = Text(max_length=16, allow_blank=True, required=False, help_text="The number dialed; `dial`, if not given.")
    what_went_wrong = Text(max_length=5000, allow_blank=True, required=False)
    what_would_help = Text(max_length=5000, allow_blank=True, required=False)
    cause = Id(allow_null=True, required=False)
    words = Text(max_length=5000, allow_blank=True, required=False, help_text="A note for colleagues.")
    answers = serializers.ListField(
        child=Answered(), max_length=50, required=False, help_text="To the questions of the call's program."
    )


class Signal(serializers.ModelSerializer[models.Signal]):
    """A sign of dissatisfaction, and what became of it. An empty ``fate`` has not been weighed yet."""

    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)

    class Meta:
        model = models.Signal
        fields = [
            "id", "customer", "unit", "case", "kind", "score", "at", "received_at", "comment", "external_system",
            "external_id", "fate",
        ]  # fmt: skip
        read_only_fields = fields


class Why(serializers.ModelSerializer[models.Signal]):
    """Why they are called."""

    class Meta:
        model = models.Signal
        fields = ["id", "kind", "score", "at", "comment"]
        read_only_fields = fields


class Callee(serializers.Serializer[Any]):
    """Whom to call: how to address them, what time it is for them, and the numbers that may be dialed."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="display_name", read_only=True)
    greeting = serializers.CharField(read_only=True)
    time_zone = serializers.CharField(read_only=True)
    phones = serializers.SerializerMethodField()

    def get_phones(self, customer: Any) -> list[str]:
        return [phone.number for phone in customer.usable_phones]


class Call(serializers.ModelSerializer[models.FollowUpCall]):
    """A follow-up call. ``due`` is by when it is owed, ``not_before`` the earliest time of the next attempt."""

    customer = Callee(read_only=True)
    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)
    signal = Why(read_only=True)
    due = serializers.DateTimeField(source="obligation.due_end", read_only=True)
    rep = Named(read_only=True, allow_null=True)

    class Meta:
        model = models.FollowUpCall
        fields = [
            "id", "status", "customer", "unit", "case", "signal", "program", "due", "close_by", "not_before", "rep", "leased_until",
            "attempts_made", "outcome", "finished_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class Heard(serializers.Serializer[Any]):
    """What the customer said to a question of the program."""

    question = serializers.CharField(source="question.words", read_only=True)
    words = serializers.CharField(read_only=True)


class Attempt(serializers.ModelSerializer[models.CallAttempt]):
    """One try to reach the customer."""

    by = Named(read_only=True)
    cause = serializers.CharField(source="cause.name", read_only=True, allow_null=True, default=None)
    answers = Heard(many=True, read_only=True)

    class Meta:
        model = models.CallAttempt
        fields = [
            "number",
            "by",
            "at",
            "phone",
            "dial",
            "outcome",
            "what_went_wrong",
            "what_would_help",
            "cause",
            "answers",
        ]
        read_only_fields = fields


class CallInFull(Call):
    """The call with its attempts, the number to dial next, and whether the customer may be called now."""

    dial = serializers.SerializerMethodField(help_text="The number for the next try; empty when there is none.")
    open_now = serializers.SerializerMethodField(help_text="Whether they may be called at this moment.")
    why_not = serializers.SerializerMethodField(help_text="Why they may not.")
    script = serializers.CharField(source="program.script", read_only=True, default="", help_text="How to begin.")
    questions = serializers.SerializerMethodField(help_text="What to ask beside what went wrong and what would help.")
    attempts = Attempt(many=True, read_only=True)

    class Meta(Call.Meta):
        fields = [*Call.Meta.fields, "dial", "open_now", "why_not", "script", "questions", "attempts"]
        read_only_fields = fields

    def get_dial(self, call: models.FollowUpCall) -> str:
        return str(self.context["dial"])

    def get_open_now(self, call: models.FollowUpCall) -> bool:
        return bool(self.context["open"])

    def get_why_not(self, call: models.FollowUpCall) -> str:
        return str(self.context["open"].reason)

    def get_questions(self, call: models.FollowUpCall) -> list[dict[str, Any]]:
        return [{"id": question.pk, "words": question.words} for question in self.context["questions"]]
