"""Browser doors of settings: where they begin, the people and whether they are there, API credentials."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.authority import Refused
from accounts.domain import credentials
from accounts.domain.roles import can_administer, set_working_state
from accounts.domain.staffing import change_user
from accounts.enums import WorkingState
from accounts.forms import CredentialForm, HolidaysForm, WorkingStateForm
from accounts.queries import credential_holders, is_there, people_by_team, visible_credentials
from recovery.forms import Form
from recovery.pages import done, edits, person, reads, writes


@reads
def settings_page(request: HttpRequest) -> HttpResponse:
    """Where settings begin."""
    return render(request, "accounts/settings.html", {"may": can_administer(person(request))})


# People --------------------------------------------------------------------------------------------------------------------


def _people(request: HttpRequest, *, wrong: tuple[int, Form] | None = None) -> HttpResponse:
    now, user = timezone.now(), person(request)
    may = can_administer(user)
    teams: dict[str, list[dict[str, object]]] = {}
    for each in people_by_team(user):
        typed = wrong[1] if wrong and wrong[0] == each.pk else None
        state = WorkingStateForm(initial=WorkingStateForm.initial_of(each), auto_id=f"p{each.pk}-%s")
        holidays = HolidaysForm(initial={"holiday_region": each.holiday_region}, auto_id=f"p{each.pk}-%s")
        row = {
            "person": each,
            # Somebody whose time away has passed is back, whatever the row still says.
            "state": WorkingState.AVAILABLE if is_there(each, now) else WorkingState(each.working_state),
            "form": typed if isinstance(typed, WorkingStateForm) else state,
            "holidays": (typed if isinstance(typed, HolidaysForm) else holidays) if may else None,
            "may": bool(may) or each.pk == user.pk,
            "open": typed is not None,
        }
        teams.setdefault(each.team.name if each.team else "", []).append(row)
    return render(request, "accounts/people.html", {"teams": teams.items(), "may": may}, status=422 if wrong else 200)


@reads
def people_page(request: HttpRequest) -> HttpResponse:
    """Who works here, in which team, and whether they are there."""
    return _people(request)


@writes
def person_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody is there, away or has left."""
    somebody = get_object_or_404(people_by_team(person(request)), pk=pk)
    form = WorkingStateForm(request.POST, auto_id=f"p{pk}-%s")
    if not form.is_valid():
        return _people(request, wrong=(pk, form))
    data = form.cleaned_data
    until = data["until"] if data["state"] == WorkingState.AWAY else None
    try:
        kept = set_working_state(somebody, state=data["state"], until=until, by=person(request), now=timezone.now())
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _people(request, wrong=(pk, form))
    return done(request, "setting-people", said=f"{kept.name}: {kept.get_working_state_display().lower()}.")


@writes
def person_holidays(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whose public holidays somebody has: what they owe by a number of business days is due accordingly."""
    somebody = get_object_or_404(people_by_team(person(request)), pk=pk)
    form = HolidaysForm(request.POST, auto_id=f"p{pk}-%s")
    if not form.is_valid():
        return _people(request, wrong=(pk, form))
    region = form.cleaned_data["holiday_region"]
    try:
        kept = change_user(somebody, holiday_region=region, by=person(request), now=timezone.now())
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _people(request, wrong=(pk, form))
    where = f"public holidays of {region}" if region else "weekends, and no public holidays"
    return done(request, "setting-people", said=f"{kept.name}: {where}.")


# Credentials ---------------------------------------------------------------------------------------------------------------


def _credentials(request: HttpRequest, form: CredentialForm, *, status: int = 200, **more: object) -> HttpResponse:
    user = person(request)
    context = {"credentials": visible_credentials(user)[:100], "form": form, "may": can_administer(user), **more}
    return render(request, "accounts/credentials.html", context, status=status)


@never_cache
@edits
def credentials_page(request: HttpRequest) -> HttpResponse:
    """Credentials for programs. A new one's secret is in the answer to the form that asked for it, and nowhere else."""
    user = person(request)
    people = credential_holders(user)
    if request.method == "GET":
        return _credentials(request, CredentialForm(people=people, initial={"user": user.pk}))
    form = CredentialForm(request.POST, people=people)
    if not form.is_valid():
        return _credentials(request, form, status=422)
    try:
        issued, secret = credentials.issue(
            form.cleaned_data["user"],
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refused:
        form.refuse(refused)
        return _credentials(request, form, status=422)
    fresh = CredentialForm(people=people, initial={"user": user.pk})
    return _credentials(request, fresh, issued=issued, secret=secret)


@writes
def credential_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    credential = get_object_or_404(visible_credentials(person(request)), pk=pk)
    credentials.revoke(credential, by=person(request), now=timezone.now())
    return done(request, "setting-credentials", said=f"“{credential.name}” no longer opens anything.")
