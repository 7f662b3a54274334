"""The desk, what is told there, the palette, and a person's own switches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.domain import notices as accounts_notices
from accounts.domain.preferences import set_single_key_shortcuts
from accounts.domain.roles import set_working_state
from accounts.enums import WorkingState
from accounts.models import Notice
from desk.queries import desk_page, finding
from desk.views.doors import writes
from recovery.pages import live, person, reads, tag

THEMES = ("", "light", "dark")
YEAR = 365 * 24 * 3600
AWAY_HOURS = 1


def _desk(request: HttpRequest) -> tuple[dict[str, Any], str]:
    user, now = person(request), timezone.now()
    owed = desk_page.owed_by(user, now=now)
    cases = desk_page.my_cases(user)
    answers = desk_page.answers(user, now=now)
    calls = desk_page.calls_of(user)
    measured = desk_page.left_to_give(user, now=now)
    token = "|".join(
        [
            *(f"{item.obligation.pk}{item.phase}{item.obligation.due_end:%s}" for item in owed),
            *(f"{item.case.pk}.{item.case.version}{item.next}" for item in cases),
            *(f"{answer.pk}{answer.status}" for answer in answers),
            *(f"{call.pk}.{call.version}" for call in calls),
            *(f"{gauge.axis}{gauge.used}/{gauge.cap}{gauge.currency}" for gauge in measured),
        ]
    )
    soon = sum(1 for item in owed if item.phase != "ahead")
    context = {
        "owed": owed,
        "cases": cases,
        "answers": answers,
        "calls": calls,
        "gauges": measured,
        "soon": soon,
        "late": sum(1 for item in owed if item.phase in ("overdue", "missed")),
        "now": now,
        "hour": timezone.localtime(now).hour,
    }
    return context, token


@reads
def desk(request: HttpRequest) -> HttpResponse:
    """What do I owe, to whom, by when?"""
    context, token = _desk(request)
    return render(request, "desk/desk.html", {**context, "etag": tag(token, person(request))})


@reads
def desk_live(request: HttpRequest) -> HttpResponse:
    context, token = _desk(request)
    return live(request, "desk/_desk.html", lambda: context, token)


@reads
def notices(request: HttpRequest) -> HttpResponse:
    """What Recovery tells this person, wherever they are."""
    told = desk_page.notices(person(request))
    counts = desk_page.counts(person(request), now=timezone.now())
    token = ",".join(str(notice.pk) for notice in told)
    return live(request, "_notices.html", lambda: {"notices": told, "counts": counts}, f"{token}{counts}")


@writes
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice, pk=pk, user=person(request))
    accounts_notices.put_away(notice, by=person(request), now=timezone.now())
    if request.POST.get("go") and notice.path:
        return HttpResponseRedirect(notice.path)
    return _back(request)


@writes
def put_all_away(request: HttpRequest) -> HttpResponse:
    accounts_notices.put_away_all(by=person(request), now=timezone.now())
    return _back(request)


@reads
def palette(request: HttpRequest) -> HttpResponse:
    """Customers and cases for what is being typed."""
    text = request.GET.get("q", "").strip()[:160]
    found = finding.anything(person(request), text) if len(text) > 1 else finding.Found([], [])
    return render(request, "desk/_palette_found.html", {"found": found, "text": text})


@writes
def preferences(request: HttpRequest) -> HttpResponse:
    """The theme, kept in a cookie of this browser, and whether single keys do anything, kept with the person."""
    response = _back(request)
    theme = request.POST.get("theme")
    if theme is not None and theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    if request.POST.get("single_key_shortcuts") in ("on", "off"):
        set_single_key_shortcuts(person(request), on=request.POST["single_key_shortcuts"] == "on")
    return response


@writes
def working_state(request: HttpRequest) -> HttpResponse:
    """Step away for an hour, or come back."""
    user, now = person(request), timezone.now()
    state = request.POST.get("working_state", "")
    until = now + timedelta(hours=AWAY_HOURS) if state == WorkingState.AWAY else None
    set_working_state(user, state=state, until=until, by=user, now=now)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    there = request.POST.get("next", "") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there if ours else "/")
