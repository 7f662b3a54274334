"""Caps over time: what was given is measured by what held then, changes are planned and taken out of the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import User
from compensation.domain import approvals, awards, caps, reversing, setting_caps
from compensation.domain.gauges import gauges, measure
from compensation.domain.setting_caps import Cell
from compensation.enums import Axis
from compensation.models import Cap, CapCounter
from compensation.queries.caps import planned_changes
from journal.models import Event
from tests.compensation.books import agree, counters, refusal
from tests.factories import DAY, HOUR, LONG_AGO, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]
TICK = timedelta(microseconds=1)
TEAM_USD = Cell("team", "USD", role=Role.REP)


def day_cap(house: House, amount: int, **given: Any) -> Cap:
    wanted = {"axis": "day", "currency": "USD", "role": "rep", "by": house.ada, "now": NOW}
    return setting_caps.set_cap(amount_minor=amount, **wanted | given)


def spans() -> list[tuple[int, datetime, datetime | None]]:
    """What the day's cap of reps was, is and will be, from when to when."""
    of_reps = Cell("day", "USD", role=Role.REP).caps.order_by("starts_at")
    return list(of_reps.values_list("amount_minor", "starts_at", "ends_at"))


def test_a_change_today_does_not_rewrite_yesterday(house: House) -> None:
    house.usual_caps()
    yesterday = house.give(house.heard_case(), 2000, now=NOW - DAY)
    before = {counter.key: counter.ceiling_minor for counter in CapCounter.objects.filter(user=house.alice)}
    house.caps(Role.REP, now=NOW, award=500, day=800, month=100000)
    assert caps.of(house.alice, "USD", now=NOW - DAY)[Axis.DAY] == 10000
    assert caps.of(house.alice, "USD", now=NOW - TICK)[Axis.AWARD] == 2000
    assert caps.of(house.alice, "USD", now=NOW)[Axis.AWARD] == 500
    house.give(house.heard_case(), 500)
    after = {counter.key: counter.ceiling_minor for counter in CapCounter.objects.filter(user=house.alice)}
    yesterdays = f"user:{house.alice.pk}:USD:day:{yesterday.day}"
    assert (before[yesterdays], after[yesterdays]) == (10000, 10000)
    assert after[f"user:{house.alice.pk}:USD:day:2026-03-10"] == 800
    reversing.reverse(yesterday, reason="By mistake", by=house.sue, now=NOW)
    assert CapCounter.objects.get(key=yesterdays).spent_minor == 0
    agree()


def test_a_change_at_a_moment_ahead_holds_from_that_moment_and_not_before(house: House) -> None:
    house.usual_caps()
    day_cap(house, 300, starts_at=NOW + DAY)
    assert spans() == [(10000, LONG_AGO, NOW + DAY), (300, NOW + DAY, None)]
    case = house.heard_case()
    statuses = [house.give(case, 400, now=at).status for at in (NOW, NOW + DAY - TICK, NOW + DAY)]
    assert statuses == ["delivered", "delivered", "awaiting_approval"]
    agree()


def test_what_is_planned_stays_planned_when_something_changes_before(house: House) -> None:
    day_cap(house, 100)
    day_cap(house, 300, starts_at=NOW + 10 * DAY)
    day_cap(house, 200, starts_at=NOW + 5 * DAY)
    day_cap(house, 150, now=NOW + DAY)
    assert spans() == [
        (100, NOW, NOW + DAY),
        (150, NOW + DAY, NOW + 5 * DAY),
        (200, NOW + 5 * DAY, NOW + 10 * DAY),
        (300, NOW + 10 * DAY, None),
    ]


def test_what_is_taken_out_of_the_plan_lets_what_held_before_hold_on(house: House) -> None:
    day_cap(house, 100)
    between = day_cap(house, 200, starts_at=NOW + 5 * DAY)
    last = day_cap(house, 300, starts_at=NOW + 10 * DAY)
    assert refusal(setting_caps.remove_cap, between, version=9, by=house.ada, now=NOW) == "changed_meanwhile"
    assert setting_caps.remove_cap(between, by=house.ada, now=NOW) is None
    assert spans() == [(100, NOW, NOW + 10 * DAY), (300, NOW + 10 * DAY, None)]
    setting_caps.remove_cap(last, by=house.ada, now=NOW)
    assert spans() == [(100, NOW, None)]
    assert not planned_changes(NOW)
    told = Event.objects.filter(type="cap.changed").order_by("-id")[0].data
    assert (told["removed"], told["before"], told["starts_at"]) == (True, 300, (NOW + 10 * DAY).isoformat())


