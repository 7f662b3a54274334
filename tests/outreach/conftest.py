"""What outreach tests share: a call group, signals and calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.models import Case, Customer
from outreach.domain import calls, outcomes, planning, signals
from outreach.models import FollowUpCall, Program, Signal
from tests.factories import NOW, House, again

# A Tuesday, 15:00 in UTC: 9 in the morning in Denver, within calling hours.
CALLING = NOW


class Outreach:
    """The house with its call group: Alice and Bob call; Sue supervises and does not. No lot leaves anybody uncalled."""

    def __init__(self, house: House) -> None:
        self.house = house
        User.objects.filter(pk__in=[house.alice.pk, house.bob.pk]).update(takes_calls=True)
        house.alice, house.bob = again(house.alice), again(house.bob)
        Program.objects.update(holdout_percent=0)

    def signal(self, customer: Customer | None = None, *, now: datetime = NOW, **given: Any) -> Signal:
        """A survey with the worst score, from the CRM."""
        asked: dict[str, Any] = {"kind": "survey", "score": 1, "at": now, "by": self.house.crm, "now": now}
        asked |= given
        return signals.receive(customer or self.house.customer(jurisdiction="US-CO"), **asked).signal

    def call(
        self, customer: Customer | None = None, *, case: Case | None = None, now: datetime = NOW, **given: Any
    ) -> FollowUpCall:
        """A call that was planned for a signal."""
        signal = self.signal(customer or (case.customer if case else None), case=case, now=now, **given)
        planning.plan(now=now)
        return FollowUpCall.objects.get(signal=signal)

    def taken(self, call: FollowUpCall | None = None, *, by: User | None = None, **given: Any) -> FollowUpCall:
        """A call that Alice has taken."""
        return calls.take(call or self.call(**given), by=by or self.house.alice, now=NOW)

    def outcome(self, call: FollowUpCall, outcome: str, *, by: User | None = None, **given: Any) -> FollowUpCall:
        """What Alice says came of it, two minutes later."""
        heard: dict[str, Any] = {"what_went_wrong": "Nobody called back", "now": NOW + timedelta(minutes=2)}
        return outcomes.record_outcome(call, outcome=outcome, by=by or self.house.alice, **heard | given)


@pytest.fixture
def outreach(house: House) -> Outreach:
    return Outreach(house)


Counted = Callable[[Callable[[], object]], int]


@pytest.fixture
def queries_of(django_assert_max_num_queries: Any) -> Counted:
    """How many statements something takes, apart from BEGIN, COMMIT and SAVEPOINT."""

    def count(work: Callable[[], object]) -> int:
        with django_assert_max_num_queries(10_000) as captured:
            work()
        quiet = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
        return sum(1 for query in captured.captured_queries if not query["sql"].startswith(quiet))

    return count


PlanOf = Callable[[Callable[[], object]], str]


@pytest.fixture
def plan_of() -> PlanOf:
    """How the database goes about the one statement of some work, were there too many rows to read them all."""

    def plan(work: Callable[[], object]) -> str:
        with CaptureQueriesContext(connection) as asked:
            work()
        (query,) = asked.captured_queries
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{query['sql']}")
            return str(cursor.fetchall())

    return plan
