"""How a person likes to work, and when they are told of things. Nobody else is concerned, so it is not in the log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time

from django.db import transaction
from django.db.models import Q

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.domain.quiet import in_quiet_hours
from accounts.enums import DeliveryStatus
from accounts.models import Notice, NoticePreference, User

# A name with or without an @, or the id by which Slack knows somebody. It cannot call on a whole room.
HANDLE = re.compile(r"<@[A-Z0-9]{2,30}>|@?[\w][\w.\-]{0,78}")
WHOLE_ROOM = frozenset({"all", "channel", "everyone", "here"})


def set_single_key_shortcuts(user: User, *, on: bool) -> User:
    """Whether single keys do anything for this person (WCAG 2.1.4: they must be able to be switched off)."""
    user.single_key_shortcuts = on
    user.save(update_fields=["single_key_shortcuts"])
    return user


def can_choose_notices(user: User) -> Verdict:
    """People are told of things; programs read them."""
    if user.is_service:
        return refuse("person_needed", "A program is not told of things by mail or chat: it reads them here.")
    return ALLOWED


def notice_preference(user: User) -> NoticePreference:
    """What this person chose, or what holds for who chose nothing: everything at once, at any hour."""
    return NoticePreference.objects.filter(user=user).first() or NoticePreference(user=user)


@transaction.atomic
def choose_notices(
    user: User,
    *,
    now: datetime,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    quiet_days: Iterable[int] = (),
    urgent_anyway: bool = True,
    digest_at: time | None = None,
    chat_handle: str = "",
) -> NoticePreference:
    """When and how this person is told of things away from their desk; times are those of their own wall clock.

    What was held back for them is looked at anew. Refused: ``person_needed``; ``invalid``, at the field, for quiet hours
    with one end or of no length, a week without a day, a handle that calls on more than them; ``digest_in_quiet_hours``.
    """
    can_choose_notices(user).enforce()
    chosen = NoticePreference(
        user=user,
        quiet_from=_to_the_minute(quiet_from),
        quiet_until=_to_the_minute(quiet_until),
        quiet_days=sorted(set(quiet_days)),
        urgent_anyway=urgent_anyway,
        digest_at=_to_the_minute(digest_at),
        chat_handle=chat_handle.strip(),
    )
    _check(chosen)
    fields = ("quiet_from", "quiet_until", "quiet_days", "urgent_anyway", "digest_at", "chat_handle")
    kept, _ = NoticePreference.objects.update_or_create(
        user=user, defaults={field: getattr(chosen, field) for field in fields}
    )
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    held = Notice.objects.filter(free, user=user, status=DeliveryStatus.PENDING, not_before__isnull=False)
    # One after the other, as whoever writes their digest locks them.
    ids = list(held.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    Notice.objects.filter(pk__in=ids).update(not_before=now, in_digest=False)
    return kept


def _to_the_minute(at: time | None) -> time | None:
    return at and at.replace(second=0, microsecond=0, tzinfo=None)


def _check(chosen: NoticePreference) -> None:
    begins, ends = chosen.quiet_from, chosen.quiet_until
    if (begins is None) != (ends is None):
        raise Refused(
            "invalid", "Quiet hours have a beginning and an end.", "quiet_from" if begins is None else "quiet_until"
        )
    if begins is not None and begins == ends:
        raise Refused("invalid", "Quiet hours end at another time than they begin.", "quiet_until")
    if not set(chosen.quiet_days) <= set(range(7)):
        raise Refused("invalid", "Days are 0 (Monday) to 6 (Sunday).", "quiet_days")
    if len(chosen.quiet_days) == 7:
        raise Refused("invalid", "Leave one day of the week on which you can be told of things.", "quiet_days")
    if chosen.digest_at is not None and in_quiet_hours(chosen, chosen.digest_at):
        raise Refused("digest_in_quiet_hours", "This is within your quiet hours. Choose a time outside.", "digest_at")
    handle = chosen.chat_handle
    if handle and (not HANDLE.fullmatch(handle) or handle.lstrip("@").casefold() in WHOLE_ROOM):
        raise Refused(
            "invalid", "Write your own name in chat, such as @maya, or your Slack id as <@U024BE7LH>.", "chat_handle"
        )
