"""A call is with one rep: not taken back while they speak, taken anew by ringing, and never with two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.authority import Refused
from accounts.models import User
from outreach.domain import calls, dispatching
from outreach.domain.dialing import dials, phones
from outreach.domain.dialing.port import Heard
from outreach.enums import CallStatus, DialStatus
from outreach.models import CallAttempt, Dial, FollowUpCall
from outreach.queries.dials import SPEAKS_AT_MOST
from tests.factories import HOUR, MINUTE, NOW, again, away
from tests.outreach.conftest import Outreach, PlanOf

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]
LEASE = 15 * MINUTE


def rung(outreach: Outreach, call: FollowUpCall, *, at: datetime = NOW, by: str = "alice", heard: str = "") -> Dial:
    """Somebody rings the customer by their softphone, and what is heard of the line at once; by a link if they have none."""
    dial = dials.dial(call.customer, key=f"{at:%H%M}", by=getattr(outreach.house, by), now=at, call=call).dial
    return hears(dial, heard, at=at) if heard else dial


def hears(dial: Dial, status: str, *, at: datetime, ended: bool = False) -> Dial:
    return dials.hear(dial, Heard(DialStatus(status), f"{status}:{at}", ended=ended), now=at)


@pytest.fixture
def softphone(outreach: Outreach) -> None:
    alice = outreach.house.alice
    phones.choose_phone(alice, dialer="baresip", address="127.0.0.1:4444", by=alice, now=NOW)


def refused(code: str, work: object) -> None:
    with pytest.raises(Refused) as no:
        work()  # type: ignore[operator]
    assert no.value.code == code


# Whoever speaks keeps it ---------------------------------------------------------------------------------------------------


def test_a_call_that_is_spoken_on_goes_to_nobody_else(outreach: Outreach, softphone: None) -> None:
    call = outreach.taken()
    rung(outreach, call, at=NOW + 5 * MINUTE, heard="answered")
    assert dispatching.dispatch(now=NOW + HOUR) == 0
    assert again(call).rep == outreach.house.alice
    outreach.outcome(call, "turned_around", now=NOW + HOUR)
    assert again(call).status == CallStatus.DONE


@pytest.mark.parametrize("heard", ["", "ringing", "answered", "machine"])
def test_who_goes_away_while_their_line_is_up_keeps_the_call(outreach: Outreach, softphone: None, heard: str) -> None:
    call = outreach.taken()
    rung(outreach, call, heard=heard)
    away(outreach.house.alice)
    assert dispatching.dispatch(now=NOW + MINUTE) == 0
    assert again(call).rep == outreach.house.alice


def test_a_line_whose_end_nobody_told_keeps_it_for_two_hours_and_no_longer(outreach: Outreach, softphone: None) -> None:
    call = outreach.taken()
    rung(outreach, call, heard="answered")
    assert dispatching.dispatch(now=NOW + SPEAKS_AT_MOST - MINUTE) == 0
    assert dispatching.dispatch(now=NOW + SPEAKS_AT_MOST) == 1
    assert again(call).rep == outreach.house.bob


def test_a_line_of_somebody_else_keeps_nothing(outreach: Outreach, softphone: None) -> None:
    call = outreach.taken()
    rung(outreach, call, heard="answered")
    Dial.objects.update(user=outreach.house.bob)
    assert dispatching.dispatch(now=NOW + 2 * LEASE) == 1


def test_ringing_by_a_link_keeps_it_for_another_lease(outreach: Outreach) -> None:
    call = outreach.taken()
    rung(outreach, call, at=NOW + 10 * MINUTE)
    assert again(call).leased_until == NOW + 10 * MINUTE + LEASE
    assert dispatching.dispatch(now=NOW + 20 * MINUTE) == 0
    assert dispatching.dispatch(now=NOW + 25 * MINUTE) == 1


def test_a_line_picked_up_and_a_line_laid_down_keep_it_for_another_lease(outreach: Outreach, softphone: None) -> None:
    call = outreach.taken()
    dial = rung(outreach, call)
    hears(dial, "answered", at=NOW + MINUTE)
    assert again(call).leased_until == NOW + MINUTE + LEASE
    hears(dial, "answered", at=NOW + HOUR, ended=True)
    assert again(call).leased_until == NOW + HOUR + LEASE, "what came of it is still to be written down"
    hears(dial, "ringing", at=NOW + 2 * HOUR)
    assert again(call).leased_until == NOW + HOUR + LEASE, "what comes late keeps nothing"


# Ringing is taking ---------------------------------------------------------------------------------------------------------


def left(outreach: Outreach) -> FollowUpCall:
    """A call that Alice left untouched, and that nobody was free for."""
    call = outreach.taken()
    away(outreach.house.bob)
    dispatching.take_back(now=NOW + LEASE)
    found: FollowUpCall = again(call)
    assert (found.status, found.rep) == (CallStatus.PLANNED, outreach.house.alice)
    return found


def test_who_rings_a_call_that_they_left_has_it_again(outreach: Outreach) -> None:
    call, at = left(outreach), NOW + 20 * MINUTE
    rung(outreach, call, at=at)
    call = again(call)
    assert (call.status, call.rep, call.leased_until) == (CallStatus.DISPATCHED, outreach.house.alice, at + LEASE)
    assert call.obligation.owner == outreach.house.alice
    away(outreach.house.bob, until=at)
    assert dispatching.dispatch(now=at + MINUTE) == 0
    refused("with_a_colleague", lambda: calls.take(call, by=again(outreach.house.bob), now=at + MINUTE))


def test_who_rings_nothing_takes_nothing(outreach: Outreach) -> None:
    call, alice = left(outreach), outreach.house.alice
    wrong: dict[str, Any] = {"key": "k", "by": alice, "now": NOW + LEASE, "call": call, "to": "+13035550199"}
    refused("other_phone", lambda: dials.dial(call.customer, **wrong))
    assert again(call).status == CallStatus.PLANNED
    away(alice)
    refused("away", lambda: dials.dial(call.customer, **wrong | {"by": again(alice), "to": ""}))


def test_what_a_colleague_has_by_now_is_not_rung(outreach: Outreach) -> None:
    call = left(outreach)
    calls.take(call, by=_back(outreach), now=NOW + 20 * MINUTE)
    refused("with_a_colleague", lambda: rung(outreach, call, at=NOW + 20 * MINUTE))
    assert not Dial.objects.exists()


def _back(outreach: Outreach) -> User:
    return away(outreach.house.bob, until=NOW)


# What came of it is taken from who spoke -----------------------------------------------------------------------------------


def test_who_spoke_for_longer_than_their_lease_says_what_came_of_it_while_nobody_else_has_begun(
    outreach: Outreach,
) -> None:
    call = outreach.taken()
    rung(outreach, call)
    assert dispatching.dispatch(now=NOW + LEASE) == 1
    assert again(call).rep == outreach.house.bob
    outreach.outcome(call, "turned_around", now=NOW + 20 * MINUTE)
    assert (again(call).status, CallAttempt.objects.get().by) == (CallStatus.DONE, outreach.house.alice)


def test_once_a_colleague_rings_it_is_theirs_to_say(outreach: Outreach) -> None:
    call = outreach.taken()
    rung(outreach, call)
    dispatching.dispatch(now=NOW + LEASE)
    rung(outreach, call, at=NOW + 16 * MINUTE, by="bob")
    refused("with_a_colleague", lambda: outreach.outcome(call, "turned_around", now=NOW + 20 * MINUTE))


def test_what_came_of_it_is_said_once(outreach: Outreach) -> None:
    call = outreach.taken()
    rung(outreach, call)
    rung(outreach, call, at=NOW + MINUTE)
    outreach.outcome(call, "no_answer")
    refused("take_first", lambda: outreach.outcome(call, "no_answer", now=NOW + 3 * MINUTE))


def test_who_rang_long_ago_says_nothing_for_a_colleague(outreach: Outreach) -> None:
    call = outreach.taken()
    rung(outreach, call)
    dispatching.dispatch(now=NOW + LEASE)
    late = NOW + SPEAKS_AT_MOST + MINUTE
    refused("with_a_colleague", lambda: outreach.outcome(call, "turned_around", now=late))


# Who may not be called -----------------------------------------------------------------------------------------------------


def test_what_may_not_be_called_is_looked_for_among_live_calls_alone(outreach: Outreach, plan_of: PlanOf) -> None:
    outreach.call()
    assert "calls_live" in plan_of(lambda: dispatching.withdraw_unwanted(now=NOW))
