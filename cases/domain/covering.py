"""Nobody is owed anything by somebody who is not there: promises and deliveries of the absent go to whoever is.

Who owes something and is away past the time it begins, has left, or serves the customers of its unit no longer, is covered
for: by the owner of the case, else by the rep of the unit who owes the least, else by the supervisors. On their return, to
work and to the unit, they have it back, unless it is due by then. Nothing changes hands for an absence that ends before:
they will be there.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.domain.notices import Telling, settle, tell_all
from accounts.enums import NoticeChannel, Role, WorkingState
from accounts.models import Team, User
from accounts.queries import is_there, serves, staff_by_unit, there
from cases.domain.obligations import reminder_key
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Obligation
from journal.domain.log import Entry, record_many
from journal.enums import EventType

logger = logging.getLogger(__name__)

BATCH = 200
# Approvals, calls of a program, decisions and disclosures have rules of their own for who is away.
COVERED = (ObligationKind.PROMISE, ObligationKind.DELIVERY, ObligationKind.OFFER)


def cover_all(*, now: datetime, limit: int = BATCH) -> int:
    """Give up to ``limit`` things back to whoever is there again, and put as many with cover; returns how many moved."""
    return give_back(now=now, limit=limit) + put_with_cover(now=now, limit=limit)


def uncovered(now: datetime) -> QuerySet[Obligation]:
    """What sits with somebody who is not there when it begins, or with the supervisors although a rep is there now."""
    owed = Obligation.objects.filter(status=ObligationStatus.OPEN, kind__in=COVERED)
    elsewhere = Q(owner__isnull=False) & ~serves("owner_id", "unit_id")
    absent = Q(owner__in=User.objects.filter(~there(now)).values("pk"))
    back_too_late = Q(owner__away_until__isnull=True) | Q(owner__away_until__gt=Coalesce("due_start", "due_end"))
    serving = Team.units.through.objects.filter(
        Exists(User.objects.filter(there(now), team=OuterRef("team_id"), role=Role.REP)),
        businessunit_id=OuterRef("unit_id"),
    )
    waits = Q(owner__isnull=True, covers_for__isnull=False) & Exists(serving)
    return owed.filter(elsewhere | absent & back_too_late | waits)


def put_with_cover(*, now: datetime, limit: int = BATCH) -> int:
    """Put up to ``limit`` things with somebody who is there, the soonest first; returns how many.

    A constant number of statements; one while there is nothing to do.
    """
    if not uncovered(now).exists():
        return 0
    return _put_with_cover(now=now, limit=limit)


@transaction.atomic
def _put_with_cover(*, now: datetime, limit: int) -> int:
    owed = _held(uncovered(now).select_related("owner", "case__owner", "customer"), limit)
    staff = staff_by_unit({each.unit_id for each in owed}, Role.REP, Role.SUPERVISOR)
    present = {unit: [person for person in people if is_there(person, now)] for unit, people in staff.items()}
    in_hand = _in_hand(person.pk for people in present.values() for person in people)
    before = [each.owner for each in owed]
    for each in owed:
        _hand_to(each, _cover(each, present[each.unit_id], in_hand), now=now)
    Obligation.objects.bulk_update(owed, ["owner", "covers_for", "credited_to", "next_look_at"])
    gone = [person.pk for person in before if person is not None]
    settle(User.objects.filter(pk__in=gone), about=[reminder_key(each.pk) for each in owed], now=now)
    _tell(EventType.OBLIGATION_COVERED, owed, before, now=now)
    tell_all(_tellings(owed, staff, now=now), now=now)
    return len(owed)


def _held(rows: QuerySet[Obligation], limit: int) -> list[Obligation]:
    """Locked; on PostgreSQL without those that somebody else is busy with, on SQLite there is one writer."""
    rows = rows.order_by("due_end", "id")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(rows[:limit])


def _in_hand(people: Iterable[int]) -> Counter[int]:
    """How much each of these people owes."""
    owed = Obligation.objects.filter(status=ObligationStatus.OPEN, owner__in=set(people)).order_by()
    return Counter(dict(owed.values_list("owner_id").annotate(Count("id"))))


def _cover(obligation: Obligation, present: list[User], in_hand: Counter[int]) -> User | None:
    """Who covers: the case's owner, the rep who owes the least, or None for the supervisors."""
    owner_id = obligation.case.owner_id if obligation.case is not None else None
    reps = [person for person in present if person.role == Role.REP]
    cover = next((person for person in present if person.pk == owner_id), None)
    cover = cover or min(reps, key=lambda person: (in_hand[person.pk], person.pk), default=None)
    if cover is not None:
        in_hand[cover.pk] += 1
    return cover


