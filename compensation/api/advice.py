"""Advice on a case, and the rules that it goes by."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import first_no
from cases.domain.acknowledging import feelings_first
from cases.domain.permissions import can_work_on
from cases.queries import visible_cases
from compensation import filters
from compensation.domain.advice_rules import change_advice
from compensation.domain.advising.advice import advise
from compensation.queries.advice import advice_rules, incidents_of
from compensation.serializers import advice as shapes
from recovery.rest import NEWEST, Door


class CaseAdvice(Door):
    """What one case calls for."""

    noun = "case"
    filterset_class = filters.AdviceRuleFilters

    @extend_schema(responses=shapes.CaseAdvice)
    def read(self, request: Request, reference: str) -> Response:
        """The package, line by line with reason and source, and the remedies that can be given, best first."""
        now = timezone.now()
        incidents = list(incidents_of(self.caller, reference, now=now))
        # A case that holds nothing, such as imported history may be, is read by itself.
        case = incidents[0].case if incidents else self.found(visible_cases(self.caller), reference=reference)
        advice = advise(case, user=self.caller, incidents=incidents, now=now)
        told = {
            "reference": case.reference,
            "currency": case.unit.currency,
            "may_give": first_no(can_work_on(self.caller, case), feelings_first(case)),
            "advice": advice,
        }
        return self.shown(told, shapes.CaseAdvice)


class AdviceRules(Door):
    """What the advisor goes by, each rule with its source."""

    noun = "rule"
    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.AdviceRuleFilters
    versioned = frozenset({"change"})

    @extend_schema(responses=shapes.AdviceRule(many=True))
    def list(self, request: Request) -> Response:
        """All rules, those that are switched off too; lines of a package are in the order of their `position`."""
        return self.listed(advice_rules(), shapes.AdviceRule)

    @extend_schema(responses=shapes.AdviceRule)
    def retrieve(self, request: Request, id: int) -> Response:
        """One rule. The ETag is what a change has to send as If-Match."""
        return self.shown(self.found(advice_rules(), pk=id), shapes.AdviceRule)

    @extend_schema(request=shapes.AdviceRuleChange, responses=shapes.AdviceRule)
    def change(self, request: Request, id: int) -> Response:
        """Change what a rule says or is about, or switch it on or off. Needs If-Match; administrators only."""
        version = self.if_match(needed=True)
        given = self.asked_to_change(shapes.AdviceRuleChange)
        rule = self.found(advice_rules(), pk=id)
        return self.shown(
            change_advice(rule, version=version, by=self.caller, now=timezone.now(), **given), shapes.AdviceRule
        )
