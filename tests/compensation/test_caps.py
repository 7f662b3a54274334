"""Caps: what fits, whose they are, the days and months they count by, and what is left of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from compensation.domain import awards, caps, setting_caps
from compensation.domain.gauges import alone, binding, gauges
from compensation.enums import Axis
from compensation.models import Cap, CapCounter
from tests.compensation.books import agree, refusal
from tests.factories import DAY, HOUR, NOW, PLENTY, House

pytestmark = pytest.mark.django_db


@pytest.mark.practice("P16")
@pytest.mark.parametrize("axis", caps.MONEY_AXES)
def test_an_award_that_reaches_a_cap_fits_and_one_cent_more_is_asked_for(house: House, axis: str) -> None:
    plenty = dict.fromkeys(caps.MONEY_AXES, 10**6)
    house.caps(Role.REP, **plenty | {axis: 1000})
    house.caps(Role.SUPERVISOR, **plenty)
    assert house.give(house.heard_case(), 1000).status == "delivered"
    award = house.give(house.heard_case(), 1001)
    assert (award.status, award.approval.binding_axis) == ("awaiting_approval", axis)
    agree()


@pytest.mark.practice("P16")
def test_what_is_reserved_on_a_case_counts_against_its_cap(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.asked(case, 4000)
    assert house.give(case, 1000).status == "delivered"
    assert house.give(case, 1).status == "awaiting_approval"
    agree()


@pytest.mark.practice("P16")
def test_without_a_cap_nothing_is_given_alone(house: House) -> None:
    house.caps(Role.SUPERVISOR, award=10**6, case=10**6, day=10**6, month=10**6)
    assert house.give(house.heard_case(), 1).status == "awaiting_approval"


@pytest.mark.practice("P16")
def test_a_persons_cap_stands_in_place_of_the_roles_on_its_axis_alone(house: House) -> None:
    house.usual_caps()
    house.caps(house.alice, award=100)
    house.caps(house.bob, award=4000)
    assert {axis.value: amount for axis, amount in caps.of(house.alice, "USD", now=NOW).items()} == {
        "award": 100,
        "case": 5000,
        "customer": PLENTY,
        "day": 10000,
        "month": 100000,
        "team": PLENTY,
        "no_questions": 5,
    }
    case = house.heard_case()
    assert [house.give(case, 200, by=by).status for by in (house.alice, house.bob)] == [
        "awaiting_approval",
        "delivered",
    ]
    assert caps.of_each([house.alice, house.bob, house.sue], "USD", now=NOW) == {
        person.pk: caps.of(person, "USD", now=NOW) for person in (house.alice, house.bob, house.sue)
    }
    setting_caps.remove_cap(Cap.objects.get(user=house.alice, axis=Axis.AWARD), by=house.ada, now=NOW)
    assert caps.of(house.alice, "USD", now=NOW)[Axis.AWARD] == 2000


@pytest.mark.practice("P16")
def test_each_currency_has_caps_and_counters_of_its_own(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, currency="EUR", award=700, case=700, day=700, month=700)
    euros = house.remedy("euros", currency="EUR")
    case = house.heard_case()
    assert house.give(case, 2000).status == "delivered"
    award = awards.give(case, euros, amount_minor=700, by=house.alice, now=NOW)
    assert (award.status, award.currency) == ("delivered", "EUR")
    assert refusal(awards.give, case, euros, amount_minor=1, by=house.alice, now=NOW) == "beyond_every_cap"
    assert CapCounter.objects.filter(currency="EUR").count() == 5
    agree()


@pytest.mark.practice("P16")
def test_what_nobody_who_may_answer_could_approve_is_refused_at_once(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    assert house.give(case, 20000).status == "awaiting_approval"
    assert refusal(house.give, case, 20001) == "beyond_every_cap"
    assert house.give(case, 20000).status == "awaiting_approval"
    assert refusal(house.give, case, 10001) == "beyond_every_cap"
    # One supervisor may approve much more: then that one is asked, but not by themself, and not when they left.
    house.caps(house.sam, award=90000, case=900000)
    assert house.give(case, 90000).status == "awaiting_approval"
    assert refusal(house.give, case, 95000, by=house.sam) == "beyond_every_cap"
    User.objects.filter(pk=house.sam.pk).update(is_active=False)
    assert refusal(house.give, case, 90000) == "beyond_every_cap"
    agree()


@pytest.mark.practice("P16")
def test_caps_of_supervisors_elsewhere_help_nobody_here(house: House) -> None:
    house.caps(Role.REP, award=100, case=100, day=100, month=100)
    boss = house.person("boss", team=house.other_team, role=Role.SUPERVISOR)
    house.caps(boss, award=10**6, case=10**6, day=10**6, month=10**6)
    assert refusal(house.give, house.heard_case(), 101) == "beyond_every_cap"


PERIODS = [
    # zone, moment in UTC, local day, first of the local month
    ("America/New_York", datetime(2026, 4, 1, 3, 59, 59, tzinfo=UTC), date(2026, 3, 31), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 4, 1, 4, 0, tzinfo=UTC), date(2026, 4, 1), date(2026, 4, 1)),
    ("Pacific/Kiritimati", datetime(2026, 3, 31, 10, 0, tzinfo=UTC), date(2026, 4, 1), date(2026, 4, 1)),
    ("Pacific/Pago_Pago", datetime(2026, 4, 1, 10, 59, tzinfo=UTC), date(2026, 3, 31), date(2026, 3, 1)),
    # the clocks go forward on March 8 and back on November 1: days of 23 and 25 hours
    ("America/New_York", datetime(2026, 3, 8, 4, 59, tzinfo=UTC), date(2026, 3, 7), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9), date(2026, 3, 1)),
    ("America/New_York", datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31), date(2026, 10, 1)),
    ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1), date(2026, 11, 1)),
    ("America/New_York", datetime(2028, 3, 1, 4, 59, tzinfo=UTC), date(2028, 2, 29), date(2028, 2, 1)),
    ("Europe/London", datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31), date(2026, 12, 1)),
]


@pytest.mark.practice("P16")
@pytest.mark.parametrize(("zone", "now", "day", "month"), PERIODS)
def test_a_day_and_a_month_are_those_of_the_reps_own_zone(zone: str, now: datetime, day: date, month: date) -> None:
    assert caps.periods(User(time_zone=zone), now) == (day, month)


@pytest.mark.practice("P16")
def test_at_midnight_in_her_zone_and_not_before_a_rep_has_a_new_day_and_a_new_month(house: House) -> None:
    house.caps(Role.REP, award=1000, case=10**6, day=1000, month=1500)
    house.caps(Role.SUPERVISOR, award=10**6, case=10**6, day=10**6, month=10**6)
    case = house.heard_case()
    midnight = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)  # March ends in New York
    statuses = [
        house.give(case, amount, now=now).status
        for amount, now in (
            (1000, midnight - HOUR),
            (1, midnight - timedelta(microseconds=1)),
            (1000, midnight),
            (1, midnight + DAY - timedelta(microseconds=1)),
            (500, midnight + DAY),
            (1, midnight + DAY),
        )
    ]
    assert statuses == [
        "delivered",
        "awaiting_approval",
        "delivered",
        "awaiting_approval",
        "delivered",
        "awaiting_approval",
    ]
    agree()


@pytest.mark.practice("P16")
def test_a_lowered_cap_leaves_no_room_and_a_raised_one_leaves_more(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    for _ in range(2):
        house.give(case, 2000)
    house.caps(Role.REP, day=3000)
    assert house.give(case, 1).status == "awaiting_approval"
    house.caps(Role.REP, day=4500)
    assert [house.give(case, amount).status for amount in (500, 1)] == ["delivered", "awaiting_approval"]
    agree()


@pytest.mark.practice("P16")
def test_what_is_left_is_shown_on_every_axis_and_names_the_cap_that_binds(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.give(case, 1500)
    house.asked(case, 3000)
    measured = gauges(house.alice, currency="USD", now=NOW, case=case)
    assert {gauge.axis.value: (gauge.cap, gauge.used, gauge.left) for gauge in measured} == {
        "award": (2000, 0, 2000),
        "case": (5000, 4500, 500),
        "customer": (PLENTY, 4500, PLENTY - 4500),
        "team": (PLENTY, 4500, PLENTY - 4500),
        "day": (10000, 1500, 8500),
        "month": (100000, 1500, 98500),
    }
    assert binding(measured).axis == "case"
    assert (alone(500, measured).code, alone(501, measured).code) == ("ok", "over_cap")
    assert "per case: $5.00 left" in alone(501, measured).reason


@pytest.mark.practice("P16")
def test_a_gauge_takes_no_notice_of_stale_reservations_of_its_own_currency_only(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, currency="EUR", award=0, case=5000, day=0, month=0)
    house.caps(Role.SUPERVISOR, currency="EUR", award=5000, case=5000, day=5000, month=5000)
    case = house.heard_case()
    house.asked(case, 3000)
    awards.give(case, house.remedy("euros", currency="EUR"), amount_minor=400, by=house.alice, now=NOW)

    def used(currency: str, now: datetime) -> int:
        measured = gauges(house.alice, currency=currency, now=now, case=case)
        return next(gauge.used for gauge in measured if gauge.axis == Axis.CASE)

    later = NOW + 48 * HOUR
    assert [used(*at) for at in (("USD", NOW), ("EUR", NOW), ("USD", later), ("EUR", later))] == [3000, 400, 0, 0]


@pytest.mark.practice("P16")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"by": "sue"}, "administrator_needed"),
        ({"axis": "week"}, "invalid"),
        ({"axis": "no_questions"}, "invalid"),
        ({"role": "admin"}, "invalid"),
        ({"role": ""}, "invalid"),
        ({"user": "alice"}, "invalid"),
        ({"amount_minor": -1}, "not_an_amount"),
        ({"amount_minor": 10**15 + 1}, "amount_too_large"),
        ({"currency": "ZZZ"}, "unknown_currency"),
        ({"version": 7}, "changed_meanwhile"),
    ],
)
def test_caps_are_set_by_administrators_within_reason(house: House, given: dict[str, Any], code: str) -> None:
    house.usual_caps()
    wanted: dict[str, Any] = {
        "axis": "day",
        "currency": "USD",
        "amount_minor": 5,
        "by": "ada",
        "role": "rep",
        "now": NOW,
    }
    wanted |= given
    wanted |= {key: getattr(house, who) for key, who in wanted.items() if key in ("by", "user")}
    before = list(Cap.objects.order_by("id").values())
    assert refusal(setting_caps.set_cap, **wanted) == code
    assert list(Cap.objects.order_by("id").values()) == before