def test_removing_ends_what_held_and_deletes_nothing(house: House) -> None:
    house.usual_caps()
    own = house.caps(house.alice, award=100)[Axis.AWARD]
    setting_caps.remove_cap(own, by=house.ada, now=NOW)
    assert again(own).ends_at == NOW
    assert caps.of(house.alice, "USD", now=NOW - TICK)[Axis.AWARD] == 100
    assert caps.of(house.alice, "USD", now=NOW)[Axis.AWARD] == 2000
    assert refusal(setting_caps.remove_cap, own, by=house.ada, now=NOW) == "wrong_state"


def test_an_end_is_planned_and_taken_back(house: House) -> None:
    cap = day_cap(house, 100)
    later = NOW + 3 * DAY
    assert refusal(setting_caps.remove_cap, cap, ends_at=NOW - DAY, by=house.ada, now=NOW) == "in_past"
    setting_caps.remove_cap(cap, ends_at=later, by=house.ada, now=NOW)
    assert [(change.at, change.ends) for change in planned_changes(NOW)] == [(later, True)]
    assert caps.of(house.alice, "USD", now=later)[Axis.DAY] == 0
    assert refusal(setting_caps.keep_cap, cap, by=house.sue, now=NOW) == "administrator_needed"
    assert setting_caps.keep_cap(cap, by=house.ada, now=NOW).ends_at is None
    assert refusal(setting_caps.keep_cap, cap, by=house.ada, now=NOW) == "wrong_state"
    assert spans() == [(100, NOW, None)]


def test_nothing_begins_in_the_past(house: House) -> None:
    assert refusal(day_cap, house, 5, starts_at=NOW - TICK) == "in_past"
    assert not Cap.objects.exists()


def test_a_version_is_never_used_twice_for_a_cell(house: House) -> None:
    first = day_cap(house, 100)
    setting_caps.remove_cap(first, by=house.ada, now=NOW + HOUR)
    second = day_cap(house, 200, now=NOW + 2 * HOUR)
    assert (first.version, second.version) == (1, 2)
    # Who saw the first would otherwise write over the second without having seen it.
    assert refusal(day_cap, house, 300, now=NOW + 3 * HOUR, version=first.version) == "changed_meanwhile"


