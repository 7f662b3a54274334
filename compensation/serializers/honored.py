"""Errors in the customer's favor: their decisions, their calls, their proof, their review."""

from __future__ import annotations

from typing import Any, TypedDict

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import models as cases
from cases.domain.disclosing import POINTS, SAID
from cases.enums import (
    AttemptOutcome,
    Channel,
    DisclosureKind,
    DisclosureStatus,
    MoneyHeld,
    Point,
    Relied,
    ReviewOutcome,
    Understanding,
)
from compensation import models
from compensation.domain.recommending import NEITHER, told_again
from compensation.enums import Conclusion, Ruled, Stance
from recovery.rest import Choice, Currency, Id, Minor, Moment, Named, Shape, Text

# What is asked -------------------------------------------------------------------------------------------------------


class Assessing(Shape):
    """What bears on the decision. Amounts in minor units of ``currency``; what is not given stays."""

    value_minor = Minor(allow_null=True, required=False, help_text="At stake now.")
    value_year_minor = Minor(allow_null=True, required=False, help_text="Over the coming year.")
    currency = Currency(allow_blank=True, required=False)
    relied = Choice(choices=Relied.choices, required=False)
    relied_words = Text(max_length=20_000, allow_blank=True, required=False)
    money = Choice(choices=MoneyHeld.choices, required=False)
    happened_words = Text(
        max_length=20_000, allow_blank=True, required=False, help_text="As the customer may read it: no name at fault."
    )
    should_have = Text(
        max_length=20_000, allow_blank=True, required=False, help_text="As the customer may read it: no name at fault."
    )


class Honoring(Shape):
    """Without ``cost_minor`` it costs what is at stake. ``reason`` is needed where it was decided before."""

    cost_minor = Minor(allow_null=True, required=False)
    currency = Currency(allow_null=True, required=False)
    reason = Text(max_length=20_000, allow_blank=True, required=False)
    precedent_reason = Text(
        max_length=300, allow_blank=True, required=False, help_text="As with awards, where an earlier one bears on it."
    )


class Rescinding(Shape):
    reason = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


class LegalReviewing(Shape):
    """What counsel concluded. Without ``counsel`` or ``note`` the domain says no, as it does at every door."""

    conclusion = Choice(choices=Conclusion.choices)
    counsel = Text(max_length=160, allow_blank=True, default="", help_text="Who reviewed it. Needed.")
    note = Text(max_length=20_000, allow_blank=True, default="", help_text="Needed.")


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


class Reviewing(Shape):
    """To change the process opens an investigation, with ``question`` or else ``note`` as what is to be found out."""

    outcome = Choice(choices=ReviewOutcome.choices)
    note = Text(max_length=20_000, allow_blank=True, required=False)
    question = Text(max_length=20_000, allow_blank=True, required=False)


class Writing(Shape):
    """In the customer's own language where it is not given."""

    language = Text(max_length=20, allow_null=True, required=False)


# What is shown -------------------------------------------------------------------------------------------------------


