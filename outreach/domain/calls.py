"""Follow-up calls as reps take them: who may, and which comes next. What came of one is in ``outcomes``."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.models import User
from cases.domain.obligations import put_with
from cases.models import CustomerPhone
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain import callers, hours
from outreach.domain.callers import Caller, in_call_group, may_call_for
from outreach.domain.workflow import CALL
from outreach.enums import CallStatus
from outreach.models import FollowUpCall
from outreach.queries.calls import usable_phones, visible_calls, waiting
from outreach.queries.dials import rang_last
from outreach.queries.programs import LIVE

logger = logging.getLogger(__name__)

# Among so many of the most pressing calls the next one is looked for.
LOOKED_THROUGH = 50


def lease() -> timedelta:
    """How long a call stays with a rep who does nothing about it."""
    return timedelta(minutes=settings.RECOVERY["CALL_LEASE_MINUTES"])


def can_take(
    user: User, call: FollowUpCall, *, now: datetime, rules: hours.Rules | None = None, caller: Caller | None = None
) -> Verdict:
    """Somebody chosen for it takes a call that waits, at a time when the customer may be called.

    One that is with them already may be taken again, which renews the time they have for it. ``rules`` and ``caller``
    are what is known already of hours and of this person, for whoever asks about many calls.
    """
    if call.status == CallStatus.DISPATCHED:
        if call.rep_id == user.pk:
            return first_no(
                in_call_group(user, caller), hours.can_call_now(call.customer, now=now, by_jurisdiction=rules)
            )
        name = call.rep.name if call.rep else "A colleague"
        return refuse("with_a_colleague", f"{name} has this call.")
    if call.status != CallStatus.PLANNED:
        return CALL.verdict(call.status, CallStatus.DISPATCHED)
    them = caller or callers.known([user], now=now)[user.pk]
    allowed = first_no(
        may_call_for(them, call, now=now), hours.can_call_now(call.customer, now=now, by_jurisdiction=rules)
    )
    if allowed and call.not_before > now:
        local = call.not_before.astimezone(call.customer.zone)
        return refuse("too_soon", f"The next try is planned for {local:%A %H:%M} their time. Give them until then.")
    return allowed


def can_record(user: User, call: FollowUpCall, *, now: datetime) -> Verdict:
    """Whoever has the call records what came of it; so does whoever had it last, if it ran longer than their lease.

    Once it is with a colleague, whoever spoke still records it while the colleague has not begun to ring.
    """
    allowed = in_call_group(user)
    if not allowed:
        return allowed
    if call.status not in LIVE:
        return CALL.verdict(call.status, CallStatus.DONE)
    if call.rep_id == user.pk or rang_last(call, now=now) == user.pk:
        return ALLOWED
    if call.status == CallStatus.DISPATCHED:
        name = call.rep.name if call.rep else "A colleague"
        return refuse("with_a_colleague", f"{name} has this call.")
    return refuse("take_first", "Take this call first, so that nobody else calls them at the same time.")


def number_to_dial(call: FollowUpCall, phones: list[CustomerPhone]) -> str:
    """The number for the next try: another one each time, where the customer has several; blank when there is none."""
    return phones[call.attempts_made % len(phones)].number if phones else ""


def hold(call: FollowUpCall, *, by: User | None) -> FollowUpCall:
    """The call's row as it is now, locked until the transaction ends; the customer with their ``usable_phones``.

    Refused: ``out_of_reach``.
    """
    rows = FollowUpCall.objects.all() if by is None else visible_calls(by)
    held = (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "unit", "obligation", "signal", "rep", "program")
        .prefetch_related(usable_phones())
        .filter(pk=call.pk)
        .first()
    )
    if held is None:
        raise Refused("out_of_reach", "There is no such call.")
    if held.rep is None and held.rep_id is not None:
        # It was given to somebody while we waited for the lock: what is joined to the row is as it was before.
        held.rep = User.objects.get(pk=held.rep_id)
    return held


@transaction.atomic
def take(call: FollowUpCall, *, by: User, now: datetime) -> FollowUpCall:
    """Take a call that waits, or keep one for longer.

    Refused: ``out_of_reach``, ``not_in_call_group``, ``rep_needed``, ``person_needed``, ``with_a_colleague``,
    ``wrong_state``, ``do_not_call``, ``outside_hours``, ``too_soon``, ``away``, ``enough_today``.
    """
    held = hold(call, by=by)
    # One hand at a time: two calls taken at once would both be the last that the day holds.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    can_take(by, held, now=now).enforce()
    new = held.status == CallStatus.PLANNED
    if new:
        CALL.move(held, CallStatus.DISPATCHED)
        held.rep = by
    held.leased_until = now + lease()
    held.version += 1
    held.save(update_fields=["status", "rep", "leased_until", "version"])
    if new:
        put_with({held.obligation_id: by}, now=now)
        record(
            EventType.CALL_DISPATCHED,
            subject=("call", held.pk),
            by=by,
            now=now,
            customer_id=held.customer_id,
            case_id=held.case_id,
            data={"to": by.pk, "taken": True, "leased_until": held.leased_until.isoformat()},
        )
    return held


def keep(call: FollowUpCall, *, rep: int, now: datetime) -> None:
    """A call stays for another lease with whoever has it, since they are at it; nothing, if it is not with them."""
    FollowUpCall.objects.filter(pk=call.pk, rep=rep, status=CallStatus.DISPATCHED).update(
        leased_until=now + lease(), version=F("version") + 1
    )


def take_next(*, by: User, now: datetime) -> FollowUpCall:
    """Take the most pressing call that waits and may be made now.

    One that a colleague takes first, or whose customer may not be called at this hour, does not stand in the way of the
    next. Refused: ``nothing_waits``, and as ``in_call_group``.
    """
    them = callers.known([by], now=now)[by.pk]
    in_call_group(by, them).enforce()
    rules = hours.rules()
    for call in waiting(by, now=now)[:LOOKED_THROUGH]:
        if not can_take(by, call, now=now, rules=rules, caller=them):
            continue
        try:
            return take(call, by=by, now=now)
        except Refused as refused:
            logger.info("Call %d was passed over: %s.", call.pk, refused.code)
    raise Refused("nothing_waits", "No call can be made just now. One will be shown here as soon as it can.")
