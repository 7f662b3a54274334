"""Whatever is done with money, in whatever order and at whatever hour, the books agree and no cap is passed.

A second reckoning in plain numbers stands beside it (``money_model``): what fits there is given, and what does not is
not; so nothing that is taken back and given again, answered for less or left to expire makes room that was not there.
"""

from __future__ import annotations

import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from accounts.domain.staffing import change_user
from accounts.enums import Role
from accounts.models import User
from compensation.domain import approvals, delivering, offers, reversing, setting_caps
from compensation.domain.expiring import expire_on
from compensation.models import Approval, Award, Cap, CounterOffer
from tests.compensation.money_machine import ZONES, Machine, half_hour_after, modeled, prepared
from tests.compensation.money_model import AXES

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16", "P19")]

LITTLE = st.integers(1, 100)
MUCH = st.sampled_from([100, 101, 150, 250, 400, 401])
ANY = st.integers(0, 10**6)
REPS, PEOPLE, SUPERVISORS = st.integers(0, 2), st.integers(0, 4), st.integers(3, 4)
CASES = st.integers(0, 3)


class Money(Machine):
    """All that moves money, and all that changes around it."""

    @rule(who=REPS, on=CASES, amount=LITTLE, what=st.sampled_from(["credit", "credit", "parcel"]))
    def give_a_little(self, who: int, on: int, amount: int, what: str) -> None:
        self.given(self.cases[on], self.house.remedies[what], amount, who)

    @rule(who=PEOPLE, on=CASES, amount=MUCH, what=st.sampled_from(["credit", "credit", "parcel", "law"]))
    def give_much(self, who: int, on: int, amount: int, what: str) -> None:
        self.given(self.cases[on], self.house.remedies[what], amount, who)

    @rule(who=PEOPLE, on=CASES, what=st.sampled_from(["replace", "voucher"]))
    def give_what_has_a_price(self, who: int, on: int, what: str) -> None:
        self.given(self.cases[on], self.house.remedies[what], None, who)

    # Answering ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.lines("waiting"))
    @rule(any_=ANY, who=st.one_of(SUPERVISORS, PEOPLE), less=st.one_of(st.none(), st.none(), LITTLE))
    def approve(self, any_: int, who: int, less: int | None) -> None:
        award = self.picked(any_, "waiting")
        line, (user, person) = self.model.lines[award.pk], self.person(who)
        granted = line.amount if less is None else less
        fits = self.model.fits(person, line.where, granted, self.now, freed=[line])
        result = self.attempt(
            "approve", lambda: approvals.approve(award.approval, amount_minor=less, by=user, now=self.now)
        )
        if isinstance(result, Approval):
            assert fits
            assert user.pk != award.given_by_id
            self.note(award, line.where)
        elif result == "over_your_cap":
            assert not fits

    @precondition(lambda self: self.lines("waiting"))
    @rule(any_=ANY, who=SUPERVISORS, amount=LITTLE, what=st.sampled_from(["credit", "parcel", "voucher", "law"]))
    def counter(self, any_: int, who: int, amount: int, what: str) -> None:
        award, remedy = self.picked(any_, "waiting"), self.house.remedies[what]
        line, (user, person) = self.model.lines[award.pk], self.person(who)
        where = self.where(award.case, modeled(award.given_by))
        open_amount = amount if remedy.open_amount else None
        cost = open_amount or remedy.cost_minor or 0
        fits = remedy.basis != "goodwill" or self.model.fits(person, where, cost, self.now, freed=[line])
        result = self.attempt(
            "counter",
            lambda: offers.counter(award.approval, remedy=remedy, amount_minor=open_amount, by=user, now=self.now),
        )
        if isinstance(result, CounterOffer):
            assert fits
            line.state = "over"
            self.note(result.award, where)
            self.model.lines[result.award_id].expires_at = result.expires_at
        elif result == "over_your_cap":
            assert not fits

    @precondition(lambda self: self.lines("offered"))
    @rule(any_=ANY, who=PEOPLE, taken=st.booleans())
    def end_an_offer(self, any_: int, who: int, taken: bool) -> None:
        award, user = self.picked(any_, "offered"), self.person(who)[0]
        verb = offers.take if taken else offers.leave
        result = self.attempt("end an offer", lambda: verb(award.offer, by=user, now=self.now))
        if isinstance(result, CounterOffer):
            self.model.lines[award.pk].state = result.award.status if taken else "over"

    @precondition(lambda self: self.lines("waiting"))
    @rule(any_=ANY, who=st.one_of(SUPERVISORS, PEOPLE))
    def decline(self, any_: int, who: int) -> None:
        award, user = self.picked(any_, "waiting"), self.person(who)[0]
        result = self.attempt("decline", lambda: approvals.decline(award.approval, reason="No", by=user, now=self.now))
        if isinstance(result, Approval):
            self.model.lines[award.pk].state = "over"

    @precondition(lambda self: self.lines("over"))
    @rule(any_=ANY, amount=st.one_of(LITTLE, MUCH), what=st.sampled_from(["credit", "parcel"]))
    def ask_again(self, any_: int, amount: int, what: str) -> None:
        award = self.picked(any_, "over")
        if hasattr(award, "approval"):
            who = self.scene.people.index(award.given_by_id)
            self.given(award.case, self.house.remedies[what], amount, who, again=award.approval)

    @precondition(lambda self: self.model.stale(self.now))
    @rule(on=CASES)
    def sweep(self, on: int) -> None:
        self.attempt("sweep", lambda: str(bool(expire_on(self.cases[on], now=self.now))))
        self.see_what_expired()
        assert not [line for line in self.model.stale(self.now) if line.where.case == self.cases[on].pk]

    # Delivering and taking back -------------------------------------------------------------------------------------

    @precondition(lambda self: self.lines("given"))
    @rule(any_=ANY, who=PEOPLE)
    def deliver(self, any_: int, who: int) -> None:
        award, user = self.picked(any_, "given"), self.person(who)[0]
        if isinstance(self.attempt("deliver", lambda: delivering.deliver(award, by=user, now=self.now)), Award):
            self.model.lines[award.pk].state = "delivered"

    @precondition(lambda self: self.lines("given", "delivered"))
    @rule(any_=ANY, who=st.one_of(SUPERVISORS, PEOPLE))
    def take_back(self, any_: int, who: int) -> None:
        self.taken_back(self.picked(any_, "given", "delivered"), self.person(who)[0])

    def taken_back(self, award: Award, user: User) -> None:
        result = self.attempt("take back", lambda: reversing.reverse(award, reason="No", by=user, now=self.now))
        if isinstance(result, Award):
            line = self.model.lines[award.pk]
            line.state, line.taken_back_by = "reversed", user.pk

    @rule(who=PEOPLE, on=CASES, times=st.integers(2, 5))
    def give_a_voucher_and_take_it_back(self, who: int, on: int, times: int) -> None:
        """Over and over, by one person: the code is told each time, and the caps are to hold all the same."""
        for _ in range(times):
            before = set(self.model.lines)
            self.given(self.cases[on], self.house.remedies["voucher"], None, who)
            for pk in set(self.lines("delivered")) - before:
                self.taken_back(Award.objects.get(pk=pk), self.person(who)[0])

    # What changes around it -----------------------------------------------------------------------------------------

    @rule(
        holder=st.sampled_from(["rep", "supervisor", 0, 1, 3]),
        axis=st.sampled_from(AXES),
        amount=st.sampled_from([0, 50, 100, 250, 700, 2000]),
        hours=st.sampled_from([0, 0, 5, 30, 200]),
    )
    def set_cap(self, holder: str | int, axis: str, amount: int, hours: int) -> None:
        """Now or from later on."""
        starts_at = self.now + timedelta(hours=hours)
        whose = {"role": holder} if isinstance(holder, str) else {"user": self.person(holder)[0]}
        given = {"axis": axis, "currency": "USD", "amount_minor": amount, "starts_at": starts_at}
        cap = setting_caps.set_cap(by=self.house.ada, now=self.now, **given, **whose)
        self.model.caps[cap.holder, axis][starts_at] = amount

    @rule(any_=ANY)
    def end_a_cap(self, any_: int) -> None:
        """A person's own cap ends; one that is planned is taken out of the plan."""
        own = list(Cap.objects.filter(user__isnull=False).exclude(ends_at__lte=self.now).order_by("id"))
        if own:
            cap = own[any_ % len(own)]
            setting_caps.remove_cap(cap, by=self.house.ada, now=self.now)
            known = self.model.caps[cap.holder, cap.axis]
            if cap.starts_at >= self.now:
                del known[cap.starts_at]
            else:
                known[self.now] = None

    @rule(who=PEOPLE, role=st.sampled_from([Role.REP, Role.SUPERVISOR]), far=st.booleans(), zone=st.sampled_from(ZONES))
    def change_person(self, who: int, role: Role, far: bool, zone: str) -> None:
        """Another role, another team, another zone."""
        team = self.scene.far if far else self.house.team
        change_user(self.person(who)[0], role=role, team=team, time_zone=zone, by=self.house.ada, now=self.now)

    @rule(hours=st.sampled_from([1, 1, 6, 13, 25]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        who=PEOPLE, to=st.sampled_from(["day", "day", "day", "month", "clocks"]), seconds=st.sampled_from([-1, 0, 3600])
    )
    def wait_for(self, who: int, to: str, seconds: int) -> None:
        """Until the next day, month or change of the clocks where somebody is; or the second before, or an hour after."""
        zone = ZoneInfo(self.person(who)[1].zone)
        moment = half_hour_after(self.now)
        while True:
            was, is_ = (when.astimezone(zone) for when in (moment - timedelta(seconds=1), moment))
            same = {"day": was.day == is_.day, "month": was.month == is_.month, "clocks": was.dst() == is_.dst()}
            if not same[to] or (to == "clocks" and zone.key == "Asia/Kolkata"):
                break
            moment = half_hour_after(moment)
        self.now = max(self.now, moment + timedelta(seconds=seconds))


LONG = int(os.environ.get("MONEY_STEPS", "25000"))
QUIET = [
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


# Shrinking what was found takes longer than a test may: `make fuzz` has the time.
SOON = (Phase.explicit, Phase.reuse, Phase.generate)


def run(*, examples: int, steps: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    kept = {"max_examples": examples, "stateful_step_count": steps, "phases": phases}
    run_state_machine_as_test(
        Money, settings=settings(deadline=None, suppress_health_check=QUIET, database=None, **kept)
    )


def test_whatever_is_done_with_money_the_books_agree(db: None) -> None:
    Money.scene = prepared()
    run(examples=8, steps=40, phases=SOON)


@pytest.mark.fuzz
@pytest.mark.timeout(4 * 3600)
def test_whatever_is_done_with_money_for_25000_steps_the_books_agree(db: None) -> None:
    """``MONEY_STEPS`` says how many."""
    Money.scene, Money.steps = prepared(), 0
    Money.done.clear()
    while Money.steps < LONG:
        run(examples=25, steps=100)
    print(f"\n{Money.steps} steps on {connection.vendor}")
    for what, times in sorted(Money.done.items()):
        print(f"  {times:>6}  {what}")
