"""Reminders: the ladder of each kind of thing that is owed, and when each unit is there to keep its promises."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.domain.staffing import change_unit
from accounts.enums import NoticeChannel
from accounts.models import BusinessUnit, time_zones
from cases.domain.opening_hours import hours_in_words
from cases.enums import ObligationKind
from outreach.domain import reminding
from outreach.forms.reminders import OpeningHoursForm, RungChangeForm, RungForm
from outreach.models import Rung
from recovery.pages import done, edits, person, reads, writes


def when_said(minutes: int) -> str:
    """90 is said 90 min after, -1440 is 1 day before, 0 is when it is due."""
    if minutes == 0:
        return "When it is due"
    length = abs(minutes)
    for size, name in ((1440, "day"), (60, "hour")):
        if length % size == 0:
            count = length // size
            said = f"{count} {name}{'s' if count > 1 else ''}"
            break
    else:
        said = f"{length} min"
    return f"{said} {'before' if minutes < 0 else 'after'}"


def _page(request: HttpRequest, *, form: RungForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
    ladders: dict[str, list[tuple[Rung, str]]] = {kind: [] for kind in ObligationKind.values}
    for rung in Rung.objects.order_by("offset_minutes", "audience"):
        ladders[rung.kind].append((rung, when_said(rung.offset_minutes)))
    context = {
        "ladders": [(ObligationKind(kind), rungs) for kind, rungs in ladders.items()],
        "channels": NoticeChannel.choices,
        "form": form or RungForm(initial={"unit": "minutes", "side": "before", "channels": ["desk"], "number": 30}),
        "units": [(unit, hours_in_words(unit)) for unit in BusinessUnit.objects.order_by("name", "id")],
        "may": can_administer(person(request)),
        **more,
    }
    return render(request, "outreach/reminders/reminders.html", context, status=status)


@reads
def reminders_page(request: HttpRequest) -> HttpResponse:
    """When who is reminded of what, and when each unit is there."""
    return _page(request)


@writes
def rung_new(request: HttpRequest) -> HttpResponse:
    """Add a reminder."""
    form, user = RungForm(request.POST), person(request)
    can_administer(user).enforce()
    if not form.is_valid():
        return _page(request, form=form, status=422)
    data = form.cleaned_data
    try:
        reminding.add_rung(
            kind=data["kind"],
            offset_minutes=form.offset_minutes,
            audience=data["audience"],
            channels=data["channels"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refused:
        form.refuse(
            Refused(refused.code, refused.reason, {"offset_minutes": "number"}.get(refused.field, refused.field))
        )
        return _page(request, form=form, status=422)
    return done(request, "setting-reminders", said="The reminder is added.", draft="rung-new")


@writes
def rung_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change where a reminder is told, or switch it on or off."""
    rung, user = get_object_or_404(Rung, pk=pk), person(request)
    can_administer(user).enforce()
    data = RungChangeForm(request.POST).accepted()
    try:
        reminding.change_rung(
            rung,
            channels=data["channels"],
            active=data["active"],
            version=data["version"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refused:
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        return _page(request, status=422, wrong=(pk, refused.reason), meanwhile=meanwhile)
    return done(request, "setting-reminders", said="The reminder is kept.")


@edits
def opening_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """When one unit is there: shown or changed."""
    unit, user = get_object_or_404(BusinessUnit, pk=pk), person(request)
    context: dict[str, Any] = {"unit": unit, "may": can_administer(user), "zones": sorted(time_zones())}
    if request.method == "GET":
        context["form"] = OpeningHoursForm(initial=OpeningHoursForm.initial_of(unit))
        return render(request, "outreach/reminders/opening_hours.html", context)
    can_administer(user).enforce()
    form = OpeningHoursForm(request.POST)
    if form.is_valid():
        try:
            change_unit(unit, by=user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            return done(request, "setting-reminders", said=f"{unit.name}: kept.", draft=f"opening-{pk}")
    return render(request, "outreach/reminders/opening_hours.html", {**context, "form": form}, status=422)
