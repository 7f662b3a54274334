"""The calls of those who are away: a shorter absence puts them off, a longer one is for the supervisors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.domain.roles import set_working_state
from accounts.models import Notice
from cases.domain import disclosing, reassigning
from cases.models import Disclosure
from outreach.domain import cover, ladder
from tests.cases.calls import DUE, gone, left
from tests.cases.rows import event
from tests.factories import DAY, HOUR, NOW, House, again

pytestmark = pytest.mark.practice("P2")


def test_a_shorter_absence_puts_it_off_once(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    gone(house, house.alice, days=6, now=NOW + HOUR)  # from Tuesday until Monday an hour later
    assert cover.sweep_cover(now=NOW + HOUR).put_off == 1
    due = NOW + 8 * DAY + HOUR
    owed = again(call).obligation
    assert (owed.due_end, owed.owner, owed.next_look_at) == (due, house.alice, NOW + HOUR)
    assert (again(error).call_due_at, again(error).version, again(error.case).version) == (due, 3, 4)
    assert event("disclosure.moved") == {
        "case_version": 4,
        "error": error.pk,
        "error_version": 3,
        "kind": "honored",
        "originator": house.alice.pk,
        "owed_by": house.alice.pk,
        "owed_because": "originator",
        "due_end": due.isoformat(),
        "from": DUE.isoformat(),
        "away_until": (NOW + 6 * DAY + HOUR).isoformat(),
    }
    assert [disclosing.move_for_absences(now=NOW + days * DAY) for days in (1, 4, 6.5, 9)] == [0, 0, 0, 0]
    gone(house, house.alice, days=3, now=NOW + 7 * DAY)  # away once more when it is due: from Tuesday until Friday
    assert disclosing.move_for_absences(now=NOW + 7 * DAY) == 1
    assert again(call).obligation.due_end == NOW + 14 * DAY


def test_somebody_who_is_back_before_it_is_due_makes_it_in_time(house: House) -> None:
    call = house.decided(house.favorable())
    gone(house, house.alice, days=1.9)
    assert (disclosing.move_for_absences(now=NOW), again(call).obligation.due_end) == (0, DUE)


def test_calls_are_put_off_a_few_at_a_time_and_one_that_cannot_be_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [house.decided(house.favorable()) for _ in range(4)]
    gone(house, house.alice, days=6)
    put_off = reassigning.put_call_off

    def fails_for_the_first(disclosure: Disclosure, *args: Any, **more: Any) -> None:
        if disclosure.pk == calls[0].pk:
            raise RuntimeError("no")
        put_off(disclosure, *args, **more)

    monkeypatch.setattr("cases.domain.reassigning.put_call_off", fails_for_the_first)
    assert disclosing.move_for_absences(now=NOW, limit=2) == 2
    assert disclosing.move_for_absences(now=NOW, limit=2) == 1
    assert [again(call).obligation.due_end > DUE for call in calls] == [False, True, True, True]


def test_a_longer_absence_is_for_the_supervisors_who_are_told_once(house: House) -> None:
    error = house.favorable()
    call = house.decided(error)
    gone(house, house.alice, days=20)
    assert [cover.sweep_cover(now=NOW + hours * HOUR).to_pass_on for hours in range(3)] == [1, 1, 1]
    assert again(call).obligation.due_end == DUE
    told = Notice.objects.filter(kind="call_to_pass_on")
    assert sorted((notice.user.name, notice.title, notice.path) for notice in told) == [
        (
            name,
            "Alice is away until Monday, March 30: the call to Dana Okafor may be passed on",
            f"/honored/{error.pk}/call",
        )
        for name in ("Sam", "Sue")
    ]
    set_working_state(house.alice, state="available", until=None, by=house.ada, now=NOW + DAY)
    assert cover.sweep_cover(now=NOW + DAY).to_pass_on == 0
    left(house, house.alice, now=NOW + DAY)
    cover.sweep_cover(now=NOW + DAY)
    assert told.all().count() == 4


def test_put_off_or_passed_on_it_is_reminded_of_anew(house: House) -> None:
    call = house.decided(house.favorable())

    def climb(now: datetime) -> list[str]:
        before = set(Notice.objects.values_list("pk", flat=True))
        ladder.look(now=now)
        new = Notice.objects.exclude(pk__in=before).filter(kind__startswith="disclosure", channel="desk")
        return sorted(f"{notice.user.name} {notice.kind}" for notice in new)

    assert climb(NOW) == []
    assert climb(DUE - DAY) == ["Alice disclosure_before"]
    gone(house, house.alice, days=4, now=DUE - 20 * HOUR)
    disclosing.move_for_absences(now=DUE - 20 * HOUR)
    due = again(call).obligation.due_end
    assert climb(DUE) == []
    assert climb(due - DAY) == ["Alice disclosure_before"]
    assert climb(due) == ["Alice disclosure_before", "Alice disclosure_due"]
    assert climb(due) == []
