"""The desk, what is told there, the palette, and whether a person is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.domain import notices as accounts_notices
from accounts.domain.roles import set_working_state
from accounts.enums import WorkingState
from accounts.models import Notice
from desk.queries import desk_page, finding
from desk.views.doors import back, writes
from outreach.queries.health import is_anything_unreminded
from recovery.pages import live, person, reads, tag

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
    now = timezone.now()
    told = desk_page.notices(person(request))
    counts = desk_page.counts(person(request), now=now)
    unreminded = is_anything_unreminded(now=now)
    token = ",".join(str(notice.pk) for notice in told)
    return live(
        request,
        "_notices.html",
        lambda: {"notices": told, "counts": counts, "unreminded": unreminded},
        f"{token}{counts}{unreminded}",
    )


@writes
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice, pk=pk, user=person(request))
    accounts_notices.put_away(notice, by=person(request), now=timezone.now())
    if request.POST.get("go") and notice.path:
        return HttpResponseRedirect(notice.path)
    return back(request)


@writes
def put_all_away(request: HttpRequest) -> HttpResponse:
    accounts_notices.put_away_all(by=person(request), now=timezone.now())
    return back(request)


@reads
def palette(request: HttpRequest) -> HttpResponse:
    """Customers and cases for what is being typed."""
    text = request.GET.get("q", "").strip()[:160]
    found = finding.anything(person(request), text) if len(text) > 1 else finding.Found([], [])
    return render(request, "desk/_palette_found.html", {"found": found, "text": text})


@writes
def working_state(request: HttpRequest) -> HttpResponse:
    """Step away for an hour, or come back."""
    user, now = person(request), timezone.now()
    state = request.POST.get("working_state", "")
    until = now + timedelta(hours=AWAY_HOURS) if state == WorkingState.AWAY else None
    set_working_state(user, state=state, until=until, by=user, now=now)
    return back(request)
