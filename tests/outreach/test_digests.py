"""A digest: what could wait, in one mail a day; each thing in one of them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from accounts.domain.notices import put_away_all, tell
from accounts.domain.preferences import choose_notices
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from cases.domain import promises
from outreach.domain import delivery, digests, ladder
from tests.factories import DAY, HOUR, MINUTE, NOW, House
from tests.harness.chat import Room
from tests.outreach.conftest import Counted

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P7")]
# NOW is 11:00 in New York, where Alice is. Her digest comes at 17:00, in six hours.
AT, DUE = time(17), NOW + 6 * HOUR


@pytest.fixture
def alice(house: House) -> User:
    choose_notices(house.alice, digest_at=AT, now=NOW)
    return house.alice


def told(person: User, *keys: str, now: datetime = NOW, **given: Any) -> None:
    for key in keys:
        usual: dict[str, Any] = {"kind": "test", "title": f"About {key}", "path": f"/cases/{key}"}
        tell([person], key=key, now=now, **usual | {"channels": ["desk", "email"]} | given)


def send(at: datetime) -> list[EmailMessage]:
    before = len(mail.outbox)
    while delivery.deliver_notices(clock=lambda: at):
        pass
    return mail.outbox[before:]


def statuses(*keys: str) -> list[str]:
    found = Notice.objects.filter(key__in=keys).exclude(channel=NoticeChannel.DESK)
    return sorted(found.values_list("status", flat=True))


def test_what_can_wait_comes_together_once_a_day(alice: User) -> None:
    told(alice, "a", "b")
    assert send(NOW) == send(DUE - MINUTE) == []
    told(alice, "c", now=DUE - MINUTE)
    (digest,) = send(DUE)
    assert (digest.subject, digest.to) == ("3 things that could wait", ["alice@example.com"])
    assert "Tuesday 11:00: About a\nhttp://127.0.0.1:8000/cases/a" in digest.body
    assert [digest.body.count(f"About {key}") for key in "abc"] == [1, 1, 1]
    assert send(DUE) == send(DUE + HOUR) == []
    assert statuses("a", "b", "c") == ["sent"] * 3


def test_workers_that_were_down_at_its_time_write_it_when_they_are_back(alice: User) -> None:
    told(alice, "a", "b", now=DUE - HOUR)
    (digest,) = send(DUE + 2 * HOUR)
    assert digest.subject == "2 things that could wait"


def test_what_cannot_wait_does_not(alice: User) -> None:
    told(alice, "a", urgent=True)
    told(alice, "b")
    assert [each.subject for each in send(NOW)] == ["About a"]
    assert [each.subject for each in send(DUE)] == ["One thing that could wait"]


def test_the_next_days_come_in_the_next_days(alice: User) -> None:
    told(alice, "a")
    send(NOW)
    send(DUE)
    told(alice, "b", now=DUE + MINUTE)
    assert send(DUE + MINUTE) == []
    (second,) = send(DUE + DAY)
    assert "About b" in second.body
    assert "About a" not in second.body
    assert len({each.extra_headers["Message-ID"] for each in mail.outbox}) == 2


def test_there_is_no_digest_of_nothing(alice: User) -> None:
    assert send(DUE) == []
    told(alice, "a")
    send(NOW)
    put_away_all(by=alice, now=NOW + HOUR)
    assert send(DUE) == []
    assert statuses("a") == ["not_needed"]


def test_mail_and_chat_about_one_thing_are_one_thing(alice: User, room: Room) -> None:
    told(alice, "a", channels=["chat", "email"], in_chat="Short")
    told(alice, "b", channels=["chat"])
    assert delivery.deliver_chat(clock=lambda: NOW) == 0
    send(NOW)
    (digest,) = send(DUE)
    assert digest.subject == "2 things that could wait"
    assert "About a" in digest.body
    assert "Short" not in digest.body
    assert delivery.deliver_chat(clock=lambda: DUE) == 0
    assert room.posts == []


def test_a_reminder_waits_only_where_the_digest_comes_before_it_is_due(house: House, alice: User) -> None:
    soon = house.promise(house.case(), due_end=NOW + 5 * HOUR)
    late = house.promise(house.case(), due_end=NOW + 8 * HOUR)
    for promise in (soon, late):
        told(alice, f"rung:{promise.pk}:1", kind="promise_before", title="In some hours")
    assert len(send(NOW)) == 1
    (digest,) = send(DUE)
    assert "In 120 min" in digest.body or "In 2 hours" in digest.body


def test_what_was_done_meanwhile_is_left_out(house: House, alice: User) -> None:
    promise = house.promise(house.case(), due_end=NOW + 8 * HOUR)
    told(alice, f"rung:{promise.pk}:1", kind="promise_before", channels=["email"])
    told(alice, "a")
    send(NOW)
    promises.keep(promise, by=alice, now=NOW + HOUR)
    (digest,) = send(DUE)
    assert digest.subject == "One thing that could wait"
    assert statuses(f"rung:{promise.pk}:1") == ["not_needed"]


def test_it_skips_quiet_days(house: House) -> None:
    choose_notices(house.alice, digest_at=AT, quiet_days=[1], now=NOW)  # NOW is a Tuesday
    told(house.alice, "a")
    assert send(NOW) == send(DUE) == []
    assert len(send(DUE + DAY)) == 1


def test_who_takes_no_digest_any_more_gets_each_by_itself(alice: User) -> None:
    told(alice, "a", "b")
    send(NOW)
    choose_notices(alice, now=NOW + HOUR)
    assert sorted(each.subject for each in send(NOW + HOUR)) == ["About a", "About b"]
    assert send(DUE) == []


def test_what_is_held_back_a_moment_too_late_is_told_in_another_of_the_same_day(alice: User) -> None:
    """A sender that judged before five and committed after: its notice belongs to a digest that is written already."""
    told(alice, "a", "b")
    send(NOW)
    Notice.objects.filter(key="b", channel="email").update(in_digest=False, not_before=None, leased_until=DUE + HOUR)
    assert len(send(DUE)) == 1
    Notice.objects.filter(key="b", channel="email").update(in_digest=True, not_before=DUE, leased_until=None)
    (second,) = send(DUE + MINUTE)
    assert "About b" in second.body
    assert "About a" not in second.body


def test_a_digest_that_cannot_be_sent_is_tried_again_as_every_mail_is(alice: User, settings: Any) -> None:
    told(alice, "a")
    send(NOW)
    settings.EMAIL_BACKEND = "tests.outreach.test_delivery.Refusing"
    assert send(DUE) == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    digest = Notice.objects.get(kind="digest")
    assert (digest.status, digest.attempts) == (DeliveryStatus.PENDING, 1)
    assert len(send(DUE + MINUTE)) == 1


def test_one_that_cannot_be_written_does_not_stand_in_the_way(
    house: House, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_notices(house.bob, digest_at=AT, now=NOW)
    told(alice, "a")
    told(house.bob, "b")
    send(NOW)
    written = digests._gather_one

    def fails_on_one(person: int, *, now: datetime) -> None:
        if person == alice.pk:
            raise RuntimeError("this one is broken")
        written(person, now=now)

    with monkeypatch.context() as broken:
        broken.setattr(digests, "_gather_one", fails_on_one)
        assert [each.to for each in send(DUE)] == [["bob@example.com"]]
    assert [each.to for each in send(DUE)] == [["alice@example.com"]]


def test_the_ladders_urgent_rungs_are_never_in_a_digest(house: House, alice: User) -> None:
    house.promise(house.case(), due_end=NOW + HOUR)
    for minutes in (45, 60, 75):
        ladder.look(now=NOW + minutes * MINUTE)
        send(NOW + minutes * MINUTE)
    assert not Notice.objects.filter(user=alice, in_digest=True).exists()


def test_an_idle_clock_asks_little(house: House, queries_of: Counted) -> None:
    assert queries_of(lambda: delivery.deliver_notices(clock=lambda: NOW)) <= 2
