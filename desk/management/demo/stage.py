"""How the demo's past is played: every story step by step, all of them in order of time, each through the house's verbs.

So the log, the counters, the ledger and the reminders come out as they would have, had it all really happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.enums import DeliveryStatus
from accounts.models import BusinessUnit, Notice, User
from cases.enums import ObligationStatus
from cases.models import Cause, Customer, Message, Obligation
from compensation.models import Remedy
from outreach.domain import delivery, ladder
from outreach.domain.surveys import asking, planning
from outreach.enums import SurveyStatus
from outreach.models import Survey
from outreach.queries.surveys import to_ask

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
    # Whether surveys were planned since the clock last looked when the next is due.
    surveys_planned: bool = False

    def plan_surveys(self, now: datetime) -> None:
        """What the clock does within seconds of a closure, of a call that ended, and of a lot that left somebody out."""
        if planning.plan(now=now):
            self.surveys_planned = True


def play(stories: Iterable[Story], *, cast: Cast, answering: Callable[[Survey], Story]) -> int:
    """Play all stories up to the cast's ``now``; returns how many steps that were. ``ValueError`` when one goes beyond.

    ``answering`` gives the story that begins when a customer is asked how it was.
    """
    stage = _Stage(cast, answering)
    for story in stories:
        stage.begin(story)
    steps = 0
    while True:
        # Reminders and surveys at their own time, one after the other: each survey may begin a story that comes first.
        while stage.tend():
            pass
        if not stage.waiting:
            break
        stage.step()
        steps += 1
    _send(cast.now)
    return steps


@dataclass
class _Stage:
    """The stories that go on, by the time of their next step, and what the clock does between the steps."""

    cast: Cast
    answering: Callable[[Survey], Story]
    waiting: list[tuple[datetime, int, Story]] = field(default_factory=list)
    begun: int = 0
    next_survey: datetime | None = None

    def begin(self, story: Story) -> None:
        self._wait(story, self.begun)
        self.begun += 1

    def _wait(self, story: Story, number: int) -> None:
        at = next(story, None)
        if at is not None:
            heapq.heappush(self.waiting, (at, number, story))

    def step(self) -> None:
        """Take the next step of the story whose turn it is."""
        at, number, story = heapq.heappop(self.waiting)
        if at > self.cast.now:
            raise ValueError(f"story {number} has a step {at - self.cast.now} ahead of its audience")
        self._wait(story, number)
        _send(at)

    def tend(self) -> bool:
        """Do what the clock would have done before the next step, the first of it; whether there was anything."""
        until = min(self.waiting[0][0], self.cast.now) if self.waiting else self.cast.now
        if self.cast.surveys_planned:
            self._look_ahead()
        survey = self.next_survey if self.next_survey is not None and self.next_survey <= until else None
        rung = _next_rung(until) if until > self.cast.now - REMINDED else None
        if survey is not None and (rung is None or survey <= rung):
            self._ask(survey)
        elif rung is not None:
            ladder.look(now=rung)
        return survey is not None or rung is not None

    def _look_ahead(self) -> None:
        self.next_survey = to_ask(now=self.cast.now).values_list("ask_at", flat=True).first()
        self.cast.surveys_planned = False

    def _ask(self, at: datetime) -> None:
        due = list(to_ask(now=at).values_list("pk", flat=True))
        if asking.ask(now=at) == 0:
            raise ValueError("a survey can be neither sent nor set aside")
        _send(at)
        asked = Survey.objects.filter(pk__in=due, status=SurveyStatus.ASKED).order_by("pk")
        for survey in asked.select_related("customer", "case", "call"):
            self.begin(self.answering(survey))
        self._look_ahead()


def _next_rung(until: datetime) -> datetime | None:
    still_open = Obligation.objects.filter(status=ObligationStatus.OPEN, next_look_at__lte=until)
    return still_open.order_by("next_look_at").values_list("next_look_at", flat=True).first()


def _send(at: datetime) -> None:
    """Send what was written by now, as the worker would have a second later."""
    if Message.objects.filter(status=DeliveryStatus.PENDING).exists():
        delivery.deliver_messages(clock=lambda: at)
    if Notice.objects.filter(status=DeliveryStatus.PENDING).exists():
        delivery.deliver_notices(clock=lambda: at)
