"""The rollups are sums of what happened: a little at a time or all at once, killed or repeated, they come to the same."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum
from pytest_django import DjangoAssertNumQueries

from accounts.authority import Refused
from cases.domain import closing
from cases.models import Case, HonoredError
from compensation.domain import awards
from insights.domain import facts, rollup
from insights.models import Fact, Progress, Tally
from insights.tasks import roll_up as task
from tests.factories import HOUR, MINUTE, House, again
from tests.insights.story import Story, by_hand, counted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(4))
def test_tallies_are_what_one_counts_by_hand(house: House, seed: int) -> None:
    story = Story(house, seed)
    for _ in range(6):
        story.live(25)
        rollup.roll_up(now=story.now)
    assert Case.objects.count() > 10
    assert counted() == by_hand()


@pytest.mark.practice("P4")
def test_errors_in_a_customers_favor_are_counted_as_they_stand_and_their_cost_is_the_ledgers(house: House) -> None:
    story = Story(house, 7)
    for verb in ("log", "log", "rescind", "log", "honor", "honor", "tell", "find", "rescind") * 12:
        story.now += 90 * MINUTE
        with contextlib.suppress(Refused):
            getattr(story, verb)()
        rollup.roll_up(now=story.now)
    assert counted() == by_hand()
    keys = {(fact.measure, fact.key) for fact in Fact.objects.filter(measure__startswith="error_")}
    assert keys >= {("error_decided", "honored"), ("error_decided", "rescinded"), ("error_told", "in_time")}
    cost = Fact.objects.filter(measure="error_cost").aggregate(total=Sum("amount_minor"))["total"]
    assert cost == HonoredError.objects.aggregate(total=Sum("cost_minor"))["total"] > 0
    little_by_little = _all()
    rollup.rebuild(now=story.now)
    assert _all() == little_by_little


@pytest.mark.practice("P19", "P25")
def test_what_was_owed_by_law_is_counted_apart_from_goodwill_and_against_nobody(house: House) -> None:
    house.usual_caps()
    owed = house.remedy("late-flight", basis="entitlement", authority="EC 261/2004", at_most_minor=60000)
    case = house.heard_case()
    house.give(case, 700)
    awards.give(case, owed, amount_minor=40000, by=house.alice, now=house.now)
    rollup.roll_up(now=house.now + HOUR)
    spent = Fact.objects.filter(measure="spend").values_list("key", "amount_minor")
    assert sorted(spent) == [("entitlement", 40000), ("monetary", 700)]


def test_a_rebuild_comes_to_the_same_and_a_second_one_changes_nothing(house: House) -> None:
    story = Story(house, 11)
    story.live(120)
    rollup.roll_up(now=story.now)
    little_by_little = _all()
    assert rollup.rebuild(now=story.now) == Case.objects.count()
    assert _all() == little_by_little
    rollup.rebuild(now=story.now)
    assert _all() == little_by_little
    assert rollup.roll_up(now=story.now) == 0


def test_a_rebuild_mends_what_somebody_spoiled(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    story = Story(house, 12)
    story.live(60)
    rollup.roll_up(now=story.now)
    right = _all()
    Tally.objects.update(n=999)
    Fact.objects.all()[:1].get().delete()
    call_command("rebuild_insights")
    assert _all() == right
    assert capsys.readouterr().out.splitlines()[-1] == f"{Case.objects.count()} cases counted"


def test_months_are_sums_of_their_days(house: House) -> None:
    story = Story(house, 13)
    story.live(150)
    rollup.roll_up(now=story.now)
    for month in Tally.objects.filter(grain="month"):
        days = Tally.objects.filter(
            grain="day",
            unit=month.unit_id,
            rep=month.rep_id,
            measure=month.measure,
            key=month.key,
            currency=month.currency,
            historical=month.historical,
            day__year=month.day.year,
            day__month=month.day.month,
        )
        assert sum(day.n for day in days) == month.n
        assert sum(day.amount_minor for day in days) == month.amount_minor
    assert Tally.objects.filter(grain="month").exists()


@pytest.mark.parametrize("at", ["of_cases", "_sum_up", "_write"])
def test_a_step_that_is_killed_has_done_nothing_and_the_next_does_it_all(
    house: House, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    story = Story(house, 14)
    story.live(40)
    rollup.roll_up(now=story.now)
    before, position = _all(), Progress.objects.get().position
    story.live(40)

    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    right = getattr(rollup, at)
    monkeypatch.setattr(rollup, at, killed)
    with pytest.raises(KeyboardInterrupt):
        rollup.roll_up(now=story.now)
    monkeypatch.setattr(rollup, at, right)
    assert (_all(), Progress.objects.get().position) == (before, position)
    rollup.roll_up(now=story.now)
    assert counted() == by_hand()


def test_the_task_counts_what_happened_since_its_last_tick(house: House) -> None:
    house.case()
    task()
    assert Fact.objects.filter(measure="opened").count() == 1
    house.case()
    task()
    assert Fact.objects.filter(measure="opened").count() == 2


def test_a_reopening_undoes_what_the_first_owner_had_solved(house: House) -> None:
    case = house.closed_case()
    rollup.roll_up(now=house.now)
    assert [fact.key for fact in Fact.objects.filter(measure="first_owner")] == ["solved"]
    closing.reopen(case, reason="Not after all", by=house.alice, now=house.now + HOUR)
    rollup.roll_up(now=house.now)
    assert [fact.key for fact in Fact.objects.filter(measure="first_owner")] == ["reopened"]
    assert again(case).status == "reopened"


def test_history_is_counted_and_marked(house: House) -> None:
    house.historical_case()
    rollup.rebuild(now=house.now)
    assert {(tally.measure, tally.historical) for tally in Tally.objects.all()} == {("opened", True), ("closed", True)}


def test_a_bound_belongs_to_its_own_bucket_and_the_target_is_a_bound(settings: Any) -> None:
    assert facts.bucket(MINUTE) == "60"
    assert facts.bucket(MINUTE + MINUTE / 600) == "90"
    assert facts.bucket(24 * HOUR + MINUTE) == "more"
    settings.RECOVERY = settings.RECOVERY | {"FIRST_MINUTE_TARGET_SECONDS": 75}
    assert facts.bucket(75 * MINUTE / 60) == "75"


def test_a_step_costs_the_same_number_of_queries_for_one_case_and_for_many(
    house: House, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(rollup, "STEP", 10_000)
    for _ in range(3):
        house.case()
    with django_assert_max_num_queries(43) as few:
        rollup.roll_up(now=house.now)
    for _ in range(25):
        house.case()
    with django_assert_max_num_queries(len(few.captured_queries) + 2):
        rollup.roll_up(now=house.now)


def _all() -> list[tuple[Any, ...]]:
    return sorted(
        Tally.objects.values_list(
            "grain", "day", "unit", "rep", "measure", "key", "currency", "historical", "n", "amount_minor"
        ),
        key=str,
    )
