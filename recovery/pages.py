"""What every browser door shares: who is asking, what is answered after a verb, and live parts under an ETag."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import blake2s
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.authority import Refused
from accounts.models import User

View = Callable[..., HttpResponse]
Page = Callable[[HttpRequest, dict[str, Any]], str]


def reads(view: View) -> View:
    """A page for people who are signed in."""
    return login_required(require_GET(view))


def writes_from(page: Page) -> Callable[[View], View]:
    """A verb for people who are signed in, on a page that stands at an address of its own.

    Whoever had to sign in again in the middle of it comes back by GET, and is shown ``page``, with the draft.
    """

    def verb(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "GET":
                return HttpResponseRedirect(page(request, kwargs))
            return view(request, *args, **kwargs)

        guarded = edits(door)
        _verbs.add(guarded)
        return guarded

    return verb


def writes(view: View) -> View:
    """A verb for people who are signed in, whose address continues that of its page: `/calls/7/take` is on `/calls/7`."""
    return writes_from(_page_above)(view)


_verbs: set[View] = set()


def is_verb(view: object) -> bool:
    """Whether a view only answers POST, and a GET by leading to its page."""
    return view in _verbs


def _page_above(request: HttpRequest, kwargs: dict[str, Any]) -> str:
    """The nearest address above this one where there is a page; the desk when there is none."""
    prefix = request.path.removesuffix(request.path_info)
    above = request.path_info
    while above := above.rpartition("/")[0]:
        try:
            found = resolve(above)
        except Resolver404:
            continue
        if not is_verb(found.func):
            return f"{prefix}{above}"
    return f"{prefix}/"


def edits(view: View) -> View:
    """A form for people who are signed in: shown by GET, sent by POST."""
    return login_required(require_http_methods(["GET", "POST"])(_nothing_there(view)))


def _nothing_there(view: View) -> View:
    """What is out of a person's reach is not there for them: 404, not a refusal that tells of it."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            if refused.code == "out_of_reach":
                raise Http404(refused.reason) from refused
            raise

    return door


def public(view: View) -> View:
    """A page that a customer opens by a link, without signing in: shown by GET, sent by POST.

    It is kept by no cache, found by no search, and its address is told to nobody but ourselves: a browser that may tell
    nobody sends a form without saying where it comes from, and that is refused as forged.
    """

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return door


def person(request: HttpRequest) -> User:
    """Whoever is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def done(request: HttpRequest, to: str, *args: Any, said: str = "", draft: str = "") -> HttpResponseRedirect:
    """After a verb: say what was done, let the browser forget the draft, and show the page anew."""
    if said:
        messages.success(request, said, extra_tags=draft)
    return HttpResponseRedirect(reverse(to, args=args))


def tag(token: str, user: User) -> str:
    """The ETag of what this person would see."""
    return f'"{blake2s(f"{user.pk}:{token}".encode(), digest_size=9).hexdigest()}"'


def live(request: HttpRequest, template: str, context: Callable[[], dict[str, Any]], token: str) -> HttpResponse:
    """A live part under an ETag: 304 without a body while nothing has changed for this person.

    ``context`` is asked only when there is something to draw.
    """
    etag = tag(token, person(request))
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, template, {**context(), "etag": etag})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
