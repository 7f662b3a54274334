"""The steps that the verbs of promises are put together from. The caller holds the case and saves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.domain.words import said
from accounts.enums import Role
from accounts.models import User
from cases.domain import casework, clock
from cases.domain.messages import is_confirmed, write_promise_confirmation
from cases.domain.obligations import discharge, owe
from cases.domain.workflow import PROMISE
from cases.enums import Channel, ObligationKind, PromiseStatus
from cases.models import Case, Contact, Promise
from journal.domain.log import record
from journal.enums import ActorKind, EventType

EVENT_OF = {
    PromiseStatus.KEPT: EventType.PROMISE_KEPT,
    PromiseStatus.LATE: EventType.PROMISE_KEPT_LATE,
    PromiseStatus.MISSED: EventType.PROMISE_MISSED,
}


def grace() -> timedelta:
    """How long after its time a promise can still be kept, late."""
    return timedelta(minutes=settings.RECOVERY["PROMISE_GRACE_MINUTES"])


def hold(promise: Promise, *, by: User | None) -> tuple[Case, Promise]:
    """The case, the promise and what is owed by it, locked: always the case first, so that no two wait in a circle."""
    held = casework.hold(promise.case, by=by)
    locked = (
        Promise.objects.select_related("obligation")
        .select_for_update(of=("self", "obligation"), no_key=True)
        .get(pk=promise.pk)
    )
    locked.case = held
    return held, locked


def reachable(case: Case, channel: str) -> str:
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


def make_on(
    case: Case,
    *,
    due_end: datetime,
    by: User | None,
    now: datetime,
    due_start: datetime | None = None,
    zone: str | None = None,
    channel: str = Channel.PHONE,
    what: str = "",
    follows: Promise | None = None,
    owner: User | None = None,
    given_by: User | None = None,
    confirm: bool = True,
) -> Promise:
    """Make a promise on a held case, and confirm it to the customer unless it is of the next minutes.

    ``by`` None: the customer chose the time; ``given_by`` is then whose word it is. ``owner`` is who owes it, if not
    whoever makes it. Refused as ``promises.make``.
    """
    clock.check_due(due_end, due_start=due_start, now=now)
    if zone is not None:
        clock.zone_named(zone)
    can_promise_channel(case, channel).enforce()
    what = said(what, "what", at_most=200) or "Call back"
    word_of = by or given_by
    assert word_of is not None  # noqa: S101 - one of the two is always given
    obligation = owe(
        ObligationKind.PROMISE,
        what=what,
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=owner or (case.owner if by is None or by.is_service or by.role == Role.ADMIN else by),
        due_start=due_start,
        due_end=due_end,
        zone=zone,
        by=by,
        now=now,
    )
    promise = Promise.objects.create(
        obligation=obligation, case=case, channel=channel, made_by=word_of, made_at=now, follows=follows
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
        actor_kind=_actor(by),
    )
    if confirm and is_confirmed(due_end, now=now):
        write_promise_confirmation(promise, case, asked_for=by is None, by=by, now=now)
    return promise


def resolve(promise: Promise, case: Case, *, contact: Contact, interim: bool, by: User, now: datetime) -> None:
    """A contact that reached the customer keeps the promise: in time, late within the grace, else it was missed."""
    due = promise.obligation.due_end
    to = PromiseStatus.KEPT if now <= due else PromiseStatus.LATE if now <= due + grace() else PromiseStatus.MISSED
    promise.kept_by, promise.interim = contact, interim
    end(promise, case, to, by=by, now=now)
    note(promise, EVENT_OF[to], by=by, now=now, data={"contact": contact.pk, "interim": interim})


def move_on(
    promise: Promise, case: Case, *, agreed: bool, by: User | None, now: datetime, words: dict[str, str] | None = None
) -> None:
    """It gives way to another time: renegotiated with the customer's agreement, missed without it or past the grace."""
    in_time = agreed and now <= promise.obligation.due_end + grace()
    end(promise, case, PromiseStatus.RENEGOTIATED if in_time else PromiseStatus.MISSED, by=by, now=now)
    event = EventType.PROMISE_RENEGOTIATED if in_time else EventType.PROMISE_MISSED
    note(promise, event, by=by, now=now, data={"moved": True, "agreed": agreed}, words=words)


def end(promise: Promise, case: Case, to: PromiseStatus, *, by: User | None, now: datetime) -> None:
    PROMISE.move(promise, to)
    promise.save(update_fields=["status", "kept_by", "interim"])
    discharge(promise.obligation, case=case, by=by, now=now)


def note(
    promise: Promise,
    type_: EventType,
    *,
    by: User | None,
    now: datetime,
    data: dict[str, Any],
    words: dict[str, str] | None = None,
) -> None:
    """Tell the log of it. ``by`` None is the customer: the system by itself does nothing to a promise."""
    obligation = promise.obligation
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
        actor_kind=_actor(by),
    )


def _actor(by: User | None) -> ActorKind | None:
    return ActorKind.CUSTOMER if by is None else None
