"""The customer's own page of a promise: when they hear from us, and how to move it. No sign-in, and no JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from accounts.authority import Refused
from accounts.domain import links
from cases.domain import chosen_times
from cases.domain.clock import in_words, phase
from cases.domain.languages import city, times
from cases.domain.opening_hours import hours_in_words
from cases.domain.promise_words import Wording, words_in
from cases.models import Promise
from outreach.forms.promises import ChosenTimeForm
from recovery.pages import public


@public
def promise(request: HttpRequest, token: str) -> HttpResponse:
    """When the customer hears from us, and the times they may choose instead. There is always one."""
    now, pk = timezone.now(), links.read("promise", token)
    sent_for = chosen_times.find(pk) if pk is not None else None
    if sent_for is None:
        return _broken(request)
    customer = sent_for.case.customer
    form = ChosenTimeForm(
        request.POST if request.method == "POST" else None,
        slots=chosen_times.times(sent_for, now=now),
        today=now.astimezone(customer.zone).date(),
        said=words_in(customer.language),
    )
    if not form.is_valid():
        return _page(request, sent_for, form, now=now)
    try:
        _choose(sent_for, form, now=now)
    except Refused as refused:
        _say_no(form, refused, sent_for)
        return _page(request, sent_for, form, now=now)
    return HttpResponseRedirect(f"{reverse('promise-page', args=[token])}?done")


def _choose(sent_for: Promise, form: ChosenTimeForm, *, now: datetime) -> Promise:
    data, wall = form.cleaned_data, form.wall
    if wall is not None:
        due_start, due_end = None, chosen_times.time_of_their_own(wall, sent_for, now=now)
    else:
        slot = form.slots[data["slot"]]
        due_start, due_end = slot.due_start, slot.due_end
    return chosen_times.choose(sent_for, due_start=due_start, due_end=due_end, words=data["words"], now=now)


def _say_no(form: ChosenTimeForm, refused: Refused, sent_for: Promise) -> None:
    """The refusal in the customer's language, beside what they filled in."""
    if refused.code not in form.said.refusals:
        return form.add_error(None, form.said.refused)
    hours = hours_in_words(sent_for.case.unit, form.said.language)
    why = form.said.refusals[refused.code].format(hours=hours)
    return form.add_error("time" if refused.code == "skipped_time" else "day", why)


def _page(request: HttpRequest, sent_for: Promise, form: ChosenTimeForm, *, now: datetime) -> HttpResponse:
    said, case = form.said, sent_for.case
    zone, clock = case.customer.time_zone, times(said.language)
    here = city(zone, said.language)
    standing = chosen_times.current(sent_for)
    context: dict[str, Any] = {
        "language": said.language,
        "company": _company(),
        "said": said,
        "form": form,
        "days": [
            (clock.on(day), [(value, clock.window(slot.starts, slot.ends)) for value, slot in of_day])
            for day, of_day in form.days
        ],
        "done": "done" in request.GET and standing is not None,
        "standing": standing,
        "your_time": said.your_time.format(city=here),
        "your_case": said.your_case.format(case=case.reference),
        "clock": said.clock.format(city=here, time=f"{now.astimezone(case.customer.zone):%H:%M}"),
        **(_standing(standing, said, zone=zone, now=now) if standing is not None else _nothing_stands(sent_for, said)),
    }
    with translation.override(said.language):
        return render(request, "public/promise.html", context, status=422 if form.errors else 200)


def _standing(promise: Promise, said: Wording, *, zone: str, now: datetime) -> dict[str, str]:
    """What is promised: when, or that we are late with it."""
    owed = promise.obligation
    who = owed.owner.name if owed.owner else ""
    when = in_words(owed.due_end, owed.due_start, zone=zone, language=said.language)
    if phase(owed, now=now) not in ("overdue", "missed"):
        return {"heading": said.promised(who, promise.channel), "when": when, "text": said.better}
    late = said.late.format(does=said.does(promise.channel, when))
    told = [said.told.format(who=who)] if who else []
    return {"heading": said.late_heading, "text": " ".join([late, *told, said.need_not_wait])}


def _nothing_stands(sent_for: Promise, said: Wording) -> dict[str, str]:
    """Nothing is promised any more: it was kept, or given up."""
    if sent_for.kept_by is None:
        return {"heading": said.may.format(does=said.does(sent_for.channel)), "text": said.nothing}
    day = times(said.language).on(sent_for.kept_by.at.astimezone(sent_for.case.customer.zone))
    heading = said.may.format(does=said.does(sent_for.channel, said.once_more))
    return {"heading": heading, "text": said.in_touch.format(day=day)}


def _broken(request: HttpRequest) -> HttpResponse:
    """A link that we never sent, or that was cut off: in the language that the browser asks for."""
    said = words_in(translation.get_language_from_request(request))
    context = {"said": said, "language": said.language, "company": _company()}
    return render(request, "public/no_promise.html", context, status=404)


def _company() -> str:
    return str(settings.RECOVERY["COMPANY_NAME"])
