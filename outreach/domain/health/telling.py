"""Saying that a part of the path is closed, and that it is open again: in the log, and once to those who can help."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.domain.notices import settle, tell
from accounts.enums import NoticeChannel, Role, WorkingState
from accounts.models import User
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain.health.paths import Path
from outreach.models import Probe

PAGE = "/settings/path"
# By mail too, unless it is mail that is closed: it would arrive when there is nothing to do any more.
BY_MAIL = (NoticeChannel.DESK, NoticeChannel.EMAIL)
ON_THE_DESK = (NoticeChannel.DESK,)


def who_is_told() -> QuerySet[User]:
    """Every supervisor and administrator: the path is everybody's."""
    people = User.objects.filter(role__in=[Role.SUPERVISOR, Role.ADMIN], is_active=True, is_service=False)
    return people.exclude(working_state=WorkingState.LEFT).order_by("id")


def tell_of_failure(probe: Probe, path: Path, *, now: datetime) -> None:
    """It is closed, since ``probe.failing_since``. The caller holds the probe."""
    since = probe.failing_since or now
    record(
        EventType.PATH_FAILED,
        subject=("probe", probe.pk),
        now=now,
        data={"path": path.name, "error": probe.error},
    )
    tell(
        who_is_told(),
        key=_key(probe, "failed", since),
        kind="path_failed",
        title=f"{path.title}: closed ({probe.error})"[:200],
        body=path.meanwhile,
        path=PAGE,
        now=now,
        urgent=True,
        channels=ON_THE_DESK if path.name == "mail" else BY_MAIL,
    )


def tell_of_recovery(probe: Probe, path: Path, *, since: datetime, now: datetime) -> None:
    """It is open again, after being closed since ``since``. That it was closed leaves the desks."""
    seconds = int((now - since).total_seconds())
    record(
        EventType.PATH_RECOVERED,
        subject=("probe", probe.pk),
        now=now,
        data={"path": path.name, "seconds": seconds},
    )
    told = Q(notices__key=_key(probe, "failed", since))
    settle(User.objects.filter(told), about=[_key(probe, "failed", since)], now=now)
    tell(
        who_is_told(),
        key=_key(probe, "recovered", since),
        kind="path_recovered",
        title=f"{path.title}: open again, after {_span(seconds)}",
        path=PAGE,
        now=now,
        channels=BY_MAIL,
    )


def _key(probe: Probe, what: str, since: datetime) -> str:
    return f"path_{what}:{probe.pk}:{since:%Y%m%dT%H%M%S%f}"


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