def _hand_to(obligation: Obligation, cover: User | None, *, now: datetime) -> None:
    """What had fallen due stays to the credit of whoever held it then. The ladder tells the cover where it stands."""
    if obligation.due_end <= now and obligation.credited_to_id is None:
        obligation.credited_to_id = obligation.owner_id
    obligation.covers_for = obligation.covers_for or obligation.owner
    obligation.owner, obligation.next_look_at = cover, now
    if obligation.covers_for == cover:
        obligation.covers_for = None


def _tellings(owed: list[Obligation], staff: dict[int, list[User]], *, now: datetime) -> list[Telling]:
    """One notice for each who covers and whom for, however much it is."""
    taken: dict[tuple[int | None, int | None, int], list[Obligation]] = defaultdict(list)
    for each in owed:
        taken[each.owner_id, each.covers_for_id, each.unit_id if each.owner_id is None else 0].append(each)
    tellings = []
    for things in taken.values():
        first, absent = things[0], things[0].covers_for
        if absent is None:
            continue
        supervisors = [person for person in staff[first.unit_id] if person.role == Role.SUPERVISOR]
        people = [first.owner] if first.owner else [person for person in supervisors if person.pk != absent.pk]
        why = why_absent(absent, serving=absent in staff[first.unit_id])
        what = f"{first.what} — {first.customer.display_name}" if len(things) == 1 else f"{len(things)} things"
        about = f"/cases/{first.case.reference}" if len(things) == 1 and first.case else "/"
        tellings.append(
            Telling(
                people,
                key=f"covering:{first.pk}:{now:%Y%m%dT%H%M%S}",
                kind="covering",
                title=f"{absent.name} {why}: you owe {what} in their place",
                path=about,
                urgent=True,
                channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
            )
        )
    return tellings


def why_absent(absent: User, *, serving: bool) -> str:
    """Why somebody does not answer for a unit: they are away, they have left, or (not ``serving``) are elsewhere."""
    if not absent.is_active or absent.working_state == WorkingState.LEFT:
        return "has left"
    return "is away" if serving else "no longer serves these customers"


def _returnable(now: datetime) -> QuerySet[Obligation]:
    owed = Obligation.objects.filter(status=ObligationStatus.OPEN, covers_for__isnull=False)
    back = User.objects.filter(there(now)).values("pk")
    owed = owed.annotate(begins=Coalesce("due_start", "due_end"))
    return owed.filter(serves("covers_for_id", "unit_id"), covers_for__in=back, begins__gt=now)


def give_back(*, now: datetime, limit: int = BATCH) -> int:
    """Give up to ``limit`` things that are not due yet back to whoever owed them and is there again; returns how many.

    Who serves the unit no longer does not have it back: it stays with the cover.
    """
    return _give_back(now=now, limit=limit) if _returnable(now).exists() else 0


@transaction.atomic
def _give_back(*, now: datetime, limit: int) -> int:
    owed = _held(_returnable(now).select_related("owner", "covers_for", "case", "customer"), limit)
    before = [each.owner for each in owed]
    for each in owed:
        each.owner, each.covers_for, each.next_look_at = each.covers_for, None, now
    Obligation.objects.bulk_update(owed, ["owner", "covers_for", "next_look_at"])
    covers = [person.pk for person in before if person is not None]
    settle(User.objects.filter(pk__in=covers), about=[reminder_key(each.pk) for each in owed], now=now)
    _tell(EventType.OBLIGATION_RETURNED, owed, before, now=now)
    mine: dict[int, list[Obligation]] = defaultdict(list)
    for each in owed:
        if each.owner is not None:
            mine[each.owner.pk].append(each)
    tell_all(
        [
            Telling(
                [things[0].owner],  # type: ignore[list-item]
                key=f"covered:{things[0].pk}:{now:%Y%m%dT%H%M%S}",
                kind="covered",
                title=f"Welcome back: what you owe is yours again ({len(things)})",
                path="/",
            )
            for things in mine.values()
        ],
        now=now,
    )
    return len(owed)


def _tell(type_: EventType, owed: list[Obligation], before: list[User | None], *, now: datetime) -> None:
    record_many(
        Entry(
            type_,
            ("obligation", each.pk),
            now,
            customer_id=each.customer_id,
            case_id=each.case_id,
            data={"kind": each.kind, "from": was.pk if was else None, "to": each.owner_id},
            words={"what": each.what},
        )
        for each, was in zip(owed, before, strict=True)
    )
