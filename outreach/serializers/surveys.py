"""What the API of surveys reads and shows. Shapes only: no rule, no query."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outreach import models
from outreach.enums import SurveyKind
from recovery.rest import Choice, ExternalName, Id, Moment, Shape, Text, Whole


class Score(Whole):
    """1 (worst) to 5."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 5, "required": False, "allow_null": True} | given)


class SurveyNew(Shape):
    """What a customer answered elsewhere. The customer by our id, or by another system's."""

    customer = Id(required=False)
    customer_known_as = ExternalName(required=False, help_text="Instead of `customer`.")
    case = Text(max_length=11, required=False, help_text="The reference of the case it is about.")
    answered_at = Moment(required=False, help_text="When they answered; now, if not given.")
    satisfaction = Score(required=True, allow_null=False, help_text="All in all: 1 (worst) to 5.")
    outcome_fair = Score(help_text="What they got was fair.")
    process_fair = Score(help_text="The way there was fair.")
    treated_well = Score(help_text="They were treated with respect.")
    ease = Score(help_text="1: much effort, 5: none.")
    would_return = Score(help_text="Whether they would come again.")
    words = Text(max_length=5000, allow_blank=True, required=False)
    external_system = Text(max_length=40, allow_blank=True, required=False)
    external_id = Text(max_length=120, allow_blank=True, required=False, help_text="Received again, it is the same.")


class Survey(serializers.ModelSerializer[models.Survey]):
    """A survey: planned, asked, and what was answered. The link is the customer's own and is shown to nobody."""

    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)
    why_not = serializers.CharField(read_only=True, help_text="Why it was not sent, as a code; empty when it was.")

    class Meta:
        model = models.Survey
        fields = [
            "id", "kind", "source", "status", "why_not", "customer", "unit", "case", "call", "signal", "ask_at", "asked_at",
            "expires_at", "answered_at", "satisfaction", "outcome_fair", "process_fair", "treated_well", "ease",
            "would_return", "words", "external_system", "external_id",
        ]  # fmt: skip
        read_only_fields = fields


class SurveyQuestion(Shape):
    """The words of one question; without `ask` it is not asked."""

    ask = Text(max_length=300, allow_blank=True, required=False)
    low = Text(max_length=60, allow_blank=True, required=False, help_text="At 1.")
    high = Text(max_length=60, allow_blank=True, required=False, help_text="At 5.")


class Questions(Shape):
    satisfaction = SurveyQuestion()
    outcome_fair = SurveyQuestion(required=False)
    process_fair = SurveyQuestion(required=False)
    treated_well = SurveyQuestion(required=False)
    ease = SurveyQuestion(required=False)
    would_return = SurveyQuestion(required=False)
    words = SurveyQuestion(required=False)


class TemplateNew(Shape):
    """The words of a survey in one language, to be in force from now on."""

    kind = Choice(choices=SurveyKind.ours())
    language = Text(max_length=20, help_text="Such as en or pt-BR.")
    subject = Text(max_length=160)
    message = Text(max_length=5000, help_text="{name}, {case}, {company} and {link} are filled in.")
    heading = Text(max_length=160)
    intro = Text(max_length=2000, allow_blank=True, required=False)
    thanks = Text(max_length=2000)
    questions = Questions()
    instead_of = Id(
        required=False, allow_null=True, help_text="The template that was last seen: refused if it is in force no more."
    )


class Template(serializers.ModelSerializer[models.SurveyTemplate]):
    """The words of a survey in one language."""

    questions = serializers.JSONField(read_only=True, help_text="By name: `ask`, `low` and `high`.")

    class Meta:
        model = models.SurveyTemplate
        fields = ["id", "kind", "language", "subject", "message", "heading", "intro", "thanks", "questions", "active"]
        read_only_fields = fields
