"""The customer's own hand: the link in what we wrote to them, by which they choose another time.

It always finds one. A link leads to the promise that it was sent for, to the one that took its place, or to another that
is open on the case; where nothing is promised any more it makes a promise anew, and opens a closed case again for it.
Choosing is the customer's own act, so it is a renegotiation with agreement.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.authority import Refused
from accounts.domain.notices import tell
from accounts.domain.words import said
from accounts.models import User
from accounts.queries import supervisors_of_unit
from cases.domain import casework, closing, opening_hours, promise_steps
from cases.domain.clock import check_due, in_words, said_wall
from cases.domain.languages import city
from cases.domain.opening_hours import Slot
from cases.enums import PromiseStatus
from cases.models import Case, Promise
from journal.domain.log import together

NOTE = 1000


def find(promise_id: int) -> Promise | None:
    """The promise that a link was sent for, with what its page shows; None where there is none. One query."""
    return (
        Promise.objects.select_related("obligation__owner", "case__customer", "case__unit", "case__owner", "kept_by")
        .filter(pk=promise_id)
        .first()
    )


def current(promise: Promise) -> Promise | None:
    """The open promise that a link to this one leads to: itself, what took its place, or the next on the case."""
    on_case = list(
        Promise.objects.filter(case=promise.case_id)
        .select_related("obligation__owner")
        .order_by("obligation__due_end", "pk")
    )
    return _current(promise, on_case)


def _current(promise: Promise, on_case: Iterable[Promise]) -> Promise | None:
    by_id = {each.pk: each for each in on_case}
    after = {each.follows_id: each for each in by_id.values()}
    here: Promise | None = by_id.get(promise.pk)
    while here is not None and here.status != PromiseStatus.OPEN:
        here = after.get(here.pk)
    return here or next((each for each in by_id.values() if each.status == PromiseStatus.OPEN), None)


def times(promise: Promise, *, now: datetime) -> list[Slot]:
    """The times that the page offers; never none."""
    return opening_hours.slots(promise.case.unit, promise.case.customer, now=now)


def time_of_their_own(wall: datetime, promise: Promise, *, now: datetime) -> datetime:
    """The moment (UTC) at which the customer's clock shows ``wall``, if somebody is there to keep the promise.

    Refused: ``skipped_time``, ``due_in_past``, ``due_too_far``, ``closed_then``, ``invalid``.
    """
    case = promise.case
    due = said_wall(wall, case.customer.time_zone)
    check_due(due, due_start=None, now=now)
    if not opening_hours.is_open(case.unit, due):
        reason = f"Nobody is here then. We are here {opening_hours.hours_in_words(case.unit)}."
        raise Refused("closed_then", reason, "due")
    return due


@transaction.atomic
@together()
def choose(
    promise: Promise, *, due_end: datetime, now: datetime, due_start: datetime | None = None, words: str = ""
) -> Promise:
    """The customer chooses when they hear from us; returns the promise that now stands. Sent twice, it changes nothing.

    It is owed by whoever owed the one before, who is told. ``words`` is what they add.
    Refused: ``due_in_past``, ``due_too_far``, ``invalid``, ``too_long``.
    """
    held = casework.hold(promise.case, by=None)
    note = said(words, "words", at_most=NOTE)
    on_case = list(
        Promise.objects.filter(case=held)
        .select_related("obligation__owner", "made_by")
        .select_for_update(of=("self", "obligation"), no_key=True)
        .order_by("obligation__due_end", "pk")
    )
    standing = _current(promise, on_case)
    if standing is not None:
        owed = standing.obligation
        if (owed.due_start, owed.due_end) == (due_start, due_end):
            return standing
        standing.case = held
        promise_steps.move_on(standing, held, agreed=True, by=None, now=now, words={"comment": note})
    else:
        _open_again(held, now=now)
    before = standing or _last(promise, on_case)
    chosen = promise_steps.make_on(
        held,
        due_end=due_end,
        due_start=due_start,
        channel=promise_steps.reachable(held, before.channel),
        what=before.obligation.what if standing else "Call back: they asked for it",
        follows=standing,
        owner=_owner(before, held) if standing else held.owner,
        given_by=before.made_by,
        by=None,
        now=now,
    )
    casework.save(held)
    _tell(chosen, held, moved=standing is not None, note=note, now=now)
    return chosen


def _last(promise: Promise, on_case: list[Promise]) -> Promise:
    return next((each for each in on_case if each.pk == promise.pk), promise)


def _owner(promise: Promise, case: Case) -> User | None:
    """Whoever owes it; where somebody covers for them, they themselves, since it is another time now."""
    owed = promise.obligation
    return owed.covers_for or owed.owner or case.owner


def _open_again(case: Case, *, now: datetime) -> None:
    """A promise is made on a live case: who wants to hear from us again has not been put right."""
    if case.is_closed:
        closing.reopen_held(
            case, reason="They asked us to call again, by the link that we had sent them.", by=None, now=now
        )


def _tell(promise: Promise, case: Case, *, moved: bool, note: str, now: datetime) -> None:
    owed = promise.obligation
    when = in_words(owed.due_end, owed.due_start, zone=owed.zone)
    name = case.customer.display_name
    tell(
        [owed.owner] if owed.owner else supervisors_of_unit(case.unit_id),
        key=f"chosen:{promise.pk}",
        kind="time_chosen",
        title=f"{name} {'moved your promise' if moved else 'asks to hear from you'}: {when} in {city(owed.zone)}",
        body=note,
        path=f"/cases/{case.reference}",
        now=now,
        urgent=True,
    )
