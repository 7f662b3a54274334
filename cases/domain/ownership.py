"""Who answers to the customer: routing to somebody who is there, and handing off with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.domain.notices import tell
from accounts.domain.words import said
from accounts.enums import NoticeChannel, Role
from accounts.models import User
from accounts.queries import is_there, reach, staff_of_unit, supervisors_of_unit, there
from cases.domain import casework
from cases.domain.obligations import hand_on
from cases.domain.permissions import can_hand_off
from cases.enums import CaseStatus
from cases.models import Case, Handoff
from journal.domain.log import record
from journal.enums import EventType


def freest_rep(unit_id: int, *, now: datetime, apart_from: int | None = None) -> User | None:
    """The available rep of a unit with the fewest open cases, whatever the channel; None when nobody is there."""
    reps = staff_of_unit(unit_id, Role.REP).filter(there(now))
    if apart_from is not None:
        reps = reps.exclude(pk=apart_from)
    # Counted per rep over the index of live cases: closed ones, of which there are ever more, are not read.
    live = Case.objects.filter(~Q(status=CaseStatus.CLOSED), owner=OuterRef("pk")).order_by().values("owner")
    counted = Coalesce(Subquery(live.annotate(count=Count("*")).values("count")), 0)
    return reps.annotate(live_cases=counted).order_by("live_cases", "id").first()


def tell_supervisors(case: Case, *, title: str, key: str, now: datetime) -> None:
    """Put something about a case on the desks of the unit's supervisors."""
    tell(
        supervisors_of_unit(case.unit_id),
        key=key,
        kind="case_waiting",
        title=title,
        path=f"/cases/{case.reference}",
        now=now,
        urgent=True,
        channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
    )


def can_own(user: User, case: Case, *, now: datetime) -> Verdict:
    """A new owner is a rep or supervisor who serves the unit and is there."""
    if user.is_service or user.role == Role.ADMIN or case.unit_id not in reach(user):
        return refuse("owner_out_of_reach", f"{user.name} does not serve the customers of {case.unit.name}.", "to")
    if not is_there(user, now):
        return refuse("owner_not_available", f"{user.name} is not available now. Choose somebody who is.", "to")
    return ALLOWED


@transaction.atomic
def hand_off(case: Case, *, to: User, reason: str, by: User, now: datetime, version: int | None = None) -> Case:
    """Give a case, and what its owner owes on it, to somebody who is there. Counted, with its reason.

    Refused: ``not_yours``, ``case_closed``, ``historical_case``, ``reason_needed``, ``same_owner``,
    ``owner_out_of_reach``, ``owner_not_available``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_hand_off(by, held).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say why: the next person has to know, and so does the customer.", "reason")
    if to.pk == held.owner_id:
        raise Refused("same_owner", f"{to.name} owns this case already.", "to")
    can_own(to, held, now=now).enforce()
    old_owner = held.owner
    Handoff.objects.create(case=held, from_owner=old_owner, to_owner=to, reason=reason, by=by, at=now)
    held.owner = to
    if held.first_owner_id is None:
        held.first_owner = to
    else:
        held.handoff_count += 1
    moved = hand_on(held, old_owner=old_owner, new_owner=to, now=now)
    casework.save(held, "owner", "first_owner", "handoff_count")
    record(
        EventType.CASE_HANDED_OFF,
        subject=("case", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={
            "version": held.version,
            "fields": ["owner"],
            "from": old_owner.pk if old_owner else None,
            "to": to.pk,
            "obligations_moved": moved,
        },
        words={"reason": reason},
    )
    if to.pk != by.pk:
        tell(
            [to],
            key=f"handoff:{held.pk}:{held.version}",
            kind="handed_to_you",
            title=f"{by.name} handed you {held.reference}: {held.title}",
            body=reason,
            path=f"/cases/{held.reference}",
            now=now,
        )
    return held


@transaction.atomic
def route_waiting(case: Case, *, now: datetime) -> Case | None:
    """Give a case that waits without an owner to the freest rep, if there is one now. The system's own work."""
    held = casework.hold(case, by=None)
    if held.owner_id is not None or held.is_closed or held.historical:
        return None
    rep = freest_rep(held.unit_id, now=now)
    if rep is None:
        return None
    held.owner = held.first_owner = rep
    hand_on(held, old_owner=None, new_owner=rep, now=now)
    casework.save(held, "owner", "first_owner")
    record(
        EventType.CASE_ROUTED,
        subject=("case", held.pk),
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        data={"version": held.version, "fields": ["owner"], "to": rep.pk},
    )
    tell_owner(held, rep, now=now)
    return held


def tell_owner(case: Case, rep: User, *, now: datetime) -> None:
    """Tell a rep that a case was routed to them."""
    tell(
        [rep],
        key=f"routed:{case.pk}:{rep.pk}",
        kind="routed_to_you",
        title=f"New case for you: {case.title}",
        path=f"/cases/{case.reference}",
        now=now,
        urgent=case.urgent,
    )
