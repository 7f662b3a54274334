"""Cover: a customer whose rep is away, has left or serves others now is not left alone.

That a case needs cover is derived when it is read; here its supervisors are told, once for each absence, and cases that
wait without an owner are routed as soon as somebody is there. A call that only whoever made a mistake may make is put
off for a shorter absence; for a long one, and for who left, the supervisors are told that they may pass it on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from accounts.domain.notices import Telling, tell_all
from accounts.enums import NoticeChannel, Role, WorkingState
from accounts.models import Notice, Team, User
from accounts.queries import serves, staff_by_unit, there
from cases.domain import disclosing
from cases.domain.covering import why_absent
from cases.domain.ownership import route_waiting
from cases.enums import CaseStatus
from cases.models import Case

logger = logging.getLogger(__name__)

BATCH = 50


@dataclass(frozen=True)
class Covered:
    """What one sweep did: absences told of, and cases given to somebody."""

    absences: int
    routed: int
    put_off: int
    to_pass_on: int


def sweep_cover(*, now: datetime, limit: int = BATCH) -> Covered:
    """Tell of up to ``limit`` more absences, route up to ``limit`` waiting cases and put off up to ``limit`` calls."""
    return Covered(
        absences=tell_of_absences(now=now, limit=limit),
        routed=route_all_waiting(now=now, limit=limit),
        put_off=disclosing.move_for_absences(now=now, limit=limit),
        to_pass_on=tell_of_calls(now=now),
    )


def tell_of_absences(*, now: datetime, limit: int = BATCH) -> int:
    """Tell supervisors, once for each absence and unit, that cases need cover; returns how many absences it told of.

    Those that are told of, or that there is nobody to tell of, count for none, so that the rest has its turn. Five
    statements, whatever the rows, and one less when there is nothing to tell.
    """
    absent = Q(owner__in=User.objects.filter(~there(now)))
    elsewhere = Q(owner__isnull=False) & ~serves("owner_id", "unit_id")
    live = Case.objects.filter(absent | elsewhere, ~Q(status=CaseStatus.CLOSED), historical=False)
    counted = list(live.order_by("owner_id", "unit_id").values_list("owner_id", "unit_id").annotate(Count("id")))
    if not counted:
        return 0
    owners = {owner.pk: owner for owner in User.objects.filter(pk__in={row[0] for row in counted})}
    staff = staff_by_unit({row[1] for row in counted}, Role.SUPERVISOR, also=owners)
    tellings = [_telling(owners[owner_id], unit_id, count, staff[unit_id]) for owner_id, unit_id, count in counted]
    untold = _untold(tellings)[:limit]
    if untold:
        tell_all(untold, now=now)
    return len(untold)


def _untold(tellings: list[Telling]) -> list[Telling]:
    """Those with somebody who has not been told yet, and to them alone."""
    people = {person.pk for telling in tellings for person in telling.people}
    on_desks = Notice.objects.filter(user__in=people, channel=NoticeChannel.DESK)
    told = set(on_desks.filter(key__in={telling.key for telling in tellings}).values_list("user_id", "key"))
    left = [
        telling._replace(people=[person for person in telling.people if (person.pk, telling.key) not in told])
        for telling in tellings
    ]
    return [telling for telling in left if telling.people]


def _telling(owner: User, unit_id: int, count: int, staff: list[User]) -> Telling:
    """``staff``: the supervisors of the unit, and the owner where they serve it still."""
    serving = owner in staff
    return Telling(
        [person for person in staff if person.role == Role.SUPERVISOR and person.pk != owner.pk],
        key=f"cover:{owner.pk}:{unit_id}:{_absence(owner, serving=serving)}",
        kind="needs_cover",
        title=f"{owner.name} {_why(owner, serving=serving)}: {count} open {'case needs' if count == 1 else 'cases need'} cover",
        path=f"/cases?owner={owner.pk}&status=live",
        urgent=True,
        channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
    )


def tell_of_calls(*, now: datetime) -> int:
    """Tell supervisors, once for each absence, of calls that they may pass on; returns how many calls there are."""
    gone = list(disclosing.reassignable(now=now))
    if not gone:
        return 0
    supervisors = staff_by_unit({call.error.unit_id for call, _ in gone}, Role.SUPERVISOR)
    tell_all(
        [
            Telling(
                [person for person in supervisors[call.error.unit_id] if person.pk != call.owed_by_id],
                key=f"pass-on:{call.pk}:{call.owed_by_id}:{absence.name}",
                kind="call_to_pass_on",
                title=f"{call.owed_by.name} {absence.words}: "
                f"the call to {call.error.customer.display_name} may be passed on",
                path=f"/honored/{call.error_id}/call",
                urgent=True,
            )
            for call, absence in gone
            if call.owed_by is not None
        ],
        now=now,
    )
    return len(gone)


def _absence(owner: User, *, serving: bool) -> str:
    """Tells one absence from the next of the same person."""
    if serving and owner.away_until is not None:
        return f"{owner.away_until:%Y%m%dT%H%M%S}"
    if serving:
        return "away"
    here = owner.is_active and owner.working_state != WorkingState.LEFT
    return f"elsewhere-{owner.team_id}" if here else "left"


def _why(owner: User, *, serving: bool) -> str:
    """Like ``covering.why_absent``, with when they are back."""
    until = f" until {owner.away_until:%A %H:%M} UTC" if serving and owner.away_until else ""
    return why_absent(owner, serving=serving) + until


def route_all_waiting(*, now: datetime, limit: int = BATCH) -> int:
    """Route cases that wait without an owner, oldest first, where a rep is there; returns how many. Each by itself."""
    serving = Team.units.through.objects.filter(
        Exists(User.objects.filter(there(now), team=OuterRef("team_id"), role=Role.REP)),
        businessunit_id=OuterRef("unit_id"),
    )
    waiting = Case.objects.filter(~Q(status=CaseStatus.CLOSED), Exists(serving), owner__isnull=True, historical=False)
    routed = 0
    for case in waiting.order_by("opened_at", "id")[:limit]:
        try:
            routed += route_waiting(case, now=now) is not None
        except Exception:
            logger.exception("Case %d could not be routed.", case.pk)
    return routed
