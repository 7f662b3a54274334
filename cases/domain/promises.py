"""Promises to contact a customer by a time: made, kept, moved with agreement, never silently lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.words import said
from accounts.enums import Role
from accounts.models import User
from cases.domain import casework, clock
from cases.domain.contacts import note_contact
from cases.domain.obligations import abandon as abandon_obligation
from cases.domain.obligations import discharge, owe
from cases.domain.permissions import can_work_on, leads
from cases.domain.workflow import PROMISE
from cases.enums import Channel, Direction, ObligationKind, PromiseStatus, Reached
from cases.models import Case, Contact, Obligation, Promise
from journal.domain.log import record, together
from journal.enums import EventType

DROPPED_LINE = timedelta(minutes=2)

EVENT_OF = {
    PromiseStatus.KEPT: EventType.PROMISE_KEPT,
    PromiseStatus.LATE: EventType.PROMISE_KEPT_LATE,
    PromiseStatus.MISSED: EventType.PROMISE_MISSED,
}


@transaction.atomic
def make(
    case: Case,
    *,
    due_end: datetime,
    by: User,
    now: datetime,
    due_start: datetime | None = None,
    zone: str | None = None,
    channel: str = Channel.PHONE,
    what: str = "",
    version: int | None = None,
) -> Promise:
    """Promise to contact the customer by ``due_end`` (aware). ``zone`` is the one that was meant, theirs if not given.

    It is owed by whoever promised; what a program promises, by the owner.
    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``due_in_past``, ``due_too_far``,
    ``unknown_zone``, ``do_not_call``, ``invalid``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_work_on(by, held).enforce()
    promise = _make(held, due_end=due_end, due_start=due_start, zone=zone, channel=channel, what=what, by=by, now=now)
    casework.save(held)
    return promise


def make_opening_promise(case: Case, *, due: datetime, by: User, now: datetime) -> Promise:
    """What the opening notice tells the customer is owed to them. The caller holds the case and saves it."""
    channel = _reachable(case, case.customer.channel_preference)
    return _make(case, due_end=due, channel=channel, what="First reply", owner=case.owner, by=by, now=now)


def promise_after_drop(case: Case, *, by: User, now: datetime) -> Promise:
    """A dropped line is called back at once, by whoever was on it. The caller holds the case and saves it."""
    channel = _reachable(case, Channel.PHONE)
    return _make(case, due_end=now + DROPPED_LINE, channel=channel, what="Call back: the line dropped", by=by, now=now)


def make_held(
    case: Case, *, due_end: datetime, what: str, by: User, now: datetime, follows: Promise | None = None
) -> Promise:
    """What another verb promises, to call or else to write. The caller holds the case and saves it. As ``make``."""
    channel = _reachable(case, Channel.PHONE)
    return _make(case, due_end=due_end, channel=channel, what=what, follows=follows, by=by, now=now)


def keep_held(promise: Promise, case: Case, *, contact: Contact, interim: bool, by: User, now: datetime) -> None:
    """A contact that another verb has noted keeps a promise. The caller holds both and saves the case."""
    promise.case = case
    _resolve(promise, case, contact=contact, interim=interim, by=by, now=now)


def _reachable(case: Case, channel: str) -> str:
    """The channel, or email in its place where the customer is not to be called."""
    return channel if can_promise_channel(case, channel) else Channel.EMAIL


def can_promise_channel(case: Case, channel: str) -> Verdict:
    """A customer who does not want calls is promised none."""
    if channel not in Channel.values:
        return refuse("invalid", f"Choose one of: {', '.join(Channel.values)}.", "channel")
    if case.customer.do_not_call and channel in (Channel.PHONE, Channel.VIDEO):
        return refuse(
            "do_not_call", f"{case.customer.display_name} asked not to be called. Promise another way.", "channel"
        )
    return ALLOWED


def _make(
    case: Case,
    *,
    due_end: datetime,
    by: User,
    now: datetime,
    due_start: datetime | None = None,
    zone: str | None = None,
    channel: str = Channel.PHONE,
    what: str = "",
    follows: Promise | None = None,
    owner: User | None = None,
) -> Promise:
    clock.check_due(due_end, due_start=due_start, now=now)
    if zone is not None:
        clock.zone_named(zone)
    can_promise_channel(case, channel).enforce()
    what = said(what, "what", at_most=200) or "Call back"
    obligation = owe(
        ObligationKind.PROMISE,
        what=what,
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=owner or (case.owner if by.is_service or by.role == Role.ADMIN else by),
        due_start=due_start,
        due_end=due_end,
        zone=zone,
        by=by,
        now=now,
    )
    promise = Promise.objects.create(
        obligation=obligation, case=case, channel=channel, made_by=by, made_at=now, follows=follows
    )
    record(
        EventType.PROMISE_MADE,
        subject=("promise", promise.pk),
        by=by,
        now=now,
        customer_id=case.customer_id,
        case_id=case.pk,
        channel=channel,
        data={
            **casework.as_version(case),
            "due_start": due_start.isoformat() if due_start else None,
            "due_end": due_end.isoformat(),
            "zone": obligation.zone,
            "follows": follows.pk if follows else None,
        },
        words={"what": what},
    )
    return promise


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
    held, open_promise = _hold(promise, by=by)
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
        _resolve(open_promise, held, contact=contact, interim=False, by=by, now=now)
    elif reached == Reached.DROPPED:
        promise_after_drop(held, by=by, now=now)
    casework.save(held)
    return contact


