"""A rep who logs off, leaves or simply sits there: their calls go back and on to somebody else, within the lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.domain.roles import set_working_state
from accounts.enums import WorkingState
from accounts.models import User
from journal.enums import EventType
from journal.models import Event
from outreach.domain import dispatching
from outreach.domain.calls import lease
from outreach.enums import CallStatus
from outreach.models import FollowUpCall, Program
from tests.factories import DAY, MINUTE, NOW, again
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]

TICK = timedelta(seconds=5)
Leaving = Callable[[Outreach, User, datetime], object]


def logs_off(outreach: Outreach, rep: User, now: datetime) -> None:
    set_working_state(rep, state=WorkingState.AWAY, until=now + DAY, by=rep, now=now)


def leaves(outreach: Outreach, rep: User, now: datetime) -> None:
    set_working_state(rep, state=WorkingState.LEFT, until=None, by=outreach.house.ada, now=now)


def is_barred(outreach: Outreach, rep: User, now: datetime) -> None:
    User.objects.filter(pk=rep.pk).update(is_active=False)


def sits_there(outreach: Outreach, rep: User, now: datetime) -> None:
    """And does nothing about it."""


@pytest.mark.parametrize("leaving", [logs_off, leaves, is_barred, sits_there])
@pytest.mark.parametrize("after", [timedelta(seconds=1), 14 * MINUTE])
def test_what_a_rep_had_is_with_somebody_else_within_the_lease(
    outreach: Outreach, leaving: Leaving, after: timedelta
) -> None:
    Program.objects.update(holdout_percent=0)
    call = outreach.call()
    assert dispatching.dispatch(now=NOW) == 1
    first = again(call).rep
    leaving(outreach, first, NOW + after)
    at, with_somebody_else = NOW + after, None
    while with_somebody_else is None and at <= NOW + after + lease() + 2 * TICK:
        at += TICK
        dispatching.dispatch(now=at)
        held = again(call)
        if held.status == CallStatus.DISPATCHED and held.rep_id != first.pk:
            with_somebody_else = at
    assert with_somebody_else is not None, "it was still with who was not there"
    assert with_somebody_else <= NOW + after + lease() + TICK
    assert FollowUpCall.objects.filter(status=CallStatus.DISPATCHED).count() == 1
    returned = Event.objects.filter(type=EventType.CALL_RETURNED, subject_id=call.pk)
    assert [event.data["from"] for event in returned] == [first.pk]


def test_with_nobody_there_calls_wait_and_none_is_lost(outreach: Outreach) -> None:
    Program.objects.update(holdout_percent=0)
    waiting = [outreach.call() for _ in range(4)]
    dispatching.dispatch(now=NOW)
    for rep in (outreach.house.alice, outreach.house.bob):
        logs_off(outreach, rep, NOW + MINUTE)
    for minute in range(1, 20):
        dispatching.dispatch(now=NOW + minute * MINUTE)
    assert {again(call).status for call in waiting} == {CallStatus.PLANNED}
    bob = again(outreach.house.bob)
    set_working_state(bob, state=WorkingState.AVAILABLE, until=None, by=bob, now=NOW + 20 * MINUTE)
    dispatching.dispatch(now=NOW + 21 * MINUTE)
    assert [again(call).rep_id for call in waiting].count(bob.pk) >= 1
    assert sum(again(call).status == CallStatus.DISPATCHED for call in waiting) == 1
