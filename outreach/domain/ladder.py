"""The reminder ladder: before something is due, when it is due, and when it was missed.

It runs over obligations and nothing else. Looking at an obligation writes the notices of every rung whose time has
come and sets when to look again, in one transaction: a killed worker leaves either all of it or nothing, and the
notice's unique key makes a rung ring once per person and channel however often it is looked at.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.domain.notices import Telling, tell_all
from accounts.enums import Role
from accounts.models import User
from accounts.queries import is_there, staff_by_unit
from cases.domain.obligations import reminder_key
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Obligation
from journal.domain.log import Entry, record_many
from journal.enums import EventType
from journal.models import Event
from outreach.domain import standing
from outreach.enums import Audience
from outreach.models import Rung
from outreach.queries.health import not_set_aside

logger = logging.getLogger(__name__)

BATCH = 200
# One that could not be looked at is set aside for so long, so that it does not stand in the way of the others.
SET_ASIDE = timedelta(minutes=5)
PATHS = {ObligationKind.APPROVAL: "/approvals", ObligationKind.FOLLOW_UP_CALL: "/calls"}
# What may be put off, and is then reminded of anew.
PUT_OFF = frozenset({ObligationKind.DISCLOSURE})

Staff = Mapping[int, list[User]]


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


def look(*, now: datetime, limit: int = BATCH) -> int:
    """Look at up to ``limit`` obligations whose time to be looked at has come; returns how many it looked at.

    On PostgreSQL several workers look side by side, each skipping what another holds; SQLite has one writer. When one
    of them cannot be looked at, each is looked at by itself, and that one is set aside and reported.
    """
    due = Obligation.objects.filter(not_set_aside(now), status=ObligationStatus.OPEN, next_look_at__lte=now)
    ids = list(due.order_by("next_look_at", "id").values_list("id", flat=True)[:limit])
    if not ids:
        return 0
    try:
        return _look_at(ids, now=now)
    except Exception:
        logger.exception("A batch of %d obligations could not be looked at; trying them one by one.", len(ids))
    return sum(_look_at_one(obligation_id, now=now) for obligation_id in ids)


def _look_at_one(obligation_id: int, *, now: datetime) -> int:
    try:
        return _look_at([obligation_id], now=now)
    except Exception:
        logger.exception("Obligation %d could not be looked at; set aside.", obligation_id)
        # When it was to be looked at stays as it was: a reminder that is late is to be seen as late.
        Obligation.objects.filter(pk=obligation_id, status=ObligationStatus.OPEN, next_look_at__lte=now).update(
            set_aside_until=now + SET_ASIDE
        )
        return 1


@transaction.atomic
def _look_at(ids: Iterable[int], *, now: datetime) -> int:
    due = (
        Obligation.objects.filter(pk__in=ids, status=ObligationStatus.OPEN, next_look_at__lte=now)
        .select_related("owner", "case", "customer", "undecided_error", "disclosure")
        .order_by("next_look_at", "id")
    )
    if connection.vendor == "postgresql":
        due = due.select_for_update(of=("self",), skip_locked=True, no_key=True)
    listed = list(due)
    for obligation in listed:
        if obligation.owner is None and obligation.owner_id is not None:
            # Handed on between our look and our lock: PostgreSQL reads the locked row anew, not those joined to it.
            obligation.owner = User.objects.get(pk=obligation.owner_id)
    ladders = rungs_by_kind()
    climbs = [_climb(obligation, ladders[obligation.kind], now=now) for obligation in listed]
    ringing = [climb for climb in climbs if climb.ringing]
    if ringing:
        _ring(ringing, now=now)
    for climb in climbs:
        # What nobody could be told of stays late, so that it is seen to be, and is tried again.
        climb.obligation.next_look_at = climb.unheard or climb.upcoming
        climb.obligation.set_aside_until = now + SET_ASIDE if climb.unheard else None
        climb.obligation.reminded |= climb.heard
    Obligation.objects.bulk_update(listed, ["next_look_at", "set_aside_until", "reminded"])
    return len(listed)


@dataclass
class _Climb:
    """How far an obligation has come: the rungs whose time has come, and when the next one's does."""

    obligation: Obligation
    ringing: list[Rung] = field(default_factory=list)
    upcoming: datetime | None = None
    # Whether anybody was told by now, and the time of the first rung that there was nobody for.
    heard: bool = False
    unheard: datetime | None = None


def _climb(obligation: Obligation, ladder: list[Rung], *, now: datetime) -> _Climb:
    climb = _Climb(obligation)
    for rung in ladder:
        at = rung_time(obligation, rung)
        if at > now:
            climb.upcoming = at if climb.upcoming is None else min(climb.upcoming, at)
        elif at >= obligation.created_at:
            climb.ringing.append(rung)
    return climb


