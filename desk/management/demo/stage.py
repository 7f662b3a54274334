"""How the demo's past is played: every story step by step, all of them in order of time, each through the house's verbs.

So the log, the counters, the ledger and the reminders come out as they would have, had it all really happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.enums import DeliveryStatus
from accounts.models import BusinessUnit, Notice, User
from cases.enums import ObligationStatus
from cases.models import Cause, Customer, Message, Obligation
from compensation.models import Remedy
from outreach.domain import delivery, ladder

# A story yields the time of its next step and, when that time has come, takes it.
Story = Iterator[datetime]
# For so long before now the reminders ring as they would have; what is older was dealt with and put away.
REMINDED = timedelta(days=2)


@dataclass
class Cast:
    """Who and what is on the stage, by short names, and the moment at which the demo is loaded."""

    now: datetime
    staff: dict[str, User] = field(default_factory=dict)
    units: dict[str, BusinessUnit] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    remedies: dict[str, Remedy] = field(default_factory=dict)
    causes: dict[str, Cause] = field(default_factory=dict)


def play(stories: Iterable[Story], *, now: datetime) -> int:
    """Play all stories up to ``now``; returns how many steps that were. ``ValueError`` when one goes beyond."""
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        first = next(story, None)
        if first is not None:
            waiting.append((first, number, story))
    heapq.heapify(waiting)
    steps = 0
    while waiting:
        at, number, story = heapq.heappop(waiting)
        if at > now:
            raise ValueError(f"story {number} has a step {at - now} ahead of its audience")
        if at > now - REMINDED:
            _ring(until=at)
        following = next(story, None)
        _send(at)
        steps += 1
        if following is not None:
            heapq.heappush(waiting, (following, number, story))
    _ring(until=now)
    _send(now)
    return steps


def _ring(*, until: datetime) -> None:
    """Let every reminder ring at its own time, as the clock would have."""
    still_open = Obligation.objects.filter(status=ObligationStatus.OPEN, next_look_at__lte=until)
    while (at := still_open.order_by("next_look_at").values_list("next_look_at", flat=True).first()) is not None:
        ladder.look(now=at)


def _send(at: datetime) -> None:
    """Send what was written in this step, as the worker would have a second later."""
    if Message.objects.filter(status=DeliveryStatus.PENDING).exists():
        delivery.deliver_messages(clock=lambda: at)
    if Notice.objects.filter(status=DeliveryStatus.PENDING).exists():
        delivery.deliver_notices(clock=lambda: at)
