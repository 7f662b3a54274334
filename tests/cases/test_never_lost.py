"""A promise is never silently lost: not by a reply, a close, a handoff, an absence or a dropped line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.authority import Refused
from accounts.models import User
from cases.domain import causes, chosen_times, closing, conversation, covering, ownership, promises
from cases.domain.reconcile import differences
from cases.enums import Channel, Reached
from cases.models import Case, Obligation, Promise
from journal.models import Event
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = pytest.mark.practice("P7")


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE, Channel.CHAT, Channel.WEB, Channel.SURVEY])
def test_a_reply_of_the_customer_never_keeps_or_cancels_a_promise(house: House, channel: str) -> None:
    case = house.case()
    promise = house.promise(case)
    conversation.record_contact(
        case, channel=channel, direction="in", words="Never mind", by=house.alice, now=NOW + MINUTE
    )
    assert (again(promise).status, again(promise).obligation.status, again(case).open_obligations) == (
        "open",
        "open",
        1,
    )


def test_a_case_does_not_close_on_a_promise_also_one_that_is_covered_for(house: House) -> None:
    case = house.case()
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    house.promise(case, due_end=NOW + DAY)
    User.objects.filter(pk=house.alice.pk).update(working_state="left")
    covering.cover_all(now=NOW)
    with pytest.raises(Refused) as refused:
        closing.close(case, outcome="put_right", by=house.sue, now=NOW)
    assert refused.value.code == "promise_open"


def test_a_line_that_drops_on_an_incoming_call_makes_a_promise_at_once_beside_the_open_one(house: House) -> None:
    case = house.case()
    first = house.promise(case, due_end=NOW + DAY)
    conversation.record_contact(case, channel="phone", direction="in", reached="dropped", by=house.bob, now=NOW)
    callback = Promise.objects.exclude(pk=first.pk).get()
    assert (callback.obligation.owner, callback.obligation.due_end) == (house.bob, NOW + 2 * MINUTE)
    assert (again(first).status, again(case).open_obligations) == ("open", 2)


VERBS = st.lists(
    st.tuples(
        st.sampled_from(
            ["promise", "reply", "no answer", "dropped", "keep", "interim", "move", "choose", "hand off", "away", "back", "cover", "close"]
        ),
        st.integers(0, 2),
        st.integers(1, 180).map(lambda minutes: minutes * MINUTE),
    ),
    min_size=4,
    max_size=14,
)  # fmt: skip


def _verbs(house: House, case: Case, now: Any, who: User, which: Promise | None) -> dict[str, Callable[[], object]]:
    due = now + 3 * HOUR
    verbs: dict[str, Callable[[], object]] = {
        "promise": lambda: promises.make(case, due_end=due, by=who, now=now),
        "reply": lambda: conversation.record_contact(case, channel="email", direction="in", by=who, now=now),
        "dropped": lambda: conversation.record_contact(case, channel="phone", reached="dropped", by=who, now=now),
        "hand off": lambda: ownership.hand_off(case, to=who, reason="So", by=house.sue, now=now),
        "away": lambda: User.objects.filter(pk=who.pk).update(working_state="away", away_until=now + DAY),
        "back": lambda: User.objects.filter(pk=who.pk).update(working_state="available", away_until=None),
        "cover": lambda: covering.cover_all(now=now),
        "close": lambda: closing.close(case, outcome="put_right", by=house.sue, now=now),
    }
    if which is not None:
        verbs |= {
            "no answer": lambda: promises.keep(which, reached=Reached.NO_ANSWER, by=who, now=now),
            "keep": lambda: promises.keep(which, by=who, now=now),
            "interim": lambda: promises.interim(which, due_end=due, by=who, now=now),
            "move": lambda: promises.move(which, due_end=due, agreed=now.minute % 2 == 0, by=who, now=now),
            "choose": lambda: chosen_times.choose(which, due_end=due + MINUTE, now=now),
        }
    return verbs


ENDS = ("promise.kept", "promise.kept_late", "promise.missed", "promise.renegotiated", "promise.abandoned")


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=VERBS)
def test_whatever_is_done_a_promise_is_open_or_its_end_is_told(
    house: House, steps: list[tuple[str, int, timedelta]]
) -> None:
    case, now = house.case(), NOW
    causes.set_cause(case, cause=house.cause(f"Cause {case.pk}"), by=house.alice, now=NOW)
    for verb, number, later in steps:
        now += later
        who = again([house.alice, house.bob, house.sue][number])
        open_ones = list(Promise.objects.filter(case=case, status="open").order_by("pk"))
        every = list(Promise.objects.filter(case=case).order_by("pk"))
        which = (every if verb == "choose" else open_ones)[number:][:1] or every[:1]
        work = _verbs(house, again(case), now, who, which[0] if which else None).get(verb)
        try:
            if work is not None:
                work()
        except Refused:
            pass
        held = again(case)
        standing = Promise.objects.filter(case=case, status="open").count()
        assert held.open_obligations == standing == Obligation.objects.filter(case=case, status="open").count()
        assert not (held.is_closed and standing)
    for promise in Promise.objects.filter(case=case).exclude(status="open"):
        told = Event.objects.filter(subject_kind="promise", subject_id=promise.pk, type__in=ENDS)
        assert told.count() == 1
    assert differences() == []
