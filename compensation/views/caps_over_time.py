"""One holder's caps over time, changes taken out of the plan, and what somebody could spend at a moment."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import User
from accounts.money import display, exponent
from accounts.queries import colleagues
from cases.domain.clock import at_wall_time
from cases.queries import visible_cases
from compensation.domain import setting_caps
from compensation.domain.previewing import Preview, can_preview, preview
from compensation.enums import Axis
from compensation.forms.caps import Holder, PreviewForm
from compensation.forms.catalog import VersionForm
from compensation.models import Cap
from compensation.queries.caps import AXES, caps_over_time, planned_changes, told_of
from journal.models import Event
from recovery.pages import done, person, reads, writes

SHOWN = 300


@reads
def caps_of(request: HttpRequest, key: str) -> HttpResponse:
    """All that one role or one person may, might and is to spend alone, cell by cell, with who set it and when."""
    user, now = person(request), timezone.now()
    holder = _holder(user, key)
    held = list(caps_over_time(holder.holder)[:SHOWN])
    ordered = sorted(held, key=lambda cap: (cap.currency, AXES.index(Axis(cap.axis))))
    cells = [
        (axis, currency, list(of_cell))
        for (currency, axis), of_cell in groupby(ordered, key=lambda cap: (cap.currency, Axis(cap.axis)))
    ]
    context = {
        "holder": holder,
        "cells": cells,
        "changes": [_told(event) for event in told_of(held)[:SHOWN]],
        "planned": {change.cap.pk for change in planned_changes(now)},
        "now": now,
        "may": can_administer(user),
    }
    return render(request, "compensation/caps_over_time.html", context)


def _holder(user: User, key: str) -> Holder:
    if key in (Role.REP, Role.SUPERVISOR):
        return Holder(role=key)
    if not (key.startswith("u") and key[1:].isdecimal() and len(key) < 19):
        raise Http404
    everybody = User.objects.all() if can_administer(user) else colleagues(user)
    return Holder(user=get_object_or_404(everybody, pk=int(key[1:])))


def _told(event: Event) -> dict[str, Any]:
    """One change of a cap as it is shown."""
    data = event.data

    def amount(minor: int | None) -> str:
        if minor is None:
            return "nothing"
        return display(minor, data["currency"]) if data["currency"] else f"{minor} a day"

    removed, begins, ends = data.get("removed"), data.get("starts_at"), data.get("ends_at")
    if removed and begins:
        what, word = f"{amount(data['before'])} taken out of the plan", "for"
    elif removed:
        what, word = f"{amount(data['before'])} ended", "from"
    else:
        what, word = f"from {amount(data.get('before'))} to {amount(data.get('after'))}", "from"
    moment = begins or ends
    return {
        "by": event.actor.name if event.actor else "The system",
        "at": event.at,
        "axis": Axis(data["axis"]).label,
        "currency": data["currency"],
        "what": what,
        "word": word,
        "when": datetime.fromisoformat(moment) if moment and moment != event.at.isoformat() else None,
    }


@writes
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a planned change, or a planned end, out of the plan."""
    cap, form, now = get_object_or_404(Cap, pk=pk), VersionForm(request.POST), timezone.now()
    version, by = form.cleaned_data["version"] if form.is_valid() else None, person(request)
    if cap.starts_at > now:
        setting_caps.remove_cap(cap, version=version, by=by, now=now)
    else:
        setting_caps.keep_cap(cap, version=version, by=by, now=now)
    return done(request, "setting-caps", said="Taken out of the plan: what holds now holds on.")


@reads
def preview_page(request: HttpRequest) -> HttpResponse:
    """What could Maya spend now? Every gauge, the one that binds, and who would be asked above it."""
    user, now = person(request), timezone.now()
    can_preview(user).enforce()
    form = PreviewForm(
        request.GET if request.GET.get("who") else None, people=colleagues(user).exclude(role=Role.ADMIN)
    )
    seen = None
    if form.is_bound and form.is_valid():
        try:
            seen = _preview(form, user, now)
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "seen": seen, "now": now, "may": None}
    return render(request, "compensation/caps_preview.html", context, status=422 if form.errors else 200)


def _preview(form: PreviewForm, user: User, now: datetime) -> Preview:
    asked, case = form.cleaned_data, None
    if reference := asked["case"].strip().upper():
        case = visible_cases(user).select_related("unit", "customer").filter(reference=reference).first()
        if case is None:
            raise Refused("out_of_reach", "There is no such case.", "case")
    currency = asked["currency"].strip().upper()
    if currency:
        exponent(currency)
    at = at_wall_time(asked["at"], user.time_zone) if asked["at"] else now
    return preview(asked["who"], at=at, case=case, currency=currency)
