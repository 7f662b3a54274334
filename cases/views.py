"""Browser doors of the tree of causes. What is done on a case has its doors at the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from cases.domain.causes import add_cause, change_cause
from cases.forms import CauseNameForm, NewCauseForm
from cases.models import Cause
from recovery.forms import Form
from recovery.pages import done, person, reads, writes


def _tree(
    request: HttpRequest,
    *,
    new: NewCauseForm | None = None,
    renamed: tuple[int, CauseNameForm] | None = None,
    meanwhile: ChangedMeanwhile | None = None,
) -> HttpResponse:
    causes = list(Cause.objects.select_related("parent"))
    of_parent = {cause.parent_id for cause in causes if cause.active}
    rows = [
        {
            "cause": cause,
            "depth": min(max(cause.depth - 1, 0), 4),
            "branch": cause.pk in of_parent,
            "form": renamed[1]
            if renamed and renamed[0] == cause.pk
            else CauseNameForm(initial={"name": cause.name, "version": cause.version}, auto_id=f"cause-{cause.pk}-%s"),
            "meanwhile": meanwhile if renamed and renamed[0] == cause.pk else None,
        }
        for cause in causes
    ]
    context = {
        "rows": rows,
        "new": new or NewCauseForm(initial={"parent": request.GET.get("under")}, auto_id="new-%s"),
        "may": can_administer(person(request)),
    }
    return render(request, "cases/causes.html", context, status=422 if new or renamed else 200)


@reads
def causes_page(request: HttpRequest) -> HttpResponse:
    """The tree of causes: what incidents are traced back to."""
    return _tree(request)


@writes
def cause_new(request: HttpRequest) -> HttpResponse:
    form = NewCauseForm(request.POST, auto_id="new-%s")
    if not form.is_valid():
        return _tree(request, new=form)
    try:
        cause = add_cause(
            name=form.cleaned_data["name"], parent=form.cleaned_data["parent"], by=person(request), now=timezone.now()
        )
    except Refused as refused:
        _refuse(form, refused)
        return _tree(request, new=form)
    return done(request, "setting-causes", said=f"“{cause.name}” can be chosen now.", draft="cause-new")


@writes
def cause_rename(request: HttpRequest, pk: int) -> HttpResponse:
    cause = get_object_or_404(Cause, pk=pk)
    form = CauseNameForm(request.POST, auto_id=f"cause-{pk}-%s")
    if not form.is_valid():
        return _tree(request, renamed=(pk, form))
    try:
        _change(cause, form, name=form.cleaned_data["name"], active=cause.active, request=request)
    except Refused as refused:
        _refuse(form, refused)
        return _tree(request, renamed=(pk, form), meanwhile=refused if isinstance(refused, ChangedMeanwhile) else None)
    return done(request, "setting-causes", said="Renamed, here and on every incident.", draft=f"cause-{pk}")


@writes
def cause_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a cause out of use, or back into it. What it was given to keeps it."""
    cause = get_object_or_404(Cause, pk=pk)
    form = CauseNameForm({"name": cause.name, "version": request.POST.get("version")}, auto_id=f"cause-{pk}-%s")
    if not form.is_valid():
        return _tree(request, renamed=(pk, form))
    kept = _change(cause, form, name=cause.name, active=not cause.active, request=request)
    return done(request, "setting-causes", said=f"“{kept.name}” is {'in use again' if kept.active else 'retired'}.")


def _change(cause: Cause, form: CauseNameForm, *, name: str, active: bool, request: HttpRequest) -> Cause:
    return change_cause(
        cause,
        name=name,
        active=active,
        version=form.cleaned_data["version"],
        by=person(request),
        now=timezone.now(),
    )


def _refuse(form: Form, refused: Refused) -> None:
    """Who may not do this at all is told so on a page; what is wrong with the words stands beside them."""
    if refused.code == "administrator_needed":
        raise refused
    form.refuse(refused)
