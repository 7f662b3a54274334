"""The ladder of reminders as administrators keep it: which rungs there are of each kind, on which channels, on or off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.models import User
from cases.domain.casework import changes_since
from outreach.domain.rules import save_rung
from outreach.models import Rung


def add_rung(
    *, kind: str, offset_minutes: int, audience: str, channels: Sequence[str], by: User, now: datetime
) -> Rung:
    """Add a reminder: minutes before (negative), at or after the time it is due. Refused as ``save_rung``."""
    rung = Rung(kind=kind, offset_minutes=offset_minutes, audience=audience, channels=list(channels))
    return save_rung(rung, by=by, now=now)


@transaction.atomic
def change_rung(
    rung: Rung,
    *,
    by: User,
    now: datetime,
    version: int | None = None,
    channels: Sequence[str] | None = None,
    active: bool | None = None,
) -> Rung:
    """Change where a reminder is told, or switch it on or off. ``version`` is what was last seen.

    Refused: ``changed_meanwhile``, ``not_found``, and as ``save_rung``.
    """
    can_administer(by).enforce()
    held = Rung.objects.select_for_update(no_key=True).filter(pk=rung.pk).first()
    if held is None:
        raise Refused("not_found", "There is no such reminder.")
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since("rung", held.pk, version), version=held.version)
    before = (sorted(held.channels), held.active)
    held.channels = list(channels) if channels is not None else held.channels
    held.active = active if active is not None else held.active
    if before == (sorted(map(str, held.channels)), held.active):
        return held
    return save_rung(held, by=by, now=now)