class CustomerOfError(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(source="display_name", read_only=True)


class CauseOfError(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


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


class HonoredError(serializers.ModelSerializer[cases.HonoredError]):
    """One error in the customer's favor, in brief. Amounts in minor units of ``currency``."""

    case = serializers.CharField(source="case.reference", read_only=True)
    customer = CustomerOfError(read_only=True)
    originator = Named(read_only=True, allow_null=True)
    cause = CauseOfError(source="incident.cause", read_only=True, allow_null=True)
    decide_by = serializers.DateTimeField(source="obligation.due_end", read_only=True, allow_null=True)
    decided_by = Named(read_only=True, allow_null=True)
    call = serializers.SerializerMethodField(help_text="The call about the decision that stands: owed or made.")

    class Meta:
        model = cases.HonoredError
        fields = [
            "id", "incident", "case", "customer", "unit", "status", "originator_kind", "originator", "self_reported",
            "kind_of_action", "line_of_business", "cause", "happened_at", "opened_at", "decide_by", "value_minor",
            "value_year_minor", "currency", "relied", "relied_words", "money", "happened_words", "should_have",
            "decided_by", "decided_at", "cost_minor", "call_due_at", "call_made_at", "call", "reviewed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    @staticmethod
    def standing(error: cases.HonoredError) -> cases.Disclosure | None:
        """The newest call that was not withdrawn; the door has loaded them all, oldest first."""
        live = [each for each in error.disclosures.all() if each.status != DisclosureStatus.WITHDRAWN]
        return live[-1] if live else None

    @extend_schema_field(Disclosure(allow_null=True))
    def get_call(self, error: cases.HonoredError) -> Any:
        call = self.standing(error)
        return None if call is None else Disclosure(call).data


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


class RecommendationLine(serializers.Serializer[Any]):
    """One thing that bears on it, and what it speaks for."""

    code = serializers.CharField(read_only=True)
    speaks_for = serializers.ChoiceField(source="for_", choices=[*Stance.values, NEITHER], read_only=True)
    text = serializers.CharField(read_only=True)
    figures = serializers.DictField(read_only=True)


class RuleCited(serializers.ModelSerializer[models.RescissionRule]):
    """The rule that was applied, with its source."""

    class Meta:
        model = models.RescissionRule
        fields = ["id", "citation", "effect", "within_days", "example"]
        read_only_fields = fields


class Decision(serializers.ModelSerializer[models.Decision]):
    """One decision, with what the rules said and what was recommended on the day. A later one supersedes it."""

    error = serializers.IntegerField(source="error_id", read_only=True)
    by = Named(read_only=True)
    rule = RuleCited(read_only=True, allow_null=True)
    lines = serializers.SerializerMethodField(help_text="The recommendation as it was shown.")

    class Meta:
        model = models.Decision
        fields = [
            "id", "error", "stance", "recommended", "lines", "ruled", "rule", "legal_review", "reason",
            "precedent_reason", "cost_minor", "currency", "supersedes", "by", "at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RecommendationLine(many=True))
    def get_lines(self, decision: models.Decision) -> Any:
        return RecommendationLine(told_again(decision), many=True).data


class LegalReview(serializers.ModelSerializer[models.LegalReview]):
    error = serializers.IntegerField(source="error_id", read_only=True)
    by = Named(read_only=True)

    class Meta:
        model = models.LegalReview
        fields = ["id", "error", "conclusion", "counsel", "note", "by", "at"]
        read_only_fields = fields


class Letter(serializers.ModelSerializer[cases.Letter]):
    """A letter that was made; ``letter.pdf`` is the newest. ``sha256`` is of the PDF, in hex."""

    error = serializers.IntegerField(source="error_id", read_only=True)
    disclosure = serializers.IntegerField(source="disclosure_id", read_only=True)
    made_by = Named(read_only=True)

    class Meta:
        model = cases.Letter
        fields = ["id", "error", "disclosure", "language", "sha256", "made_by", "made_at"]
        read_only_fields = fields


class LetterMail(serializers.ModelSerializer[cases.Message]):
    """The message that takes a letter to the customer."""

    class Meta:
        model = cases.Message
        fields = ["id", "letter", "to", "subject", "status", "created_at"]
        read_only_fields = fields


class ErrorReview(serializers.ModelSerializer[cases.ErrorReview]):
    """What a supervisor made of it."""

    error = serializers.IntegerField(source="error_id", read_only=True)
    by = Named(read_only=True)

    class Meta:
        model = cases.ErrorReview
        fields = ["id", "error", "outcome", "note", "investigation", "by", "at"]
        read_only_fields = fields


class Verdict(serializers.Serializer[Any]):
    """Whether the caller may, and why not: ``ok`` or the code that the try would be refused with."""

    allowed = serializers.BooleanField(read_only=True)
    code = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)


class May(serializers.Serializer[Any]):
    """What the caller may do now."""

    assess = Verdict(read_only=True)
    honor = Verdict(read_only=True)
    rescind = Verdict(read_only=True)
    legal_review = Verdict(read_only=True)
    disclose = Verdict(read_only=True, help_text="Attempts too.")
    reassign = Verdict(read_only=True)
    review = Verdict(read_only=True)
    letter = Verdict(read_only=True)


class HonoredErrorWhole(HonoredError):  # noqa: N818 - no exception
    """An error with its decisions, what counsel said, its calls, its letters and its review, each oldest first."""

    decisions = Decision(many=True, read_only=True)
    legal_reviews = LegalReview(many=True, read_only=True)
    disclosures = DisclosureWhole(many=True, read_only=True)
    letters = Letter(many=True, read_only=True)
    review = serializers.SerializerMethodField()

    class Meta(HonoredError.Meta):
        fields = [*HonoredError.Meta.fields, "decisions", "legal_reviews", "disclosures", "letters", "review"]
        read_only_fields = fields

    @extend_schema_field(ErrorReview(allow_null=True))
    def get_review(self, error: cases.HonoredError) -> Any:
        return ErrorReview(error.review).data if hasattr(error, "review") else None


class Ruling(serializers.Serializer[Any]):
    """What the rules say of taking it back today, with the source; without a rule, legal review."""

    ruled = serializers.ChoiceField(choices=Ruled.choices, read_only=True)
    reason = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]
    days_left = serializers.IntegerField(read_only=True, allow_null=True)
    rule = RuleCited(read_only=True, allow_null=True)


class EarlierCall(serializers.ModelSerializer[cases.Disclosure]):
    caller = Named(read_only=True, allow_null=True)
    owed_by = Named(read_only=True, allow_null=True)

    class Meta:
        model = cases.Disclosure
        fields = ["kind", "status", "owed_by", "caller", "made_at", "understanding"]
        read_only_fields = fields


class EarlierError(serializers.ModelSerializer[cases.HonoredError]):
    """An earlier error of this customer that we honored, and the calls about it."""

    case = serializers.CharField(source="case.reference", read_only=True)
    disclosures = EarlierCall(many=True, read_only=True)

    class Meta:
        model = cases.HonoredError
        fields = [
            "id", "case", "kind_of_action", "line_of_business", "happened_words", "decided_at", "cost_minor", "currency",
            "disclosures",
        ]  # fmt: skip
        read_only_fields = fields


class Facts(serializers.Serializer[Any]):
    """What bears on the decision. Amounts in minor units; days count local dates of the customer."""

    value_minor = serializers.IntegerField(source="error.value_minor", read_only=True, allow_null=True)
    value_year_minor = serializers.IntegerField(source="error.value_year_minor", read_only=True, allow_null=True)
    currency = serializers.CharField(source="error.currency", read_only=True)
    days_since = serializers.IntegerField(read_only=True)
    relied = serializers.ChoiceField(source="error.relied", choices=Relied.choices, read_only=True)
    money = serializers.ChoiceField(source="error.money", choices=MoneyHeld.choices, read_only=True)
    customer_value_minor = serializers.IntegerField(source="customer.value_minor", read_only=True, allow_null=True)
    customer_value_currency = serializers.CharField(source="customer.value_currency", read_only=True)
    risk_flags = serializers.ListField(child=serializers.CharField(), read_only=True)
    flags_against = serializers.ListField(child=serializers.CharField(), read_only=True)
    past_incidents = serializers.SerializerMethodField()
    unacknowledged = serializers.IntegerField(source="baggage.unacknowledged", read_only=True)
    baggage_score = serializers.IntegerField(source="baggage.score", read_only=True)
    earlier = EarlierError(many=True, read_only=True)
    honored_within_a_year = serializers.IntegerField(source="within_a_year", read_only=True)
    untold = serializers.IntegerField(read_only=True)
    legal_review = LegalReview(read_only=True, allow_null=True)

    def get_past_incidents(self, facts: Any) -> int:
        return len(facts.baggage.incidents)


class Recommendation(serializers.Serializer[Any]):
    """What bears on the decision, what the rules say, what is recommended and why, and what the caller may do."""

    error = serializers.IntegerField(read_only=True)
    facts = Facts(read_only=True)
    ruling = Ruling(read_only=True)
    recommended = serializers.ChoiceField(choices=Stance.choices, read_only=True)
    lines = RecommendationLine(many=True, read_only=True)
    may = May(read_only=True)
