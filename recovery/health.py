"""Is it alive, is it ready: asked by load balancers and containers, without signing in.

`/healthz` says only that the process answers; a database that is down is no reason to restart it. `/readyz` is 503 when
requests cannot be served: no database, or migrations missing. Without the broker, the clock or a worker they can (the
database is the queue, what is due waits), so that is 200 and `degraded`: taking the web away would help nobody. The same
holds of `books` (the nightly check found a difference, or none has run for 36 hours), of `reminders` (something due has
a reminder that is over two minutes late, whatever the workers say) and of `paths`, the ways to the customer that are
probed on a schedule. `/pathz` is for alarms: 503 while reminders are late or any way is closed, else 200.
A stranger learns no more than which part works.

Both are answered before any other middleware: a load balancer asks over plain HTTP and by address, which the host check
and the redirect to HTTPS would turn away.
"""

from collections.abc import Callable
from contextlib import closing
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis import Redis, RedisError

from compensation.queries.checks import books_agree
from outreach.domain import heartbeats
from outreach.domain.health.standing import standings
from outreach.enums import PathState
from outreach.queries.health import is_anything_unreminded


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


def _broker() -> None:
    """Redis answers. The embedded broker is this process itself."""
    if settings.REDIS_URL:
        with closing(Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)) as redis:
            redis.ping()


def _beats(kind: str) -> Callable[[], None]:
    def check() -> None:
        if not heartbeats.is_alive(kind, now=timezone.now()):
            raise _NotReadyError

    return check


def _books() -> None:
    """The last nightly check found that all books agree, and is not long ago."""
    if not books_agree(now=timezone.now()):
        raise _NotReadyError


def _reminders() -> None:
    """Nothing due has a reminder that is more than two minutes late. Asked of the rows, not of a worker."""
    if is_anything_unreminded(now=timezone.now()):
        raise _NotReadyError


NEEDED: dict[str, Callable[[], None]] = {"database": _database, "migrations": _migrations}
WANTED: dict[str, Callable[[], None]] = {
    "broker": _broker,
    "beat": _beats("beat"),
    "worker": _beats("worker"),
    "reminders": _reminders,
    "books": _books,
}


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except (_NotReadyError, DatabaseError, RedisError):
        return False
    return True


def _ready() -> JsonResponse:
    """Each part with `true` or `false`, and what follows from them."""
    needed = {name: _passes(check) for name, check in NEEDED.items()}
    if not all(needed.values()):
        return JsonResponse({"status": "not ready", **needed}, status=503)
    wanted = {name: _passes(check) for name, check in WANTED.items()}
    paths = _paths(*WANTED)
    well = all(wanted.values()) and all(paths.values())
    return JsonResponse({"status": "ready" if well else "degraded", **needed, **wanted, "paths": paths})


def _paths(*but: str) -> dict[str, bool]:
    """Whether each way that is set up is open, by its last probe. What was not tried yet is not called closed."""
    found = standings(now=timezone.now(), but=but)
    return {each.name: not each.is_closed for each in found if each.state != PathState.NOT_SET_UP}


def _alarm() -> JsonResponse:
    """For whoever wakes people up: 503 as soon as the way to the customer is not open all along."""
    try:
        paths = _paths()
    except DatabaseError:
        return JsonResponse({"status": "closed", "database": False}, status=503)
    is_open = all(paths.values())
    return JsonResponse({"status": "open" if is_open else "closed", **paths}, status=200 if is_open else 503)


def _alive() -> JsonResponse:
    return JsonResponse({"status": "ok"})


ANSWERS: dict[str, Callable[[], JsonResponse]] = {"/healthz": _alive, "/readyz": _ready, "/pathz": _alarm}


class HealthMiddleware:
    """Answers `/healthz`, `/readyz` and `/pathz`, and lets every other request pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in ANSWERS:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return JsonResponse({"status": "read only"}, status=405, headers={"Allow": "GET, HEAD"})
        response = ANSWERS[request.path]()
        response["Cache-Control"] = "no-store"
        return response
