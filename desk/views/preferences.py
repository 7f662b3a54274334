"""A person's own switches: when they are told of things, the theme, single keys. What they ring with is outreach's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain.preferences import choose_notices, notice_preference, set_single_key_shortcuts
from accounts.domain.quiet import is_quiet, next_digest, next_loud
from accounts.queries import held_back
from desk.forms.preferences import NoticesForm
from desk.views.doors import back
from recovery.pages import done, edits, person, writes

THEMES = ("", "light", "dark")
YEAR = 365 * 24 * 3600


@edits
def preferences(request: HttpRequest) -> HttpResponse:
    """A person's own page. Sent to, it switches the theme, kept in a cookie of this browser, and single keys."""
    if request.method == "GET":
        return _page(request)
    response = back(request)
    theme = request.POST.get("theme")
    if theme is not None and theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    if request.POST.get("single_key_shortcuts") in ("on", "off"):
        set_single_key_shortcuts(person(request), on=request.POST["single_key_shortcuts"] == "on")
    return response


def _page(request: HttpRequest, form: NoticesForm | None = None) -> HttpResponse:
    user, now = person(request), timezone.now()
    preference = notice_preference(user)
    waiting, until = held_back(user, now=now)
    context = {
        "form": form or NoticesForm(initial=NoticesForm.initial_of(preference)),
        "quiet_until": next_loud(preference, now) if is_quiet(preference, now) else None,
        "digest_next": next_digest(preference, now),
        "waiting": waiting,
        "waiting_until": until,
        "chat": bool(settings.RECOVERY["CHAT_WEBHOOK_URL"]),
        "theme": request.COOKIES.get("theme", ""),
    }
    return render(request, "desk/preferences.html", context, status=422 if form else 200)


@writes
def preferences_notices(request: HttpRequest) -> HttpResponse:
    """Choose when to be told of things away from the desk."""
    form = NoticesForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        choose_notices(person(request), now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _page(request, form)
    return done(request, "preferences", said="Saved. It holds for everything that is told from now on.")
