"""Which earlier honored errors bear on what a customer may expect now."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.domain import casework, causes, incidents
from cases.domain.honored_errors import decide, hold_error
from cases.enums import ErrorStatus, Likeness
from cases.models import Case, Cause, Customer, HonoredError
from cases.queries.precedents import Precedent, bearing_on, for_customer, for_each, same_branch
from tests.factories import DAY, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P3")]
FEE: dict[str, Any] = {"kind_of_action": "fee", "line_of_business": "Motor"}


def decided(error: HonoredError, to: ErrorStatus = ErrorStatus.HONORED, *, by: User, house: House) -> HonoredError:
    """An error once it is decided. What it takes to decide is not asked here."""
    with transaction.atomic():
        case, held = hold_error(error, by=by)
        decide(case, held, to=to, by=by, now=house.now)
        casework.save(case)
    return again(held)


def later(house: House, customer: Customer, **particulars: Any) -> Case:
    """A case about something that went wrong for them a day later."""
    return house.case(customer, now=house.now + DAY, **particulars)


def reasons(found: list[Precedent]) -> list[tuple[Likeness, ...]]:
    return [each.because for each in found]


def caused(house: House, case: Case, cause: Cause) -> Case:
    causes.set_cause(case, cause=cause, by=house.alice, now=house.now)
    return again(case)


def under(house: House, parent: Cause, name: str) -> Cause:
    return causes.add_cause(name=name, parent=parent, by=house.ada, now=house.now)


# What bears on what -----------------------------------------------------------------------------------------------


def test_the_same_kind_of_action_bears(house: House) -> None:
    customer = house.customer()
    error = house.honored(customer)
    [found] = bearing_on(later(house, customer, kind_of_action="fee", line_of_business="Household"))
    assert (found.error, found.because) == (error, (Likeness.KIND,))


def test_the_same_line_of_business_bears_however_it_is_spelled(house: House) -> None:
    customer = house.customer()
    house.honored(customer, line_of_business="Kfz  Straße")
    found = bearing_on(later(house, customer, kind_of_action="quote", line_of_business=" KFZ STRASSE "))
    assert reasons(found) == [(Likeness.LINE,)]


def test_something_else_is_no_kind_and_a_blank_no_line(house: House) -> None:
    customer = house.customer()
    house.honored(customer, kind_of_action="other", line_of_business="")
    assert bearing_on(later(house, customer, kind_of_action="other", line_of_business="")) == []


def test_a_cause_under_the_same_branch_bears(house: House) -> None:
    customer = house.customer()
    systems = house.cause("Systems")
    billing, mail = under(house, systems, "Billing"), under(house, systems, "Mail")
    till, export = under(house, billing, "Till"), under(house, billing, "Export")
    error = house.honored(customer)
    caused(house, error.case, till)
    case = later(house, customer, kind_of_action="conduct")
    assert bearing_on(case) == []
    for cause, bears in ((till, True), (export, True), (billing, True), (systems, True), (mail, False)):
        assert reasons(bearing_on(caused(house, case, cause))) == ([(Likeness.CAUSE,)] if bears else []), cause.name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/1/5/9/", "/1/5/8/", True),
        ("/1/5/9/", "/1/5/", True),
        ("/1/", "/1/5/9/", True),
        ("/1/", "/1/", True),
        ("/1/5/", "/1/6/", False),
        ("/1/5/", "/1/55/", False),
        ("/1/", "/11/", False),
        ("/1/5/", "/2/5/", False),
        ("", "/1/5/", False),
        ("", "", False),
    ],
)
def test_a_branch_begins_at_the_second_level(one: str, other: str, same: bool) -> None:
    assert same_branch(one, other) is same_branch(other, one) is same


def test_several_likenesses_are_all_said(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    assert reasons(bearing_on(later(house, customer, **FEE))) == [(Likeness.KIND, Likeness.LINE)]


def test_another_customer_s_error_does_not_bear(house: House) -> None:
    house.honored(house.customer())
    case = later(house, house.customer("Somebody else"), **FEE)
    assert (case.has_precedent, bearing_on(case)) == (False, [])


def test_an_error_does_not_bear_on_its_own_incident_nor_on_what_came_before(house: House) -> None:
    customer = house.customer()
    before = house.case(customer, **FEE)
    error = house.honored(customer)
    assert bearing_on(before) == bearing_on(again(error.case)) == []


def test_it_bears_on_a_second_incident_of_its_own_case(house: House) -> None:
    customer = house.customer()
    error = house.honored(customer)
    house.logged(customer, case=error.case, now=house.now + DAY, **FEE)
    assert [each.error for each in bearing_on(again(error.case))] == [error]


def test_of_two_that_were_logged_at_one_moment_the_first_bears_on_the_second(house: House) -> None:
    customer = house.customer()
    first, second = house.honored(customer), house.honored(customer)
    assert [each.error for each in bearing_on(again(second.case))] == [first]
    assert bearing_on(again(first.case)) == []


# It is true at once -------------------------------------------------------------------------------------------------


def test_what_is_honored_only_later_bears_from_then_on(house: House) -> None:
    customer = house.customer()
    error = house.in_favor(customer)
    case = later(house, customer, **FEE)
    assert bearing_on(case) == []
    decided(error, by=house.bob, house=house)
    assert [each.error for each in bearing_on(case)] == [error]
    decided(error, ErrorStatus.RESCINDED, by=house.sue, house=house)
    assert bearing_on(case) == []


def test_correcting_the_incident_counts_at_once(house: House) -> None:
    customer = house.customer()
    house.honored(customer)
    case = later(house, customer, kind_of_action="conduct")
    assert bearing_on(case) == []
    incidents.change_incident(
        case.incidents.get(), version=None, kind_of_action="fee", by=house.alice, now=house.now + DAY
    )
    assert reasons(bearing_on(again(case))) == [(Likeness.KIND,)]


def test_a_case_is_marked_by_what_joins_it(house: House) -> None:
    customer = house.customer()
    case = house.case(customer)
    error = house.honored(customer)
    assert not again(case).has_precedent
    house.logged(customer, case=case, now=house.now + DAY, **FEE)
    assert [each.error for each in bearing_on(again(case))] == [error]


def test_a_case_of_a_customer_without_errors_is_not_marked_and_costs_nothing_to_ask(house: House) -> None:
    case = house.case()
    with CaptureQueriesContext(connection) as ran:
        assert bearing_on(case) == []
    assert (case.has_precedent, len(ran)) == (False, 0)


def test_asking_takes_three_queries_however_much_there_is(house: House) -> None:
    customer = house.customer()
    for _ in range(4):
        house.honored(customer)
    case = later(house, customer, **FEE)
    for _ in range(3):
        house.logged(customer, case=case, now=house.now + DAY, **FEE)
    with CaptureQueriesContext(connection) as ran:
        assert len(bearing_on(again(case))) == 4
    assert len(ran) == 4  # one reads the case


# Before there is an incident ----------------------------------------------------------------------------------------


def test_while_one_writes_those_that_bear_come_first(house: House) -> None:
    customer = house.customer()
    fee = house.honored(customer)
    quote = house.honored(customer, kind_of_action="quote", line_of_business="Household")
    assert [each.error for each in for_customer(customer.pk)] == [quote, fee]
    found = for_customer(customer.pk, kind_of_action="quote", line_of_business="motor")
    assert [(each.error, each.because) for each in found] == [(quote, (Likeness.KIND,)), (fee, (Likeness.LINE,))]
    assert [each.error for each in for_customer(customer.pk, kind_of_action="fee")] == [fee, quote]
    assert reasons(for_customer(customer.pk, kind_of_action="fee"))[1] == ()


def test_of_several_customers_each_gets_their_own_in_two_queries(house: House) -> None:
    one, other, neither = house.customer(), house.customer("Other"), house.customer("Neither")
    errors = [house.honored(one), house.honored(other)]
    with CaptureQueriesContext(connection) as ran:
        found = for_each([one.pk, other.pk, neither.pk])
    assert [[each.error for each in found[customer.pk]] for customer in (one, other, neither)] == [
        [errors[0]],
        [errors[1]],
        [],
    ]
    assert len(ran) == 2
