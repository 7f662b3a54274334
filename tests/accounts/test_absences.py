"""Whether somebody is away for long is told from the beginning of the absence, which the log knows, to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.authority import Refused
from accounts.domain import staffing
from accounts.domain.absences import Absence, absence_of
from accounts.domain.roles import set_working_state
from accounts.models import User
from tests.factories import DAY, NOW, House, again, away

pytestmark = pytest.mark.practice("P2")


def say(house: House, state: str, *, at: datetime = NOW, until: datetime | None = None) -> User:
    return set_working_state(house.alice, state=state, until=until, by=house.ada, now=at)


def test_whoever_is_there_is_not_absent(house: House) -> None:
    assert absence_of(house.alice, now=NOW) is None
    gone = say(house, "away", until=NOW + DAY)
    assert absence_of(gone, now=NOW + DAY) is None


@pytest.mark.parametrize(("days", "is_long"), [(1, False), (14, False), (14.001, True), (60, True)])
def test_an_absence_of_more_than_fourteen_days_is_long_from_its_first_day_to_its_last(
    house: House, days: float, is_long: bool
) -> None:
    until = NOW + timedelta(days=days)
    gone = say(house, "away", until=until)
    for now in (NOW, until - timedelta(seconds=1)):
        assert absence_of(gone, now=now) == Absence(left=False, until=until, is_long=is_long)


def test_an_absence_whose_end_moves_goes_on_and_one_after_a_return_begins_anew(house: House) -> None:
    say(house, "away", until=NOW + 10 * DAY)
    longer = say(house, "away", at=NOW + 9 * DAY, until=NOW + 16 * DAY)
    assert absence_of(longer, now=NOW + 9 * DAY) == Absence(left=False, until=NOW + 16 * DAY, is_long=True)
    say(house, "available", at=NOW + 11 * DAY)
    again_away = say(house, "away", at=NOW + 12 * DAY, until=NOW + 20 * DAY)
    assert absence_of(again_away, now=NOW + 12 * DAY) == Absence(left=False, until=NOW + 20 * DAY, is_long=False)
    # Nobody said that they were back, but the first absence had ended.
    later = say(house, "away", at=NOW + 21 * DAY, until=NOW + 30 * DAY)
    assert absence_of(later, now=NOW + 22 * DAY) == Absence(left=False, until=NOW + 30 * DAY, is_long=False)


def test_whoever_left_or_was_put_out_of_use_is_gone_for_good(house: House) -> None:
    for_good = Absence(left=True, until=None, is_long=True)
    assert absence_of(say(house, "left"), now=NOW) == for_good
    User.objects.filter(pk=house.bob.pk).update(is_active=False)
    assert absence_of(again(house.bob), now=NOW) == for_good


def test_one_that_the_log_does_not_know_begins_now(house: House) -> None:
    gone = away(house.alice, until=NOW + 15 * DAY)
    assert absence_of(gone, now=NOW) == Absence(left=False, until=NOW + 15 * DAY, is_long=True)
    assert absence_of(gone, now=NOW + 2 * DAY) == Absence(left=False, until=NOW + 15 * DAY, is_long=False)
    User.objects.filter(pk=house.alice.pk).update(away_until=None)
    assert absence_of(again(house.alice), now=NOW) == Absence(left=False, until=None, is_long=False)


def test_it_is_told_apart_and_put_in_words(house: House) -> None:
    told = [Absence(True, None, True), Absence(False, NOW, False), Absence(False, None, False)]
    assert [(absence.name, absence.words) for absence in told] == [
        ("left", "has left"),
        ("20260310T150000", "is away until Tuesday, March 10"),
        ("away", "is away"),
    ]


def test_whose_public_holidays_somebody_has_is_for_the_administrator_to_say(house: House) -> None:
    changed = staffing.change_user(house.alice, holiday_region="DE-BY", by=house.ada, now=NOW)
    assert again(house.alice).holiday_region == changed.holiday_region == "DE-BY"
    assert house.person("dieter", holiday_region="DE").holiday_region == "DE"
    for region, by, code, field in (
        ("ZZ", house.ada, "invalid", "holiday_region"),
        ("DE-XX", house.ada, "invalid", "holiday_region"),
        ("de", house.ada, "invalid", "holiday_region"),
        ("DE", house.sue, "administrator_needed", ""),
    ):
        with pytest.raises(Refused) as refused:
            staffing.change_user(house.alice, holiday_region=region, by=by, now=NOW)
        assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(Refused):
        house.person("zoe", holiday_region="ZZ")


def test_an_absence_costs_one_query_and_being_there_none(house: House, django_assert_num_queries: Any) -> None:
    gone = say(house, "away", until=NOW + 3 * DAY)
    with django_assert_num_queries(1):
        absence_of(gone, now=NOW)
    with django_assert_num_queries(0):
        absence_of(house.bob, now=NOW)
