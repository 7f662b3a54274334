"""What a case calls for, what can be given, and the rules that say so. Amounts in minor units."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.enums import KindOfAction, Severity
from compensation import models
from compensation.domain.advice_rules import LONGEST, MOST_PERCENT
from compensation.domain.advising.package import State
from compensation.enums import AdviceEffect, Gives, RemedyKind
from compensation.serializers.caps import Gauge
from compensation.serializers.verdicts import Verdict
from recovery.rest import Choice, Flag, Named, Shape, Text, Whole


class AdviceLine(serializers.Serializer[Any]):
    """One thing that is called for, by one rule. ``fits`` only says what would answer best."""

    rule = serializers.CharField(source="code", read_only=True)
    effect = serializers.ChoiceField(choices=AdviceEffect.choices, read_only=True)
    title = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=RemedyKind.choices), read_only=True, help_text="Remedies that answer it."
    )
    gives = serializers.ListField(child=serializers.ChoiceField(choices=Gives.choices), read_only=True)
    state = serializers.ChoiceField(choices=[(each.value, each.value) for each in State], read_only=True)
    done = serializers.SerializerMethodField()

    def get_done(self, line: Any) -> bool:
        return bool(line.state == State.DONE)


class AdviceFlag(serializers.Serializer[Any]):
    """What a rule warns of in what was given."""

    rule = serializers.CharField(source="code", read_only=True)
    title = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)  # type: ignore[assignment]


class AdviceOption(serializers.Serializer[Any]):
    """A remedy for the case. Of an open amount cost and value are what is suggested, or 0."""

    remedy = serializers.CharField(source="remedy.code", read_only=True)
    name = serializers.CharField(source="remedy.name", read_only=True)
    kind = serializers.ChoiceField(source="remedy.kind", choices=RemedyKind.choices, read_only=True)
    gives = serializers.ChoiceField(source="remedy.gives", choices=Gives.choices, read_only=True)
    currency = serializers.CharField(read_only=True)
    cost_minor = serializers.IntegerField(read_only=True)
    value_minor = serializers.IntegerField(read_only=True)
    open_amount = serializers.BooleanField(source="remedy.open_amount", read_only=True)
    suggested_minor = serializers.IntegerField(read_only=True, allow_null=True)
    alone = Verdict(read_only=True)
    approver = Named(
        read_only=True,
        allow_null=True,
        help_text="Who can approve it, where the caller may not alone; of an open amount, `whole_minor` of it.",
    )
    alone_minor = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Of an open amount: what the caller may give alone now."
    )
    whole_minor = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Of an open amount: what would make good what was lost and is not made up for yet, where it is known.",
    )
    approvable_minor = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Of an open amount: the most that anybody here may approve."
    )
    answers = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="Rules of open lines.")
    fits = serializers.BooleanField(read_only=True)
    given_before = serializers.BooleanField(read_only=True)
    more_than_helps = serializers.BooleanField(source="too_much", read_only=True)
    no_questions = serializers.BooleanField(
        source="free_of_questions", read_only=True, help_text="Within the day's count: it draws on no cap of money."
    )


class AdviceApprover(serializers.Serializer[Any]):
    """Somebody who can approve more than the caller may give alone. Who answers is their deputy where they are not there,
    or nobody for now.
    """

    person = Named(read_only=True)
    answers = Named(read_only=True, allow_null=True)
    up_to_minor = serializers.IntegerField(source="up_to", read_only=True)
    today_minor = serializers.IntegerField(
        source="today", read_only=True, help_text="What of it their own day and month leave."
    )


class CaseAdvice(serializers.Serializer[Any]):
    """What a case calls for, and what the caller can give, best first. Nothing is given by reading it."""

    case = serializers.CharField(source="reference", read_only=True)
    currency = serializers.CharField(read_only=True)
    may_give = Verdict(read_only=True)
    severity = serializers.ChoiceField(
        source="advice.facts.severity", choices=[("", "Nobody was hurt"), *Severity.choices], read_only=True
    )
    failed = serializers.ListField(
        source="advice.facts.failed", child=serializers.ChoiceField(choices=KindOfAction.choices), read_only=True
    )
    failed_again_at = serializers.DateTimeField(source="advice.facts.failed_again_at", read_only=True, allow_null=True)
    loss_minor = serializers.IntegerField(source="advice.facts.loss_minor", read_only=True, allow_null=True)
    compensated_minor = serializers.IntegerField(source="advice.facts.compensated_minor", read_only=True)
    most_minor = serializers.IntegerField(
        source="advice.package.most_minor",
        read_only=True,
        allow_null=True,
        help_text="Compensation above this is more than helps; null where the loss is not known.",
    )
    package = AdviceLine(source="advice.package.lines", many=True, read_only=True)
    flags = AdviceFlag(source="advice.package.flags", many=True, read_only=True)
    options = AdviceOption(source="advice.options", many=True, read_only=True)
    above = AdviceApprover(
        source="advice.above", many=True, read_only=True, help_text="Who can approve more, in the order they are asked."
    )
    at_once = serializers.CharField(
        source="advice.at_once.remedy.code",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="The best remedy that is given without questions.",
    )
    caps = Gauge(source="advice.gauges", many=True, read_only=True)
    no_questions = Gauge(source="advice.no_questions", read_only=True, help_text="A number a day, of no currency.")


class AdviceRuleChange(Shape):
    """What is given is changed. Empty lists mean any."""

    title = Text(max_length=LONGEST["title"], allow_blank=True, required=False)
    words = Text(max_length=LONGEST["words"], allow_blank=True, required=False, help_text="The reason.")
    citation = Text(max_length=LONGEST["citation"], allow_blank=True, required=False, help_text="Where it is from.")
    severities = serializers.ListField(child=Choice(choices=Severity.choices), required=False, max_length=10)
    kinds_of_action = serializers.ListField(child=Choice(choices=KindOfAction.choices), required=False, max_length=20)
    kinds = serializers.ListField(child=Choice(choices=RemedyKind.choices), required=False, max_length=10)
    gives = serializers.ListField(child=Choice(choices=Gives.choices), required=False, max_length=10)
    percent = Whole(min_value=100, max_value=MOST_PERCENT, allow_null=True, required=False)
    active = Flag(required=False)


class AdviceRule(serializers.ModelSerializer[models.AdviceRule]):
    """A rule of advice. Its code and its effect stay; what it says and which cases it is about are tuned."""

    severities = serializers.ListField(child=serializers.ChoiceField(choices=Severity.choices), read_only=True)
    kinds_of_action = serializers.ListField(child=serializers.ChoiceField(choices=KindOfAction.choices), read_only=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=RemedyKind.choices), read_only=True)
    gives = serializers.ListField(child=serializers.ChoiceField(choices=Gives.choices), read_only=True)

    class Meta:
        model = models.AdviceRule
        fields = [
            "id", "code", "position", "effect", "title", "words", "citation", "severities", "kinds_of_action",
            "second_failure", "kinds", "gives", "percent", "active", "version",
        ]  # fmt: skip
        read_only_fields = fields