def test_the_database_refuses_two_caps_for_one_cell_and_moment(house: House) -> None:
    cap = day_cap(house, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cap.objects.create(
            role="rep", holder=cap.holder, axis="day", currency="USD", amount_minor=1, starts_at=NOW + DAY
        )


def test_the_number_of_no_questions_remedies_is_a_cap_of_its_own(house: House) -> None:
    house.usual_caps()
    replace = house.remedy("replace", kind="assistance", cost_minor=1500, no_questions=True)
    house.caps(Role.REP, no_questions=2)
    house.caps(house.bob, no_questions=0)
    case = house.heard_case()
    given = [awards.give(case, replace, by=house.alice, now=NOW).no_questions for _ in range(3)]
    assert given == [True, True, False]
    left = measure(house.alice, currency="USD", now=NOW, case=case).no_questions
    assert (left.cap, left.used, left.left, left.currency) == (2, 2, 0, "")
    assert not awards.give(case, replace, by=house.bob, now=NOW).no_questions
    assert awards.give(case, replace, by=house.alice, now=NOW + DAY).no_questions
    agree()


MONTHS = [
    # zone of the giver, moment of giving, the month frozen; a moment later, the next month
    ("America/New_York", datetime(2026, 4, 1, 3, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
    ("Pacific/Kiritimati", datetime(2026, 3, 31, 9, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
    (
        "Europe/London",
        datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC),
        date(2026, 3, 1),
    ),  # clocks went forward on the 29th
    ("America/New_York", datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC), date(2026, 10, 1)),  # they go back that night
    ("America/Santiago", datetime(2026, 5, 1, 3, 59, 59, tzinfo=UTC), date(2026, 4, 1)),
]


@pytest.mark.parametrize(("zone", "at", "month"), MONTHS)
def test_months_end_in_the_givers_zone_and_are_frozen_on_the_award(
    house: House, zone: str, at: datetime, month: date
) -> None:
    house.usual_caps()
    house.caps(Role.REP, customer=2000, team=2000)
    User.objects.filter(pk=house.alice.pk).update(time_zone=zone)
    alice, customer = again(house.alice), house.customer()
    first = house.give(house.heard_case(customer), 2000, by=alice, now=at)
    assert (first.status, first.period, first.month) == ("delivered", month, month)
    assert house.give(house.heard_case(customer), 1, by=alice, now=at).status == "awaiting_approval"
    User.objects.filter(pk=house.alice.pk).update(time_zone="Asia/Tokyo")
    next_month = house.give(house.heard_case(customer), 2000, by=alice, now=at + timedelta(seconds=1))
    assert (next_month.status, next_month.period > month) == ("delivered", True)
    agree()


def test_a_reversal_in_a_later_month_returns_to_the_month_it_came_from_on_every_axis(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    february = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
    award = house.give(case, 1500, now=february)
    house.give(case, 700)
    spent = {"customer": (700, 0), "team": (700, 0), "month": (700, 0)}
    assert counters() == {"case": (2200, 0), "day 2026-02-28": (1500, 0), "day 2026-03-10": (700, 0)} | {
        f"{axis} {month}": amounts
        for month, of in (("2026-02-01", dict.fromkeys(spent, (1500, 0))), ("2026-03-01", spent))
        for axis, amounts in of.items()
    }
    reversing.reverse(award, reason="Given twice", by=house.sue, now=NOW)
    assert counters() == {"case": (700, 0), "day 2026-03-10": (700, 0)} | {
        f"{axis} 2026-03-01": amounts for axis, amounts in spent.items()
    }
    agree()


def test_an_approval_in_the_next_month_spends_the_month_in_which_it_was_asked_for(house: House) -> None:
    house.usual_caps()
    approval = house.asked(house.heard_case(), 3000, now=datetime(2026, 3, 31, 20, 0, tzinfo=UTC))
    approvals.approve(approval, by=house.sue, now=datetime(2026, 4, 1, 20, 0, tzinfo=UTC))
    assert counters() == {
        "case": (3000, 0),
        "customer 2026-03-01": (3000, 0),
        "team 2026-03-01": (3000, 0),
        "day 2026-04-01": (3000, 0),
        "month 2026-04-01": (3000, 0),
    }
    agree()


def test_whoever_moves_to_another_team_in_the_middle_of_a_month_spends_the_new_teams_month(house: House) -> None:
    house.usual_caps()
    house.caps(Role.REP, team=2500)
    case = house.heard_case()
    first = house.give(case, 2000)
    second_team = type(house.team).objects.create(name="Back office")
    second_team.units.add(house.unit)
    User.objects.filter(pk=house.alice.pk).update(team=second_team)
    alice = again(house.alice)
    assert {gauge.axis: gauge.left for gauge in gauges(alice, currency="USD", now=NOW)}[Axis.TEAM] == 2500
    assert house.give(case, 1900, by=alice).status == "delivered"
    assert house.give(case, 700, by=house.bob).status == "awaiting_approval", "the old team has 500 left"
    reversing.reverse(first, reason="Wrong", by=house.sue, now=NOW)
    assert dict(CapCounter.objects.filter(axis="team").values_list("team__name", "spent_minor")) == {
        "Front desk": 0,
        "Back office": 1900,
    }
    agree()


def test_a_giver_without_a_team_draws_on_no_teams_month(house: House) -> None:
    house.usual_caps()
    boss = house.person("boss", team=None, role=Role.ADMIN)
    award = house.give(house.heard_case(), 500)
    bare = type(award)(case=award.case, customer=award.customer, currency="USD", team_id=None, period=award.period)
    drawn = caps.draws(bare, boss, dict.fromkeys(Axis, 0), day=award.day, month=award.month)  # type: ignore[arg-type]
    assert [draw.axis for draw in drawn] == [Axis.CASE, Axis.CUSTOMER, Axis.DAY, Axis.MONTH]
    assert [gauge.axis for gauge in gauges(boss, currency="USD", now=NOW)] == [Axis.AWARD, Axis.DAY, Axis.MONTH]
