"""A call whose owner is gone: put off for a shorter absence, passed on by a supervisor for a long one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.absences import Absence, absence_of
from accounts.domain.roles import can_supervise
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.domain.disclosures import (
    due_for,
    hold_call,
    owing,
    put_call_off,
    record_call,
    tell_who_owes,
)
from cases.domain.obligations import BY_OWNER
from cases.domain.ownership import can_own
from cases.enums import DisclosureStatus, OwedBecause
from cases.models import Disclosure, Reassignment
from cases.queries.honored_errors import calls_across_absences, calls_of_the_absent
from journal.enums import EventType

logger = logging.getLogger(__name__)

BATCH = 50


def can_reassign(user: User, disclosure: Disclosure, *, now: datetime) -> Verdict:
    """A supervisor passes on the call of somebody who has left or is away for more than ``LONG_ABSENCE_DAYS``."""
    return first_no(can_supervise(user), _to_be_made(disclosure), _is_gone(user, disclosure, now=now))


def _to_be_made(disclosure: Disclosure) -> Verdict:
    if disclosure.status != DisclosureStatus.OWED:
        return refuse("wrong_state", "This call is not owed any more.")
    if disclosure.owed_because in BY_OWNER:
        return refuse(
            "hand_off_instead", "The case’s owner makes this call. Hand off the case, and the call goes with it."
        )
    return ALLOWED


def _is_gone(user: User, disclosure: Disclosure, *, now: datetime) -> Verdict:
    person = disclosure.owed_by
    if person is None:
        return refuse("hand_off_instead", "This call waits for the case’s owner.")
    absence = absence_of(person, now=now)
    if person.pk == user.pk or absence is None:
        return refuse("originator_is_there", f"{person.name} is there, and makes this call.")
    if not absence.is_long:
        days = settings.RECOVERY["LONG_ABSENCE_DAYS"]
        return refuse(
            "originator_is_there",
            f"{person.name} {absence.words}, which is not more than {days} days: the call waits for them.",
        )
    return ALLOWED


@transaction.atomic
def reassign(
    disclosure: Disclosure, *, to: User, reason: str, by: User, now: datetime, version: int | None = None
) -> Disclosure:
    """Pass the call on to somebody who serves the customer and is there, with the reason; both names stay.

    It is due anew, in the calendar of whoever makes it now.
    Refused: ``out_of_reach``, ``person_needed``, ``supervisor_needed``, ``wrong_state``, ``originator_is_there``,
    ``hand_off_instead``, ``reason_needed``, ``too_long``, ``owner_out_of_reach``, ``owner_not_available``,
    ``changed_meanwhile``.
    """
    case, error, held = hold_call(disclosure, by=by, version=version)
    can_reassign(by, held, now=now).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say why somebody else makes this call.", "reason")
    can_own(to, case, now=now).enforce()
    before = held.owed_by
    if before is None:
        raise RuntimeError(f"call {held.pk} is owed by nobody")
    absence = absence_of(before, now=now)
    Reassignment.objects.create(disclosure=held, from_user=before, to_user=to, reason=reason, by=by, at=now)
    held.owed_by, held.owed_because = to, _because(held, to, absence)
    held.save(update_fields=["owed_by", "owed_because"])
    put_call_off(held, error, owner=to, due=due_for(to, case, now=now), now=now)
    data = {**owing(held), "from": before.pk, "to": to.pk}
    record_call(EventType.DISCLOSURE_REASSIGNED, held, error, case, by=by, now=now, data=data, words={"reason": reason})
    casework.save(case)
    tell_who_owes(held, case, by=by, now=now, body=reason)
    return held


def _because(disclosure: Disclosure, to: User, absence: Absence | None) -> OwedBecause:
    """Why it is theirs: what keeps away whoever made the mistake. When it comes back to them, that they made it."""
    if to.pk == disclosure.originator_id:
        return OwedBecause.ORIGINATOR
    if disclosure.owed_because != OwedBecause.ORIGINATOR:
        return OwedBecause(disclosure.owed_because)
    return OwedBecause.LEFT if absence and absence.left else OwedBecause.LONG_AWAY


def move_for_absences(*, now: datetime, limit: int = BATCH) -> int:
    """Put off calls that would fall due while whoever owes them is away, for a shorter absence; returns how many.

    They are due ``DISCLOSURE_BUSINESS_DAYS`` after the return, and so are moved once for an absence. Each by itself.
    """
    moved = 0
    for disclosure in calls_across_absences(now).iterator():
        try:
            moved += _move(disclosure, now=now)
        except Exception:
            logger.exception("Call %d could not be put off.", disclosure.pk)
        if moved >= limit:
            break
    return moved


@transaction.atomic
def _move(disclosure: Disclosure, *, now: datetime) -> bool:
    case, error, held = hold_call(disclosure, by=None)
    absence = absence_of(held.owed_by, now=now) if held.owed_by else None
    if held.status != DisclosureStatus.OWED or absence is None or absence.is_long or absence.until is None:
        return False
    before = held.obligation.due_end
    if before >= absence.until:
        return False
    put_call_off(held, error, owner=held.owed_by, due=due_for(held.owed_by, case, now=now), now=now)
    data = {**owing(held), "from": before.isoformat(), "away_until": absence.until.isoformat()}
    record_call(EventType.DISCLOSURE_MOVED, held, error, case, by=None, now=now, data=data)
    casework.save(case)
    return True


def reassignable(*, now: datetime) -> Iterator[tuple[Disclosure, Absence]]:
    """Calls that supervisors may pass on, since whoever owes them has left or is away for long, and why."""
    for disclosure in calls_of_the_absent(now):
        absence = absence_of(disclosure.owed_by, now=now) if disclosure.owed_by else None
        if absence is not None and absence.is_long and _to_be_made(disclosure):
            yield disclosure, absence
