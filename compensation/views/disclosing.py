"""The call that tells a customer of a decision: guided, made by the one who owes it, or tried until it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain.roles import can_supervise
from accounts.models import User
from accounts.queries import staff_of_unit
from cases.domain import disclosing, honored_errors, reassigning
from cases.domain.clock import suggestions
from cases.enums import LIVE_CHANNELS, AttemptOutcome, Channel
from cases.models import Customer, Disclosure, HonoredError
from compensation.forms.honored import AttemptForm, DiscloseForm, ReassignForm
from compensation.views.honored_page import ErrorPage, find
from recovery.forms import Form
from recovery.pages import done, person, reads, writes

# What a try came to when nobody was told: outcome, icon, key.
MISSED = (
    (AttemptOutcome.NO_ANSWER, "phone-missed", "6"),
    (AttemptOutcome.LEFT_MESSAGE, "voicemail", "7"),
    (AttemptOutcome.WRONG_PERSON, "phone-off", "8"),
    (AttemptOutcome.DROPPED, "unplug", "9"),
)
SAID = {
    AttemptOutcome.CALL_BACK: "Promised: you call back then, and will be reminded.",
    AttemptOutcome.DROPPED: "The line dropped. Call again: it is promised.",
    AttemptOutcome.WRONG_PERSON: "Kept. Find a number that reaches them.",
}


def _show(request: HttpRequest, error: HonoredError, *, status: int = 200, **typed: Form) -> HttpResponse:
    """The page of the call, with whatever was sent and could not be taken in its place."""
    user, now = person(request), timezone.now()
    page = ErrorPage(error, user=user, now=now)
    call = page.call
    if call is None:
        raise Http404("No call is owed about this error.")
    usual = _usual(error.customer)
    forms: dict[str, Form] = {
        "told": DiscloseForm(initial={"channel": usual, "version": error.version}, auto_id="told-%s"),
        "attempt": AttemptForm(initial={"channel": usual}, auto_id="attempt-%s"),
        "reassign": ReassignForm(colleagues=_staff(error), auto_id="reassign-%s"),
    }
    phones = [phone for phone in error.customer.phones.all() if not phone.wrong]
    context: dict[str, Any] = {
        "page": page,
        "error": error,
        "customer": error.customer,
        "case": error.case,
        "call": call,
        "forms": {**forms, **typed},
        "ticked": _ticked(typed.get("told")),
        "dial": phones[0].number if phones else "",
        "phones": phones[1:],
        "missed": MISSED,
        "company": settings.RECOVERY["COMPANY_NAME"],
        "suggestions": suggestions(now, error.customer.time_zone),
        "may_reassign": reassigning.can_reassign(user, call, now=now)
        if can_supervise(user) and not page.told
        else None,
        "now": now,
    }
    return render(request, "compensation/honored/call.html", context, status=status)


def _usual(customer: Customer) -> str:
    """The channel that is tried first: as they prefer it, if both are there at once; no call for whoever wants none."""
    preferred = customer.channel_preference
    if customer.do_not_call:
        return (
            preferred if preferred in {*LIVE_CHANNELS, Channel.EMAIL, Channel.POST} - {Channel.PHONE} else Channel.EMAIL
        )
    return preferred if preferred in LIVE_CHANNELS else Channel.PHONE


def _staff(error: HonoredError) -> QuerySet[User]:
    """Who could make a call whose maker is gone."""
    return staff_of_unit(error.unit_id, "rep", "supervisor")


def _ticked(form: Form | None) -> list[str]:
    """The points that were ticked in a form that came back."""
    data: Any = form.data if form is not None else None
    return list(data.getlist("points")) if data is not None else []


def _call(request: HttpRequest, pk: int) -> tuple[HonoredError, Disclosure]:
    error = find(person(request), pk)
    return error, disclosing.call_about(error)


@reads
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The guided call: to read for everybody in reach, to make for whoever owes it."""
    return _show(request, find(person(request), pk))


@writes
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """They have been told: the four points, their answer, and whether they understood."""
    error, owed = _call(request, pk)
    form = DiscloseForm(request.POST, auto_id="told-%s")
    if not form.is_valid():
        return _show(request, error, status=422, told=form)
    data, user, now = form.cleaned_data, person(request), timezone.now()
    version = data["version"]
    try:
        with transaction.atomic():
            if written := form.told_in():
                version = honored_errors.assess(error, by=user, now=now, version=version, **written).version
            disclosing.disclose(
                owed,
                points=data["points"],
                answer=data["answer"],
                understanding=data["understanding"],
                version=version,
                channel=data["channel"] or Channel.PHONE,
                by=user,
                now=now,
            )
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _show(request, find(person(request), pk), status=422, told=form)
    said = f"{error.customer.greeting} knows. A letter can say so too."
    return done(request, "honored-error", pk, said=said, draft=f"told-{pk}")


@writes
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """A try that did not come to it."""
    error, owed = _call(request, pk)
    form = AttemptForm(request.POST, auto_id="attempt-%s")
    if not form.is_valid():
        return _show(request, error, status=422, attempt=form)
    data = form.cleaned_data
    outcome = AttemptOutcome(data["outcome"])
    try:
        back = form.call_back(error.customer.time_zone) if outcome == AttemptOutcome.CALL_BACK else None
        disclosing.attempt(
            owed,
            outcome=outcome,
            channel=data["channel"] or Channel.PHONE,
            words=data["words"],
            call_back_at=back,
            by=person(request),
            now=timezone.now(),
        )
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _show(request, find(person(request), pk), status=422, attempt=form)
    said = SAID.get(outcome, f"{outcome.label}. The call stays yours.")
    return done(request, "honored-call", pk, said=said, draft=f"attempt-{pk}")


@writes
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass the call of somebody who is gone to somebody else."""
    error, owed = _call(request, pk)
    form = ReassignForm(request.POST, colleagues=_staff(error), auto_id="reassign-%s")
    if not form.is_valid():
        return _show(request, error, status=422, reassign=form)
    to = form.cleaned_data["to"]
    try:
        reassigning.reassign(owed, to=to, reason=form.cleaned_data["reason"], by=person(request), now=timezone.now())
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _show(request, find(person(request), pk), status=422, reassign=form)
    return done(request, "honored-call", pk, said=f"{to.name} makes the call now.", draft=f"reassign-{pk}")
