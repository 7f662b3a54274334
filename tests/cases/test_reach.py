"""Whoever serves a customer sees all of them, and a stranger finds nothing: there is something to be found."""

from __future__ import annotations

from typing import Any

import pytest

from cases.queries import visible_cases, visible_customers, visible_incidents, visible_obligations, visible_promises
from cases.queries.people import customers_by_phone, find_customers
from compensation.queries import visible_approvals, visible_awards, waiting_approvals
from tests.factories import NOW, House

pytestmark = pytest.mark.practice("P8", "P12")


def world(house: House) -> None:
    """One of everything, for a customer of ours and for one of theirs."""
    house.usual_caps()
    theirs_boss = house.person("boss", team=house.other_team, role="supervisor")
    house.caps(currency="EUR", award=2000, case=5000, day=10000, month=10000)
    house.caps("supervisor", currency="EUR", award=20000, case=50000, day=10000, month=10000)
    euros = house.remedy("euros", currency="EUR")
    from cases.domain import acknowledging, intake
    from compensation.domain import awards

    for unit, rep, remedy in ((house.unit, house.alice, house.remedy()), (house.other_unit, house.charlie, euros)):
        customer = house.customer(f"Customer of {rep.name}", units=[unit], phones=["+13035550142"])
        case = intake.log_incident(customer, by=rep, now=NOW, channel="email", our_words="Lost").case
        acknowledging.acknowledge_feelings(case, feeling="angry", by=rep, now=NOW)
        house.promise(case, by=rep)
        for amount in (100, 3000):
            awards.give(case, remedy, amount_minor=amount, by=rep, now=NOW)
    assert theirs_boss.team == house.other_team


READS: dict[str, Any] = {
    "customers": lambda user: visible_customers(user),
    "cases": lambda user: visible_cases(user),
    "incidents": lambda user: visible_incidents(user),
    "obligations": lambda user: visible_obligations(user),
    "promises": lambda user: visible_promises(user),
    "awards": lambda user: visible_awards(user),
    "approvals": lambda user: visible_approvals(user),
    "waiting approvals": lambda user: waiting_approvals(user, now=NOW),
    "found by name": lambda user: find_customers(user, "customer"),
    "found by phone": lambda user: customers_by_phone(user, "+13035550142"),
}


@pytest.mark.parametrize("read", READS)
def test_each_sees_their_own_and_the_administrator_sees_all(house: House, read: str) -> None:
    world(house)
    seen = {
        who: {str(thing.pk) for thing in READS[read](getattr(house, who))}
        for who in ("alice", "bob", "sue", "charlie", "ada", "crm")
    }
    teamless = {thing.pk for thing in READS[read](house.person("tess", team=None))}
    assert seen["alice"] == seen["bob"] == seen["sue"] == seen["crm"] != set()
    assert seen["charlie"]
    assert not seen["alice"] & seen["charlie"]
    assert seen["ada"] == seen["alice"] | seen["charlie"]
    assert teamless == set()


def test_a_customer_of_two_units_is_seen_whole_by_both(house: House) -> None:
    customer = house.customer(units=[house.unit, house.other_unit])
    case = house.case(customer)
    promise = house.promise(case)
    assert list(visible_cases(house.charlie)) == [case]
    assert list(visible_promises(house.charlie)) == [promise]
    assert list(visible_incidents(house.charlie)) == list(case.incidents.all())
    assert list(visible_obligations(house.charlie)) == [promise.obligation]
