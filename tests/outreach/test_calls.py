"""Follow-up calls: taken, given out, attempted, turned around or not, given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.authority import Refused
from accounts.models import Notice, User
from accounts.queries import is_there
from cases.enums import CaseStatus, ObligationStatus
from cases.models import Case, CustomerPhone, Incident, Obligation
from journal.enums import EventType
from journal.models import Event
from outreach.domain import calls, dispatching, outcomes
from outreach.domain.workflow import CALL
from outreach.enums import CallOutcome, CallStatus
from outreach.models import CallAttempt, FollowUpCall, Program
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away
from tests.outreach.conftest import Counted, Outreach

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P23")]
LEASE = 15 * MINUTE


def refused_code(work: object) -> str:
    with pytest.raises(Refused) as refused:
        work()  # type: ignore[operator]
    return refused.value.code


# Taking --------------------------------------------------------------------------------------------------------------


def test_a_rep_of_the_call_group_takes_a_call_that_waits(outreach: Outreach) -> None:
    call = outreach.taken()
    assert (call.status, call.rep, call.leased_until) == (CallStatus.DISPATCHED, outreach.house.alice, NOW + LEASE)
    assert again(call).obligation.owner == outreach.house.alice


def test_taking_it_again_keeps_it_for_longer(outreach: Outreach) -> None:
    call = outreach.taken()
    assert calls.take(call, by=outreach.house.alice, now=NOW + MINUTE).leased_until == NOW + MINUTE + LEASE
    assert Event.objects.filter(type=EventType.CALL_DISPATCHED).count() == 1


def test_who_may_not_take_a_call_hears_why(outreach: Outreach) -> None:
    house, call = outreach.house, outreach.call()
    assert refused_code(lambda: calls.take(call, by=house.sue, now=NOW)) == "not_in_call_group"
    assert refused_code(lambda: calls.take(call, by=house.ada, now=NOW)) == "rep_needed"
    assert refused_code(lambda: calls.take(call, by=house.crm, now=NOW)) == "person_needed"
    assert refused_code(lambda: calls.take(call, by=house.charlie, now=NOW)) == "out_of_reach"
    calls.take(call, by=house.alice, now=NOW)
    assert refused_code(lambda: calls.take(call, by=house.bob, now=NOW)) == "with_a_colleague"
    assert again(call).rep == house.alice


def test_nobody_is_called_outside_their_hours(outreach: Outreach) -> None:
    call = outreach.call()
    at_night_in_denver = datetime(2026, 3, 11, 4, tzinfo=UTC)
    assert refused_code(lambda: calls.take(call, by=outreach.house.alice, now=at_night_in_denver)) == "outside_hours"


def test_the_next_call_is_one_that_may_be_made_now(outreach: Outreach) -> None:
    house, this_morning = outreach.house, NOW - 8 * HOUR
    asleep = outreach.call(house.customer("Kenji Ito", time_zone="Asia/Tokyo"), now=this_morning)
    assert asleep.not_before <= NOW
    assert refused_code(lambda: calls.take_next(by=house.alice, now=NOW)) == "nothing_waits"
    awake = outreach.call()
    assert calls.take_next(by=house.alice, now=NOW).pk == awake.pk
    assert refused_code(lambda: calls.take_next(by=house.sue, now=NOW)) == "not_in_call_group"


def test_who_is_a_moment_late_for_the_next_call_gets_the_one_after(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = outreach.call(), outreach.call(outreach.house.customer("Kofi Mensah"))
    seen = list(calls.waiting(outreach.house.bob, now=NOW))
    calls.take(first, by=outreach.house.alice, now=NOW)
    monkeypatch.setattr(calls, "waiting", lambda *_, **__: seen)
    assert calls.take_next(by=outreach.house.bob, now=NOW).pk == second.pk
    assert again(first).rep == outreach.house.alice


def test_who_asked_meanwhile_not_to_be_called_is_not(outreach: Outreach) -> None:
    call = outreach.call()
    type(call.customer).objects.update(do_not_call=True)
    assert refused_code(lambda: calls.take(call, by=outreach.house.alice, now=NOW)) == "do_not_call"
    dispatching.dispatch(now=NOW)
    call = again(call)
    assert (call.status, call.obligation.status) == (CallStatus.GIVEN_UP, ObligationStatus.ABANDONED)


def test_a_call_with_a_rep_is_withdrawn_too_when_the_customer_wants_none(outreach: Outreach) -> None:
    case = outreach.house.case()
    call = outreach.taken(outreach.call(case=case))
    owed = again(case).open_obligations
    type(call.customer).objects.update(do_not_call=True)
    dispatching.dispatch(now=NOW)
    assert again(call).status == CallStatus.GIVEN_UP
    assert again(case).open_obligations == owed - 1


# Giving out ----------------------------------------------------------------------------------------------------------


def test_calls_go_to_reps_who_are_there_one_each(outreach: Outreach) -> None:
    first, second, third = outreach.call(), outreach.call(), outreach.call()
    assert dispatching.dispatch(now=NOW) == 2
    house = outreach.house
    assert {again(first).rep, again(second).rep} == {house.alice, house.bob}
    assert again(third).status == CallStatus.PLANNED
    assert Notice.objects.filter(kind="call_given").count() == 2
    assert again(again(first).obligation).owner == again(first).rep


def test_who_is_away_has_left_or_is_not_in_the_group_gets_none(outreach: Outreach) -> None:
    house = outreach.house
    away(house.alice)
    User.objects.filter(pk=house.bob.pk).update(takes_calls=False)
    User.objects.filter(pk=house.charlie.pk).update(takes_calls=True)
    outreach.call()
    assert dispatching.dispatch(now=NOW) == 0


def test_the_most_pressing_goes_first_to_whoever_called_least_lately(outreach: Outreach) -> None:
    outreach.outcome(outreach.taken(), "turned_around")
    later = outreach.call(now=NOW + HOUR)
    sooner = outreach.call(now=NOW + HOUR)
    Obligation.objects.filter(pk=sooner.obligation_id).update(due_end=NOW + 2 * HOUR)
    away(outreach.house.alice, until=NOW + DAY)
    dispatching.dispatch(now=NOW + HOUR)
    assert (again(sooner).rep, again(later).rep) == (outreach.house.bob, None)


def test_the_most_idle_rep_is_chosen(outreach: Outreach) -> None:
    outreach.outcome(outreach.taken(), "turned_around")
    call = outreach.call(now=NOW + HOUR)
    dispatching.dispatch(now=NOW + HOUR)
    assert again(call).rep == outreach.house.bob


def test_a_call_left_untouched_comes_back_and_goes_to_somebody_else(outreach: Outreach) -> None:
    call = outreach.taken()
    assert dispatching.take_back(now=NOW + LEASE - MINUTE) == 0
    assert dispatching.dispatch(now=NOW + LEASE) == 1
    call = again(call)
    assert (call.status, call.rep) == (CallStatus.DISPATCHED, outreach.house.bob)
    returned = Event.objects.get(type=EventType.CALL_RETURNED)
    assert returned.data == {"from": outreach.house.alice.pk, "because": "untouched"}


def test_who_goes_away_leaves_their_calls_to_others_at_once(outreach: Outreach) -> None:
    call = outreach.taken()
    away(outreach.house.alice)
    dispatching.dispatch(now=NOW + MINUTE)
    assert again(call).rep == outreach.house.bob
    assert Event.objects.get(type=EventType.CALL_RETURNED).data["because"] == "away"


def test_who_went_away_on_the_phone_can_still_say_what_came_of_it(outreach: Outreach) -> None:
    call = outreach.taken()
    away(outreach.house.alice)
    away(outreach.house.bob)
    dispatching.dispatch(now=NOW + MINUTE)
    assert again(call).status == CallStatus.PLANNED
    outreach.outcome(call, "turned_around")
    assert again(call).status == CallStatus.DONE


def test_who_is_away_takes_no_call(outreach: Outreach) -> None:
    call = outreach.call()
    away(outreach.house.alice)
    assert refused_code(lambda: calls.take(call, by=again(outreach.house.alice), now=NOW)) == "away"


def test_outside_the_hours_the_attempt_moves_to_when_they_open(outreach: Outreach) -> None:
    call = outreach.call()
    at_night_in_denver = datetime(2026, 3, 11, 4, tzinfo=UTC)
    assert dispatching.dispatch(now=at_night_in_denver) == 0
    assert again(call).not_before == datetime(2026, 3, 11, 14, tzinfo=UTC)


def test_a_unit_where_nobody_calls_does_not_fill_the_batch(outreach: Outreach) -> None:
    house = outreach.house
    for _ in range(3):
        elsewhere = house.customer(units=[house.other_unit])
        outreach.call(elsewhere, by=house.ada, kind="crm_flag")
    call = outreach.call()
    assert dispatching.give_out(now=NOW, limit=2) == 1
    assert again(call).status == CallStatus.DISPATCHED


def test_the_number_of_queries_does_not_grow_with_the_batch(outreach: Outreach, queries_of: Counted) -> None:
    outreach.call()
    few = queries_of(lambda: dispatching.dispatch(now=NOW))
    for number in range(12):
        outreach.house.person(f"caller{number}", takes_calls=True)
        outreach.call()
    assert queries_of(lambda: dispatching.dispatch(now=NOW)) <= few + 1
    assert FollowUpCall.objects.filter(status=CallStatus.DISPATCHED).count() == 13


def test_the_database_itself_keeps_one_live_call_a_customer(outreach: Outreach) -> None:
    call = outreach.call()
    signal = outreach.signal(call.customer)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpCall.objects.create(
            obligation=outreach.house.promise(outreach.house.case()).obligation,
            customer=call.customer,
            unit=call.unit,
            signal=signal,
            not_before=NOW,
        )


# Outcomes ------------------------------------------------------------------------------------------------------------


def test_turned_around_is_done_and_nothing_is_owed_any_more(outreach: Outreach) -> None:
    case = outreach.house.case()
    owed = case.open_obligations
    call = outreach.outcome(outreach.taken(outreach.call(case=case)), "turned_around", what_would_help="A call")
    call = again(call)
    assert (call.status, call.outcome, call.attempts_made) == (CallStatus.DONE, CallOutcome.TURNED_AROUND, 1)
    assert call.obligation.status == ObligationStatus.DISCHARGED
    assert call.obligation.credited_to == outreach.house.alice
    assert again(case).open_obligations == owed
    attempt = CallAttempt.objects.get()
    assert (attempt.phone, attempt.what_went_wrong, attempt.by) == (
        "+13035550142",
        "Nobody called back",
        outreach.house.alice,
    )


def test_still_dissatisfied_reopens_the_closed_case(outreach: Outreach) -> None:
    case = outreach.house.closed_case()
    call = outreach.taken(outreach.call(case=case), by=outreach.house.bob)
    outreach.outcome(call, "not_turned_around", by=outreach.house.bob)
    case = again(case)
    assert (case.status, case.reopened_count) == (CaseStatus.REOPENED, 1)
    assert again(call).status == CallStatus.DONE
    assert Notice.objects.filter(user=outreach.house.alice, kind="still_dissatisfied").count() == 1


def test_still_dissatisfied_without_a_case_opens_one(outreach: Outreach) -> None:
    call = outreach.taken()
    call = again(outreach.outcome(call, "not_turned_around", what_would_help="A refund"))
    assert call.case is not None
    assert (call.case.owner, call.case.status) == (outreach.house.alice, CaseStatus.OPEN)
    incident = Incident.objects.get(case=call.case)
    assert incident.customer_words == "Nobody called back"
    assert "A refund" in incident.our_words


def test_still_dissatisfied_about_history_opens_a_case_beside_it(outreach: Outreach) -> None:
    history = outreach.house.historical_case()
    call = outreach.taken(outreach.call(case=history))
    call = again(outreach.outcome(call, "not_turned_around"))
    assert call.case not in (None, history)
    assert again(history).status == CaseStatus.CLOSED


def test_still_dissatisfied_on_an_open_case_lets_it_go_on(outreach: Outreach) -> None:
    case = outreach.house.case()
    owed = case.open_obligations
    outreach.outcome(outreach.taken(outreach.call(case=case)), "not_turned_around")
    case = again(case)
    assert (case.status, case.open_obligations) == (CaseStatus.OPEN, owed)
    assert Case.objects.filter(customer=case.customer).count() == 1


@pytest.mark.practice("P24")
def test_the_cause_that_was_heard_is_set_where_none_is_known(outreach: Outreach) -> None:
    case, cause = outreach.house.case(), outreach.house.cause()
    outreach.outcome(outreach.taken(outreach.call(case=case)), "turned_around", cause=cause)
    assert Incident.objects.get(case=case).cause == cause
    closed = outreach.house.closed_case()
    other = outreach.house.cause("Something else")
    outreach.outcome(outreach.taken(outreach.call(case=closed)), "turned_around", cause=other)
    assert Incident.objects.get(case=closed).cause == cause
    assert CallAttempt.objects.order_by("-id").first().cause == other


def test_no_answer_is_tried_again_after_growing_gaps_and_then_given_up(outreach: Outreach) -> None:
    call, now, gaps = outreach.call(), NOW, []
    for outcome in ("no_answer", "left_message", "no_answer"):
        calls.take(call, by=outreach.house.alice, now=now)
        call = again(outcomes.record_outcome(call, outcome=outcome, by=outreach.house.alice, now=now))
        assert (call.status, call.rep, call.obligation.owner) == (CallStatus.PLANNED, None, None)
        gaps.append(call.not_before - now)
        now = call.not_before
    # From 9:00: after two hours it would be morning again, so at noon; a day later in the evening; then every part of
    # the day was tried, and two days are enough.
    assert gaps == [3 * HOUR, DAY + 5 * HOUR, 2 * DAY]
    calls.take(call, by=outreach.house.alice, now=now)
    call = again(outcomes.record_outcome(call, outcome="no_answer", by=outreach.house.alice, now=now))
    assert (call.status, call.outcome, call.attempts_made) == (CallStatus.GIVEN_UP, CallOutcome.NO_ANSWER, 4)
    assert call.obligation.status == ObligationStatus.ABANDONED
    assert Notice.objects.filter(user=outreach.house.sue, kind="call_given_up").count() == 1


def test_the_next_attempt_waits_for_the_hours_to_open(outreach: Outreach) -> None:
    call, evening = outreach.call(), datetime(2026, 3, 11, 2, tzinfo=UTC)  # 20:00 in Denver
    calls.take(call, by=outreach.house.alice, now=evening)
    call = outcomes.record_outcome(call, outcome="no_answer", by=outreach.house.alice, now=evening)
    assert call.not_before == datetime(2026, 3, 11, 14, tzinfo=UTC)
    early = call.not_before - 6 * HOUR
    assert refused_code(lambda: calls.take(call, by=outreach.house.alice, now=early)) == "outside_hours"


def test_before_its_time_the_next_attempt_is_not_made(outreach: Outreach) -> None:
    call = outreach.outcome(outreach.taken(), "no_answer")
    assert refused_code(lambda: calls.take(call, by=outreach.house.alice, now=NOW + HOUR)) == "too_soon"


def test_a_wrong_number_is_marked_and_the_next_one_is_tried_at_once(outreach: Outreach) -> None:
    customer = outreach.house.customer(phones=["+13035550142", "+13035550143"])
    call = outreach.taken(outreach.call(customer))
    outreach.outcome(call, "wrong_number")
    assert CustomerPhone.objects.get(number="+13035550142", customer=customer).wrong
    call = again(call)
    assert (call.status, call.rep) == (CallStatus.DISPATCHED, outreach.house.alice)
    outreach.outcome(call, "wrong_number")
    assert again(call).status == CallStatus.GIVEN_UP
    assert list(CallAttempt.objects.values_list("phone", flat=True)) == ["+13035550142", "+13035550143"]


def test_refused_is_done_and_never_tried_again(outreach: Outreach) -> None:
    call = again(outreach.outcome(outreach.taken(), "refused", what_went_wrong=""))
    assert (call.status, call.outcome) == (CallStatus.DONE, CallOutcome.REFUSED)


def test_a_number_of_somebody_else_cannot_have_been_dialed(outreach: Outreach) -> None:
    call = outreach.taken()
    assert refused_code(lambda: outreach.outcome(call, "no_answer", phone="+442079460000")) == "other_phone"
    assert not CallAttempt.objects.exists()


def test_an_outcome_takes_the_call_the_words_and_a_known_code(outreach: Outreach) -> None:
    house, call = outreach.house, outreach.call()
    assert refused_code(lambda: outreach.outcome(call, "no_answer")) == "take_first"
    calls.take(call, by=house.alice, now=NOW)
    assert refused_code(lambda: outreach.outcome(call, "no_answer", by=house.bob)) == "with_a_colleague"
    assert refused_code(lambda: outreach.outcome(call, "sang")) == "invalid"
    assert refused_code(lambda: outreach.outcome(call, "turned_around", what_went_wrong=" ")) == "words_needed"
    assert refused_code(lambda: outreach.outcome(call, "no_answer", by=house.charlie)) == "out_of_reach"
    outreach.outcome(call, "turned_around")
    assert refused_code(lambda: outreach.outcome(call, "turned_around")) == "wrong_state"
    assert CallAttempt.objects.count() == 1


def test_a_call_that_outlasts_its_lease_is_still_recorded(outreach: Outreach) -> None:
    call = outreach.taken()
    away(outreach.house.bob)
    User.objects.filter(pk=outreach.house.alice.pk).update(takes_calls=False)
    dispatching.dispatch(now=NOW + LEASE)
    User.objects.filter(pk=outreach.house.alice.pk).update(takes_calls=True)
    assert again(call).status == CallStatus.PLANNED
    outreach.outcome(call, "turned_around", now=NOW + 2 * LEASE)
    assert again(call).status == CallStatus.DONE


def test_an_attempt_on_a_live_case_is_a_contact_and_stops_its_first_minute(outreach: Outreach) -> None:
    case = outreach.house.case(by=outreach.house.crm, channel="api")
    assert case.first_response_at is None
    outreach.outcome(outreach.taken(outreach.call(case=case)), "turned_around")
    case = again(case)
    assert case.first_response_at == NOW + 2 * MINUTE
    assert case.contacts.count() == 1


def test_words_lie_beside_the_event_and_not_in_it(outreach: Outreach) -> None:
    outreach.outcome(outreach.taken(), "turned_around", what_went_wrong="A private grief", words="Handle with care")
    event = Event.objects.get(type=EventType.CALL_ATTEMPTED)
    assert "grief" not in str(event.data)
    assert event.words.body == {"what_went_wrong": "A private grief", "note": "Handle with care"}


def test_every_pair_of_states_is_as_the_table_says() -> None:
    allowed = {
        ("planned", "dispatched"), ("planned", "done"), ("planned", "given_up"),
        ("dispatched", "planned"), ("dispatched", "done"), ("dispatched", "given_up"),
    }  # fmt: skip
    pairs = {(a.value, b.value) for a in CallStatus for b in CallStatus if CALL.verdict(a, b)}
    assert pairs == allowed


def test_without_gaps_one_try_is_all(outreach: Outreach) -> None:
    Program.objects.update(retry_after_minutes=[])
    call = again(outreach.outcome(outreach.taken(), "no_answer"))
    assert call.status == CallStatus.GIVEN_UP


def test_the_house_is_as_these_tests_take_it(house: House) -> None:
    assert is_there(house.alice, NOW)
    assert timedelta(minutes=15) == calls.lease()
