"""Digests: what could wait, told together in one mail a day.

A digest is a notice like any other, with a key of its own, written in the same transaction that marks what it holds as
told. So whatever is killed when: each thing is in one digest, and each digest is one row, sent as every mail is.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from outreach.domain.holding import DIGEST, as_they_stand, put_away
from outreach.domain.mailing import where
from outreach.domain.workflow import DELIVERY

logger = logging.getLogger(__name__)

BATCH = 100


def gather(*, now: datetime, limit: int = BATCH) -> int:
    """Write the digests whose time has come, at most ``limit``; returns how many there were to write."""
    due = Notice.objects.filter(status=DeliveryStatus.PENDING, in_digest=True, not_before__lte=now)
    people = list(due.order_by().values_list("user", flat=True).distinct()[:limit])
    for person in people:
        try:
            _gather_one(person, now=now)
        except Exception:
            logger.exception("The digest of user %d could not be written.", person)
    return len(people)


@transaction.atomic
def _gather_one(person: int, *, now: datetime) -> None:
    due = Notice.objects.filter(user=person, status=DeliveryStatus.PENDING, in_digest=True, not_before__lte=now)
    # All or none: whoever comes second waits, and finds nothing left.
    rows = list(due.select_related("user").select_for_update(of=("self",), no_key=True).order_by("id"))
    needed = as_they_stand(rows, now=now)
    told = {row.pk for row in needed}
    put_away([row for row in rows if row.pk not in told])
    if not needed:
        return
    for row in needed:
        DELIVERY.move(row, DeliveryStatus.SENT)
        row.sent_at = now
    Notice.objects.bulk_update(needed, ["status", "sent_at", "title"])
    # What came by mail and by chat is one thing, and by mail it has its full words.
    things = {row.key: row for row in sorted(needed, key=lambda row: row.channel == NoticeChannel.EMAIL)}
    listed = sorted(things.values(), key=lambda row: row.pk)
    tell(
        [rows[0].user],
        # By what it holds and not by its day: what is held back a moment too late is told in another.
        key=f"digest:{rows[0].pk}",
        kind=DIGEST,
        title="One thing that could wait" if len(listed) == 1 else f"{len(listed)} things that could wait",
        body="\n\n".join(_line(row, rows[0].user) for row in listed),
        path="/",
        now=now,
        channels=[NoticeChannel.EMAIL],
    )


def _line(row: Notice, person: User) -> str:
    since = f"{localtime(row.created_at, person.zone):%A %H:%M}"
    return "\n".join(part for part in (f"{since}: {row.title}", row.body, where(row)) if part)
