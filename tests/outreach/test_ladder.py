"""Reminders: each rung once, for whoever owes it, in constant queries, and nobody in anybody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.enums import NoticeChannel
from accounts.models import Notice, User
from accounts.queries import unseen_notices
from cases.domain import ownership, promises
from cases.models import Obligation, Promise
from compensation.domain import approvals
from journal.enums import EventType
from journal.models import Event
from outreach.domain import ladder, standing
from outreach.models import Rung
from tests.factories import DAY, HOUR, MINUTE, NOW, House, again, away
from tests.outreach.conftest import Counted

pytestmark = pytest.mark.django_db


def look(minutes: float) -> int:
    return ladder.look(now=NOW + timedelta(minutes=minutes))


def titles(user: Any, channel: str = NoticeChannel.DESK) -> list[str]:
    return list(Notice.objects.filter(user=user, channel=channel).order_by("id").values_list("title", flat=True))


def due_in(house: House, minutes: int) -> Promise:
    return house.promise(house.case(), due_end=NOW + timedelta(minutes=minutes))


@pytest.mark.practice("P7")
def test_a_promise_is_remembered_before_it_at_it_and_when_it_is_missed(house: House) -> None:
    due_in(house, 120)
    for minute in range(150):
        look(minute)
    assert [title.split(":")[0] for title in titles(house.alice)] == ["In 60 min", "In 10 min", "Due now"]
    assert [title.split(":")[0] for title in titles(house.sue)] == ["Overdue by 15 min"]
    assert [title.split(":")[0] for title in titles(house.alice, NoticeChannel.EMAIL)] == ["Due now"]
    assert titles(house.sam) == titles(house.sue)
    assert titles(house.bob) == []


def test_looking_again_and_again_rings_a_rung_once(house: House) -> None:
    promise = due_in(house, 120)
    for _ in range(3):
        Obligation.objects.filter(pk=promise.pk).update(next_look_at=NOW)
        look(115)
    assert len(titles(house.alice)) == 2
    assert Event.objects.filter(type=EventType.REMINDER_RUNG).count() == 2


def test_a_promise_made_late_is_not_reminded_of_what_was_before_it(house: House) -> None:
    due_in(house, 5)
    look(1)
    assert titles(house.alice) == []
    look(5)
    assert [title.split(":")[0] for title in titles(house.alice)] == ["Due now"]


def test_after_all_workers_were_down_each_rung_rings_once_and_says_how_it_stands_now(house: House) -> None:
    due_in(house, 120)
    look(0)
    look(200)
    assert [title.split(":")[0] for title in titles(house.alice)] == ["Overdue by 80 min"] * 3
    assert len(titles(house.sue)) == 1


def test_nothing_rings_for_what_is_done(house: House) -> None:
    promise = due_in(house, 120)
    look(0)
    promises.keep(promise, by=house.alice, now=NOW + HOUR / 2)
    look(300)
    assert titles(house.alice) == []


def test_a_reminder_of_what_is_done_is_off_every_desk(house: House) -> None:
    done, owed = due_in(house, 10), due_in(house, 10)
    look(30)
    assert len(unseen_notices(house.alice)) == len(unseen_notices(house.sue)) * 2 == 4
    promises.keep(done, by=house.bob, now=NOW + timedelta(minutes=31))
    for person in (house.alice, house.sue, house.sam):
        assert {notice.key.split(":")[1] for notice in unseen_notices(person)} == {str(owed.pk)}


def test_who_handed_a_case_on_is_reminded_of_it_no_longer(house: House) -> None:
    promise = due_in(house, 10)
    look(5)
    ownership.hand_off(promise.case, to=house.bob, reason="Off sick", by=house.alice, now=NOW + 6 * MINUTE)
    look(12)
    assert not unseen_notices(house.alice).exists()
    assert {notice.kind for notice in unseen_notices(house.bob)} == {"handed_to_you", "promise_due"}


@pytest.mark.practice("P16")
def test_who_was_reminded_of_a_request_is_not_when_it_is_answered(house: House) -> None:
    house.usual_caps()
    asked, waits = (house.asked(house.heard_case()) for _ in range(2))
    look(60)
    approvals.decline(asked, reason="It was refunded already", by=house.sam, now=NOW + HOUR)
    assert {notice.key.split(":")[1] for notice in unseen_notices(house.sue)} == {str(waits.obligation_id)}
    assert len(unseen_notices(house.sam)) > 1, "it was put before Sam, who is told that it is overdue as well"


def test_when_whoever_owes_it_is_away_the_supervisors_are_told(house: House) -> None:
    due_in(house, 120)
    away(house.alice, until=NOW + DAY)
    look(60)
    assert titles(house.alice) == []
    assert [title.split(":")[0] for title in titles(house.sue)] == ["In 60 min"]


@pytest.mark.parametrize("change", [{"team": None}, {"role": "admin"}, {"is_service": True}])
def test_who_serves_these_customers_no_longer_is_not_reminded_and_the_supervisors_are(
    house: House, change: dict[str, Any]
) -> None:
    due_in(house, 120)
    User.objects.filter(pk=house.alice.pk).update(**change)
    look(120)
    assert titles(house.alice) == titles(house.alice, NoticeChannel.EMAIL) == []
    assert {title.split(":")[0] for title in titles(house.sue)} == {"Due now"}


def test_a_unit_that_the_owners_team_serves_no_longer_does_not_remind_them(house: House) -> None:
    due_in(house, 120)
    sue = house.sue
    User.objects.filter(pk=sue.pk).update(team=house.other_team)
    house.team.units.clear()
    house.other_team.units.add(house.unit)
    look(120)
    assert titles(house.alice) == []
    assert {title.split(":")[0] for title in titles(sue)} == {"Due now"}


def test_whoever_takes_over_hears_where_it_stands_and_not_all_that_was(house: House) -> None:
    promise = due_in(house, 120)
    look(60)
    look(110)
    ownership.hand_off(
        again(promise).case, to=house.bob, reason="Bob knows them", by=house.alice, now=NOW + 111 * MINUTE
    )
    look(112)
    assert [title.split(":")[0] for title in titles(house.bob) if title.startswith("In")] == ["In 8 min"]
    look(120)
    assert len(titles(house.alice)) == 2


def test_the_rung_before_a_window_is_before_its_beginning(house: House) -> None:
    house.promise(house.case(), due_start=NOW + 2 * HOUR, due_end=NOW + 4 * HOUR)
    look(60)
    assert [title.split(":")[0] for title in titles(house.alice)] == ["In 60 min"]


def test_the_number_of_queries_does_not_grow_with_the_batch(house: House, queries_of: Counted) -> None:
    due_in(house, 120)
    few = queries_of(lambda: look(60))
    for _ in range(20):
        due_in(house, 180)
    many = queries_of(lambda: look(120))
    assert few <= 8
    assert many <= few + 2, "the second rung of the first, and twenty others"


def test_one_that_cannot_be_looked_at_does_not_stand_in_the_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = due_in(house, 120), due_in(house, 120)
    titled = standing.title

    def fails_on_one(obligation: Obligation, **given: Any) -> str:
        if obligation.pk == bad.pk:
            raise RuntimeError("this one is broken")
        return titled(obligation, **given)

    monkeypatch.setattr(standing, "title", fails_on_one)
    assert look(60) == 2
    assert Notice.objects.filter(user=house.alice, key__startswith=f"rung:{good.pk}:").count() == 1
    assert not Notice.objects.filter(key__startswith=f"rung:{bad.pk}:").exists()
    aside = Obligation.objects.get(pk=bad.pk)
    assert aside.set_aside_until == NOW + 60 * MINUTE + ladder.SET_ASIDE
    assert aside.next_look_at is not None
    assert aside.next_look_at <= NOW + 60 * MINUTE, "its reminder is late, and is to be seen as late"
    monkeypatch.undo()
    look(66)
    assert Notice.objects.filter(key__startswith=f"rung:{bad.pk}:").count() == 1


def test_a_rung_switched_off_is_silent(house: House) -> None:
    Rung.objects.filter(offset_minutes=-60).update(active=False)
    due_in(house, 120)
    look(60)
    assert titles(house.alice) == []
