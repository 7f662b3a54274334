"""Promises: made, kept, late, missed, moved, given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.authority import Refused
from cases.domain import conversation, ownership, promises
from cases.domain.reconcile import differences
from cases.models import Contact, Obligation, Promise
from journal.models import Event
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = pytest.mark.practice("P7")
TICK = timedelta(microseconds=1)
DUE = NOW + HOUR
GRACE = 15 * MINUTE


def refusal(work: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        work(*args, **kwargs)
    return refused.value.code


def test_a_promise_is_owed_by_whoever_made_it_in_the_zone_that_was_meant(house: House) -> None:
    case = house.case()
    promise = house.promise(case, by=house.bob, what="Ring about the refund", channel="video")
    owed = promise.obligation
    assert (owed.kind, owed.what, owed.owner, owed.due_end, owed.zone, owed.status) == (
        "promise",
        "Ring about the refund",
        house.bob,
        DUE,
        "America/Denver",
        "open",
    )
    assert (promise.status, promise.channel, again(case).open_obligations) == ("open", "video", 1)
    assert house.promise(case, zone="Europe/London").obligation.zone == "Europe/London"


def test_what_a_program_promises_is_owed_by_the_owner(house: House) -> None:
    assert house.promise(house.case(), by=house.crm).obligation.owner == house.alice


@pytest.mark.parametrize(
    ("at", "status", "event"),
    [
        (NOW, "kept", "promise.kept"),
        (DUE - TICK, "kept", "promise.kept"),
        (DUE, "kept", "promise.kept"),
        (DUE + TICK, "late", "promise.kept_late"),
        (DUE + GRACE, "late", "promise.kept_late"),
        (DUE + GRACE + TICK, "missed", "promise.missed"),
        (DUE + 30 * DAY, "missed", "promise.missed"),
    ],
)
def test_a_contact_keeps_a_promise_up_to_its_time_late_within_the_grace_and_not_after(
    house: House, at: Any, status: str, event: str
) -> None:
    case = house.case()
    promise = house.promise(case)
    contact = promises.keep(promise, by=house.bob, now=at, words="Told her")
    promise = again(promise)
    assert (promise.status, promise.kept_by, promise.obligation.status, promise.obligation.credited_to) == (
        status,
        contact,
        "discharged",
        house.alice,
    )
    assert Event.objects.get(subject_kind="promise", type__startswith="promise.", type=event).at == at
    assert (again(case).open_obligations, differences()) == (0, [])


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offset=st.timedeltas(-HOUR, 3 * HOUR))
@example(offset=timedelta(0))
@example(offset=GRACE)
def test_the_outcome_follows_from_the_two_times_alone(house: House, offset: timedelta) -> None:
    promise = house.promise(house.case())
    promises.keep(promise, by=house.alice, now=DUE + offset)
    expected = "kept" if offset <= 0 * HOUR else "late" if offset <= GRACE else "missed"
    assert again(promise).status == expected


@pytest.mark.parametrize("reached", ["left_message", "no_answer", "wrong_person"])
def test_an_attempt_that_reached_nobody_keeps_nothing(house: House, reached: str) -> None:
    case = house.case()
    promise = house.promise(case)
    promises.keep(promise, by=house.alice, now=NOW, reached=reached)
    assert (again(promise).status, Contact.objects.last().reached, again(case).open_obligations) == (  # type: ignore[union-attr]
        "open",
        reached,
        1,
    )


def test_a_line_that_drops_keeps_nothing_and_is_called_back_at_once(house: House) -> None:
    case = house.case()
    promise = house.promise(case)
    promises.keep(promise, by=house.bob, now=NOW, reached="dropped")
    callback = Promise.objects.exclude(pk=promise.pk).get()
    assert (again(promise).status, callback.status) == ("open", "open")
    assert (callback.obligation.owner, callback.obligation.due_end) == (house.bob, NOW + 2 * MINUTE)
    assert (again(case).open_obligations, differences()) == (2, [])


def test_a_line_that_drops_with_somebody_who_wants_no_calls_is_answered_in_writing(house: House) -> None:
    case = house.case(house.customer(do_not_call=True))
    conversation.record_contact(case, channel="phone", direction="in", reached="dropped", by=house.alice, now=NOW)
    assert Promise.objects.get().channel == "email"


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_a_customer_who_wants_no_calls_is_promised_none(house: House, channel: str) -> None:
    case = house.case(house.customer(do_not_call=True))
    assert refusal(house.promise, case, channel=channel) == "do_not_call"
    assert house.promise(case, channel="email").status == "open"
    assert again(case).open_obligations == 1


def test_the_first_reply_comes_in_writing_to_somebody_who_wants_no_calls(house: House) -> None:
    house.case(house.customer(do_not_call=True, channel_preference="phone"), channel="email")
    assert Promise.objects.get().channel == "email"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"due_end": NOW}, "due_in_past"),
        ({"due_end": NOW + 400 * DAY}, "due_too_far"),
        ({"due_start": DUE + HOUR}, "invalid"),
        ({"zone": "Mars/Olympus"}, "unknown_zone"),
        ({"channel": "pigeon"}, "invalid"),
        ({"what": "w" * 201}, "too_long"),
        ({"what": "a\x00b"}, "invalid"),
    ],
)
def test_a_promise_that_cannot_be_meant_is_refused_and_nothing_is_owed(
    house: House, given: dict[str, Any], code: str
) -> None:
    case = house.case()
    assert refusal(house.promise, case, **given) == code
    assert (Promise.objects.count(), Obligation.objects.count(), again(case).version) == (0, 0, case.version)


def test_still_working_on_it_keeps_a_promise_and_makes_the_next(house: House) -> None:
    case = house.case()
    first = house.promise(case, what="Find the parcel")
    second = promises.interim(first, due_end=DUE + DAY, by=house.bob, now=DUE)
    first = again(first)
    assert (first.status, first.interim, second.follows, second.status, second.obligation.what) == (
        "kept",
        True,
        first,
        "open",
        "Find the parcel",
    )
    assert (again(case).open_obligations, differences()) == (1, [])


def test_still_working_on_it_needs_a_next_time_that_lies_ahead_else_nothing_is_kept(house: House) -> None:
    promise = house.promise(house.case())
    assert refusal(promises.interim, promise, due_end=NOW, by=house.alice, now=NOW) == "due_in_past"
    assert (again(promise).status, Contact.objects.filter(direction="out").count()) == ("open", 0)


@pytest.mark.parametrize(
    ("agreed", "at", "status"),
    [
        (True, NOW, "renegotiated"),
        (True, DUE + GRACE, "renegotiated"),
        (True, DUE + GRACE + TICK, "missed"),
        (False, NOW, "missed"),
        (False, DUE + DAY, "missed"),
    ],
)
def test_a_promise_is_moved_with_agreement_and_missed_without_or_when_it_is_too_late(
    house: House, agreed: bool, at: Any, status: str
) -> None:
    case = house.case()
    first = house.promise(case)
    second = promises.move(first, due_end=at + DAY, agreed=agreed, by=house.alice, now=at)
    assert (again(first).status, second.status, second.follows_id, second.obligation.due_end) == (
        status,
        "open",
        first.pk,
        at + DAY,
    )
    assert (again(case).open_obligations, differences()) == (1, [])


def test_a_call_promised_to_somebody_who_since_wants_none_can_still_be_moved(house: House) -> None:
    from cases.domain.customers import change_customer

    case = house.case()
    promise = house.promise(case)
    change_customer(case.customer, by=house.alice, now=NOW, version=1, do_not_call=True)
    assert promises.move(promise, due_end=DUE + DAY, agreed=True, by=house.alice, now=NOW).channel == "email"


@pytest.mark.parametrize(("at", "status"), [(DUE, "abandoned"), (DUE + TICK, "missed")])
def test_a_promise_is_given_up_with_a_reason_and_counts_as_missed_once_its_time_has_passed(
    house: House, at: Any, status: str
) -> None:
    case = house.case()
    promise = house.promise(case)
    assert refusal(promises.abandon, promise, reason=" ", by=house.alice, now=at) == "reason_needed"
    promises.abandon(promise, reason="She wrote that all is well", by=house.alice, now=at)
    promise = again(promise)
    assert (promise.status, promise.abandoned_because, promise.obligation.status) == (
        status,
        "She wrote that all is well",
        "abandoned",
    )
    assert (again(case).open_obligations, differences()) == (0, [])


def test_only_the_owner_or_a_supervisor_gives_a_promise_up(house: House) -> None:
    promise = house.promise(house.case())
    assert refusal(promises.abandon, promise, reason="No", by=house.bob, now=NOW) == "not_yours"
    assert refusal(promises.abandon, promise, reason="No", by=house.crm, now=NOW) == "person_needed"
    assert refusal(promises.abandon, promise, reason="No", by=house.charlie, now=NOW) == "out_of_reach"
    promises.abandon(promise, reason="Yes", by=house.sue, now=NOW)
    assert again(promise).status == "abandoned"


@pytest.mark.parametrize(
    "verb",
    [
        lambda p, by: promises.keep(p, by=by, now=NOW),
        lambda p, by: promises.interim(p, due_end=DUE, by=by, now=NOW),
        lambda p, by: promises.move(p, due_end=DUE, agreed=True, by=by, now=NOW),
        lambda p, by: promises.abandon(p, reason="Why", by=by, now=NOW),
    ],
    ids=["keep", "interim", "move", "abandon"],
)
def test_a_promise_ends_once(house: House, verb: Any) -> None:
    promise = house.promise(house.case())
    promises.keep(promise, by=house.alice, now=NOW)
    before = Event.objects.count()
    assert refusal(verb, promise, house.alice) == "wrong_state"
    assert (Event.objects.count(), differences()) == (before, [])


def test_whoever_held_it_when_it_fell_due_is_credited_after_a_handoff(house: House) -> None:
    case = house.case()
    due, ahead = house.promise(case), house.promise(case, due_end=NOW + DAY)
    colleagues = house.promise(case, by=house.bob)
    ownership.hand_off(case, to=house.sam, reason="Alice is ill", by=house.sue, now=DUE)
    owners = [again(promise).obligation.owner for promise in (due, ahead, colleagues)]
    assert owners == [house.sam, house.sam, house.bob]
    for promise in (due, ahead, colleagues):
        promises.keep(promise, by=house.sam, now=DUE + MINUTE)
    credited = [again(promise).obligation.credited_to for promise in (due, ahead, colleagues)]
    assert credited == [house.alice, house.sam, house.bob]


def test_a_handoff_a_moment_before_it_is_due_hands_on_the_credit_too(house: House) -> None:
    case = house.case()
    promise = house.promise(case)
    ownership.hand_off(case, to=house.bob, reason="Going home", by=house.alice, now=DUE - TICK)
    promises.keep(promise, by=house.bob, now=DUE)
    assert again(promise).obligation.credited_to == house.bob
