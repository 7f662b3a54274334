"""The customer's own hand: the confirmation with its link, and the time that they choose."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import BusinessUnit, Notice
from cases.domain import causes, chosen_times, closing, opening_hours, ownership, promises
from cases.domain.reconcile import differences
from cases.models import Case, Customer, Message, Promise
from journal.enums import ActorKind
from journal.models import Event
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again

pytestmark = pytest.mark.practice("P7")
DUE = NOW + DAY
THEN = NOW + 2 * DAY


def mailed(house: House, **customer: object) -> Case:
    return house.case(house.customer(emails=["maria@example.com"], **customer))


def confirmations() -> list[Message]:
    return list(Message.objects.filter(kind="promise").order_by("id"))


# The confirmation ------------------------------------------------------------------------------------------------------


def test_a_promise_is_confirmed_on_both_clocks_with_a_link_and_without_the_reps_own_words(house: House) -> None:
    promise = house.promise(mailed(house), due_end=DUE, zone="Europe/London", what="Ring about Bob’s mistake")
    (message,) = confirmations()
    assert (message.to, message.link, message.status) == ("maria@example.com", f"promise:{promise.pk}", "pending")
    assert "Alice will call you" in message.body
    assert "by 09:00 on Wednesday, March 11, your time (Denver)" in message.body
    assert "by 15:00 on Wednesday, March 11 in London" in message.body
    assert "{link}" in message.body
    assert "Bob" not in message.body + message.subject


def test_a_window_is_confirmed_as_one(house: House) -> None:
    house.promise(mailed(house), due_start=DUE - HOUR, due_end=DUE)
    assert "on Wednesday, March 11, between 08:00 and 09:00, your time" in confirmations()[0].body


@pytest.mark.parametrize(("ahead", "written"), [(2 * MINUTE, 0), (9 * MINUTE, 0), (10 * MINUTE, 1)])
def test_what_is_kept_before_a_mail_is_read_is_not_confirmed(house: House, ahead: timedelta, written: int) -> None:
    house.promise(mailed(house), due_end=NOW + ahead)
    assert len(confirmations()) == written


def test_without_an_address_nothing_is_written(house: House) -> None:
    house.promise(house.case(house.customer(emails=[])), due_end=DUE)
    assert confirmations() == []


def test_every_promise_that_takes_the_place_of_another_is_confirmed(house: House) -> None:
    promise = house.promise(mailed(house), due_end=DUE)
    moved = promises.move(promise, due_end=THEN, agreed=True, by=house.alice, now=NOW)
    following = promises.interim(moved, due_end=THEN + DAY, by=house.alice, now=NOW)
    assert [each.link for each in confirmations()] == [f"promise:{each.pk}" for each in (promise, moved, following)]


@pytest.mark.practice("P5")
def test_the_opening_notice_holds_the_link_of_the_first_reply_and_is_its_confirmation(house: House) -> None:
    case = house.case(house.customer(emails=["maria@example.com"]), channel="email")
    notice = Message.objects.get(case=case)
    assert (notice.kind, notice.link) == ("opening_notice", f"promise:{Promise.objects.get().pk}")
    assert "{link}" in notice.body


# Choosing --------------------------------------------------------------------------------------------------------------


def test_a_customer_who_moves_a_promise_has_agreed_to_it(house: House) -> None:
    case = mailed(house)
    promise = house.promise(case, due_end=DUE, by=house.bob, what="Ring about the refund")
    chosen = chosen_times.choose(promise, due_start=THEN - HOUR, due_end=THEN, words="After school", now=NOW)
    promise = again(promise)
    assert (promise.status, chosen.status, chosen.follows) == ("renegotiated", "open", promise)
    owed = chosen.obligation
    assert (owed.owner, owed.what, owed.due_start, owed.due_end) == (
        house.bob,
        "Ring about the refund",
        THEN - HOUR,
        THEN,
    )
    moved, made = Event.objects.filter(subject_kind="promise", actor_kind=ActorKind.CUSTOMER).order_by("id")
    assert (moved.type, made.type, moved.actor, made.actor) == ("promise.renegotiated", "promise.made", None, None)
    assert moved.data["agreed"] is True
    assert moved.words.body["comment"] == "After school"
    assert "As you asked, Bob" in confirmations()[-1].body
    told = Notice.objects.get(kind="time_chosen", channel="desk")
    assert (told.user, told.body) == (house.bob, "After school")
    assert (again(case).open_obligations, differences()) == (1, [])


def test_sent_twice_it_is_chosen_once(house: House) -> None:
    promise = house.promise(mailed(house), due_end=DUE)
    first = chosen_times.choose(promise, due_end=THEN, now=NOW)
    events = Event.objects.count()
    assert chosen_times.choose(promise, due_end=THEN, now=NOW + MINUTE) == first
    assert (Event.objects.count(), Promise.objects.count()) == (events, 2)


def test_an_old_link_moves_the_promise_that_took_its_place(house: House) -> None:
    case = mailed(house)
    promise = house.promise(case, due_end=DUE)
    second = promises.move(promise, due_end=DUE + DAY, agreed=True, by=house.alice, now=NOW)
    third = promises.interim(second, due_end=DUE + 2 * DAY, by=house.alice, now=NOW)
    assert chosen_times.current(promise) == third
    chosen = chosen_times.choose(promise, due_end=DUE + 3 * DAY, now=NOW)
    assert (chosen.follows, again(case).open_obligations) == (third, 1)


def test_a_link_to_a_kept_promise_leads_to_another_that_is_open(house: House) -> None:
    case = mailed(house)
    promise, other = house.promise(case, due_end=DUE), house.promise(case, due_end=DUE + HOUR)
    promises.keep(promise, by=house.alice, now=NOW)
    assert chosen_times.current(promise) == other


@pytest.mark.parametrize("how", ["kept", "abandoned"])
def test_where_nothing_is_promised_any_more_it_is_promised_anew(house: House, how: str) -> None:
    case = mailed(house)
    promise = house.promise(case, due_end=DUE)
    if how == "kept":
        promises.keep(promise, by=house.alice, now=NOW)
    else:
        promises.abandon(promise, reason="All is well", by=house.alice, now=NOW)
    assert chosen_times.current(promise) is None
    chosen = chosen_times.choose(promise, due_end=THEN, now=NOW)
    assert (chosen.follows, chosen.obligation.owner, again(case).open_obligations) == (None, house.alice, 1)
    assert again(promise).status == how


def test_a_closed_case_is_open_again_when_they_ask_to_hear_from_us(house: House) -> None:
    case = mailed(house)
    promise = house.promise(case, due_end=DUE)
    promises.keep(promise, by=house.alice, now=NOW)
    causes.set_cause(case, cause=house.cause(), by=house.alice, now=NOW)
    closing.close(case, outcome="put_right", by=house.alice, now=NOW)
    chosen = chosen_times.choose(promise, due_end=THEN, now=NOW + HOUR)
    case = again(case)
    assert (case.status, case.reopened_count, case.open_obligations, chosen.status) == ("reopened", 1, 1, "open")
    reopened = Event.objects.get(type="case.reopened")
    assert (reopened.actor, reopened.actor_kind) == (None, ActorKind.CUSTOMER)
    assert differences() == []


def test_one_that_was_missed_stays_missed_when_the_customer_chooses_again(house: House) -> None:
    promise = house.promise(mailed(house), due_end=DUE)
    chosen = chosen_times.choose(promise, due_end=THEN, now=DUE + 16 * MINUTE)
    assert (again(promise).status, chosen.status) == ("missed", "open")


def test_nobody_is_called_who_wants_no_calls_any_more(house: House) -> None:
    case = mailed(house)
    promise = house.promise(case, due_end=DUE)
    Customer.objects.filter(pk=case.customer_id).update(do_not_call=True)
    assert chosen_times.choose(promise, due_end=THEN, now=NOW).channel == "email"


def test_a_handoff_takes_what_the_customer_chose_along(house: House) -> None:
    case = mailed(house)
    chosen = chosen_times.choose(house.promise(case, due_end=DUE), due_end=THEN, now=NOW)
    ownership.hand_off(case, to=house.bob, reason="On leave", by=house.alice, now=NOW)
    assert again(chosen).obligation.owner == house.bob


# The times that are offered --------------------------------------------------------------------------------------------

HOURS = st.tuples(st.times(), st.times())
EVERYWHERE = st.sampled_from(
    ["America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Chatham", "Antarctica/Troll", "Pacific/Apia", "UTC"]
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    here=EVERYWHERE,
    there=EVERYWHERE,
    hours=HOURS,
    weekdays=st.lists(st.integers(0, 6), unique=True),
    region=st.sampled_from(["", "US", "DE-BY", "JP"]),
)
def test_there_is_always_a_time_to_choose_and_it_lies_ahead(
    now: datetime, here: str, there: str, hours: tuple[time, time], weekdays: list[int], region: str
) -> None:
    moment = now.replace(tzinfo=UTC)
    unit = BusinessUnit(
        name="Care", time_zone=here, opens=hours[0], closes=hours[1], weekdays=weekdays, holiday_region=region
    )
    customer = Customer(time_zone=there, jurisdiction=region)
    slots = opening_hours.slots(unit, customer, now=moment)
    assert slots
    assert all(moment < slot.due_start < slot.due_end for slot in slots)
    assert len({(slot.due_start, slot.due_end) for slot in slots}) == len(slots)


def test_times_are_those_of_both_clocks_and_of_no_holiday() -> None:
    unit = BusinessUnit(name="Care", time_zone="America/New_York", opens=time(9), closes=time(17), holiday_region="US")
    customer = Customer(time_zone="America/Los_Angeles", jurisdiction="US-CA")
    before_thanksgiving = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Los Angeles
    said = [
        f"{slot.starts:%a %H:%M}-{slot.ends:%H:%M}"
        for slot in opening_hours.slots(unit, customer, now=before_thanksgiving)
    ]
    # On the Friday after it California has a holiday of its own, and 9:00 in New York is 6:00 in Los Angeles.
    assert said[:4] == ["Wed 12:00-14:00", "Mon 08:00-10:00", "Mon 10:00-12:00", "Mon 12:00-14:00"]
