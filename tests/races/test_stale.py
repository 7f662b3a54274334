"""Awards and answers that take each other's stale requests out of the way: none waits for another in a circle, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.enums import Role
from compensation.domain import approvals, catalog, offers
from compensation.domain.expiring import expire
from compensation.models import Approval, Remedy, RemedyVersion
from tests.compensation.books import agree
from tests.factories import HOUR, NOW, House, again
from tests.races.beside import all_at_once
from tests.races.test_once import outcomes

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
LATER = NOW + 49 * HOUR


@pytest.mark.practice("P16")
def test_awards_that_free_what_is_stale_on_each_others_cases_wait_in_no_circle(house: House) -> None:
    """Every case holds a stale request, half of them of one customer, all of one team; each award needs their room."""
    house.usual_caps()
    house.remedy()
    house.caps(Role.REP, team=26000, customer=20000, day=100000)
    one = house.customer()
    cases = [house.heard_case(one if number % 2 else None) for number in range(8)]
    stale = [house.asked(case, 3000) for case in cases]

    def give(case: Any) -> Callable[[], Any]:
        return lambda: house.give(case, 2000, now=LATER)

    works: list[Callable[[], Any]] = [give(case) for case in (*cases, *reversed(cases))]
    works += [lambda approval=approval: expire(approval, now=LATER) for approval in stale[::2]]
    results = all_at_once(works)
    assert set(outcomes(results)) == {"done"}
    awards = [award for award in results if not isinstance(award, int)]
    given = [award for award in awards if award.status == "delivered"]
    assert given, "there was room for thirteen once what is stale is out of the way"
    assert len(given) <= 13
    assert all(again(approval).status == "expired" for approval in stale[::2])
    # Whatever was passed over is still there to be swept, and then everything agrees and all the room is free.
    for approval in Approval.objects.filter(status="waiting", expires_at__lte=LATER):
        expire(approval, now=LATER)
    agree()


@pytest.mark.practice("P16")
def test_answers_that_free_what_is_stale_on_each_others_cases_wait_in_no_circle(house: House) -> None:
    """Every case holds a stale request and one that waits, half of them of one customer, all of one team."""
    house.usual_caps()
    hamper = house.remedy("hamper", kind="non_monetary", cost_minor=3000)
    one = house.customer()
    cases = [house.heard_case(one if number % 2 else None) for number in range(8)]
    for case in cases:
        house.asked(case, 3000)
    waiting = [house.asked(case, 3000, now=LATER - HOUR) for case in cases]
    house.caps(Role.SUPERVISOR, team=45000)  # 48,000 are held, and the half of it is stale

    def answer(approval: Approval, number: int) -> Callable[[], Any]:
        by = house.sue if number % 3 else house.sam
        if number % 2:
            return lambda: offers.counter(approval, remedy=hamper, by=by, now=LATER)
        return lambda: approvals.approve(approval, by=by, now=LATER)

    works = [answer(approval, number) for number, approval in enumerate([*waiting, *reversed(waiting)])]
    assert outcomes(all_at_once(works)) == {"done": 8, "wrong_state": 8}
    for approval in Approval.objects.filter(status="waiting", expires_at__lte=LATER):
        expire(approval, now=LATER)
    agree()


@pytest.mark.practice("P8")
def test_of_administrators_who_add_one_code_at_once_one_has_it(house: House) -> None:
    given = {"code": "hamper", "name": "Hamper", "kind": "non_monetary", "currency": "USD", "cost_minor": 500}
    results = all_at_once([lambda: catalog.save_remedy(None, by=house.ada, now=NOW, **given) for _ in range(6)])
    assert outcomes(results) == {"done": 1, "name_taken": 5}
    assert (Remedy.objects.count(), RemedyVersion.objects.count()) == (1, 1)
