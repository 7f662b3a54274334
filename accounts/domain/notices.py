"""Telling colleagues something, once per person and channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.authority import Refused
from accounts.domain.message_ids import message_id
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User


class Telling(NamedTuple):
    """Something to tell some people, on some channels, once: ``key`` makes it once. ``in_chat`` is its title there."""

    people: Sequence[User]
    key: str
    kind: str
    title: str
    body: str = ""
    path: str = ""
    urgent: bool = False
    channels: Sequence[str] = (NoticeChannel.DESK,)
    in_chat: str = ""


def tell(
    people: Iterable[User],
    *,
    key: str,
    kind: str,
    title: str,
    now: datetime,
    body: str = "",
    path: str = "",
    urgent: bool = False,
    channels: Iterable[str] = (NoticeChannel.DESK,),
    in_chat: str = "",
) -> None:
    """Write a notice for each person and channel. The same ``key`` again changes nothing.

    A desk notice is delivered by being written; an email and what is told in chat wait for outreach to send them, under
    an id that is fixed here so that a repeated sending can be recognized by whoever receives it.
    """
    tell_all([Telling(list(people), key, kind, title, body, path, urgent, list(channels), in_chat)], now=now)


def tell_all(tellings: Iterable[Telling], *, now: datetime) -> None:
    """The same for many at once, in one statement a batch."""
    rows = [
        _notice(telling, person, channel, now=now)
        for telling in tellings
        for person in telling.people
        for channel in telling.channels
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _notice(telling: Telling, person: User, channel: str, *, now: datetime) -> Notice:
    on_desk, in_chat = channel == NoticeChannel.DESK, channel == NoticeChannel.CHAT
    name = f"{'chat' if in_chat else 'notice'}.{telling.key.replace(':', '-')}.{person.pk}"
    return Notice(
        user=person,
        channel=channel,
        key=telling.key,
        kind=telling.kind,
        title=((in_chat and telling.in_chat) or telling.title)[:200],
        body=telling.body,
        path=telling.path,
        urgent=telling.urgent,
        created_at=now,
        status=DeliveryStatus.SENT if on_desk else DeliveryStatus.PENDING,
        sent_at=now if on_desk else None,
        message_id="" if on_desk else message_id(name),
    )


def put_away(notice: Notice, *, by: User, now: datetime) -> None:
    """Take a notice off the desk. Refused: ``not_yours``."""
    if notice.user_id != by.pk:
        raise Refused("not_yours", "This notice is somebody else's.")
    Notice.objects.filter(pk=notice.pk, seen_at__isnull=True).update(seen_at=now)


def put_away_all(*, by: User, now: datetime) -> int:
    """Take everything off one's own desk; returns how many notices that were."""
    return Notice.objects.filter(user=by, channel=NoticeChannel.DESK, seen_at__isnull=True).update(seen_at=now)


def settle(people: QuerySet[User], *, about: Iterable[str], now: datetime) -> None:
    """Take off these people's desks what begins with one of these keys: it is seen to. Emails are not called back."""
    keys = reduce(or_, (Q(key__startswith=key) for key in about), Q(pk__in=()))
    Notice.objects.filter(keys, user__in=people, channel=NoticeChannel.DESK, seen_at__isnull=True).update(seen_at=now)