@transaction.atomic
@together()
def interim(
    promise: Promise,
    *,
    due_end: datetime,
    by: User,
    now: datetime,
    channel: str | None = None,
    words: str = "",
    what: str = "",
    zone: str | None = None,
) -> Promise:
    """“Still working on it”: the customer was told, which keeps this promise and makes the next; returns the next.

    Refused as ``keep`` and ``make``.
    """
    held, open_promise = _hold(promise, by=by)
    can_keep(by, open_promise).enforce()
    contact = note_contact(
        held,
        channel=channel or open_promise.channel,
        direction=Direction.OUT,
        reached=Reached.CUSTOMER,
        by=by,
        now=now,
        words=words or "Still working on it.",
    )
    _resolve(open_promise, held, contact=contact, interim=True, by=by, now=now)
    following = _make(
        held,
        due_end=due_end,
        zone=zone or open_promise.obligation.zone,
        channel=channel or _reachable(held, open_promise.channel),
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
    promise: Promise, *, due_end: datetime, agreed: bool, by: User, now: datetime, due_start: datetime | None = None
) -> Promise:
    """Move a promise to another time. With the customer's agreement it is renegotiated; without, it was missed.

    One that is past its grace was missed, whatever is agreed now.

    Returns the promise that takes its place. Refused as ``make`` and ``wrong_state``.
    """
    held, open_promise = _hold(promise, by=by)
    can_keep(by, open_promise).enforce()
    in_time = agreed and now <= open_promise.obligation.due_end + _grace()
    _end(open_promise, held, PromiseStatus.RENEGOTIATED if in_time else PromiseStatus.MISSED, by=by, now=now)
    _record(
        open_promise,
        EventType.PROMISE_RENEGOTIATED if in_time else EventType.PROMISE_MISSED,
        by=by,
        now=now,
        data={"moved": True, "agreed": agreed},
    )
    following = _make(
        held,
        due_end=due_end,
        due_start=due_start,
        zone=open_promise.obligation.zone,
        channel=_reachable(held, open_promise.channel),
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
    held, open_promise = _hold(promise, by=by)
    can_abandon(by, open_promise).enforce()
    reason = said(reason, "reason", at_most=300)
    if not reason:
        raise Refused("reason_needed", "Say why this is no longer owed.", "reason")
    late = now > open_promise.obligation.due_end
    PROMISE.move(open_promise, PromiseStatus.MISSED if late else PromiseStatus.ABANDONED)
    open_promise.abandoned_because = reason
    open_promise.save(update_fields=["status", "abandoned_because"])
    abandon_obligation(open_promise.obligation, case=held, by=by, now=now)
    _record(
        open_promise,
        EventType.PROMISE_MISSED if late else EventType.PROMISE_ABANDONED,
        by=by,
        now=now,
        data={"abandoned": True},
        words={"reason": reason},
    )
    casework.save(held)
    return open_promise


def _hold(promise: Promise, *, by: User) -> tuple[Case, Promise]:
    """The case and the promise, both locked: always the case first, so that two writers cannot wait in a circle."""
    held = casework.hold(promise.case, by=by)
    locked = (
        Promise.objects.select_for_update(of=("self",), no_key=True).select_related("obligation").get(pk=promise.pk)
    )
    locked.case = held
    return held, locked


def _resolve(promise: Promise, case: Case, *, contact: Contact, interim: bool, by: User, now: datetime) -> None:
    due, grace = promise.obligation.due_end, _grace()
    to = PromiseStatus.KEPT if now <= due else PromiseStatus.LATE if now <= due + grace else PromiseStatus.MISSED
    promise.kept_by, promise.interim = contact, interim
    _end(promise, case, to, by=by, now=now)
    _record(promise, EVENT_OF[to], by=by, now=now, data={"contact": contact.pk, "interim": interim})


def _grace() -> timedelta:
    return timedelta(minutes=settings.RECOVERY["PROMISE_GRACE_MINUTES"])


def _end(promise: Promise, case: Case, to: PromiseStatus, *, by: User, now: datetime) -> None:
    PROMISE.move(promise, to)
    promise.save(update_fields=["status", "kept_by", "interim"])
    discharge(promise.obligation, case=case, by=by, now=now)


def _record(
    promise: Promise,
    type_: EventType,
    *,
    by: User,
    now: datetime,
    data: dict[str, object],
    words: dict[str, str] | None = None,
) -> None:
    obligation: Obligation = promise.obligation
    record(
        type_,
        subject=("promise", promise.pk),
        by=by,
        now=now,
        customer_id=obligation.customer_id,
        case_id=promise.case_id,
        channel=promise.channel,
        data={
            **casework.as_version(promise.case),
            "due_end": obligation.due_end.isoformat(),
            "credited_to": obligation.credited_to_id,
            **data,
        },
        words={"what": obligation.what, **(words or {})},
    )
