"""Trying each part of the path on a schedule. The row is the schedule, the lease and the memory.

A probe is claimed under a lease, tried with no transaction open, and what was found is recorded while the lease holds.
Whoever is killed in between leaves a row that is claimed again. Failing and recovering are told of by whoever records
the change, in the same transaction: once, however many workers try.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.enums import Role
from accounts.models import User
from outreach.domain.health.paths import Closed, Path, error_of, watched
from outreach.domain.health.telling import tell_of_failure, tell_of_recovery
from outreach.models import Probe

logger = logging.getLogger(__name__)

# Longer than any check takes: each of its steps has a timeout of seconds.
LEASE = timedelta(minutes=2)
# A way that was open is tried again so soon before anybody is told: a blip is nobody's alarm.
AGAIN_AFTER = timedelta(seconds=10)
# A tick tries what is due for so long; the rest is for the next.
SECONDS = 8.0

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Tried:
    """What one try came to: an error is a kind and a code, blank when the way is open."""

    error: str
    took_ms: int
    detail: dict[str, Any]
    since: datetime | None = None


def try_path(path: Path, *, now: datetime) -> Tried:
    """Try one part of the path now. Nothing it raises gets past this."""
    began = time.monotonic()
    try:
        detail, error, since = dict(path.check(now) or {}), "", None
    except Closed as closed:
        detail, error, since = closed.detail, error_of(closed), closed.since
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with it, it is closed
        detail, error, since = {}, error_of(problem), None
    return Tried(error, round((time.monotonic() - began) * 1000), detail, since)


def probe_due(*, clock: Clock) -> int:
    """Try what is due to be tried, while there is time; returns how many were. ``clock`` tells the time (aware)."""
    paths = {path.name: path for path in watched() if path.on_schedule and path.is_set_up()}
    _lay_rows(paths, now=clock())
    began, tried = time.monotonic(), 0
    while time.monotonic() - began < SECONDS and (probe := claim(paths, now=clock())) is not None:
        tried += 1
        path = paths[probe.name]
        note(probe, path, try_path(path, now=clock()), now=clock())
    return tried


def can_probe(user: User) -> Verdict:
    """Supervisors and administrators may have a part tried now."""
    if user.role in (Role.SUPERVISOR, Role.ADMIN) and not user.is_service:
        return ALLOWED
    return refuse("not_yours", "Supervisors and administrators have a way tried. It is tried by itself every minute.")


def probe_now(name: str, *, by: User, clock: Clock) -> Probe:
    """Try one part now, whoever else is about to; needs no worker. Refused: ``not_yours``, ``out_of_reach``,
    ``not_set_up``, ``being_tried``."""
    can_probe(by).enforce()
    path = next((each for each in watched() if each.name == name), None)
    if path is None:
        raise Refused("out_of_reach", "There is no such path.")
    if not path.is_set_up():
        raise Refused("not_set_up", f"{path.title} is not set up. {path.to_set_up}".strip())
    _lay_rows({name: path}, now=clock())
    probe = claim([name], now=clock(), due=False)
    if probe is None:
        raise Refused("being_tried", f"{path.title} is being tried right now. Look again in a moment.")
    return note(probe, path, try_path(path, now=clock()), now=clock())


def _lay_rows(paths: dict[str, Path], *, now: datetime) -> None:
    """A row for each part that has none yet, due at once."""
    missing = paths.keys() - set(Probe.objects.filter(name__in=paths).values_list("name", flat=True))
    if missing:
        Probe.objects.bulk_create(
            [Probe(name=name, next_at=now) for name in paths if name in missing], ignore_conflicts=True
        )


def claim(names: Any, *, now: datetime, due: bool = True) -> Probe | None:
    """Take the probe that is due longest, of these names, under a lease. Nobody else has it."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    waiting = Probe.objects.filter(free, name__in=list(names)).order_by("next_at", "id")
    if due:
        waiting = waiting.filter(next_at__lte=now)
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock.
    if not waiting.exists():
        return None
    with transaction.atomic():
        if connection.vendor == "postgresql":
            waiting = waiting.select_for_update(skip_locked=True, no_key=True)
        probe = waiting.first()
        if probe is None or not Probe.objects.filter(free, pk=probe.pk).update(leased_until=now + LEASE):
            return None
    probe.leased_until = now + LEASE
    return probe


@transaction.atomic
def note(probe: Probe, path: Path, tried: Tried, *, now: datetime) -> Probe:
    """Record what was found, if the probe is still ours, and tell of it if that is a change."""
    held = Probe.objects.select_for_update(no_key=True).get(pk=probe.pk)
    if held.leased_until != probe.leased_until:
        logger.warning("The probe of %s was recorded after its lease had run out.", path.name)
        return held
    held.leased_until, held.tried_at, held.took_ms = None, now, tried.took_ms
    held.next_at, held.detail = now + path.every, tried.detail
    if tried.error:
        failed_before, again = held.failed_at, held.last_failed
        held.failed_at, held.error = now, tried.error
        if held.failing_since is None and not again:
            held.next_at = now + AGAIN_AFTER
        elif held.failing_since is None:
            held.failing_since = min(tried.since or now, failed_before or now)
            tell_of_failure(held, path, now=now)
    else:
        held.succeeded_at = now
        if held.failing_since is not None:
            since, held.failing_since = held.failing_since, None
            tell_of_recovery(held, path, since=since, now=now)
    held.save()
    return held
