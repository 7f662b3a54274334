"""What waits before it is sent to a colleague: for their quiet hours to end, or for their digest.

Judged when it is about to be sent and not when it is written, by what they want then. What was held back is judged anew
when its time has come: what they have seen to on their desk meanwhile, what is owed no longer and what a later reminder
of the same thing says better is not sent any more, and what is sent says how things stand by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from accounts.domain.quiet import is_quiet, next_digest, next_loud
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, NoticePreference
from outreach.domain.standing import Standing, of_open
from outreach.domain.workflow import DELIVERY

DIGEST = "digest"
ABOUT = re.compile(r"rung:(\d+):")
# The kinds of the ladder's own notices end so; others about the same obligation keep their words.
MOMENTS = ("_before", "_due", "_missed")


@dataclass
class Sifted:
    """Of some notices: what may go, what waits, and what is not needed any more."""

    ready: list[Notice] = field(default_factory=list)
    held: list[Notice] = field(default_factory=list)
    passed: list[Notice] = field(default_factory=list)


def sift(notices: list[Notice], *, now: datetime) -> list[Notice]:
    """Hold back what has to wait and put away what is not needed; returns the rest. The caller has locked the rows.

    Without preferences and with nothing held back it reads and writes nothing.
    """
    sifted = _sift(notices, now=now)
    if sifted.held:
        Notice.objects.bulk_update(sifted.held, ["not_before", "in_digest", "leased_until"])
    put_away(sifted.passed)
    return sifted.ready


def put_away(notices: list[Notice]) -> None:
    """These are not needed any more. The caller has locked the rows."""
    for notice in notices:
        DELIVERY.move(notice, DeliveryStatus.NOT_NEEDED)
        notice.leased_until = None
    if notices:
        Notice.objects.bulk_update(notices, ["status", "leased_until"])


def _sift(notices: list[Notice], *, now: datetime) -> Sifted:
    sifted = Sifted()
    waited = [notice for notice in notices if notice.not_before is not None]
    may_wait = [notice for notice in notices if _takes_digest(notice)]
    stands = _standing([*waited, *may_wait], now=now)
    needed = {notice.pk for notice in as_they_stand(waited, now=now, stands=stands)}
    for notice in notices:
        if notice.not_before is not None and notice.pk not in needed:
            sifted.passed.append(notice)
            continue
        until, in_digest = _until(notice, stands.get(about(notice)), now=now)
        if until is None:
            sifted.ready.append(notice)
        else:
            notice.not_before, notice.in_digest, notice.leased_until = until, in_digest, None
            sifted.held.append(notice)
    return sifted


def as_they_stand(notices: list[Notice], *, now: datetime, stands: dict[int, Standing] | None = None) -> list[Notice]:
    """Those of notices held back that are still needed, saying how things stand now."""
    if not notices:
        return []
    stands = _standing(notices, now=now) if stands is None else stands
    seen, later = _seen(notices), _latest(notices)
    needed = []
    for notice in notices:
        obligation = about(notice)
        if (notice.user_id, notice.key) in seen or (obligation and obligation not in stands):
            continue
        if _is_reminder(notice) and obligation in stands:
            if notice.pk < later[notice.user_id, notice.channel, obligation]:
                continue
            stand = stands[obligation]
            notice.title = (stand.in_chat if notice.channel == NoticeChannel.CHAT else stand.title)[:200]
        needed.append(notice)
    return needed


def about(notice: Notice) -> int:
    """The obligation that a notice is about; 0 when it is about none."""
    found = ABOUT.match(notice.key)
    return int(found[1]) if found else 0


def _is_reminder(notice: Notice) -> bool:
    return notice.kind.endswith(MOMENTS)


def _standing(notices: Iterable[Notice], *, now: datetime) -> dict[int, Standing]:
    wanted = {obligation for notice in notices if (obligation := about(notice))}
    return of_open(wanted, now=now) if wanted else {}


def _seen(notices: list[Notice]) -> set[tuple[int, str]]:
    """What of this the same people were told on their desk too, and have put away or had taken off."""
    on_desk = Notice.objects.filter(
        channel=NoticeChannel.DESK,
        seen_at__isnull=False,
        user__in={notice.user_id for notice in notices},
        key__in={notice.key for notice in notices},
    )
    return set(on_desk.values_list("user_id", "key"))


def _latest(notices: list[Notice]) -> dict[tuple[int, str, int], int]:
    """The last reminder that waits, by person, channel and obligation."""
    waiting = Notice.objects.filter(
        status=DeliveryStatus.PENDING,
        user__in={notice.user_id for notice in notices},
        key__startswith="rung:",
    ).only("id", "user_id", "channel", "key", "kind")
    latest: dict[tuple[int, str, int], int] = {}
    for notice in [*waiting.order_by("id"), *sorted(notices, key=lambda each: each.pk)]:
        if _is_reminder(notice):
            place = (notice.user_id, notice.channel, about(notice))
            latest[place] = max(latest.get(place, 0), notice.pk)
    return latest


def preference_of(notice: Notice) -> NoticePreference | None:
    """What whoever it is for chose; None when they chose nothing."""
    try:
        preference: NoticePreference = notice.user.notice_preference
    except ObjectDoesNotExist:
        return None
    preference.user = notice.user
    return preference


def _takes_digest(notice: Notice) -> bool:
    preference = preference_of(notice)
    return bool(preference and preference.digest_at) and not notice.urgent and notice.kind != DIGEST


def _until(notice: Notice, stand: Standing | None, *, now: datetime) -> tuple[datetime | None, bool]:
    """Until when a notice has to wait, if at all, and whether it is told in a digest then.

    What is due before the next digest cannot wait for it. Which digest that is follows from when it was told, so that
    whoever looks late finds the same one.
    """
    preference = preference_of(notice)
    if preference is None:
        return None, False
    if _takes_digest(notice):
        at = next_digest(preference, notice.not_before or notice.created_at)
        if at is not None and (stand is None or at < stand.due_end):
            return at, True
    if is_quiet(preference, now) and not (notice.urgent and preference.urgent_anyway):
        loud = next_loud(preference, now)
        return (loud, False) if loud > now else (None, False)
    return None, False
