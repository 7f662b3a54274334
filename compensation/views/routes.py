"""Routes of approvals: how long requests wait, whom they are put before, who stands in for whom."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.money import exponent, to_minor
from accounts.queries import staff_of_unit, supervisors_of_unit, visible_units
from compensation.domain import deputies, ladders, routes
from compensation.enums import ApprovalStatus
from compensation.forms.approvals import DeputyForm, PreviewForm, TimesForm
from compensation.queries.approvals import visible_approvals
from compensation.queries.routes import visible_deputies
from recovery.pages import done, person, reads, writes


def _unit(request: HttpRequest) -> BusinessUnit:
    """The unit that is meant, of those in reach; where none is named, the one whose request has waited longest."""
    units = visible_units(person(request)).order_by("name", "id")
    named = request.GET.get("unit") or request.POST.get("unit")
    if named:
        return get_object_or_404(units, pk=int(named) if named.isdigit() and len(named) < 19 else 0)
    waiting = visible_approvals(person(request)).filter(status=ApprovalStatus.WAITING).order_by("requested_at", "id")
    longest = waiting.values_list("award__case__unit_id", flat=True).first()
    first = (units.filter(pk=longest).first() if longest else None) or units.first()
    if first is None:
        raise Http404
    return first


def _principals(user: User, unit: BusinessUnit) -> Any:
    """Whose deputy this person may name, in a unit."""
    own = supervisors_of_unit(unit.pk)
    return own if can_administer(user) else own.filter(pk=user.pk)


def _preview(request: HttpRequest, unit: BusinessUnit) -> dict[str, Any]:
    """Who would be asked for this much now, and what is wrong with how it was typed."""
    form = PreviewForm(request.GET)
    form.is_valid()
    typed, currency = form.cleaned_data.get("amount", "").strip(), form.cleaned_data.get("currency", "").strip().upper()
    found: dict[str, Any] = {"amount": typed, "currency": currency or unit.currency}
    if not typed:
        return found
    try:
        exponent(found["currency"])
        amount = to_minor(typed.lstrip("$€£¥ "), currency=found["currency"], field="amount")
    except Refused as refused:
        return {**found, "wrong": refused.reason}
    turn = ladders.would_be_asked(unit, amount_minor=amount, currency=found["currency"], now=timezone.now())
    return {**found, "amount_minor": amount, "turn": turn, "asked": turn[0] if turn else None}


def _page(request: HttpRequest, unit: BusinessUnit, *, status: int = 200, **more: Any) -> HttpResponse:
    user, now = person(request), timezone.now()
    times = routes.times_of(unit.pk)
    named = list(
        visible_deputies(user).filter(principal__team__units=unit, ends_at__gt=now).order_by("starts_at", "id")
    )
    context = {
        "unit": unit,
        "units": list(visible_units(user).order_by("name", "id")),
        "times": times,
        "usual": times.version == 0,
        "times_form": TimesForm(initial=vars(times)),
        "ladder": ladders.who_answers(unit, now=now),
        "deputies": [(each, user.pk == each.principal_id or bool(can_administer(user))) for each in named],
        "deputy_form": _deputy_form(user, unit),
        "preview": _preview(request, unit),
        "may": can_administer(user),
        "may_name": _principals(user, unit).exists(),
        "now": now,
        **more,
    }
    return render(request, "compensation/routes/routes.html", context, status=status)


def _deputy_form(user: User, unit: BusinessUnit, data: Any = None) -> DeputyForm:
    principals = _principals(user, unit)
    initial = {} if can_administer(user) else {"principal": user.pk}
    people = staff_of_unit(unit.pk, Role.REP, Role.SUPERVISOR)
    return DeputyForm(data, principals=principals, people=people, initial=initial)


def _done(request: HttpRequest, unit: BusinessUnit, said: str, *, draft: str) -> HttpResponseRedirect:
    """As ``done``, back to the unit that one was at."""
    done(request, "setting-routes", said=said, draft=draft)
    return HttpResponseRedirect(f"{reverse('setting-routes')}?unit={unit.pk}")


@reads
def routes_page(request: HttpRequest) -> HttpResponse:
    """One unit's times, its ladder as it stands now, its deputies, and who would be asked for how much."""
    return _page(request, _unit(request))


@writes
def set_times(request: HttpRequest) -> HttpResponse:
    unit, form, user = _unit(request), TimesForm(request.POST), person(request)
    can_administer(user).enforce()
    if not form.is_valid():
        return _page(request, unit, status=422, times_form=form)
    data = dict(form.cleaned_data)
    try:
        routes.set_times(unit, by=user, now=timezone.now(), **data)
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        return _page(request, unit, status=422, times_form=form, meanwhile=meanwhile)
    return _done(request, unit, f"The times of {unit.name} are kept.", draft=f"times-{unit.pk}")


@writes
def name_deputy(request: HttpRequest) -> HttpResponse:
    """Say who answers in a supervisor's place, for a time."""
    unit, user = _unit(request), person(request)
    form = _deputy_form(user, unit, request.POST)
    if not form.is_valid():
        return _page(request, unit, status=422, deputy_form=form)
    principal, deputy = form.cleaned_data["principal"], form.cleaned_data["deputy"]
    try:
        starts, ends = form.times(user.zone)
        deputies.name_deputy(principal, deputy=deputy, starts_at=starts, ends_at=ends, by=user, now=timezone.now())
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _page(request, unit, status=422, deputy_form=form)
    return _done(request, unit, f"{deputy.name} stands in for {principal.name}.", draft=f"deputy-{unit.pk}")


@writes
def end_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    named = get_object_or_404(visible_deputies(person(request)), pk=pk)
    deputies.end_deputy(named, by=person(request), now=timezone.now())
    return done(request, "setting-routes", said=f"{named.deputy.name} no longer stands in for {named.principal.name}.")
