"""Promises to contact a customer by a time: made, kept, moved with agreement, never silently lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.authority import Refused, Verdict, first_no
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework, due_times, promise_steps
from cases.domain.contacts import note_contact
from cases.domain.obligations import abandon as abandon_obligation
from cases.domain.permissions import can_work_on, leads
from cases.domain.promise_steps import can_promise_channel
from cases.domain.workflow import PROMISE
from cases.enums import Channel, Direction, PromiseStatus, Reached
from cases.models import Case, Contact, Promise
from journal.domain.log import together
from journal.enums import EventType

__all__ = [
    "abandon",
    "can_abandon",
    "can_keep",
    "can_promise_channel",
    "interim",
    "keep",
    "keep_held",
    "make",
    "make_held",
    "make_opening_promise",
    "move",
    "promise_after_drop",
]

DROPPED_LINE = timedelta(minutes=2)


@transaction.atomic
@together()
def make(
    case: Case,
    *,
    by: User,
    now: datetime,
    due: str | None = None,
    due_end: datetime | None = None,
    due_start: datetime | None = None,
    zone: str | None = None,
    channel: str = Channel.PHONE,
    what: str = "",
    version: int | None = None,
) -> Promise:
    """Promise to contact the customer by ``due_end`` (aware). ``zone`` is the one that was meant, theirs if not given.

    ``due`` is the same as people say it, in that zone (``due_times``); one of the two is given. It is owed by whoever
    promised; what a program promises, by the owner. The customer is told of it in writing.
    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``unclear_time``, ``skipped_time``,
    ``due_in_past``, ``due_too_far``, ``unknown_zone``, ``do_not_call``, ``invalid``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_work_on(by, held).enforce()
    when = due_times.meant(
        due, due_end, due_start, zone=zone or held.customer.time_zone, now=now, own_zone=by.time_zone
    )
    promise = promise_steps.make_on(
        held, due_end=when.due_end, due_start=when.due_start, zone=zone, channel=channel, what=what, by=by, now=now
    )
    casework.save(held)
    return promise


def make_opening_promise(case: Case, *, due: datetime, by: User, now: datetime) -> Promise:
    """What the opening notice tells the customer is owed to them, and confirms. The caller holds the case and saves it."""
    channel = promise_steps.reachable(case, case.customer.channel_preference)
    return promise_steps.make_on(
        case, due_end=due, channel=channel, what="First reply", owner=case.owner, by=by, now=now, confirm=False
    )


def promise_after_drop(case: Case, *, by: User, now: datetime) -> Promise:
    """A dropped line is called back at once, by whoever was on it. The caller holds the case and saves it."""
    channel = promise_steps.reachable(case, Channel.PHONE)
    return promise_steps.make_on(
        case, due_end=now + DROPPED_LINE, channel=channel, what="Call back: the line dropped", by=by, now=now
    )


def make_held(
    case: Case, *, due_end: datetime, what: str, by: User, now: datetime, follows: Promise | None = None
) -> Promise:
    """What another verb promises, to call or else to write. The caller holds the case and saves it. As ``make``."""
    channel = promise_steps.reachable(case, Channel.PHONE)
    return promise_steps.make_on(case, due_end=due_end, channel=channel, what=what, follows=follows, by=by, now=now)


def keep_held(promise: Promise, case: Case, *, contact: Contact, interim: bool, by: User, now: datetime) -> None:
    """A contact that another verb has noted keeps a promise. The caller holds both and saves the case."""
    promise.case = case
    promise_steps.resolve(promise, case, contact=contact, interim=interim, by=by, now=now)


def can_keep(user: User, promise: Promise) -> Verdict:
    """Anybody who may work on the case keeps an open promise, whoever made it."""
    if promise.status != PromiseStatus.OPEN:
        return PROMISE.verdict(promise.status, PromiseStatus.KEPT)
    return can_work_on(user, promise.case)


@transaction.atomic
@together()
def keep(
    promise: Promise,
    *,
    by: User,
    now: datetime,
    channel: str | None = None,
    reached: str = Reached.CUSTOMER,
    words: str = "",
) -> Contact:
    """Record the contact that keeps a promise: kept up to its time, late within the grace, missed after it.

    An attempt that reaches nobody is recorded and keeps nothing. Refused as ``contacts.record_contact`` and
    ``wrong_state``.
    """
    held, open_promise = promise_steps.hold(promise, by=by)
    can_keep(by, open_promise).enforce()
    contact = note_contact(
        held,
        channel=channel or open_promise.channel,
        direction=Direction.OUT,
        reached=reached,
        by=by,
        now=now,
        words=words,
    )
    if reached == Reached.CUSTOMER:
        promise_steps.resolve(open_promise, held, contact=contact, interim=False, by=by, now=now)
    elif reached == Reached.DROPPED:
        promise_after_drop(held, by=by, now=now)
    casework.save(held)
    return contact


