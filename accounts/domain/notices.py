"""Telling colleagues something, once per person and channel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.authority import Refused
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User


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
) -> None:
    """Write a notice for each person and channel. The same ``key`` again changes nothing.

    A desk notice is delivered by being written; an email waits for outreach to send it, under a Message-ID
    that is fixed here so that a repeated sending can be recognized by whoever receives it.
    """
    rows = []
    for person in people:
        for channel in channels:
            on_desk = channel == NoticeChannel.DESK
            rows.append(
                Notice(
                    user=person,
                    channel=channel,
                    key=key,
                    kind=kind,
                    title=title[:200],
                    body=body,
                    path=path,
                    urgent=urgent,
                    created_at=now,
                    status=DeliveryStatus.SENT if on_desk else DeliveryStatus.PENDING,
                    sent_at=now if on_desk else None,
                    message_id="" if on_desk else f"<notice.{key.replace(':', '-')}.{person.pk}@recovery.invalid>",
                )
            )
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def put_away(notice: Notice, *, by: User, now: datetime) -> None:
    """Take a notice off the desk. Refused: ``not_yours``."""
    if notice.user_id != by.pk:
        raise Refused("not_yours", "This notice is somebody else's.")
    Notice.objects.filter(pk=notice.pk, seen_at__isnull=True).update(seen_at=now)


def put_away_all(*, by: User, now: datetime) -> int:
    """Take everything off one's own desk; returns how many notices that were."""
    return Notice.objects.filter(user=by, channel=NoticeChannel.DESK, seen_at__isnull=True).update(seen_at=now)
