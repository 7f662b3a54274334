"""The path to the customer: how each part of it stands, and having one tried now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from outreach.domain import heartbeats
from outreach.domain.health import probing, queues
from outreach.domain.health.paths import watched
from outreach.domain.health.standing import Standing, standings
from outreach.enums import PathState
from outreach.queries.health import seen_lately, turns
from recovery.pages import done, live, person, reads, tag, writes

SHOWN = 12


def _path(request: HttpRequest) -> tuple[dict[str, Any], str]:
    now = timezone.now()
    parts = sorted(standings(now=now), key=_worst_first)
    waiting = queues.waiting(now=now)
    seen = [(each, each.beat_at > now - heartbeats.SILENT_AFTER) for each in seen_lately()[:SHOWN]]
    titles = {path.name: path.title for path in watched()}
    happened = [(event, titles.get(event.data["path"], event.data["path"])) for event in turns()[:SHOWN]]
    context = {
        "parts": parts,
        "closed": [part for part in parts if part.is_closed],
        "waiting": waiting,
        "seen": seen,
        "happened": happened,
        "may_probe": probing.can_probe(person(request)),
        "now": now,
    }
    token = "|".join(
        [
            *(f"{part.name}{part.state}{part.error}{part.failing_since}{_written(part)}" for part in parts),
            *(f"{each.name}{each.seconds // 5}.{each.set_aside}" for each in waiting),
            *(f"{each.name}{alive}{each.beat_at}" for each, alive in seen),
        ]
    )
    return context, token


def _worst_first(part: Standing) -> int:
    return [PathState.FAILING, PathState.SILENT, PathState.UNTRIED, PathState.OPEN, PathState.NOT_SET_UP].index(
        part.state
    )


def _written(part: Standing) -> str:
    """When it was last tried. What is seen at a glance is tried whenever somebody looks."""
    return "" if part.path.at_a_glance else str(part.tried_at)


@reads
def path_page(request: HttpRequest) -> HttpResponse:
    """Is the way to the customer open?"""
    context, token = _path(request)
    return render(request, "outreach/path.html", {**context, "etag": tag(token, person(request))})


@reads
def path_live(request: HttpRequest) -> HttpResponse:
    context, token = _path(request)
    return live(request, "outreach/_path.html", lambda: context, token)


@writes
def path_try(request: HttpRequest, name: str) -> HttpResponse:
    """Have one part tried now."""
    probe = probing.probe_now(name, by=person(request), clock=timezone.now)
    title = next(path.title for path in watched() if path.name == name)
    said = f"{title}: closed ({probe.error})." if probe.last_failed else f"{title}: open, in {probe.took_ms} ms."
    return done(request, "setting-path", said=said)
