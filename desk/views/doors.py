"""What only the doors of the desk share: the page a verb is on, the way back, and who else is looking at it."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from recovery.pages import person, writes_from

PRESENT_SECONDS = 12


def _page_of(request: HttpRequest, kwargs: dict[str, Any]) -> str:
    if "reference" in kwargs:
        return reverse("case", args=[kwargs["reference"]])
    return reverse("log" if request.path == reverse("log-save") else "desk")


writes = writes_from(_page_of)


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that a switch was on, as far as it is one of ours."""
    there = request.POST.get("next", "") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(there if ours else "/")


def present(request: HttpRequest, place: str) -> list[str]:
    """Say that this person is here, and name the others who were a few seconds ago. Kept in the cache only."""
    now, user = timezone.now().timestamp(), person(request)
    key = f"here:{place}"
    here: dict[int, tuple[str, float]] = cache.get(key) or {}
    if now - here.get(user.pk, ("", 0.0))[1] > PRESENT_SECONDS / 3:
        here = {pk: seen for pk, seen in here.items() if now - seen[1] < PRESENT_SECONDS}
        here[user.pk] = (user.name, now)
        cache.set(key, here, PRESENT_SECONDS)
    return sorted(name for pk, (name, at) in here.items() if pk != user.pk and now - at < PRESENT_SECONDS)