@transaction.atomic
@together()
def interim(
    promise: Promise,
    *,
    by: User,
    now: datetime,
    due: str | None = None,
    due_end: datetime | None = None,
    due_start: datetime | None = None,
    channel: str | None = None,
    words: str = "",
    what: str = "",
    zone: str | None = None,
) -> Promise:
    """“Still working on it”: the customer was told, which keeps this promise and makes the next; returns the next.

    Refused as ``keep`` and ``make``.
    """
    held, open_promise = promise_steps.hold(promise, by=by)
    can_keep(by, open_promise).enforce()
    when = due_times.meant(
        due, due_end, due_start, zone=zone or open_promise.obligation.zone, now=now, own_zone=by.time_zone
    )
    contact = note_contact(
        held,
        channel=channel or open_promise.channel,
        direction=Direction.OUT,
        reached=Reached.CUSTOMER,
        by=by,
        now=now,
        words=words or "Still working on it.",
    )
    promise_steps.resolve(open_promise, held, contact=contact, interim=True, by=by, now=now)
    following = promise_steps.make_on(
        held,
        due_end=when.due_end,
        due_start=when.due_start,
        zone=zone or open_promise.obligation.zone,
        channel=channel or promise_steps.reachable(held, open_promise.channel),
        what=what or open_promise.obligation.what,
        follows=open_promise,
        by=by,
        now=now,
    )
    casework.save(held)
    return following


@transaction.atomic
@together()
def move(
    promise: Promise,
    *,
    agreed: bool,
    by: User,
    now: datetime,
    due: str | None = None,
    due_end: datetime | None = None,
    due_start: datetime | None = None,
) -> Promise:
    """Move a promise to another time. With the customer's agreement it is renegotiated; without, it was missed.

    One that is past its grace was missed, whatever is agreed now.

    Returns the promise that takes its place. Refused as ``make`` and ``wrong_state``.
    """
    held, open_promise = promise_steps.hold(promise, by=by)
    can_keep(by, open_promise).enforce()
    zone = open_promise.obligation.zone
    when = due_times.meant(due, due_end, due_start, zone=zone, now=now, own_zone=by.time_zone)
    promise_steps.move_on(open_promise, held, agreed=agreed, by=by, now=now)
    following = promise_steps.make_on(
        held,
        due_end=when.due_end,
        due_start=when.due_start,
        zone=zone,
        channel=promise_steps.reachable(held, open_promise.channel),
        what=open_promise.obligation.what,
        follows=open_promise,
        by=by,
        now=now,
    )
    casework.save(held)
    return following


def can_abandon(user: User, promise: Promise) -> Verdict:
    """The case's owner or a supervisor gives up an open promise."""
    return first_no(can_keep(user, promise), leads(user, promise.case))


@transaction.atomic
def abandon(promise: Promise, *, reason: str, by: User, now: datetime) -> Promise:
    """Give up a promise, with a reason. One whose time has passed counts as missed.

    Refused: ``not_yours``, ``reason_needed``, ``wrong_state``.
    """
    held, open_promise = promise_steps.hold(promise, by=by)
    can_abandon(by, open_promise).enforce()
    reason = said(reason, "reason", at_most=300)
    if not reason:
        raise Refused("reason_needed", "Say why this is no longer owed.", "reason")
    late = now > open_promise.obligation.due_end
    PROMISE.move(open_promise, PromiseStatus.MISSED if late else PromiseStatus.ABANDONED)
    open_promise.abandoned_because = reason
    open_promise.save(update_fields=["status", "abandoned_because"])
    abandon_obligation(open_promise.obligation, case=held, by=by, now=now)
    promise_steps.note(
        open_promise,
        EventType.PROMISE_MISSED if late else EventType.PROMISE_ABANDONED,
        by=by,
        now=now,
        data={"abandoned": True},
        words={"reason": reason},
    )
    casework.save(held)
    return open_promise
