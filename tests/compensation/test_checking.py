"""The nightly check of the books: when it runs, what it keeps, whom it tells, and that it sees one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Notice
from compensation.domain import checking, reconcile
from compensation.models import Award, CapCounter, ClosedMonth, LedgerEntry, Reconciliation
from compensation.queries.checks import books_agree
from compensation.tasks import check_books
from tests.factories import HOUR, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P19")]
NIGHT = datetime(2026, 3, 11, 2, tzinfo=UTC)


def ran(at: datetime, differences: int = 0) -> Reconciliation:
    return Reconciliation.objects.create(began_at=at, ended_at=at, differences=differences)


@pytest.mark.parametrize(
    ("hours_ago", "hour", "due"),
    [
        (24, 2, True), (1, 2, False), (23, 0, False), (24, 1, True), (4, 4, False), (14, 2, True), (7, 2, False),
        (20, 23, False), (24, 12, True), (12, 12, False), (6, 12, False), (72, 15, True),
    ],
)  # fmt: skip
def test_the_books_are_checked_once_a_night_and_a_missed_night_is_made_up(hours_ago: int, hour: int, due: bool) -> None:
    now = NIGHT.replace(hour=hour)
    ran(now - hours_ago * HOUR)
    assert checking.is_due(now=now) is due
    assert (checking.next_check(now=now) <= now) is due


def test_the_next_check_is_in_the_coming_night() -> None:
    assert checking.next_check(now=NIGHT) == NIGHT
    ran(NIGHT)
    assert checking.next_check(now=NIGHT + HOUR) == NIGHT.replace(day=12, hour=1)
    assert checking.next_check(now=NIGHT + 40 * HOUR) == NIGHT.replace(day=12, hour=1)
    ran(NIGHT.replace(day=13, hour=12))
    assert checking.next_check(now=NIGHT.replace(day=13, hour=13)) == NIGHT.replace(day=14, hour=1)
    ran(NIGHT.replace(day=13, hour=19))
    assert checking.next_check(now=NIGHT.replace(day=13, hour=20)) == NIGHT.replace(day=14, hour=3)


def test_a_check_that_finds_nothing_is_kept_and_nobody_is_told(house: House) -> None:
    house.usual_caps()
    house.give(house.heard_case(), 500)
    found = checking.check(now=NIGHT)
    assert found is not None
    assert (found.differences, found.lines, found.running) == (0, [], False)
    assert found.ended_at is not None
    assert found.ended_at >= NIGHT
    assert books_agree(now=NIGHT + 36 * HOUR)
    assert not books_agree(now=NIGHT + 37 * HOUR)
    assert not Notice.objects.filter(kind="books_differ").exists()


def test_administrators_are_told_of_a_difference_at_once_and_readiness_says_so(house: House) -> None:
    house.usual_caps()
    house.give(house.heard_case(), 500)
    CapCounter.objects.filter(axis="day").update(spent_minor=499)
    found = checking.check(now=timezone.now())
    assert found is not None
    assert (found.differences, len(found.lines)) == (1, 1)
    assert found.lines[0].endswith("says spent 499, the ledger and what waits say 500")
    notice = Notice.objects.get(kind="books_differ")
    assert (notice.user, notice.title, notice.path, notice.urgent) == (
        house.ada, "One difference between the books", "/ledger/checks", True,
    )  # fmt: skip
    told = Client().get("/readyz").json()
    assert (told["books"], told["status"]) == (False, "degraded")


def test_only_the_first_differences_are_kept_in_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "each_difference", lambda: (f"difference {n}" for n in range(1000)))
    found = checking.check(now=NIGHT)
    assert found is not None
    assert (found.differences, len(found.lines)) == (1000, checking.KEPT)


def test_of_two_checks_at_once_one_runs_and_what_was_killed_does_not_stand_in_the_way(house: House) -> None:
    Reconciliation.objects.create(began_at=NIGHT, running=True)
    assert checking.check(now=NIGHT + HOUR) is None
    assert not checking.is_due(now=NIGHT + HOUR)
    assert checking.is_due(now=NIGHT + 3 * HOUR)
    assert checking.check(now=NIGHT + 3 * HOUR) is not None
    assert Reconciliation.objects.get().running is False


def test_a_check_that_fails_leaves_no_row_behind(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise RuntimeError("gone")

    monkeypatch.setattr(reconcile, "each_difference", fail)
    with pytest.raises(RuntimeError):
        checking.check(now=NIGHT)
    assert not Reconciliation.objects.exists()


def test_the_task_checks_when_it_is_time_and_not_again(house: House) -> None:
    assert (check_books(), check_books()) == (1, 0)
    assert Reconciliation.objects.count() == 1


def test_before_the_first_check_the_books_are_doubted_once_entries_are_old(house: House) -> None:
    assert books_agree(now=NIGHT)
    house.usual_caps()
    house.give(house.heard_case(), 500)
    at = LedgerEntry.objects.get().at
    assert books_agree(now=at + 35 * HOUR)
    assert not books_agree(now=at + 36 * HOUR)


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_it_found_keeps_it_and_sees_one_moment(house: House) -> None:
    house.usual_caps()
    award = house.give(house.heard_case(), 500)
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert "All agree" in out.getvalue()
    assert ClosedMonth.objects.exists()
    with checking.one_moment():
        assert Award.objects.get(pk=award.pk).cost_minor == 500
    Award.objects.filter(pk=award.pk).update(cost_minor=400)
    with pytest.raises(CommandError, match="1 differences"):
        call_command("reconcile", stdout=out)
    assert "it should say delivered 400, source -400" in out.getvalue()
    assert list(Reconciliation.objects.values_list("differences", flat=True)) == [1, 0]
    assert not connection.in_atomic_block


def test_entries_that_come_into_a_closed_month_are_said_once(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.give(case, 500)
    later = NIGHT + timedelta(days=60)
    first = checking.check(now=later)
    assert first is not None
    assert first.differences == 0
    house.give(case, 100)
    told, after = checking.check(now=later + HOUR), checking.check(now=later + 2 * HOUR)
    assert told is not None
    assert after is not None
    assert told.lines == ["the month 2026-03 was closed at other sums than its entries come to"]
    assert after.differences == 0
