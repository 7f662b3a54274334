"""What waits and what was answered is read for what it is, however much else there is in reach."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from compensation.domain import approvals
from compensation.models import Approval
from compensation.queries import answered, to_answer, visible_approvals, visible_offers
from tests.factories import NOW, House
from tests.volume import many_errors

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
PEOPLE = ["alice", "sue", "ada"]
WAITING = "approvals_to_(expire|go_up)"
WHATEVER_ELSE = r"(SCAN|SEQ SCAN ON) (cases|compensation_award)|INDEX CASES_OF_CUSTOMER|SCAN W0"


@pytest.fixture
def _much_else(house: House) -> None:
    """Twenty cases of other customers, one request that waits and one that was declined."""
    house.usual_caps()
    many_errors(house, 100)
    asked = [house.asked(house.heard_case(), 3000) for _ in range(2)]
    approvals.decline(asked[0], reason="No", by=house.sue, now=NOW)


def plan(rows: QuerySet[Any]) -> str:
    """As a million rows would be read: a hundred are read in any other way first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return rows.explain()


@pytest.mark.usefixtures("_much_else")
@pytest.mark.parametrize("who", PEOPLE)
def test_what_waits_is_read_by_its_index_and_not_case_by_case(house: House, who: str) -> None:
    user: User = getattr(house, who)
    found = plan(to_answer(user, now=NOW)[:50])
    assert re.search(WAITING, found), found
    assert not re.search(WHATEVER_ELSE, found, re.IGNORECASE), found


@pytest.mark.usefixtures("_much_else")
@pytest.mark.parametrize("who", PEOPLE)
def test_the_newest_answers_are_read_from_the_newest_and_not_case_by_case(house: House, who: str) -> None:
    found = plan(answered(getattr(house, who))[:12])
    assert not re.search(WHATEVER_ELSE, found, re.IGNORECASE), found
    assert not re.search("TEMP B-TREE", found), found


def test_an_approval_is_in_reach_with_its_customer(house: House) -> None:
    house.usual_caps()
    shared = house.heard_case(house.customer(units=[house.unit, house.other_unit]))
    ours, both = house.asked(house.heard_case(), 3000), house.asked(shared, 3000)
    assert set(visible_approvals(house.sue)) == set(visible_approvals(house.ada)) == {ours, both}
    assert list(visible_approvals(house.charlie)) == [both]
    assert Approval.objects.count() == 2
    assert not visible_offers(house.charlie).exists()
