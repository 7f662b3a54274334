"""Chat: posted once under its own id, signed where a secret is set, in time by mail where the room does not take it."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.core import mail
from django.db import DatabaseError
from standardwebhooks.webhooks import Webhook

from accounts.domain.notices import Telling, tell, tell_all
from accounts.domain.preferences import choose_notices
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from cases.models import Obligation
from outreach.domain import delivery, ladder
from outreach.domain.health.paths import Closed
from outreach.domain.probes import chat as probe
from outreach.models import Rung
from tests.factories import HOUR, MINUTE, NOW, House
from tests.harness.chat import SECRET, Room
from tests.outreach.conftest import PlanOf
from tests.races.server import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P7", "P27")]
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, by: timedelta) -> Clock:
        self.at += by
        return self


def told(house: House, count: int = 1, **given: Any) -> list[Notice]:
    usual = {"kind": "test", "title": "Due now: call", "path": "/calls", "urgent": True, "channels": ["desk", "chat"]}
    for number in range(count):
        tell([house.alice], key=f"k:{number}", now=NOW, **usual | given)
    return list(Notice.objects.filter(channel=NoticeChannel.CHAT).order_by("id"))


def post(clock: Clock | None = None) -> int:
    return delivery.deliver_chat(clock=clock or Clock())


def test_a_notice_is_posted_once_to_whom_it_is_for_and_where_it_is_done(house: House, room: Room) -> None:
    (notice,) = told(house)
    assert (post(), post()) == (1, 0)
    assert room.bodies == [
        json.dumps({"text": "Alice: Due now: call\nhttp://127.0.0.1:8000/calls"}, separators=(",", ":"))
    ]
    notice.refresh_from_db()
    assert (notice.status, notice.sent_at, notice.attempts, notice.leased_until) == (DeliveryStatus.SENT, NOW, 1, None)
    assert room.ids == [notice.message_id.strip("<>")]
    assert "webhook-signature" not in room.headers[0]
    delivery.deliver_notices(clock=Clock())
    assert mail.outbox == []


def test_a_room_that_checks_can_see_that_it_was_us(house: House, room: Room, settings: Any) -> None:
    settings.RECOVERY["CHAT_WEBHOOK_SECRET"] = SECRET
    told(house)
    post()
    assert Webhook(SECRET).verify(room.bodies[0], room.headers[0]) == room.posts[0]


def test_somebody_is_called_as_they_are_called_in_chat(house: House, room: Room) -> None:
    choose_notices(house.alice, chat_handle="<@U024BE7LH>", now=NOW)
    told(house)
    post()
    assert room.texts[0].startswith("<@U024BE7LH>: Due now")


def test_words_are_words_and_call_on_nobody(house: House, room: Room) -> None:
    told(house, title="<!channel> & <https://bad.example|here>\n@all", body="Two\nlines")
    post()
    assert room.texts[0].splitlines() == [
        "Alice: &lt;!channel&gt; &amp; &lt;https://bad.example|here&gt; @\u200ball",
        "Two lines",
        "http://127.0.0.1:8000/calls",
    ]


def test_a_reminder_names_the_case_and_says_nothing_of_the_customer(house: House, room: Room) -> None:
    Rung.objects.filter(kind="promise", offset_minutes=0).update(channels=["desk", "email", "chat"])
    case = house.case(house.customer("Dana Okafor"))
    house.promise(case, what="Tell Dana about her divorce papers")
    ladder.look(now=NOW + HOUR)
    assert post(Clock(NOW + HOUR)) == 1
    assert room.texts == [
        f"Alice: Due now: {case.reference} — promise to contact\nhttp://127.0.0.1:8000/cases/{case.reference}"
    ]
    on_desk = Notice.objects.get(channel=NoticeChannel.DESK, user=house.alice, kind="promise_due")
    assert "Dana Okafor" in on_desk.title


def test_each_rung_is_one_row_for_each_person_and_channel(house: House, room: Room) -> None:
    Rung.objects.filter(kind="promise", offset_minutes=0).update(channels=["desk", "email", "chat"])
    house.promise(house.case())
    for _ in range(3):
        Obligation.objects.update(next_look_at=NOW)
        ladder.look(now=NOW + HOUR)
    rung = Notice.objects.filter(kind="promise_due", user=house.alice).order_by("channel")
    assert list(rung.values_list("channel", flat=True)) == ["chat", "desk", "email"]


@pytest.mark.parametrize("status", [500, 503, 302, 408])
def test_what_is_not_taken_is_tried_again_after_growing_gaps_and_then_told_by_mail(
    house: House, room: Room, status: int
) -> None:
    (notice,) = told(house)
    room.statuses = [status] * 3
    clock = Clock()
    assert post(clock) == 1
    for gap in delivery.CHAT_RETRY_AFTER:
        assert post(clock.later(gap - SECOND)) == 0
        assert post(clock.later(SECOND)) == 1
    notice.refresh_from_db()
    assert (notice.status, notice.attempts, notice.error) == (DeliveryStatus.FAILED, 3, f"HTTP {status}")
    assert room.posts == []
    for _ in range(2):
        delivery.deliver_notices(clock=clock)
    assert [letter.subject for letter in mail.outbox] == ["Due now: call"]


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422])
def test_a_room_that_says_never_is_not_asked_again(house: House, room: Room, status: int) -> None:
    (notice,) = told(house)
    room.statuses = [status]
    post()
    notice.refresh_from_db()
    assert (notice.status, notice.attempts, notice.error) == (DeliveryStatus.FAILED, 1, f"HTTP {status}")
    assert Notice.objects.filter(channel=NoticeChannel.EMAIL, key=notice.key).count() == 1


def test_what_was_told_by_mail_anyway_is_not_told_by_mail_again(house: House, room: Room) -> None:
    told(house, channels=["email", "chat"])
    room.statuses = [404]
    post()
    delivery.deliver_notices(clock=Clock())
    assert len(mail.outbox) == 1


def test_without_a_room_it_comes_by_mail(house: House) -> None:
    (notice,) = told(house)
    assert post() == 1
    notice.refresh_from_db()
    assert notice.status == DeliveryStatus.NO_ADDRESS
    delivery.deliver_notices(clock=Clock())
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]


def test_nobody_is_told_who_cannot_sign_in_any_more(house: House, room: Room) -> None:
    told(house)
    User.objects.filter(pk=house.alice.pk).update(is_active=False)
    post()
    delivery.deliver_notices(clock=Clock())
    assert (room.posts, mail.outbox) == ([], [])


@pytest.mark.parametrize(("retry_after", "seconds"), [("40", 40), ("", 30), ("soon", 30), ("99999", 300)])
def test_a_room_that_asks_us_to_wait_hears_nothing_meanwhile(
    house: House, room: Room, retry_after: str, seconds: int
) -> None:
    told(house, 5)
    room.statuses, room.retry_after = [200, 429], retry_after
    clock = Clock()
    assert post(clock) == 2
    assert len(room.posts) == 1
    assert post(clock.later(timedelta(seconds=seconds) - SECOND)) == 0
    assert post(clock.later(SECOND)) == 4
    assert len(set(room.ids)) == len(room.posts) == 5


def test_a_room_that_is_not_there_does_not_say_where_it_was(
    house: House, room: Room, settings: Any, caplog: Any
) -> None:
    settings.RECOVERY["CHAT_WEBHOOK_URL"] = f"http://127.0.0.1:{free_port()}/services/SECRETPATH"
    (notice,) = told(house)
    with caplog.at_level(logging.DEBUG):
        post()
    notice.refresh_from_db()
    assert notice.error == "ConnectionError"
    assert "SECRETPATH" not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("outreach")
    )


def test_what_was_taken_and_could_not_be_recorded_is_posted_again_under_the_same_id(
    house: House, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(house, 2)
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "_settle", Mock(side_effect=DatabaseError))
        with pytest.raises(DatabaseError):
            post()
    assert post() == 1, "the second one, which was handed back"
    assert post(Clock(NOW + 30 * SECOND)) == 1
    assert len(room.posts) == 3
    assert len(set(room.ids)) == 2


def test_mail_does_not_wait_for_chat_nor_chat_for_mail(house: House, room: Room) -> None:
    told(house, 3, channels=["email", "chat"])
    assert delivery.deliver_notices(clock=Clock()) == 3
    assert Notice.objects.filter(channel=NoticeChannel.CHAT, status=DeliveryStatus.PENDING).count() == 3
    assert post() == 3


def test_many_are_told_in_a_number_of_queries_that_grows_with_the_posts_alone(
    house: House, room: Room, queries_of: Any
) -> None:
    told(house, 1)
    one = queries_of(post)
    for number in range(10):
        tell_all(
            [Telling([house.alice, house.bob], f"m:{number}", "test", "Due now", channels=[NoticeChannel.CHAT])],
            now=NOW,
        )
    many = queries_of(post)
    assert many - one <= 19 * 4


def test_the_path_page_sees_that_the_room_takes_nothing(house: House, room: Room) -> None:
    assert probe._chat(NOW) == {"status": 405}
    told(house)
    room.statuses = [404]
    post()
    with pytest.raises(Closed) as closed:
        probe._chat(NOW + MINUTE)
    assert (str(closed.value), closed.value.detail) == ("NothingIsTaken", {"last": "HTTP 404"})
    tell([house.alice], key="next", kind="t", title="Again", now=NOW, channels=[NoticeChannel.CHAT])
    post()
    assert probe._chat(NOW + MINUTE) == {"status": 405}


def test_what_the_room_did_lately_is_read_by_an_index_of_chat_alone(house: House, room: Room, plan_of: PlanOf) -> None:
    told(house)
    post()
    assert "notices_in_chat" in plan_of(lambda: probe._chat(NOW + MINUTE))
