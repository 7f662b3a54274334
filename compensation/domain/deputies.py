"""Deputies: who answers approvals in a supervisor's place while they are not there, within that supervisor's caps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.roles import can_administer
from accounts.enums import Role, WorkingState
from accounts.models import Team, User
from accounts.queries import is_there
from compensation.models import Deputy
from compensation.queries import deputies_in_force
from journal.domain.log import record
from journal.enums import EventType

NO_OVERLAP = "compensation_deputy_no_overlap"
MAY_STAND_IN = (Role.REP, Role.SUPERVISOR)


def can_name_deputy(user: User, principal: User) -> Verdict:
    """Supervisors name their own deputy; an administrator names anybody's."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    if principal.role != Role.SUPERVISOR or principal.is_service:
        return refuse("supervisor_needed", f"{principal.name} answers no approvals, so nobody stands in for them.")
    if user.pk == principal.pk or can_administer(user):
        return ALLOWED
    return refuse("not_yours", f"{principal.name} or an administrator names who stands in for them.")


def can_stand_in(person: User, principal: User) -> Verdict:
    """A rep or supervisor who works here and serves a unit in common; never oneself, a program or an administrator."""
    if person.pk == principal.pk:
        return refuse("own_deputy", "Nobody stands in for themself.", "deputy")
    works = person.is_active and person.working_state != WorkingState.LEFT and not person.is_service
    if not works or person.role not in MAY_STAND_IN:
        return refuse("deputy_unfit", f"{person.name} cannot stand in: it takes a rep or a supervisor.", "deputy")
    common = Team.objects.filter(members=person, units__teams__members=principal)
    if not common.exists():
        return refuse("deputy_unfit", f"{person.name} serves none of {principal.name}’s customers.", "deputy")
    return ALLOWED


@transaction.atomic
def name_deputy(
    principal: User, *, deputy: User, ends_at: datetime, by: User, now: datetime, starts_at: datetime | None = None
) -> Deputy:
    """Say who answers for a supervisor while they are not there, from ``starts_at`` (now) up to ``ends_at``, both aware.

    One at a time. Refused: ``not_yours``, ``supervisor_needed``, ``person_needed``, ``own_deputy``, ``deputy_unfit``,
    ``deputies_overlap``, ``invalid``.
    """
    first_no(can_name_deputy(by, principal), can_stand_in(deputy, principal)).enforce()
    starts = starts_at if starts_at is not None and starts_at > now else now
    if ends_at <= starts:
        raise Refused("invalid", "It would end before it begins.", "ends_at")
    try:
        with transaction.atomic():
            named = Deputy.objects.create(
                principal=principal, deputy=deputy, starts_at=starts, ends_at=ends_at, named_by=by, named_at=now
            )
    except IntegrityError as refusal:
        if NO_OVERLAP not in str(refusal):
            raise
        raise Refused(
            "deputies_overlap",
            f"Somebody stands in for {principal.name} in that time already. End that one first.",
            "starts_at",
        ) from None
    _tell(EventType.DEPUTY_NAMED, named, by=by, now=now)
    return named


@transaction.atomic
def end_deputy(deputy: Deputy, *, by: User, now: datetime) -> Deputy | None:
    """End it now; one that has not begun is taken away, and None is returned.

    Refused: ``not_yours``, ``person_needed``, ``wrong_state`` (it has ended already).
    """
    held = Deputy.objects.select_for_update(of=("self",), no_key=True).filter(pk=deputy.pk).first()
    if held is None or held.ends_at <= now:
        raise Refused("wrong_state", "This has ended already.")
    if by.is_service or (by.pk != held.principal_id and not can_administer(by)):
        can_name_deputy(by, held.principal).enforce()
    _tell(EventType.DEPUTY_ENDED, held, by=by, now=now)
    if held.starts_at >= now:
        held.delete()
        return None
    held.ends_at = now
    held.save(update_fields=["ends_at"])
    return held


def _tell(type_: EventType, deputy: Deputy, *, by: User, now: datetime) -> None:
    record(
        type_,
        subject=("deputy", deputy.pk),
        by=by,
        now=now,
        data={
            "principal": deputy.principal_id,
            "deputy": deputy.deputy_id,
            "starts_at": deputy.starts_at.isoformat(),
            "ends_at": deputy.ends_at.isoformat(),
        },
    )


def stood_in_for(user: User, *, now: datetime) -> list[User]:
    """The supervisors whom this person is named to stand in for now, whether they are there or not.

    Each once for every unit that they serve (``serves``, its id). One query.
    """
    if user.is_service or user.role not in MAY_STAND_IN:
        return []
    named = Deputy.objects.filter(deputy=user, starts_at__lte=now, ends_at__gt=now)
    principals = User.objects.filter(pk__in=named.values("principal"), role=Role.SUPERVISOR, is_service=False)
    return list(principals.annotate(serves=F("team__units")).order_by("id"))


def stand_ins(principals: Iterable[User], *, unit_id: int, now: datetime) -> dict[int, User]:
    """Who is there and answers in a unit for these supervisors, by the supervisors' ids. One query."""
    able = Q(deputy__role__in=MAY_STAND_IN, deputy__is_active=True, deputy__is_service=False)
    in_force = deputies_in_force(now=now).filter(able, principal__in=principals, deputy__team__units=unit_id)
    return {row.principal_id: row.deputy for row in in_force if is_there(row.deputy, now)}
