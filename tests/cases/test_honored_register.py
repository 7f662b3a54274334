"""Who sees which errors and calls, and how the register of them is narrowed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cases.models import HonoredError
from cases.queries import visible_disclosures, visible_errors
from cases.queries.honored_errors import RegisterFilter, call_owed, call_that_told, register
from tests.factories import DAY, NOW, House, again

pytestmark = pytest.mark.practice("P1")


def test_each_sees_the_errors_of_their_customers_and_the_calls_they_owe(house: House) -> None:
    error = house.favorable(originator=house.bob)
    call = house.decided(error)
    seen = {
        name: (visible_errors(getattr(house, name)).count(), visible_disclosures(getattr(house, name)).count())
        for name in ("alice", "bob", "sue", "charlie", "ada", "crm")
    }
    assert seen == dict.fromkeys(("alice", "bob", "sue", "ada", "crm"), (1, 1)) | {"charlie": (0, 0)}
    type(house.bob).objects.filter(pk=house.bob.pk).update(team=house.other_team)
    house.bob.refresh_from_db()
    assert [visible_errors(house.bob).get(), visible_disclosures(house.bob).get()] == [error, call]


def test_the_register_is_narrowed(house: House) -> None:
    undecided = house.favorable()
    owed = house.favorable(originator=house.bob, line_of_business="MOTOR", kind_of_action="fee")
    told = house.favorable(now=NOW - 40 * DAY)
    house.decided(owed)
    house.told(house.decided(told))
    HonoredError.objects.filter(pk=told.pk).update(reviewed_at=NOW)
    late = NOW + 10 * DAY

    def found(now: datetime = NOW, **narrowed: Any) -> set[int]:
        return {error.pk for error in register(house.sue, now=now, **narrowed)}

    assert {show: found(show=show) for show in RegisterFilter.values} == {
        "undecided": {undecided.pk},
        "overdue_decision": set(),
        "call_due": {owed.pk},
        "call_overdue": set(),
        "told": {told.pk},
        "to_review": {owed.pk},
        "reviewed": {told.pk},
    }
    assert (found(late, show="overdue_decision"), found(late, show="call_overdue")) == ({undecided.pk}, {owed.pk})
    assert [error.pk for error in register(house.sue, now=NOW)] == [owed.pk, undecided.pk, told.pk]
    cause, other = house.cause(), house.cause("Another")
    owed.incident.cause = cause
    owed.incident.save()
    assert [
        found(show="anything"), found(rep=house.bob), found(kind="fee"), found(line=" motor "), found(cause=cause),
        found(cause=other), found(month=date(2026, 1, 31)), found(month=date(9999, 12, 1)), found(unit=house.unit),
        found(unit=house.other_unit), {error.pk for error in register(house.charlie, now=NOW)},
    ] == [
        set(), {owed.pk}, {owed.pk}, {owed.pk}, {owed.pk},
        set(), {told.pk}, set(), {undecided.pk, owed.pk, told.pk},
        set(), set(),
    ]  # fmt: skip


def test_a_month_is_that_of_insights(house: House) -> None:
    first = house.favorable(now=datetime(2026, 2, 1, tzinfo=UTC))
    last = house.favorable(now=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC))
    house.favorable(now=datetime(2026, 3, 1, tzinfo=UTC))
    assert list(register(house.sue, now=NOW, month=date(2026, 2, 14))) == [last, first]


def test_which_call_is_owed_and_which_told_the_customer(house: House) -> None:
    error = house.favorable()
    assert (call_owed(error), call_that_told(error)) == (None, None)
    call = house.decided(error)
    assert (call_owed(error), call_that_told(again(error))) == (call, None)
    house.told(call)
    assert (call_owed(error), call_that_told(again(error))) == (None, call)
