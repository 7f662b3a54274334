"""Is it alive, is it ready: asked by load balancers and containers, without signing in.

`/healthz` says only that the process answers; a database that is down is no reason to restart it. `/readyz` says
whether this installation can do its work, and names what cannot, without telling a stranger anything else.

Both are answered before any other middleware: a load balancer asks over plain HTTP and by address, which the host check
and the redirect to HTTPS would turn away.
"""

from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


class _NotReadyError(Exception):
    """Raised instead of returning False, so that only a good answer is remembered."""


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def _migrations() -> None:
    """Remembered once true: the code of a running process does not change."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _NotReadyError


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "migrations": _migrations}


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except (_NotReadyError, DatabaseError):
        return False
    return True


def _ready() -> JsonResponse:
    """200 when every part works, else 503; either way each part with `true` or `false`."""
    parts = {name: _passes(check) for name, check in CHECKS.items()}
    whole = all(parts.values())
    return JsonResponse({"status": "ready" if whole else "not ready", **parts}, status=200 if whole else 503)


class HealthMiddleware:
    """Answers `/healthz` and `/readyz`, and lets every other request pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in ("/healthz", "/readyz"):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return JsonResponse({"status": "read only"}, status=405, headers={"Allow": "GET, HEAD"})
        response = _ready() if request.path == "/readyz" else JsonResponse({"status": "ok"})
        response["Cache-Control"] = "no-store"
        return response
