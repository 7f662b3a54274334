"""Who may do what, as far as it depends on the person alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.enums import Role, WorkingState
from accounts.models import User
from journal.domain.log import record
from journal.enums import EventType


def can_supervise(user: User) -> Verdict:
    """Supervisors approve and review. Programs never do."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    if user.role == Role.SUPERVISOR:
        return ALLOWED
    return refuse("supervisor_needed", "Only a supervisor can do this.")


def can_administer(user: User) -> Verdict:
    """Administrators set caps, catalog and causes."""
    if user.role == Role.ADMIN and not user.is_service:
        return ALLOWED
    return refuse("administrator_needed", "Only an administrator can change settings.")


@transaction.atomic
def set_working_state(user: User, *, state: str, until: datetime | None, by: User, now: datetime) -> User:
    """Say that somebody is available, away (until when) or has left.

    A person sets their own; an administrator anybody's. Whoever has left cannot sign in any more, and only an
    administrator takes them back. Refused: ``not_yours``, ``administrator_needed``, ``invalid``.
    """
    if by.pk != user.pk and not can_administer(by):
        raise Refused("not_yours", "Only an administrator can change a colleague's working state.")
    if state not in WorkingState.values:
        raise Refused("invalid", "Choose available, away or left.", "state")
    if state == WorkingState.LEFT and not can_administer(by):
        raise Refused("administrator_needed", "Only an administrator can record that somebody left.", "state")
    if state == WorkingState.AWAY and (until is None or until <= now):
        raise Refused("invalid", "Say until when, in the future.", "until")
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.working_state == WorkingState.LEFT and not can_administer(by):
        raise Refused("administrator_needed", "Only an administrator can take back somebody who left.", "state")
    if WorkingState.LEFT in (state, locked.working_state):
        locked.is_active = state != WorkingState.LEFT
    locked.working_state = WorkingState(state)
    locked.away_until = until if state == WorkingState.AWAY else None
    locked.save(update_fields=["working_state", "away_until", "is_active"])
    record(
        EventType.USER_STATE_CHANGED,
        subject=("user", locked.pk),
        by=by,
        now=now,
        data={"state": state, "until": until.isoformat() if until and state == WorkingState.AWAY else None},
    )
    return locked
