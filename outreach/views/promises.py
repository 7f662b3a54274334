"""The customer's own page of a promise: when they hear from us, and how to move it. No sign-in, and no JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain import links
from cases.domain import chosen_times
from cases.domain.clock import city, in_words, phase
from cases.domain.messages import what_we_do
from cases.models import Customer, Promise
from outreach.forms.promises import ChosenTimeForm
from recovery.pages import public


@public
def promise(request: HttpRequest, token: str) -> HttpResponse:
    """When the customer hears from us, and the times they may choose instead. There is always one."""
    now, pk = timezone.now(), links.read("promise", token)
    sent_for = chosen_times.find(pk) if pk is not None else None
    if sent_for is None:
        return render(request, "public/no_promise.html", {"company": _company()}, status=404)
    slots = chosen_times.times(sent_for, now=now)
    if request.method != "POST":
        return _page(request, sent_for, ChosenTimeForm(slots=slots), now=now)
    form = ChosenTimeForm(request.POST, slots=slots)
    if not form.is_valid():
        return _page(request, sent_for, form, now=now)
    try:
        _choose(sent_for, form, now=now)
    except Refused as refused:
        form.add_error("said" if refused.field == "due" else None, refused.reason)
        return _page(request, sent_for, form, now=now)
    return HttpResponseRedirect(f"{reverse('promise-page', args=[token])}?done")


def _choose(sent_for: Promise, form: ChosenTimeForm, *, now: datetime) -> Promise:
    data = form.cleaned_data
    if data["said"].strip():
        due = chosen_times.read_time(data["said"], sent_for, now=now)
        due_start, due_end = due.due_start, due.due_end
    else:
        slot = form.slots[data["slot"]]
        due_start, due_end = slot.due_start, slot.due_end
    return chosen_times.choose(sent_for, due_start=due_start, due_end=due_end, words=data["words"], now=now)


def _page(request: HttpRequest, sent_for: Promise, form: ChosenTimeForm, *, now: datetime) -> HttpResponse:
    standing, customer = chosen_times.current(sent_for), sent_for.case.customer
    context: dict[str, Any] = {
        "company": _company(),
        "form": form,
        "case": sent_for.case,
        "city": city(customer.time_zone),
        "clock": _shown(now, customer),
        "sent_for": sent_for,
        "standing": standing,
        "done": "done" in request.GET and standing is not None,
        "does": what_we_do(standing or sent_for),
    }
    if standing is not None:
        owed = standing.obligation
        context["when"] = in_words(owed.due_end, owed.due_start, zone=customer.time_zone)
        context["late"] = phase(owed, now=now) in ("overdue", "missed")
        context["who"] = owed.owner.name if owed.owner else ""
    elif sent_for.kept_by is not None:
        context["kept_at"] = _shown(sent_for.kept_by.at, customer)
    return render(request, "public/promise.html", context, status=422 if form.errors else 200)


def _shown(moment: datetime, customer: Customer) -> datetime:
    """As the customer's clock shows it; without a zone, so that a template does not turn it into another's."""
    return moment.astimezone(customer.zone).replace(tzinfo=None, fold=0)


def _company() -> str:
    return str(settings.RECOVERY["COMPANY_NAME"])
