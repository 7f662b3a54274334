"""The change feed as one user may read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from cases.queries import visible_customers
from journal.models import Event, FeedPosition

WINDOW = 1000


@dataclass(frozen=True)
class Feed:
    """Some events in feed order, the position to go on from, and whether there is more already."""

    events: list[Event]
    position: int
    more: bool


def feed_of(user: User, *, after: int, limit: int) -> Feed:
    """Events of customers in reach after a position, at most ``limit``. Two queries.

    At most ``WINDOW`` positions are looked at, of whomever: where few customers are in reach an answer may be empty and
    still move on, and no answer costs more than that.
    """
    window = list(
        FeedPosition.objects.filter(position__gt=after)
        .annotate(seen=Exists(visible_customers(user).filter(pk=OuterRef("event__customer_id"))))
        .order_by("position")
        .values_list("position", "event_id", "seen")[:WINDOW]
    )
    picked: list[int] = []
    position = after
    for at, event_id, seen in window:
        if len(picked) == limit:
            break
        position = at
        if seen:
            picked.append(event_id)
    events = Event.objects.select_related("words", "case").in_bulk(picked)
    return Feed(
        events=[events[event_id] for event_id in picked],
        position=position,
        more=len(window) == WINDOW or bool(window and position < window[-1][0]),
    )
