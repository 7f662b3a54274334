"""What happens to every browser request: an id for the logs, the person's clock, and a refusal made readable."""

import re
import uuid
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.authority import Refused
from recovery.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]

_PLAIN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Gives each request an id, or keeps the one a proxy gave, and sends it back as `X-Request-ID`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        # Anything but a plain token is replaced: the id goes into the logs as it is.
        token = request_id.set(given if _PLAIN_ID.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class TimeZoneMiddleware:
    """Shows and reads times in the signed-in person's own zone; a stranger's are in UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "") if self._has_session(request) else ""
        try:
            chosen = zoneinfo.ZoneInfo(str(zone)) if zone else None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            chosen = None
        with timezone.override(chosen or zoneinfo.ZoneInfo("UTC")):
            return self.get_response(request)

    @staticmethod
    def _has_session(request: HttpRequest) -> bool:
        # Without a session cookie nobody is signed in: an API call or a health check pays for no query here.
        return bool(request.session.session_key)


class RefusalMiddleware:
    """Turns `Refused`, wherever in a browser door it rose, into a page that says why.

    An htmx request gets the refusal's partial, aimed at the page's `#refusal` region; a plain POST gets a page of its
    own with the way back. Both are 422: the request was understood, and nothing was written. The API's answer to the
    same exception is made in `recovery.rest`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        context = {"refused": exception, "back": self._back(request)}
        if getattr(request, "htmx", False):
            response = render(request, "_refusal.html", context, status=422)
            response["HX-Retarget"] = "#refusal"
            response["HX-Reswap"] = "innerHTML"
            return response
        return render(request, "refused.html", context, status=422)

    @staticmethod
    def _back(request: HttpRequest) -> str:
        """Where the person came from, if that is one of our own pages."""
        referer = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
        return referer if ours else "/"
