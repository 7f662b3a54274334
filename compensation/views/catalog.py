"""The catalog of remedies, as administrators keep it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.money import display
from compensation.domain import catalog
from compensation.enums import Basis, Gives, Method, RemedyKind
from compensation.forms.catalog import AMOUNTS, RemedyForm, VersionForm
from compensation.models import Remedy
from compensation.queries.versions import Step, steps
from recovery.pages import done, edits, person, reads, writes

DEFAULTS = {"basis": Basis.GOODWILL, "method": Method.NONE}
CHOICES: dict[str, dict[Any, Any]] = {
    name: dict(of.choices)
    for name, of in (("kind", RemedyKind), ("gives", Gives), ("basis", Basis), ("method", Method))
}


@reads
def catalog_page(request: HttpRequest) -> HttpResponse:
    """What we may give, and what has been retired."""
    lines = list(Remedy.objects.order_by("-active", "kind", "name"))
    context = {
        "active": [line for line in lines if line.active],
        "retired": [line for line in lines if not line.active],
        "may": can_administer(person(request)),
    }
    return render(request, "compensation/catalog.html", context)


@edits
def remedy(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One line of the catalog: shown, added or changed."""
    line = get_object_or_404(Remedy, pk=pk) if pk is not None else None
    may = can_administer(person(request))
    if request.method == "GET":
        initial = RemedyForm.initial_of(line) if line else {"kind": "assistance", "currency": "USD", **DEFAULTS}
        return _remedy(request, line, RemedyForm(initial=initial))
    may.enforce()
    form = RemedyForm(request.POST)
    if not form.is_valid():
        return _remedy(request, line, form, status=422)
    try:
        kept = catalog.save_remedy(
            line,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            **form.fields_of_remedy(),
        )
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        return _remedy(request, line, form, status=422, meanwhile=meanwhile)
    return done(request, "setting-catalog", said=f"{kept.name}: kept.", draft=f"remedy-{pk or 'new'}")


def _remedy(
    request: HttpRequest,
    line: Remedy | None,
    form: RemedyForm,
    *,
    status: int = 200,
    meanwhile: ChangedMeanwhile | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "line": line,
        "form": form,
        "may": can_administer(person(request)),
        "meanwhile": meanwhile,
        "steps": [_told(step, form) for step in steps(line)] if line else [],
    }
    if meanwhile is not None and line is not None:
        line.refresh_from_db()
        theirs = RemedyForm.initial_of(line)
        changed = {name for change in meanwhile.details["changes"] for name in change["fields"]}
        context["theirs"] = [
            (form[name].label, str(line.pool or "nothing") if name == "pool" else shown(name, theirs[name]))
            for name in form.fields
            if name in changed & set(theirs)
        ]
    return render(request, "compensation/remedy.html", context, status=status)


def _told(step: Step, form: RemedyForm) -> dict[str, Any]:
    """One version of a line as it is shown: who, when, and each field before and after."""
    was = {**step.line, **{change.field: change.before for change in step.changes}}

    def said(name: str, value: Any, line: dict[str, Any]) -> str:
        if name in AMOUNTS and value is not None:
            return display(value, line["currency"]) if line["currency"] else str(value)
        return shown(name, value)

    return {
        "step": step,
        "changes": [
            (
                str(form[change.field].label) if change.field in form.fields else change.field.capitalize(),
                said(change.field, change.before, was),
                said(change.field, change.after, step.line),
            )
            for change in step.changes
        ],
        "price": said("cost_minor", step.line["cost_minor"], step.line),
    }


def shown(name: str, value: Any) -> str:
    """A value of a line, in words."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(CHOICES.get(name, {}).get(value, value))


@writes
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line out of the catalog, or put it back."""
    line, form = get_object_or_404(Remedy, pk=pk), VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    kept = catalog.save_remedy(line, active=not line.active, version=version, by=person(request), now=timezone.now())
    said = "is in the catalog again" if kept.active else "is retired: what was given stays as it was"
    return done(request, "setting-catalog", said=f"{kept.name} {said}.")
