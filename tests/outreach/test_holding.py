"""What waits for the end of somebody's quiet hours, what does not, and what it says when it goes out at last."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail

from accounts.domain import notices
from accounts.domain.notices import tell
from accounts.domain.preferences import choose_notices
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from cases.domain import promises
from cases.models import Promise
from outreach.domain import delivery, ladder
from tests.factories import DAY, HOUR, MINUTE, NOW, House
from tests.harness.chat import Room
from tests.outreach.conftest import Counted

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P7")]
# NOW is 11:00 in New York, where Alice is; by these hours it is quiet for her until 14:00, in three hours.
FROM, UNTIL, LOUD = time(10), time(14), NOW + 3 * HOUR


def told(person: User, key: str = "k", **given: Any) -> Notice:
    usual = {"kind": "test", "title": "A note", "now": NOW, "channels": ["desk", "email"]}
    tell([person], key=key, **usual | given)
    return Notice.objects.get(user=person, key=key, channel=given.get("channels", ["email"])[-1])


def quiet(person: User, **given: Any) -> None:
    choose_notices(person, **{"quiet_from": FROM, "quiet_until": UNTIL, "now": NOW} | given)


def send(at: datetime = NOW) -> list[str]:
    """The subjects of what goes out at this time."""
    before = len(mail.outbox)
    while delivery.deliver_notices(clock=lambda: at):
        pass
    return [letter.subject for letter in mail.outbox[before:]]


def status_of(notice: Notice) -> str:
    return Notice.objects.get(pk=notice.pk).status


def test_in_quiet_hours_mail_waits_for_their_end_and_the_desk_does_not(house: House) -> None:
    quiet(house.alice)
    notice = told(house.alice)
    assert send() == send(LOUD - MINUTE) == []
    assert Notice.objects.get(pk=notice.pk).not_before == LOUD
    assert Notice.objects.filter(user=house.alice, channel=NoticeChannel.DESK, seen_at__isnull=True).count() == 1
    assert send(LOUD) == ["A note"]
    assert send(LOUD) == []


def test_chat_waits_as_mail_does(house: House, room: Room) -> None:
    quiet(house.alice)
    told(house.alice, channels=["chat"])
    assert delivery.deliver_chat(clock=lambda: NOW) == 0
    assert delivery.deliver_chat(clock=lambda: LOUD) == 1
    assert len(room.posts) == 1


def test_one_persons_quiet_is_nobody_elses(house: House) -> None:
    quiet(house.alice)
    told(house.alice)
    told(house.bob)
    assert send() == ["A note"]
    assert mail.outbox[0].to == ["bob@example.com"]


def test_many_that_wait_do_not_stand_before_one_that_does_not(house: House) -> None:
    quiet(house.alice)
    for number in range(2 * delivery.BATCH + 3):
        told(house.alice, f"k:{number}")
    told(house.bob, title="Not quiet")
    assert send() == ["Not quiet"]


def test_what_is_urgent_comes_through_unless_they_say_otherwise(house: House) -> None:
    quiet(house.alice)
    told(house.alice, urgent=True, title="Due now")
    assert send() == ["Due now"]
    quiet(house.alice, urgent_anyway=False)
    told(house.alice, "k2", urgent=True, title="Overdue")
    assert send() == []
    assert send(LOUD) == ["Overdue"]


def test_what_they_put_away_on_their_desk_meanwhile_is_not_sent(house: House) -> None:
    quiet(house.alice)
    notice, other = told(house.alice), told(house.alice, "other", title="Still there")
    assert send() == []
    desk = Notice.objects.get(user=house.alice, channel=NoticeChannel.DESK, key="k")
    notices.put_away(desk, by=house.alice, now=NOW + HOUR)
    assert send(LOUD) == ["Still there"]
    assert (status_of(notice), status_of(other)) == (DeliveryStatus.NOT_NEEDED, DeliveryStatus.SENT)


def promised(house: House, *, minutes: int = 60) -> Promise:
    return house.promise(house.case(house.customer("Dana Okafor")), due_end=NOW + minutes * MINUTE, what="Call back")


def test_a_promise_that_was_kept_meanwhile_is_not_reminded_of(house: House) -> None:
    quiet(house.alice, urgent_anyway=False)
    promise = promised(house)
    ladder.look(now=NOW + HOUR)
    assert send(NOW + HOUR) == []
    promises.keep(promise, by=house.alice, now=NOW + HOUR)
    assert send(LOUD) == []
    assert set(Notice.objects.filter(channel="email", user=house.alice).values_list("status", flat=True)) == {
        "not_needed"
    }


def test_of_several_reminders_of_one_thing_the_last_is_sent_and_says_how_it_stands(house: House) -> None:
    quiet(house.alice, urgent_anyway=False)
    promised(house)
    for minutes in (30, 45, 60):
        ladder.look(now=NOW + minutes * MINUTE)
    assert send(NOW + HOUR) == []
    waiting = Notice.objects.filter(user=house.alice, channel="email", key__startswith="rung:", status="pending")
    assert waiting.count() == 1
    tell(
        [house.alice],
        key=waiting.get().key.rsplit(":", 1)[0] + ":9999",
        kind="promise_before",
        title="In 60 min: an earlier one",
        now=NOW,
        channels=["email"],
    )
    Notice.objects.filter(key__endswith=":9999").update(not_before=LOUD)
    assert send(LOUD) == ["Overdue by 2 hours: Call back — Dana Okafor"]
    assert Notice.objects.filter(user=house.alice, channel="email", status="not_needed").count() == 1


def test_by_chat_it_says_so_without_the_customers_name(house: House, room: Room) -> None:
    quiet(house.alice, urgent_anyway=False)
    promise = promised(house)
    tell(
        [house.alice],
        key=f"rung:{promise.pk}:77",
        kind="promise_due",
        title="Due now: Call back — Dana Okafor",
        in_chat="Due now: RC",
        now=NOW,
        channels=["chat"],
    )
    assert delivery.deliver_chat(clock=lambda: NOW) == 0
    assert delivery.deliver_chat(clock=lambda: LOUD) == 1
    assert room.texts[0].splitlines()[0] == f"Alice: Overdue by 2 hours: {promise.case.reference} — promise to contact"


def test_other_words_about_the_same_thing_stay_as_they_were(house: House) -> None:
    quiet(house.alice)
    promise = promised(house, minutes=600)
    told(house.alice, f"rung:{promise.pk}:asked", kind="approval_asked", title="Bob asks for 30.00")
    send()
    assert send(LOUD) == ["Bob asks for 30.00"]


def test_who_changes_their_hours_is_told_by_the_new_ones(house: House) -> None:
    quiet(house.alice)
    told(house.alice)
    assert send() == []
    choose_notices(house.alice, now=NOW + MINUTE)
    assert send(NOW + MINUTE) == ["A note"]


def test_a_try_that_failed_waits_for_the_end_of_hours_that_began_meanwhile(house: House, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.outreach.test_delivery.Refusing"
    notice = told(house.alice)
    send()
    assert Notice.objects.get(pk=notice.pk).attempts == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    quiet(house.alice)
    assert send(NOW + MINUTE) == []
    held = Notice.objects.get(pk=notice.pk)
    assert (held.not_before, held.leased_until) == (LOUD, None)
    assert send(LOUD) == ["A note"]


def test_the_clocks_going_back_tell_nobody_twice_and_going_forward_nobody_never(house: House) -> None:
    """Each hour over a week around both changes: what comes in the quiet night is told once, when it ends."""
    for change in (datetime(2026, 3, 8, 7, tzinfo=NOW.tzinfo), datetime(2026, 11, 1, 6, tzinfo=NOW.tzinfo)):
        choose_notices(house.alice, quiet_from=time(22), quiet_until=time(7), now=change - 3 * DAY)
        count = 0
        for hours in range(-48, 48):
            at = change + hours * HOUR
            tell([house.alice], key=f"{change}:{hours}", kind="t", title=f"{hours}", now=at, channels=["email"])
            count += len(send(at))
        count += len(send(change + 60 * HOUR))
        assert count == 96
        local = {
            notice.sent_at.astimezone(house.alice.zone).hour
            for notice in Notice.objects.filter(user=house.alice, key__startswith=str(change))
            if notice.sent_at
        }
        assert local == set(range(7, 22))


def test_whoever_chose_nothing_costs_no_query_more(house: House, queries_of: Counted) -> None:
    told(house.bob)
    before = queries_of(lambda: send())
    quiet(house.alice)
    told(house.bob, "k2")
    assert queries_of(lambda: send()) == before


def test_holding_back_takes_a_constant_number_of_queries(house: House, queries_of: Counted) -> None:
    quiet(house.alice)
    told(house.alice)
    few = queries_of(lambda: send())
    for number in range(15):
        told(house.alice, f"many:{number}")
    assert queries_of(lambda: send()) == few


@pytest.mark.parametrize("hold", [timedelta(0), timedelta(minutes=5)])
def test_a_lease_holds_whatever_somebody_chooses_meanwhile(house: House, hold: timedelta) -> None:
    notice = told(house.alice)
    (mine,) = delivery.claim(Notice, now=NOW, limit=5, channel=NoticeChannel.EMAIL)
    quiet(house.alice)
    assert send(NOW + 10 * timedelta(seconds=1)) == []
    delivery._settle(mine, DeliveryStatus.SENT, now=NOW + hold)
    assert status_of(notice) == DeliveryStatus.SENT
