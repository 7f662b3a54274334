"""What may be spent alone, by role and by person: now, and from a moment ahead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.money import display, is_currency
from accounts.queries import colleagues
from cases.domain.clock import at_wall_time
from compensation.domain import setting_caps
from compensation.domain.previewing import can_preview
from compensation.domain.setting_caps import Cell
from compensation.forms.caps import UNASKED, CapsForm, Holder, PersonalCapsForm, PreviewForm, Typed
from compensation.models import Cap
from compensation.queries.caps import caps_at, planned_changes
from recovery.pages import done, edits, person


@edits
def caps_page(request: HttpRequest) -> HttpResponse:
    """Who may spend how much alone: a grid for each currency, and one for no-questions remedies a day."""
    user, now = person(request), timezone.now()
    may = can_administer(user)
    asked = request.POST if request.method == "POST" else request.GET
    shown_at = _moment(request, user, now)
    held = list(caps_at(shown_at))
    currencies = {cap.currency for cap in held if cap.currency} | set(
        BusinessUnit.objects.values_list("currency", flat=True)
    )
    people = colleagues(user).exclude(role=Role.ADMIN)
    chosen = PersonalCapsForm(asked if asked.get("user") else None, people=people, initial={"currency": "USD"})
    extra, into = None, ""
    if may and chosen.is_bound and chosen.is_valid():
        extra, into = chosen.cleaned_data["user"], chosen.cleaned_data["currency"].upper()
        if is_currency(into):
            currencies.add(into)
        else:
            chosen.add_error("currency", f"“{into}” is not a currency code such as USD.")
    grids = [_grid(request, held, code, extra if code == into else None) for code in sorted(currencies)]
    grids.append(_grid(request, held, "", extra))
    status = 200
    if request.method == "POST":
        may.enforce()
        form = next((each for each in grids if each.key == request.POST.get("grid")), None)
        if form is None:
            raise Http404
        if form.is_valid() and (said := _write(form, by=user, now=now)) is not None:
            return done(request, "setting-caps", said=said, draft=f"caps-{form.key}")
        status = 422
    context = {
        "grids": grids,
        "may": may,
        "chosen": chosen,
        "extra": extra,
        "shown_at": shown_at if shown_at > now else None,
        "planned": planned_changes(now),
        "preview": PreviewForm(people=people) if can_preview(user) else None,
    }
    return render(request, "compensation/caps.html", context, status=status)


def _moment(request: HttpRequest, user: User, now: datetime) -> datetime:
    """The moment whose caps are shown: now, or what ``from`` says, on the wall of whoever looks."""
    try:
        wall = parse_datetime(request.GET.get("from", ""))
    except ValueError:
        wall = None
    if request.method == "POST" or wall is None or wall.tzinfo is not None:
        return now
    return max(at_wall_time(wall, user.time_zone), now)


def _grid(request: HttpRequest, held: list[Cap], currency: str, extra: User | None) -> CapsForm:
    of_currency = [cap for cap in held if cap.currency == currency]
    people = {cap.user_id: cap.user for cap in of_currency if cap.user is not None}
    if extra is not None:
        people[extra.pk] = extra
    holders = [Holder(role=Role.REP), Holder(role=Role.SUPERVISOR)]
    holders += [Holder(user=user) for user in sorted(people.values(), key=lambda user: user.name)]
    key = currency or "no-questions"
    initial: dict[str, Any] = {"starts_at": request.GET.get("from", "")[:16]}
    initial |= CapsForm.initial_of(of_currency, currency)
    data = request.POST if request.method == "POST" and request.POST.get("grid") == key else None
    axes = {} if currency else {"axes": UNASKED}
    return CapsForm(data, initial=initial, currency=currency, holders=holders, auto_id=f"{key}-%s", **axes)


def _write(form: CapsForm, *, by: User, now: datetime) -> str | None:
    """Write all cells that were changed, or none when one cannot be; returns what to say of it."""
    cells, begins = form.changed(), form.begins(by.time_zone)
    if begins is not None and begins < now:
        form.add_error("starts_at", setting_caps.IN_PAST)
    with transaction.atomic():
        for each in cells:
            _write_cell(form, each, by=by, now=now, begins=begins)
        if form.errors:
            transaction.set_rollback(True)
            return None
    if not cells:
        return "Nothing was changed."
    what = f"{len(cells)} {'cap' if len(cells) == 1 else 'caps'}"
    wall = begins.astimezone(by.zone) if begins else None
    return f"{what} planned from {wall:%-d %b %Y, %H:%M} on." if wall else f"{what} changed."


def _write_cell(form: CapsForm, each: Typed, *, by: User, now: datetime, begins: datetime | None) -> None:
    cell = Cell(each.axis, form.currency, each.holder.role, each.holder.user)
    try:
        if each.amount_minor is not None:
            setting_caps.set_cap(
                axis=cell.axis,
                currency=cell.currency,
                role=cell.role,
                user=cell.user,
                amount_minor=each.amount_minor,
                starts_at=begins,
                version=each.version,
                by=by,
                now=now,
            )
        elif (cap := cell.at(begins or now).first()) is not None:
            setting_caps.remove_cap(cap, ends_at=begins, version=each.version, by=by, now=now)
    except ChangedMeanwhile as meanwhile:
        cap = cell.at(begins or now).first()
        form.meanwhile(each.field, cap)
        form.add_error(each.field, _who_else(cap, meanwhile, now=now))
    except Refused as refused:
        form.add_error(each.field, refused.reason)


def _who_else(cap: Cap | None, meanwhile: ChangedMeanwhile, *, now: datetime) -> str:
    """What stands in a cell that was not there when its writer looked."""
    who = next((change["by"] for change in meanwhile.details["changes"] if change["by"]), "Somebody")
    amount = "nothing"
    if cap is not None:
        amount = display(cap.amount_minor, cap.currency) if cap.currency else str(cap.amount_minor)
        if cap.starts_at > now:
            return f"{who} planned {amount} for then. Save again to put yours in its place."
    return f"{who} set this to {amount} meanwhile. Save again to put yours in its place."
