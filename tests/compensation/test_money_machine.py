"""Whatever is done with money, in whatever order and at whatever hour, the books agree and no cap is passed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from accounts.authority import Refused
from accounts.enums import Role
from accounts.models import User
from compensation.domain import approvals, awards, delivering, reversing
from compensation.enums import AwardStatus
from compensation.models import Approval, Award, CapCounter
from tests.compensation.books import agree
from tests.factories import House, again, build

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16", "P19")]

AMOUNTS = st.one_of(st.integers(1, 60), st.sampled_from([99, 100, 101, 500]))
ZONES = ["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns"]
# Near the end of a month in which the clocks change, so that days, months and both kinds of odd days are crossed.
BEGIN = datetime(2026, 10, 30, 20, 0, tzinfo=UTC)


class Money(RuleBasedStateMachine):
    """Two reps and two supervisors on three cases, with small caps, while the clock moves on."""

    asked = Bundle("asked")
    given = Bundle("given")

    @initialize(zones=st.permutations(ZONES))
    def begin(self, zones: list[str]) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        self.house: House = build()
        self.now = BEGIN
        for person, zone in zip((self.house.alice, self.house.bob, self.house.sue, self.house.sam), zones, strict=True):
            User.objects.filter(pk=person.pk).update(time_zone=zone)
        self.people = [again(p) for p in (self.house.alice, self.house.bob, self.house.sue, self.house.sam)]
        self.house.caps(Role.REP, award=100, case=400, day=250, month=600)
        self.house.caps(Role.SUPERVISOR, award=400, case=700, day=500, month=900)
        customer = self.house.customer()
        self.cases = [self.house.heard_case(customer) for _ in range(3)]
        self.house.remedy("parcel", kind="non_monetary", delivery_days=2)
        self.house.remedy("replace", cost_minor=90, no_questions=True)

    def teardown(self) -> None:
        if hasattr(self, "point"):
            agree()
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def attempt(self, work: Any) -> Any:
        """What a refusal leaves is what was there before."""
        before = (Award.objects.count(), list(CapCounter.objects.order_by("key").values_list("key", "spent_minor")))
        try:
            return work()
        except Refused as refused:
            assert refused.code not in ("out_of_reach", "rep_needed", "feelings_first", "invalid"), refused.reason
            assert before == (
                Award.objects.count(),
                list(CapCounter.objects.order_by("key").values_list("key", "spent_minor")),
            )
            return None

    @rule(
        target=asked,
        who=st.integers(0, 3),
        on=st.integers(0, 2),
        amount=AMOUNTS,
        what=st.sampled_from(["credit", "parcel"]),
    )
    def give(self, who: int, on: int, amount: int, what: str) -> Any:
        remedy = self.house.remedy(what)
        award = self.attempt(
            lambda: awards.give(self.cases[on], remedy, amount_minor=amount, by=self.people[who], now=self.now)
        )
        return multiple() if award is None else award.pk

    @rule(who=st.integers(0, 3), on=st.integers(0, 2))
    def give_without_questions(self, who: int, on: int) -> None:
        self.attempt(
            lambda: awards.give(self.cases[on], self.house.remedy("replace"), by=self.people[who], now=self.now)
        )

    @rule(target=given, award=consumes(asked), who=st.integers(0, 3), less=st.one_of(st.none(), st.integers(1, 100)))
    def approve(self, award: int, who: int, less: int | None) -> int:
        approval = Approval.objects.filter(award=award).first()
        if approval is not None:
            self.attempt(lambda: approvals.approve(approval, amount_minor=less, by=self.people[who], now=self.now))
        return award

    @rule(award=asked, who=st.integers(0, 3))
    def decline(self, award: int, who: int) -> None:
        approval = Approval.objects.filter(award=award).first()
        if approval is not None:
            self.attempt(lambda: approvals.decline(approval, reason="No", by=self.people[who], now=self.now))

    @rule(award=asked)
    def expire(self, award: int) -> None:
        approval = Approval.objects.filter(award=award).first()
        if approval is not None:
            approvals.expire(approval, now=self.now)

    @rule(award=st.one_of(given, asked), who=st.integers(0, 3))
    def deliver(self, award: int, who: int) -> None:
        self.attempt(lambda: delivering.deliver(Award.objects.get(pk=award), by=self.people[who], now=self.now))

    @rule(award=st.one_of(given, asked), who=st.integers(0, 3))
    def take_back(self, award: int, who: int) -> None:
        self.attempt(
            lambda: reversing.reverse(Award.objects.get(pk=award), reason="No", by=self.people[who], now=self.now)
        )

    @rule(
        holder=st.sampled_from(["rep", "supervisor", 0, 2]),
        axis=st.sampled_from(["award", "case", "day", "month"]),
        amount=st.sampled_from([0, 50, 100, 250, 700]),
    )
    def set_cap(self, holder: str | int, axis: str, amount: int) -> None:
        self.house.caps(holder if isinstance(holder, str) else self.people[holder], **{axis: amount})

    @rule(hours=st.sampled_from([1, 6, 13, 24, 49, 300]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def books_agree(self) -> None:
        if hasattr(self, "house"):
            agree()

    @invariant()
    def no_counter_is_over_its_ceiling_and_the_day_is_the_spenders_own(self) -> None:
        if not hasattr(self, "house"):
            return
        for counter in CapCounter.objects.all():
            assert 0 <= counter.spent_minor + counter.reserved_minor <= counter.ceiling_minor
        standing = Award.objects.filter(status__in=[AwardStatus.GIVEN, AwardStatus.DELIVERED], no_questions=False)
        for award in standing.select_related("spender"):
            assert award.spender is not None
            if award.spender_id == award.given_by_id:
                assert award.day == award.given_at.astimezone(award.spender.zone).date()


class OneDay(RuleBasedStateMachine):
    """The same rules against a model that adds up in plain numbers: one rep, one day, caps that do not change."""

    @initialize()
    def begin(self) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        self.house = build()
        self.house.caps(Role.REP, award=100, case=300, day=400, month=10**6)
        customer = self.house.customer()
        self.cases = [self.house.heard_case(customer) for _ in range(3)]
        self.on_case = [0, 0, 0]
        self.today = 0

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    @rule(on=st.integers(0, 2), amount=st.integers(1, 130))
    def give(self, on: int, amount: int) -> None:
        fits = amount <= 100 and self.on_case[on] + amount <= 300 and self.today + amount <= 400
        try:
            award = self.house.give(self.cases[on], amount)
        except Refused as refused:
            assert (refused.code, fits) == ("beyond_every_cap", False)
            return
        assert (award.status, fits) == ("delivered", True)
        self.on_case[on] += amount
        self.today += amount


LONG = os.environ.get("MONEY_STEPS")
QUIET = [
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


def run(machine: type[RuleBasedStateMachine], *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=QUIET, database=None
        ),
    )


def test_whatever_is_done_with_money_the_books_agree(db: None) -> None:
    run(Money, examples=6, steps=40)


def test_what_is_given_alone_is_what_the_caps_leave_to_the_cent(db: None) -> None:
    run(OneDay, examples=4, steps=25)


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
def test_whatever_is_done_with_money_for_ten_thousand_steps_the_books_agree(db: None) -> None:
    run(Money, examples=int(LONG or "10000") // 100, steps=100)
