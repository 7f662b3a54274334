"""Many senders, writers of digests and people who change their minds at the same moment: each thing is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from accounts.domain.notices import tell
from accounts.domain.preferences import choose_notices
from accounts.enums import NoticeChannel
from accounts.models import Notice
from outreach.domain import chat, delivery, digests, mailing
from tests.factories import HOUR, NOW, House
from tests.races.beside import all_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P30")]
TOGETHER = 8
COUNT = 60


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """The ids of what a room in chat was sent."""
    settings.RECOVERY = settings.RECOVERY | {"CHAT_WEBHOOK_URL": "https://chat.example.com/hook"}
    ids: list[str] = []
    monkeypatch.setattr(chat.Room, "send", lambda _room, post, **_given: ids.append(post.id))
    return ids


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    letters: list[EmailMessage] = []
    monkeypatch.setattr(mailing.Line, "send", lambda _line, letter, **_given: letters.append(letter))
    return letters


def tell_many(house: House, *channels: str) -> None:
    for number in range(COUNT):
        for person in (house.alice, house.bob):
            tell([person], key=f"k:{number}", kind="test", title=f"<{number}>", now=NOW, channels=channels)


def all_do(work: Callable[[], object]) -> None:
    for result in all_at_once([work] * TOGETHER):
        if isinstance(result, BaseException):
            raise result


def until_empty(deliver: Callable[..., int], at: Any = NOW) -> None:
    while deliver(clock=lambda: at):
        pass


def test_many_senders_post_each_notice_once(house: House, posted: list[str]) -> None:
    tell_many(house, NoticeChannel.CHAT)
    all_do(lambda: until_empty(delivery.deliver_chat))
    until_empty(delivery.deliver_chat)
    assert len(posted) == len(set(posted)) == 2 * COUNT
    assert Counter(Notice.objects.values_list("status", "attempts")) == {("sent", 1): 2 * COUNT}


def test_without_the_guard_of_the_claim_they_do_not(
    house: House, posted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above would see it: the same race with everybody given whatever waits."""
    tell_many(house, NoticeChannel.CHAT)

    def careless(_model: Any, *, now: Any, limit: int, channel: str) -> list[Notice]:
        rows = list(Notice.objects.filter(status="pending").select_related("user__notice_preference")[:limit])
        for row in rows:
            row.leased_until = now + timedelta(hours=1)
        return rows

    monkeypatch.setattr(delivery, "claim", careless)
    monkeypatch.setattr(delivery, "_settle", lambda row, to, **_: Notice.objects.filter(pk=row.pk).update(status=to))
    all_do(lambda: until_empty(delivery.deliver_chat))
    assert len(posted) > len(set(posted))


def test_many_senders_hold_back_and_let_go_each_notice_once(house: House, posted: list[str]) -> None:
    choose_notices(house.alice, quiet_from=time(10), quiet_until=time(14), now=NOW)
    tell_many(house, NoticeChannel.CHAT)
    all_do(lambda: until_empty(delivery.deliver_chat))
    until_empty(delivery.deliver_chat)
    assert len(posted) == len(set(posted)) == COUNT
    assert Notice.objects.filter(not_before=NOW + 3 * HOUR, status="pending", user=house.alice).count() == COUNT
    all_do(lambda: until_empty(delivery.deliver_chat, NOW + 3 * HOUR))
    until_empty(delivery.deliver_chat, NOW + 3 * HOUR)
    assert len(posted) == len(set(posted)) == 2 * COUNT


def test_a_digest_that_many_write_at_once_is_written_once(house: House, mailed: list[EmailMessage]) -> None:
    for person in (house.alice, house.bob):
        choose_notices(person, digest_at=time(17), now=NOW)
    tell_many(house, NoticeChannel.EMAIL)
    until_empty(delivery.deliver_notices)
    assert mailed == []
    due = NOW + 6 * HOUR
    all_do(lambda: digests.gather(now=due))
    all_do(lambda: until_empty(delivery.deliver_notices, due))
    until_empty(delivery.deliver_notices, due)
    assert sorted(letter.to[0] for letter in mailed) == ["alice@example.com", "bob@example.com"]
    for letter in mailed:
        assert all(str(letter.body).count(f"<{number}>") == 1 for number in range(COUNT))
    assert Counter(Notice.objects.values_list("kind", "status")) == {("test", "sent"): 2 * COUNT, ("digest", "sent"): 2}


def test_who_changes_their_mind_while_it_is_sent_is_told_of_each_thing_once(
    house: House, mailed: list[EmailMessage]
) -> None:
    """Held back, gathered and let go at the same moment: nothing is lost, and nothing is in two mails."""
    tell_many(house, NoticeChannel.EMAIL)
    due = NOW + 6 * HOUR
    wishes: list[dict[str, Any]] = [{"digest_at": time(17)}, {}, {"quiet_from": time(10), "quiet_until": time(14)}, {}]
    works: list[Callable[[], object]] = [lambda: until_empty(delivery.deliver_notices, due) for _ in range(3)]
    works += [lambda: digests.gather(now=due) for _ in range(2)]
    works += [lambda wish=wish: choose_notices(house.alice, now=due, **wish) for wish in wishes]
    for result in all_at_once(works):
        if isinstance(result, BaseException):
            raise result
    choose_notices(house.alice, now=due)
    until_empty(delivery.deliver_notices, due)
    until_empty(delivery.deliver_notices, due + 24 * HOUR)
    told: Counter[str] = Counter()
    for letter in mailed:
        if letter.to == ["alice@example.com"]:
            told.update(f"<{number}>" for number in range(COUNT) if f"<{number}>" in f"{letter.subject}{letter.body}")
    assert told == Counter({f"<{number}>": 1 for number in range(COUNT)})
    assert not Notice.objects.filter(status="pending").exists()
