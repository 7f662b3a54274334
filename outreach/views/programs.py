"""Programs of follow-up calls, the groups that make them and the hours in which they may, as administrators keep them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import User
from accounts.queries import there
from outreach.domain import programs as verbs
from outreach.domain.hours import MIDNIGHT
from outreach.forms.programs import GroupForm, HoursForm, ProgramForm, gaps_said
from outreach.models import CallingHours, Program
from outreach.queries.programs import all_groups, all_programs
from recovery.forms import Form
from recovery.pages import done, edits, person, reads, writes

Kept = TypeVar("Kept", bound=Model)


@reads
def programs(request: HttpRequest) -> HttpResponse:
    """What is called about, in order; by whom; and when customers may be called."""
    listed = list(all_programs())
    context = {
        "programs": [(program, gaps_said(program.retry_after_minutes)) for program in listed],
        "groups": list(all_groups()),
        "takers": User.objects.filter(there(timezone.now()), takes_calls=True).count(),
        "hours": list(CallingHours.objects.order_by("jurisdiction")),
        "midnight": MIDNIGHT,
        "may": can_administer(person(request)),
    }
    return render(request, "outreach/programs/programs.html", context)


def _page(request: HttpRequest, template: str, form: Form, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "may": can_administer(person(request)), **more}
    return render(request, f"outreach/programs/{template}.html", context, status=status)


def _kept(
    request: HttpRequest, template: str, form: Form, keep: Callable[[], object], *, said: str, draft: str, **more: Any
) -> HttpResponse:
    """Keep what was filled in, or show it again beside what is wrong with it."""
    can_administer(person(request)).enforce()
    if not form.is_valid():
        return _page(request, template, form, status=422, **more)
    try:
        keep()
    except Refused as refused:
        form.refuse(refused)
        meanwhile = refused if isinstance(refused, ChangedMeanwhile) else None
        return _page(request, template, form, status=422, meanwhile=meanwhile, **more)
    return done(request, "setting-programs", said=said, draft=draft)


@edits
def program(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One program: shown, added or changed."""
    found = get_object_or_404(Program, pk=pk) if pk is not None else None
    more: dict[str, Any] = {"program": found}
    if request.method == "GET":
        fresh = Program(score_at_most=2, retry_after_minutes=[120, 1440, 2880])
        return _page(request, "program", ProgramForm(initial=ProgramForm.initial_of(found or fresh)), **more)
    form = ProgramForm(request.POST)

    def keep() -> None:
        verbs.set_program(
            found, by=person(request), now=timezone.now(), version=form.cleaned_data["version"], **form.particulars()
        )

    said = "The program is kept." if found else "The program is added."
    return _kept(request, "program", form, keep, said=said, draft=f"program-{pk or 'new'}", **more)


def _people() -> list[User]:
    """Who could call: reps and supervisors who work here."""
    people = User.objects.filter(is_service=False, is_active=True, role__in=[Role.REP, Role.SUPERVISOR])
    return list(people.exclude(working_state="left").select_related("team").order_by("team__name", "name", "pk"))


@edits
def group(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One group of callers: shown, added or changed."""
    found = get_object_or_404(all_groups(), pk=pk) if pk is not None else None
    people = _people()
    if request.method == "GET":
        initial = {"name": found.name, "active": found.active, "version": found.version} if found else {"active": True}
        return _page(request, "group", GroupForm(initial=initial, people=people, group=found), group=found)
    form = GroupForm(request.POST, people=people, group=found)

    def keep() -> None:
        data = form.cleaned_data
        verbs.set_group(
            found,
            name=data["name"],
            active=data["active"],
            members=form.members(),
            version=data["version"],
            by=person(request),
            now=timezone.now(),
        )

    said = "The group is kept." if found else "The group is added."
    return _kept(request, "group", form, keep, said=said, draft=f"call-group-{pk or 'new'}", group=found)


@edits
def hours(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """When customers of one jurisdiction may be called: shown, added or changed."""
    found = get_object_or_404(CallingHours, pk=pk) if pk is not None else None
    if request.method == "GET":
        initial = (
            HoursForm.initial_of(found) if found else {"weekdays": list("012345"), "opens": "09:00", "closes": "20:00"}
        )
        return _page(request, "hours", HoursForm(initial=initial), hours=found)
    form = HoursForm(request.POST)

    def keep() -> None:
        verbs.set_hours(
            found, by=person(request), now=timezone.now(), version=form.cleaned_data["version"], **form.particulars()
        )

    said = "The hours are kept." if found else "The hours are added."
    return _kept(request, "hours", form, keep, said=said, draft=f"calling-hours-{pk or 'new'}", hours=found)


@writes
def drop_hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rule away, so that the wider one holds."""
    found = get_object_or_404(CallingHours, pk=pk)
    verbs.drop_hours(found, by=person(request), now=timezone.now())
    return done(request, "setting-programs", said="The rule is gone: the wider one holds there now.")
