"""Who calls the API: a program with a bearer credential, or a person signed in with their browser."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.conf import settings
from rest_framework import authentication, exceptions, permissions, throttling
from rest_framework.request import Request

from accounts.domain import credentials
from accounts.enums import Scope
from accounts.models import ApiCredential

SCHEME = "Bearer"


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …`. One query; the credential is at `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiCredential] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        credential = credentials.authenticate(secret.strip()) if scheme.lower() == SCHEME.lower() else None
        if credential is None:
            raise exceptions.AuthenticationFailed("This is not a credential that is in force.")
        return credential.user, credential

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="Recovery"'


class BrowserAuthentication(authentication.SessionAuthentication):
    """A signed-in person trying the API from its documentation; a POST needs the CSRF token."""


class InScope(permissions.BasePermission):
    """The credential carries the scope that the action takes. Refused: ``scope_missing``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiCredential):
            for scope in view.scopes():
                credentials.can_use(request.auth, Scope(scope)).enforce()
        return True


def caller_of(request: Request) -> str:
    """Who asks, as a short name: idempotency keys and rates are counted by it."""
    if isinstance(request.auth, ApiCredential):
        return f"credential:{request.auth.pk}"
    return f"user:{request.user.pk}"


class Rate(throttling.BaseThrottle):
    """So many requests a minute for each caller (setting `API_REQUESTS_PER_MINUTE`; 0 is no limit).

    A bucket that fills steadily, so a burst up to the limit passes. It is counted in this process alone: what a runaway
    program does to one server is what is to be stopped, and counting in the database would cost every request a write.
    """

    _buckets: dict[str, tuple[float, float]] = {}
    _lock = threading.Lock()
    _most = 10_000

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = settings.RECOVERY["API_REQUESTS_PER_MINUTE"]
        if not limit:
            return True
        name, now, refill = caller_of(request), time.monotonic(), limit / 60
        with self._lock:
            left, at = self._buckets.get(name, (float(limit), now))
            left = min(float(limit), left + (now - at) * refill)
            allowed = left >= 1
            if len(self._buckets) > self._most:
                self._buckets.clear()
            self._buckets[name] = (left - 1 if allowed else left, now)
        self._wait = (1 - left) / refill
        return allowed

    def wait(self) -> float:
        return self._wait
