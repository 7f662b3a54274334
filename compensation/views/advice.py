"""The rules of advice, as administrators tune them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from compensation.domain.advice_rules import APOLOGY, change_advice
from compensation.forms.advice import AdviceForm, SwitchForm
from compensation.models import AdviceRule
from compensation.queries.advice import advice_rules
from recovery.pages import done, edits, person, reads, writes


@reads
def advice_page(request: HttpRequest) -> HttpResponse:
    """What the advisor goes by, each rule with its source, on or off."""
    context = {"rules": list(advice_rules()), "always": APOLOGY, "may": can_administer(person(request))}
    return render(request, "compensation/advice/rules.html", context)


def _rule(request: HttpRequest, rule: AdviceRule, form: AdviceForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"rule": rule, "form": form, "always": APOLOGY, "may": can_administer(person(request)), **more}
    return render(request, "compensation/advice/rule.html", context, status=status)


@edits
def advice_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: shown or changed."""
    found = get_object_or_404(AdviceRule, pk=pk)
    if request.method == "GET":
        return _rule(request, found, AdviceForm(initial=AdviceForm.initial_of(found), rule=found))
    user, form = person(request), AdviceForm(request.POST, rule=found)
    can_administer(user).enforce()
    if not form.is_valid():
        return _rule(request, found, form, status=422)
    try:
        version = form.cleaned_data["version"]
        change_advice(found, version=version, by=user, now=timezone.now(), **form.particulars())
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        return _rule(request, found, form, status=422, meanwhile=meanwhile)
    return done(request, "setting-advice", said="The rule is kept.", draft=f"advice-{pk}")


@writes
def advice_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off, and nothing else."""
    found, data = get_object_or_404(AdviceRule, pk=pk), SwitchForm(request.POST).accepted()
    change_advice(found, active=data["active"], version=data["version"], by=person(request), now=timezone.now())
    said = f"“{found.title}” is {'advised again' if data['active'] else 'no longer advised'}."
    return done(request, "setting-advice", said=said)
