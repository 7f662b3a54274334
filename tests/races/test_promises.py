"""A promise under many hands at once: the customer's, a rep's, a handoff's and the sweep's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.enums import WorkingState
from accounts.models import User
from cases.domain import chosen_times, covering, ownership, promises
from cases.domain.reconcile import differences
from cases.models import Message, Obligation, Promise
from journal.models import Event
from tests.factories import DAY, HOUR, NOW, House, again
from tests.races.beside import all_at_once
from tests.races.test_once import outcomes

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P7")]


def open_ones() -> list[Promise]:
    return list(Promise.objects.filter(status="open"))


def test_a_customer_who_taps_eight_times_moves_a_promise_once(house: House) -> None:
    case = house.case()
    promise = house.promise(case, due_end=NOW + DAY)
    results = all_at_once([lambda: chosen_times.choose(promise, due_end=NOW + 2 * DAY, now=NOW) for _ in range(8)])
    assert outcomes(results) == {"done": 8}
    assert (len(open_ones()), Promise.objects.count()) == (1, 2)
    assert Message.objects.filter(kind="promise").count() == 2
    assert differences() == []


def test_eight_windows_of_one_customer_leave_one_promise(house: House) -> None:
    case = house.case()
    promise = house.promise(case, due_end=NOW + DAY)
    times = [NOW + 2 * DAY + hours * HOUR for hours in range(8)]
    results = all_at_once([lambda at=at: chosen_times.choose(promise, due_end=at, now=NOW) for at in times])
    assert outcomes(results) == {"done": 8}
    (standing,) = open_ones()
    assert standing.obligation.due_end in times
    assert (again(case).open_obligations, differences()) == (1, [])


def test_a_rep_who_keeps_it_while_the_customer_moves_it_leaves_none_lost(house: House) -> None:
    case = house.case()
    promise = house.promise(case, due_end=NOW + DAY)
    works: list[Any] = [lambda: promises.keep(promise, by=house.alice, now=NOW)]
    works += [lambda: chosen_times.choose(promise, due_end=NOW + 2 * DAY, now=NOW)]
    results = outcomes(all_at_once(works))
    assert results in ({"done": 2}, {"done": 1, "wrong_state": 1})
    # Kept first, the customer's wish is a promise of its own; moved first, the rep's contact came to one that is over.
    (standing,) = open_ones()
    assert standing.obligation.due_end == NOW + 2 * DAY
    assert (again(case).open_obligations, differences()) == (1, [])


def test_eight_sweeps_put_each_promise_with_cover_once(house: House) -> None:
    carla = house.person("carla")
    case = house.case()
    for hours in range(12):
        house.promise(case, due_end=NOW + DAY + hours * HOUR)
    User.objects.filter(pk=house.alice.pk).update(working_state=WorkingState.LEFT)
    results = all_at_once([lambda: covering.cover_all(now=NOW) for _ in range(8)])
    assert sum(results) == 12
    assert Event.objects.filter(type="obligation.covered").count() == 12
    shares = [Obligation.objects.filter(owner=person).count() for person in (house.bob, carla)]
    assert sum(shares) == 12
    assert differences() == []


def test_the_sweep_a_handoff_and_a_contact_beside_each_other_lose_nothing(house: House) -> None:
    carla = house.person("carla")
    case = house.case()
    kept, other = (house.promise(case, due_end=NOW + DAY + timedelta(hours=hours)) for hours in range(2))
    User.objects.filter(pk=house.alice.pk).update(working_state=WorkingState.LEFT)
    works: list[Any] = [lambda: covering.cover_all(now=NOW) for _ in range(3)]
    works += [lambda: ownership.hand_off(case, to=carla, reason="Alice has left", by=house.sue, now=NOW)]
    works += [lambda: promises.keep(kept, by=house.bob, now=NOW)]
    assert set(outcomes(all_at_once(works))) == {"done"}
    assert again(kept).status == "kept"
    owed = again(other).obligation
    assert owed.owner in (carla, house.bob)
    assert (again(case).open_obligations, differences()) == (1, [])
