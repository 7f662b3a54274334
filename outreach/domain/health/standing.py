"""How the path stands now: what the probes found, and what the clock and the rows say by themselves.

Whoever reads it must not depend on a worker: a part that answers at a glance is asked anew, and what was probed too
long ago is said to be unknown instead of open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.domain.health.paths import Path, watched
from outreach.domain.health.probing import LEASE, Tried, try_path
from outreach.enums import PathState
from outreach.models import Probe

# So many rounds may be missed before what was found is old.
ROUNDS = 3
CLOSED = (PathState.FAILING, PathState.SILENT)


@dataclass(frozen=True)
class Standing:
    """One part of the path as it stands. ``took_ms`` is how long the last try took, in milliseconds."""

    path: Path
    state: PathState
    tried_at: datetime | None = None
    took_ms: int | None = None
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    detail: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_closed(self) -> bool:
        """Nothing can be said to get through here now."""
        return self.state in CLOSED


def standings(*, now: datetime, but: Iterable[str] = ()) -> list[Standing]:
    """Every part of the path, ``but`` those that the caller asks in its own way. One read of the probes, and a glance each at what rows and clock can answer."""
    probes = {probe.name: probe for probe in Probe.objects.all()}
    return [standing(path, probes.get(path.name), now=now) for path in watched() if path.name not in but]


def standing_of(name: str, *, now: datetime) -> Standing | None:
    """One part of the path, or None when it is not watched."""
    path = next((each for each in watched() if each.name == name), None)
    return standing(path, Probe.objects.filter(name=name).first(), now=now) if path else None


def is_open(name: str, *, now: datetime) -> bool:
    """May this part be counted on? Not when it is failing; nobody's not having looked lately is no reason to warn."""
    found = standing_of(name, now=now)
    return found is None or found.state != PathState.FAILING


def standing(path: Path, probe: Probe | None, *, now: datetime) -> Standing:
    """How one part stands, by its row and the clock."""
    if not path.is_set_up():
        return Standing(path, PathState.NOT_SET_UP)
    if path.at_a_glance:
        return _at_a_glance(path, probe or Probe(name=path.name), try_path(path, now=now), now=now)
    if probe is None or probe.tried_at is None:
        return Standing(path, PathState.UNTRIED)
    return _standing(path, probe, _state(path, probe, now=now))


def _state(path: Path, probe: Probe, *, now: datetime) -> PathState:
    if probe.last_failed:
        return PathState.FAILING
    old = probe.tried_at is None or probe.tried_at < now - ROUNDS * path.every - LEASE
    return PathState.SILENT if old else PathState.OPEN


def _at_a_glance(path: Path, probe: Probe, tried: Tried, *, now: datetime) -> Standing:
    """What was just seen, whatever was last written down; since when it has been so, by what was."""
    if tried.error:
        probe.failed_at, probe.error = now, tried.error
        probe.failing_since = min((each for each in (probe.failing_since, tried.since) if each), default=None)
    else:
        probe.succeeded_at, probe.failing_since = now, None
    probe.tried_at, probe.took_ms, probe.detail = now, tried.took_ms, tried.detail
    return _standing(path, probe, PathState.FAILING if tried.error else PathState.OPEN)


def _standing(path: Path, probe: Probe, state: PathState) -> Standing:
    return Standing(
        path,
        state,
        tried_at=probe.tried_at,
        took_ms=probe.took_ms,
        succeeded_at=probe.succeeded_at,
        failed_at=probe.failed_at,
        failing_since=probe.failing_since or (probe.failed_at if probe.last_failed and not path.at_a_glance else None),
        error=probe.error,
        detail=probe.detail,
    )
