"""The rules for taking errors back. Administrators keep them; whoever decides may read them."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import filters
from compensation.domain import rescission_rules
from compensation.models import RescissionRule
from compensation.queries import rescission_rules as rules
from compensation.serializers import rules as shapes
from recovery.rest import NEWEST, Door


class RescissionRules(Door):
    """Whether errors may be taken back: by place, line of business and kind of action, with the source."""

    noun = "rule"
    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.RescissionRuleFilters
    guarded = frozenset({"end"})
    versioned = frozenset({"change"})

    def _shown(self, rule: RescissionRule, *, status: int = 200) -> Response:
        at = reverse("api-rescission-rule", args=[rule.pk]) if status == 201 else ""
        return self.shown(self.found(rules(), pk=rule.pk), shapes.RescissionRule, status=status, at=at)

    @extend_schema(responses=shapes.RescissionRule(many=True))
    def list(self, request: Request) -> Response:
        """All rules, those that have ended too; `on` narrows them to those in force on a day."""
        return self.listed(rules(), shapes.RescissionRule)

    @extend_schema(responses=shapes.RescissionRule)
    def retrieve(self, request: Request, id: int) -> Response:
        """One rule. The ETag is what a change has to send as If-Match."""
        return self.shown(self.found(rules(), pk=id), shapes.RescissionRule)

    @extend_schema(request=shapes.RuleNew, responses={201: shapes.RescissionRule})
    def create(self, request: Request) -> Response:
        """Add a rule. Two for the same place, line, kind and day are refused with `rules_overlap`."""
        given = self.asked(shapes.RuleNew)
        rule = rescission_rules.add_rule(by=self.caller, now=timezone.now(), **given)
        return self._shown(rule, status=201)

    @extend_schema(request=shapes.RuleChange, responses=shapes.RescissionRule)
    def change(self, request: Request, id: int) -> Response:
        """Change a rule that no decision has used. Needs If-Match."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(shapes.RuleChange)
        rule = self.found(rules(), pk=id)
        changed = rescission_rules.change_rule(rule, version=version, by=self.caller, now=timezone.now(), **given)
        return self._shown(changed)

    @extend_schema(request=shapes.RuleEnding, responses=shapes.RescissionRule)
    def end(self, request: Request, id: int) -> Response:
        """End a rule: from this day on it is no longer in force."""
        given, version = self.asked(shapes.RuleEnding), self.if_match()
        rule = self.found(rules(), pk=id)
        ended = rescission_rules.end_rule(rule, version=version, by=self.caller, now=timezone.now(), **given)
        return self._shown(ended)
