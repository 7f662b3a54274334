"""The reminder ladder: before something is due, when it is due, and when it was missed.

It runs over obligations and nothing else. Looking at an obligation writes the notices of every rung whose time has
come and sets when to look again, in one transaction: a killed worker leaves either all of it or nothing, and the
notice's unique key makes a rung ring once per person and channel however often it is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.domain.notices import tell
from accounts.models import Notice, User
from accounts.queries import is_there, supervisors_of_unit
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Obligation
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from outreach.enums import Audience
from outreach.models import Rung

PATHS = {ObligationKind.APPROVAL: "/approvals", ObligationKind.FOLLOW_UP_CALL: "/calls"}


def rungs_by_kind() -> dict[str, list[Rung]]:
    """The active ladder of each kind of obligation, in order of time."""
    ladders: dict[str, list[Rung]] = defaultdict(list)
    for rung in Rung.objects.filter(active=True).order_by("offset_minutes", "id"):
        ladders[rung.kind].append(rung)
    return ladders


def rung_time(obligation: Obligation, rung: Rung) -> datetime:
    """When a rung rings: before the beginning of the window, at its end or after it."""
    anchor = obligation.due_end
    if rung.offset_minutes < 0 and obligation.due_start is not None:
        anchor = obligation.due_start
    return anchor + timedelta(minutes=rung.offset_minutes)


@transaction.atomic
def look(*, now: datetime, limit: int = 200) -> int:
    """Look at up to ``limit`` obligations whose time to be looked at has come; returns how many it looked at.

    On PostgreSQL several workers look side by side, each skipping what another holds; SQLite has one writer.
    """
    due = Obligation.objects.filter(status=ObligationStatus.OPEN, next_look_at__lte=now)
    due = due.select_related("owner", "case", "customer").order_by("next_look_at", "id")
    if connection.vendor == "postgresql":
        due = due.select_for_update(of=("self",), skip_locked=True)
    looked_at = list(due[:limit])
    if not looked_at:
        return 0
    ladders = rungs_by_kind()
    supervisors: dict[int, list[User]] = {}
    rung_entries: list[Entry] = []
    for obligation in looked_at:
        upcoming = None
        for rung in ladders[obligation.kind]:
            at = rung_time(obligation, rung)
            if at > now:
                upcoming = at if upcoming is None else min(upcoming, at)
            elif at >= obligation.created_at:
                rung_entries += _ring(obligation, rung, supervisors, now=now)
        obligation.next_look_at = upcoming
    Obligation.objects.bulk_update(looked_at, ["next_look_at"])
    record_many(rung_entries)
    return len(looked_at)


def _ring(obligation: Obligation, rung: Rung, supervisors: dict[int, list[User]], *, now: datetime) -> Iterable[Entry]:
    people = _audience(obligation, rung, supervisors, now=now)
    key = f"rung:{obligation.pk}:{rung.pk}"
    known = set(_already_told(key, people))
    new = [person for person in people if person.pk not in known]
    if not new:
        return []
    tell(
        new,
        key=key,
        kind=f"{obligation.kind}_{_moment(rung)}",
        title=_title(obligation, rung),
        path=PATHS.get(ObligationKind(obligation.kind))
        or (f"/cases/{obligation.case.reference}" if obligation.case else f"/customers/{obligation.customer_id}"),
        now=now,
        urgent=rung.offset_minutes >= 0,
        channels=rung.notice_channels,
    )
    return [
        Entry(
            EventType.REMINDER_RUNG,
            ("obligation", obligation.pk),
            now,
            customer_id=obligation.customer_id,
            case_id=obligation.case_id,
            data={"rung": rung.pk, "offset_minutes": rung.offset_minutes, "people": [person.pk for person in new]},
        )
    ]


def _moment(rung: Rung) -> str:
    if rung.offset_minutes < 0:
        return "before"
    return "due" if rung.offset_minutes == 0 else "missed"


def _already_told(key: str, people: list[User]) -> Iterable[int]:
    return Notice.objects.filter(key=key, user__in=people).values_list("user_id", flat=True)


def _audience(obligation: Obligation, rung: Rung, supervisors: dict[int, list[User]], *, now: datetime) -> list[User]:
    """Whoever owes it if they are there; else, and for the supervisors' rungs, the supervisors of the unit."""
    if rung.audience == Audience.OWNER and obligation.owner is not None and is_there(obligation.owner, now):
        return [obligation.owner]
    if obligation.unit_id not in supervisors:
        supervisors[obligation.unit_id] = list(supervisors_of_unit(obligation.unit_id))
    return supervisors[obligation.unit_id]


def _title(obligation: Obligation, rung: Rung) -> str:
    who = obligation.customer.display_name
    if rung.offset_minutes < 0:
        minutes = -rung.offset_minutes
        soon = f"{minutes} min" if minutes < 120 else f"{minutes // 60} hours"
        return f"In {soon}: {obligation.what} — {who}"
    if rung.offset_minutes == 0:
        return f"Due now: {obligation.what} — {who}"
    return f"Missed: {obligation.what} — {who}"
