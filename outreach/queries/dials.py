"""Reads of dials: always through ``visible_dials``, so that a stranger finds nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from cases.queries import visible_customers
from outreach.enums import Dialer, DialStatus
from outreach.models import Dial, FollowUpCall

ON_ITS_WAY = (DialStatus.QUEUED, DialStatus.RINGING)
# A line that nobody was seen to follow for so long past its ring timeout is no reason not to ring another.
FORGOTTEN_AFTER = timedelta(seconds=60)
# A line that is up, or may come to be: whoever it rings for is at it.
UP = (*ON_ITS_WAY, DialStatus.ANSWERED, DialStatus.MACHINE)
# Not every telephone system tells of a line's end: nobody is taken to speak for longer than this.
SPEAKS_AT_MOST = timedelta(hours=2)


def visible_dials(user: Any) -> QuerySet[Dial]:
    """Dials to customers in reach."""
    return Dial.objects.filter(customer__in=visible_customers(user).values("pk"))


def on_the_line(user: User, *, now: datetime) -> Dial | None:
    """What rings for this person now, apart from what their own device does."""
    ringing = Dial.objects.filter(user=user, status__in=ON_ITS_WAY, ended_at__isnull=True).exclude(dialer=Dialer.LINK)
    for dial in ringing.order_by("-id")[:3]:
        if dial.started_at + timedelta(seconds=dial.ring_timeout_seconds) + FORGOTTEN_AFTER > now:
            return dial
    return None


def last_dial(user: User, *, customer_id: int, call: FollowUpCall | None = None, since: datetime) -> Dial | None:
    """This person's latest dial of a customer since then; of one call, if there is one."""
    own = Dial.objects.filter(user=user, customer_id=customer_id, started_at__gte=since)
    if call is not None:
        own = own.filter(follow_up_call=call)
    return own.order_by("-id").first()


def dial_behind(call: FollowUpCall, *, by: User, phone: str) -> Dial | None:
    """The dial that an attempt is about: this person's latest of the call to that number that no attempt tells of yet."""
    own = Dial.objects.filter(user=by, customer_id=call.customer_id, follow_up_call=call, to=phone)
    return own.filter(attempts__isnull=True).order_by("-id").first()


def is_spoken_on(*, now: datetime) -> Exists:
    """Of a row of calls: whether whoever has it has a line up for it. A link is none: of its line nothing is known."""
    lines = Dial.objects.filter(customer=OuterRef("customer"), follow_up_call=OuterRef("pk"), user=OuterRef("rep"))
    return Exists(lines.filter(status__in=UP, ended_at__isnull=True, started_at__gt=now - SPEAKS_AT_MOST))


def rang_last(call: FollowUpCall, *, now: datetime) -> int | None:
    """Who was the last to ring the customer of a call, lately, if nothing is recorded since. Their id."""
    dials = Dial.objects.filter(customer=call.customer_id, follow_up_call=call, started_at__gt=now - SPEAKS_AT_MOST)
    last = dials.order_by("-id").first()
    return last.user_id if last is not None and not call.attempts.filter(at__gte=last.started_at).exists() else None


def unfollowed(*, now: datetime) -> QuerySet[Dial]:
    """Dials that somebody has to follow, or to hang up, and that nobody does."""
    asked = Q(status__in=(*ON_ITS_WAY, DialStatus.CANCELED)) & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))
    return Dial.objects.filter(asked, ended_at__isnull=True).exclude(dialer=Dialer.LINK).order_by(F("id"))
