"""Whose a request is: of whoever made it, and of all who asked on the case before and were not given all of it."""

from __future__ import annotations

import pytest

from compensation.domain import approvals
from compensation.domain.askers import askers_of, askers_so_far
from compensation.models import Approval
from tests.factories import NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


@pytest.fixture(autouse=True)
def _caps(house: House) -> None:
    house.usual_caps()


def whose(house: House, approval: Approval) -> set[str]:
    names = {each.pk: each.username for each in (house.alice, house.bob, house.sue)}
    return {names[pk] for pk in askers_of([approval])[approval.pk]}


def test_it_is_of_whoever_made_it_and_of_whoever_asked_on_the_case_before(house: House) -> None:
    case = house.heard_case()
    first, second = house.asked(case, 3000), house.asked(case, 2500, by=house.bob)
    assert (whose(house, first), whose(house, second)) == ({"alice"}, {"alice", "bob"})
    assert askers_so_far(case.pk) == {house.alice.pk, house.bob.pk}


def test_what_was_granted_in_full_is_over_and_what_was_granted_in_part_is_not(house: House) -> None:
    case = house.heard_case()
    approvals.approve(house.asked(case, 3000), by=house.sue, now=NOW)
    assert askers_so_far(case.pk) == set()
    approvals.approve(house.asked(case, 3000), amount_minor=100, by=house.sue, now=NOW)
    assert whose(house, house.asked(case, 2500, by=house.bob)) == {"alice", "bob"}


def test_another_case_is_another_matter(house: House) -> None:
    customer = house.customer()
    house.asked(house.heard_case(customer), 3000)
    assert whose(house, house.asked(house.heard_case(customer), 3000, by=house.bob)) == {"bob"}


def test_of_a_whole_board_it_is_asked_in_one_query(house: House, django_assert_num_queries: object) -> None:
    made = [house.asked(house.heard_case(), 3000) for _ in range(3)]
    waiting = list(Approval.objects.select_related("award").filter(pk__in=[each.pk for each in made]))
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(askers_of(waiting)) == 3
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert askers_of([]) == {}
