"""What the doors of the desk share: who may enter, what is answered after a verb, and the tag of a live part."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2s
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.authority import Refused
from accounts.models import User

View = Callable[..., HttpResponse]
PRESENT_SECONDS = 12


def reads(view: View) -> View:
    """A page for people who are signed in."""
    return login_required(require_GET(view))


def writes(view: View) -> View:
    """A verb for people who are signed in. What is out of their reach is not there: 404.

    Whoever had to sign in again in the middle of it comes back by GET, and is shown the page it was on, with the draft.
    """

    @require_http_methods(["GET", "POST"])
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "GET":
            return HttpResponseRedirect(_page_of(request, kwargs))
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            if refused.code == "out_of_reach":
                raise Http404(refused.reason) from refused
            raise

    door.__name__, door.__doc__ = view.__name__, view.__doc__
    return login_required(door)


def _page_of(request: HttpRequest, kwargs: dict[str, Any]) -> str:
    if "reference" in kwargs:
        return reverse("case", args=[kwargs["reference"]])
    return reverse("log" if request.path == reverse("log-save") else "desk")


def person(request: HttpRequest) -> User:
    """Whoever is signed in."""
    return cast(User, request.user)


def done(request: HttpRequest, to: str, *args: Any, said: str = "", draft: str = "") -> HttpResponseRedirect:
    """After a verb: say what was done, let the browser forget the draft, and show the page anew."""
    if said:
        messages.success(request, said, extra_tags=draft)
    return HttpResponseRedirect(reverse(to, args=args))


def live(request: HttpRequest, template: str, context: dict[str, Any], token: str) -> HttpResponse:
    """A live part under an ETag: 304 without a body while nothing has changed for this person."""
    etag = tag(token, person(request))
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, template, {**context, "etag": etag})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def tag(token: str, user: User) -> str:
    """The ETag of what this person would see."""
    return f'"{blake2s(f"{user.pk}:{token}".encode(), digest_size=9).hexdigest()}"'


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
