"""What may be spent alone, by role and by person."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.money import display, is_currency
from accounts.queries import colleagues
from compensation.domain import caps, setting_caps
from compensation.forms.money import CapsForm, Cell, Holder, PersonalCapsForm
from compensation.models import Cap
from compensation.queries import caps_by_holder
from recovery.pages import done, edits, person


def _grid(request: HttpRequest, every: list[Cap], currency: str, extra: User | None) -> tuple[CapsForm, list[Holder]]:
    of_currency = [cap for cap in every if cap.currency == currency]
    people = {cap.user_id: cap.user for cap in of_currency if cap.user is not None}
    if extra is not None:
        people[extra.pk] = extra
    holders = [Holder(role=Role.REP), Holder(role=Role.SUPERVISOR)]
    holders += [Holder(user=user) for user in sorted(people.values(), key=lambda user: user.name)]
    initial = CapsForm.initial_of(of_currency, currency)
    data = request.POST if request.method == "POST" and request.POST.get("grid") == currency else None
    form = CapsForm(data, initial=initial, currency=currency, holders=holders, auto_id=f"{currency}-%s")
    return form, holders


@edits
def caps_page(request: HttpRequest) -> HttpResponse:
    """Who may spend how much alone: a grid for each currency."""
    user, may = person(request), can_administer(person(request))
    asked = request.POST if request.method == "POST" else request.GET
    every = list(caps_by_holder())
    currencies = {cap.currency for cap in every} | set(BusinessUnit.objects.values_list("currency", flat=True))
    people = colleagues(user).exclude(role=Role.ADMIN)
    chosen = PersonalCapsForm(asked if asked.get("user") else None, people=people, initial={"currency": "USD"})
    extra, into = None, ""
    if may and chosen.is_bound and chosen.is_valid():
        extra, into = chosen.cleaned_data["user"], chosen.cleaned_data["currency"].upper()
        if is_currency(into):
            currencies.add(into)
        else:
            chosen.add_error("currency", f"“{into}” is not a currency code such as USD.")
    grids = {code: _grid(request, every, code, extra if code == into else None)[0] for code in sorted(currencies)}
    status = 200
    if request.method == "POST":
        may.enforce()
        form = grids.get(request.POST.get("grid", ""))
        if form is None:
            raise Http404
        if form.is_valid() and (written := _write(form, by=user)) is not None:
            said = f"{written} {'cap' if written == 1 else 'caps'} changed." if written else "Nothing was changed."
            return done(request, "setting-caps", said=said)
        status = 422
    context = {
        "grids": grids.values(),
        "axes": [axis.label for axis in caps.MONEY_AXES],
        "may": may,
        "chosen": chosen,
        "extra": extra,
    }
    return render(request, "compensation/caps.html", context, status=status)


def _write(form: CapsForm, *, by: User) -> int | None:
    """Write all cells that were changed, or none when one cannot be; returns how many."""
    cells = form.changed()
    with transaction.atomic():
        for cell in cells:
            try:
                _write_cell(cell, form.currency, by=by)
            except ChangedMeanwhile as meanwhile:
                cap = _cap(cell, form.currency)
                form.meanwhile(cell.field, cap)
                now_there = display(cap.amount_minor, cap.currency) if cap else "nothing"
                who = next((change["by"] for change in meanwhile.details["changes"] if change["by"]), "Somebody")
                form.add_error(
                    cell.field, f"{who} set this to {now_there} meanwhile. Save again to put yours in its place."
                )
            except Refused as refused:
                form.add_error(cell.field, refused.reason)
        if form.errors:
            transaction.set_rollback(True)
            return None
    return len(cells)


def _cap(cell: Cell, currency: str) -> Cap | None:
    wanted = Cap.objects.filter(axis=cell.axis, currency=currency)
    mine = wanted.filter(user=cell.holder.user) if cell.holder.user else wanted.filter(role=cell.holder.role)
    return mine.first()


def _write_cell(cell: Cell, currency: str, *, by: User) -> None:
    now = timezone.now()
    if cell.amount_minor is None:
        cap = _cap(cell, currency)
        if cap is not None:
            setting_caps.remove_cap(cap, version=cell.version, by=by, now=now)
        return
    setting_caps.set_cap(
        axis=cell.axis,
        currency=currency,
        amount_minor=cell.amount_minor,
        role=cell.holder.role,
        user=cell.holder.user,
        version=cell.version,
        by=by,
        now=now,
    )