def _ring(climbs: list[_Climb], *, now: datetime) -> None:
    """Tell everybody of these rungs who was not told yet: one read of who was, one insert of notices, one of events."""
    told = _told([climb.obligation for climb in climbs])
    owners = {climb.obligation.owner_id for climb in climbs if climb.obligation.owner_id is not None}
    staff = staff_by_unit({climb.obligation.unit_id for climb in climbs}, Role.SUPERVISOR, also=owners)
    tellings: list[Telling] = []
    entries: list[Entry] = []
    for climb in climbs:
        for rung in climb.ringing:
            known = told.get((climb.obligation.pk, rung.pk))
            climb.heard |= bool(known)
            if known and _is_passed(rung, climb.ringing):
                continue
            people = [
                person for person in _audience(climb.obligation, rung, staff, now=now) if person.pk not in (known or ())
            ]
            if not people and not known and climb.unheard is None:
                climb.unheard = rung_time(climb.obligation, rung)
            if people:
                climb.heard = True
                tellings.append(_telling(climb.obligation, rung, people, now=now))
                entries.append(_entry(climb.obligation, rung, people, now=now))
    tell_all(tellings, now=now)
    record_many(entries)


def _told(obligations: list[Obligation]) -> dict[tuple[int, int], set[int]]:
    """Who has been told of which rung of which obligation, by the log; of one that was put off, since it was."""
    told: dict[tuple[int, int], set[int]] = defaultdict(set)
    terms = {obligation.pk: _term(obligation) for obligation in obligations}
    rung_before = Event.objects.filter(
        subject_kind="obligation", subject_id__in=list(terms), type=EventType.REMINDER_RUNG
    )
    for obligation_id, data in rung_before.values_list("subject_id", "data"):
        if data.get("term", "") != terms[obligation_id]:
            continue
        told[obligation_id, data["rung"]].update(data["people"])
    return told


def _term(obligation: Obligation) -> str:
    """By when it is due, of what may be put off: another due time is another ladder. Blank for all else."""
    return f"{obligation.due_end:%Y%m%dT%H%M}" if obligation.kind in PUT_OFF else ""


def _is_passed(rung: Rung, ringing: list[Rung]) -> bool:
    """A later rung for the same people has rung too: whoever takes over is told where it stands, not all that was."""
    return any(later.audience == rung.audience and later.offset_minutes > rung.offset_minutes for later in ringing)


def _audience(obligation: Obligation, rung: Rung, staff: Staff, *, now: datetime) -> list[User]:
    """Whoever owes it if they are there and serve the unit; else, and for the supervisors' rungs, its supervisors.

    ``staff`` lists of each unit its supervisors and those who owe anything there and serve it.
    """
    serving, owner = staff[obligation.unit_id], obligation.owner
    if rung.audience == Audience.OWNER and owner is not None and owner in serving and is_there(owner, now):
        return [owner]
    return [person for person in serving if person.role == Role.SUPERVISOR]


def _telling(obligation: Obligation, rung: Rung, people: list[User], *, now: datetime) -> Telling:
    term = _term(obligation)
    return Telling(
        people,
        key=reminder_key(obligation.pk, f"{rung.pk}:{term}" if term else rung.pk),
        kind=f"{obligation.kind}_{_moment(rung)}",
        title=standing.title(obligation, now=now),
        path=_path(obligation),
        urgent=rung.offset_minutes >= 0,
        channels=rung.notice_channels,
        in_chat=standing.in_chat(obligation, now=now),
    )


def _path(obligation: Obligation) -> str:
    """Where it is done."""
    if obligation.kind == ObligationKind.DECISION and (error := getattr(obligation, "undecided_error", None)):
        return f"/honored/{error.pk}"
    if obligation.kind == ObligationKind.DISCLOSURE and (call := getattr(obligation, "disclosure", None)):
        return f"/honored/{call.error_id}/call"
    about = f"/cases/{obligation.case.reference}" if obligation.case else f"/customers/{obligation.customer_id}"
    return PATHS.get(ObligationKind(obligation.kind), about)


def _entry(obligation: Obligation, rung: Rung, people: list[User], *, now: datetime) -> Entry:
    return Entry(
        EventType.REMINDER_RUNG,
        ("obligation", obligation.pk),
        now,
        customer_id=obligation.customer_id,
        case_id=obligation.case_id,
        data={
            "rung": rung.pk,
            "offset_minutes": rung.offset_minutes,
            "people": [person.pk for person in people],
            **({"term": term} if (term := _term(obligation)) else {}),
        },
    )


def _moment(rung: Rung) -> str:
    if rung.offset_minutes < 0:
        return "before"
    return "due" if rung.offset_minutes == 0 else "missed"
