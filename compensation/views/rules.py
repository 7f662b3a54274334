"""The rules for taking errors back, as administrators keep them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from compensation.domain import rescission_rules
from compensation.forms.rules import EndRuleForm, RuleForm
from compensation.models import Decision, RescissionRule
from recovery.pages import done, edits, person, reads, writes


def _rules() -> Any:
    return RescissionRule.objects.annotate(used=Exists(Decision.objects.filter(rule=OuterRef("pk"))))


@reads
def rules_page(request: HttpRequest) -> HttpResponse:
    """What holds now, what will, and what has ended."""
    today = timezone.localdate()
    listed = list(_rules())
    ended = [rule for rule in listed if rule.valid_until is not None and rule.valid_until <= today]
    context = {
        "in_force": [rule for rule in listed if rule.valid_from <= today and rule not in ended],
        "coming": [rule for rule in listed if rule.valid_from > today],
        "ended": ended,
        "may": can_administer(person(request)),
    }
    return render(request, "compensation/rules/rules.html", context)


def _rule(
    request: HttpRequest, rule: RescissionRule | None, form: RuleForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "rule": rule,
        "form": form,
        "end": EndRuleForm(initial={"version": rule.version, "valid_until": timezone.localdate()}) if rule else None,
        "may": can_administer(person(request)),
        **more,
    }
    return render(request, "compensation/rules/rule.html", context, status=status)


@edits
def rule(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One rule: shown, added or changed."""
    found = get_object_or_404(_rules(), pk=pk) if pk is not None else None
    if request.method == "GET":
        initial = RuleForm.initial_of(found) if found else {"valid_from": timezone.localdate(), "effect": "prohibited"}
        return _rule(request, found, RuleForm(initial=initial))
    user, form = person(request), RuleForm(request.POST)
    can_administer(user).enforce()
    if not form.is_valid():
        return _rule(request, found, form, status=422)
    try:
        if found is None:
            rescission_rules.add_rule(by=user, now=timezone.now(), **form.particulars())
        else:
            version = form.cleaned_data["version"]
            rescission_rules.change_rule(found, version=version, by=user, now=timezone.now(), **form.particulars())
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        if meanwhile is not None and found is not None:
            found = get_object_or_404(_rules(), pk=found.pk)
        return _rule(request, found, form, status=422, meanwhile=meanwhile)
    said = "The rule is kept." if found else "The rule is added."
    return done(request, "setting-rules", said=said, draft=f"rule-{pk or 'new'}")


@writes
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """From a day on the rule holds no more."""
    found, user, form = get_object_or_404(_rules(), pk=pk), person(request), EndRuleForm(request.POST)
    shown = RuleForm(initial=RuleForm.initial_of(found))
    if not form.is_valid():
        return _rule(request, found, shown, status=422, end=form)
    try:
        rescission_rules.end_rule(
            found,
            on=form.cleaned_data["valid_until"],
            version=form.cleaned_data["version"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refused:
        form.refuse(refused)
        return _rule(request, found, shown, status=422, end=form)
    return done(request, "setting-rules", said="The rule ends then.")
