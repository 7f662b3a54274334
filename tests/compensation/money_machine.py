"""What a machine of money stands on: people, cases and small caps, and the second reckoning beside each try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from accounts.authority import Refused
from accounts.domain.staffing import add_team
from accounts.enums import Role
from accounts.models import Team, User
from cases.models import Case
from compensation.domain import awards, coupons, resubmitting
from compensation.domain.coupon_lines import Line as Code
from compensation.models import Approval, Award, CapCounter, Coupon, LedgerEntry, Remedy
from tests.compensation.books import agree
from tests.compensation.money_model import Line, Model, Person, Where
from tests.factories import LONG_AGO, House, build

ZONES = ["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Australia/Lord_Howe"]
# Two days before the clocks go back in New York and St. John's, and before the end of a month.
BEGIN = datetime(2026, 10, 30, 20, 0, tzinfo=UTC)
CAPS = {
    Role.REP: {"award": 100, "case": 400, "customer": 700, "day": 250, "month": 600, "team": 1500},
    Role.SUPERVISOR: {"award": 400, "case": 700, "customer": 1200, "day": 500, "month": 900, "team": 2500},
}
# What a try may be refused for here. Anything else is a mistake of the rules, or of what they try.
EXPECTED = {
    "beyond_every_cap", "over_your_cap", "own_approval", "supervisor_needed", "wrong_state", "not_yours", "not_an_amount",
    "amount_fixed", "same_remedy", "own_offer", "pool_empty", "offer_open", "approval_expired", "offer_expired",
    "in_their_hands",
}  # fmt: skip
# Where an award's money stands, by what the model says of it.
STANDS = {
    "waiting": "pending",
    "offered": "pending",
    "given": "committed",
    "delivered": "delivered",
    "reversed": "reversed",
}


@dataclass
class Scene:
    """Three reps of two teams and two supervisors, four cases of two customers, and a catalog."""

    house: House
    far: Team
    people: list[int]
    cases: list[Case]


def prepared() -> Scene:
    """The scene, once for all runs; each run takes back what it did."""
    house = build()
    far = add_team(name="Back office", units=[house.unit], now=house.now)
    people = [p.pk for p in (house.alice, house.bob, house.person("lena", team=far), house.sue, house.sam)]
    for role, amounts in CAPS.items():
        house.caps(role, **amounts)
    customers = (house.customer(), house.customer("Kofi"))
    cases = [house.heard_case(customer) for customer in customers for _ in range(2)]
    pool = coupons.save_pool(None, code="pool", name="Pool", by=house.ada, now=BEGIN)
    coupons.fill(pool, [Code(number, f"CODE{number}") for number in range(24)], by=house.ada, now=BEGIN)
    house.remedy("credit")
    house.remedy("parcel", kind="non_monetary", delivery_days=2)
    house.remedy("replace", cost_minor=90, no_questions=True)
    house.remedy("voucher", cost_minor=70, method="coupon", pool=pool)
    house.remedy("law", basis="entitlement", authority="EU 261/2004", at_most_minor=1000)
    return Scene(house, far, people, cases)


class Machine(RuleBasedStateMachine):
    """The ground of the rules. ``steps`` counts all that ran, ``done`` what came of them."""

    scene: ClassVar[Scene]
    steps: ClassVar[int] = 0
    done: ClassVar[Counter[str]] = Counter()

    @initialize(zones=st.permutations(ZONES))
    def begin(self, zones: list[str]) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        self.house, self.cases, self.now = self.scene.house, self.scene.cases, BEGIN
        for pk, zone in zip(self.scene.people, zones, strict=True):
            User.objects.filter(pk=pk).update(time_zone=zone)
        self.model = Model()
        for role, amounts in CAPS.items():
            for axis, amount in amounts.items():
                self.model.caps[f"role:{role}", axis][LONG_AGO] = amount
        self.balances: dict[int, Counter[str]] = {}
        self.read_to, self.counters = 0, {}

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    # Reading --------------------------------------------------------------------------------------------------------

    def person(self, number: int) -> tuple[User, Person]:
        user = User.objects.select_related("team").get(pk=self.scene.people[number])
        return user, modeled(user)

    def lines(self, *states: str) -> list[int]:
        return [pk for pk, line in self.model.lines.items() if line.state in states]

    def picked(self, any_: int, *states: str) -> Award:
        among = self.lines(*states)
        return Award.objects.select_related("approval", "offer", "given_by", "case").get(pk=among[any_ % len(among)])

    def where(self, case: Case, giver: Person) -> Where:
        return Where(case.pk, case.customer_id, giver.team, giver.period(self.now)[1])

    # Trying ---------------------------------------------------------------------------------------------------------

    def attempt(self, what: str, work: Callable[[], Any]) -> Any:
        """What it gave, or the code with which it was refused: then all is as it was, which the invariants look at."""
        written = LedgerEntry.objects.count()
        try:
            result = work()
        except Refused as refused:
            assert refused.code in EXPECTED, (refused.code, refused.reason)
            assert LedgerEntry.objects.count() == written
            result = refused.code
        came_of_it = result if isinstance(result, str) else getattr(result, "status", "done")
        type(self).done[f"{what}: {came_of_it}"] += 1
        return result

    def given(self, case: Case, remedy: Remedy, amount: int | None, who: int, again: Approval | None = None) -> None:
        """Give it, or ask again for it, and compare what came of it with what the model says."""
        user, giver = self.person(who)
        where, cost = self.where(case, giver), amount if amount is not None else remedy.cost_minor or 0
        unasked = remedy.no_questions and self.unasked_left(giver) > 0
        fits = (
            unasked
            or remedy.basis != "goodwill"
            or self.model.fits(giver, where, cost, self.now, freed=self.model.stale(self.now))
        )
        if again is None:
            result = self.attempt("give", lambda: awards.give(case, remedy, amount_minor=amount, by=user, now=self.now))
        else:
            asked = {"remedy": remedy, "amount_minor": amount, "note": "Please"}
            result = self.attempt("ask again", lambda: resubmitting.resubmit(again, by=user, now=self.now, **asked))
        self.see_what_expired()
        if isinstance(result, Award):
            assert (result.status != "awaiting_approval") is fits, (result.status, fits)
            self.note(result, where)
        elif result == "beyond_every_cap":
            assert not fits

    def unasked_left(self, giver: Person) -> int:
        """How many more this person may give without questions today."""
        key = f"user:{giver.pk}:no_questions:{giver.period(self.now)[0]}"
        return self.model.allowed(giver, "no_questions", self.now) - self.model.unasked[key]

    def note(self, award: Award, where: Where) -> None:
        """What was done goes into the model, as far as it is the doer's to say."""
        award = Award.objects.select_related("approval", "spender").get(pk=award.pk)
        line = Line(where, award.cost_minor, award.basis == "goodwill" and not award.no_questions)
        line.giver = award.given_by_id
        line.state = "waiting" if award.status == "awaiting_approval" else award.status
        if line.state == "waiting":
            line.expires_at = award.approval.expires_at
        else:
            assert award.spender is not None
            spender = modeled(award.spender)
            line.own = self.model.own_keys(spender, self.now)
            if award.no_questions:
                self.model.unasked[f"user:{spender.pk}:no_questions:{spender.period(self.now)[0]}"] += 1
        self.model.lines[award.pk] = line

    def see_what_expired(self) -> None:
        """What ended by itself in this step: nothing before its time."""
        for award in Award.objects.filter(pk__in=self.lines("waiting", "offered"), status="expired"):
            line = self.model.lines[award.pk]
            assert line.expires_at is not None
            assert line.expires_at <= self.now
            line.state = "over"

    # What holds always ----------------------------------------------------------------------------------------------

    @invariant()
    def counters_ledger_and_model_say_the_same(self) -> None:
        """After every step; after each that moved money also the product's own reconciliation."""
        if not hasattr(self, "model"):
            return
        type(self).steps += 1
        rows = list(CapCounter.objects.values_list("key", "spent_minor", "reserved_minor", "ceiling_minor"))
        counters = {key: (spent, held) for key, spent, held, _ in rows if spent or held}
        assert counters == {key: both for key, both in self.model.counters().items() if any(both)}
        assert all(0 <= spent + held <= ceiling for _, spent, held, ceiling in rows)
        if self.read_the_ledger() or counters != self.counters:
            agree()
        self.counters = counters

    @invariant()
    def codes_in_customers_hands_are_worth_no_more_than_the_caps_allow(self) -> None:
        """Whatever was taken back by whoever gave it: a code is in the customer's hand until a second person sees to it."""
        if not hasattr(self, "model"):
            return
        for award in Coupon.objects.filter(award__isnull=False).values_list("award", flat=True):
            self.model.lines[award].code_told = True
        ceilings = dict(CapCounter.objects.values_list("key", "ceiling_minor"))
        for key, worth in self.model.in_hand().items():
            assert worth <= ceilings[key], (key, worth, ceilings[key])

    def read_the_ledger(self) -> int:
        """Read on in the ledger, and compare where each award's money stands; returns how many entries were new."""
        new = LedgerEntry.objects.filter(pk__gt=self.read_to).order_by("pk")
        entries = list(new.values_list("pk", "award", "from_account", "to_account", "amount_minor"))
        for pk, award, from_, to, amount in entries:
            self.balances.setdefault(award, Counter()).update({from_: -amount, to: amount})
            self.read_to = pk
        for pk, line in self.model.lines.items():
            is_ = {name: value for name, value in self.balances.get(pk, {}).items() if value}
            stands = {STANDS[line.state]: line.amount, "source": -line.amount} if line.state in STANDS else {}
            assert is_ == stands, (pk, line, is_)
        return len(entries)


def modeled(user: User) -> Person:
    return Person(user.pk, user.role, user.team_id or 0, user.time_zone)


def half_hour_after(moment: datetime) -> datetime:
    """The next full or half hour: no clock in the world changes, and no day begins, in between."""
    return moment + timedelta(minutes=30 - moment.minute % 30, seconds=-moment.second)
