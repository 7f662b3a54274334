"""Many at once around one call: it is with one rep, planned once, given out once, and ended once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from accounts.authority import Refused
from accounts.models import Notice, User
from cases.models import Obligation
from journal.enums import EventType
from journal.models import Event
from outreach.domain import calls, delivery, dispatching, ladder, mailing, planning
from outreach.domain.dialing import dials
from outreach.enums import CallStatus
from outreach.models import CallAttempt, Dial, FollowUpCall
from tests.factories import NOW, House, again
from tests.outreach.conftest import Outreach

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P23")]
TOGETHER = 8


def together(work: list[Callable[[], Any]]) -> list[Any]:
    """Run all of it at once, each on a connection of its own; what each returned, or the refusal's code."""
    gate, results = threading.Barrier(len(work)), [None] * len(work)

    def run(number: int) -> None:
        try:
            gate.wait(30)
            results[number] = work[number]()
        except Refused as refused:
            results[number] = refused.code
        except BaseException as wrong:  # noqa: BLE001 - shown where it is looked at
            results[number] = wrong
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "it never came to an end"
    wrong = [result for result in results if isinstance(result, BaseException)]
    assert not wrong, wrong
    return results


@pytest.fixture
def outreach(house: House) -> Outreach:
    return Outreach(house)


def callers(house: House) -> list[Any]:
    return [house.person(f"caller{number}", takes_calls=True) for number in range(TOGETHER)]


def test_of_many_who_take_a_call_one_gets_it(house: House, outreach: Outreach) -> None:
    call, reps = outreach.call(), callers(house)
    results = together([lambda rep=rep: calls.take(call, by=rep, now=NOW).rep_id for rep in reps])
    assert sorted(map(str, results)).count("with_a_colleague") == TOGETHER - 1
    assert again(call).rep_id in results
    assert Event.objects.filter(type=EventType.CALL_DISPATCHED).count() == 1


def test_many_planners_plan_one_call_a_customer(house: House, outreach: Outreach) -> None:
    customers = [house.customer(f"Customer {number}", jurisdiction="US") for number in range(3)]
    for customer in customers:
        for _ in range(3):
            outreach.signal(customer)
    together([lambda: planning.plan(now=NOW) for _ in range(TOGETHER)])
    planning.plan(now=NOW)
    assert FollowUpCall.objects.count() == len(customers)
    assert Obligation.objects.filter(kind="follow_up_call").count() == len(customers)


def test_many_dispatchers_give_each_call_to_one_rep(house: House, outreach: Outreach) -> None:
    callers(house)
    for number in range(5):
        outreach.call(house.customer(f"Customer {number}", jurisdiction="US"))
    together([lambda: dispatching.dispatch(now=NOW) for _ in range(TOGETHER)])
    dispatching.dispatch(now=NOW)
    given = FollowUpCall.objects.filter(status=CallStatus.DISPATCHED)
    assert given.count() == 5
    assert Event.objects.filter(type=EventType.CALL_DISPATCHED).count() == 5
    for call in given.select_related("obligation"):
        assert call.obligation.owner_id == call.rep_id


def test_an_outcome_sent_many_times_is_one_attempt(house: House, outreach: Outreach) -> None:
    case = house.case()
    owed = case.open_obligations
    call = outreach.taken(outreach.call(case=case))
    results = together([lambda: outreach.outcome(call, "turned_around").pk for _ in range(TOGETHER)])
    assert results.count("wrong_state") == TOGETHER - 1
    assert CallAttempt.objects.count() == 1
    assert again(case).open_obligations == owed


def test_who_rings_while_the_call_is_taken_back_and_given_out_has_it_or_rings_nobody(
    house: House, outreach: Outreach
) -> None:
    call, over = outreach.taken(), NOW + calls.lease()
    results = together(
        [lambda: dials.dial(call.customer, key="k", by=house.alice, now=over, call=call).dial.user_id]
        + [lambda: dispatching.dispatch(now=over)] * 3
    )
    dispatching.dispatch(now=over)
    has_it = again(call).rep_id
    assert has_it == (house.bob.pk if results[0] == "with_a_colleague" else house.alice.pk)
    assert list(Dial.objects.values_list("user", flat=True)) == ([] if has_it == house.bob.pk else [has_it])


def test_of_two_who_ring_a_call_that_was_left_one_does(house: House, outreach: Outreach) -> None:
    call, over = outreach.taken(), NOW + calls.lease()
    dispatching.take_back(now=over)

    def rings(rep: User) -> int:
        if rep == house.bob:
            calls.take(call, by=rep, now=over)
        return dials.dial(call.customer, key="k", by=rep, now=over, call=call).dial.user_id

    results = together([lambda: rings(house.alice), lambda: rings(house.bob)])
    assert results.count("with_a_colleague") == 1
    assert again(call).rep_id in results
    assert Dial.objects.count() == 1


def test_do_not_call_and_an_outcome_at_once_end_the_call_once(house: House, outreach: Outreach) -> None:
    case = house.case()
    owed = case.open_obligations
    call = outreach.taken(outreach.call(case=case))
    type(call.customer).objects.filter(pk=call.customer_id).update(do_not_call=True)
    together([lambda: dispatching.dispatch(now=NOW)] * 3 + [lambda: outreach.outcome(call, "turned_around").pk] * 3)
    assert again(call).status in (CallStatus.DONE, CallStatus.GIVEN_UP)
    assert Event.objects.filter(type=EventType.CALL_FINISHED).count() == 1
    assert again(case).open_obligations == owed


def test_many_ladders_ring_a_rung_once_and_many_senders_send_a_mail_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        house.promise(house.case(), due_end=NOW.replace(hour=17))
    due = NOW.replace(hour=17)
    together([lambda: ladder.look(now=due) for _ in range(TOGETHER)])
    ladder.look(now=due)
    assert Event.objects.filter(type=EventType.REMINDER_RUNG).count() == 30
    assert Notice.objects.filter(key__startswith="rung:").count() == 40
    sent: list[str] = []
    monkeypatch.setattr(
        mailing.Line, "send", lambda _line, letter, **_: sent.append(letter.extra_headers["Message-ID"])
    )
    together([lambda: delivery.deliver_notices(clock=lambda: due) for _ in range(TOGETHER)])
    while delivery.deliver_notices(clock=lambda: due):
        pass
    assert len(sent) == len(set(sent)) == 10
