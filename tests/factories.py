"""People, customers, cases and remedies for tests, all made through the domain.

Alice owns, Bob is her colleague, Charlie is a stranger who serves other customers. Sue and Sam supervise Alice and Bob,
Ada administers, Crm is a program. ``NOW`` is a Tuesday afternoon in London and a morning in New York.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from accounts.domain.staffing import add_team, add_unit, add_user
from accounts.enums import Role, WorkingState
from accounts.models import BusinessUnit, Team, User
from cases.domain import (
    acknowledging,
    casework,
    causes,
    closing,
    customers,
    disclosing,
    honored_errors,
    intake,
    promises,
)
from cases.domain.intake import Logged
from cases.enums import DisclosureKind, ErrorStatus, Point
from cases.models import Case, Cause, Customer, Disclosure, HonoredError, Promise
from compensation.domain import awards, catalog, honoring, setting_caps
from compensation.enums import Axis
from compensation.models import Approval, Award, Cap, Remedy
from journal.models import Event, Unsequenced

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PLENTY = 10**12
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PASSWORD = "a long enough password"
_numbers = count(1)


@dataclass
class House:
    """A company with one team of ours and one of strangers."""

    unit: BusinessUnit
    other_unit: BusinessUnit
    team: Team
    other_team: Team
    alice: User
    bob: User
    charlie: User
    sue: User
    sam: User
    ada: User
    crm: User
    now: datetime = NOW
    remedies: dict[str, Remedy] = field(default_factory=dict)

    def person(self, name: str, /, **particulars: Any) -> User:
        """One more member of staff, a rep of our team unless said otherwise."""
        return person(name, **{"team": self.team} | particulars)

    def customer(self, name: str = "Dana Okafor", **particulars: Any) -> Customer:
        """A customer of our unit, with an email address and a phone, in Denver."""
        given: dict[str, Any] = {
            "units": [self.unit],
            "preferred_name": name,
            "time_zone": "America/Denver",
            "emails": [f"customer{next(_numbers)}@example.com"],
            "phones": ["+13035550142"],
        }
        return customers.add_customer(by=self.ada, now=self.now, **given | particulars)

    def logged(self, customer: Customer | None = None, *, by: User | None = None, **particulars: Any) -> Logged:
        """An incident that Alice logged from a phone call; it opened a case that she owns."""
        given: dict[str, Any] = {"channel": "phone", "our_words": "Charged twice for one order", "now": self.now}
        return intake.log_incident(customer or self.customer(), by=by or self.alice, **given | particulars)

    def case(self, customer: Customer | None = None, *, by: User | None = None, **particulars: Any) -> Case:
        """A case of Alice's, fresh from the database."""
        return again(self.logged(customer, by=by, **particulars).case)

    def heard_case(self, customer: Customer | None = None, *, by: User | None = None, **particulars: Any) -> Case:
        """A case whose customer has been heard: a remedy may be given."""
        case = self.case(customer, by=by, **particulars)
        acknowledging.acknowledge_feelings(case, feeling="angry", by=by or self.alice, now=self.now, confirmed=True)
        return again(case)

    def closed_case(self, customer: Customer | None = None) -> Case:
        """A case of Alice's with its cause, closed."""
        case = self.case(customer)
        causes.set_cause(case, cause=self.cause(), by=self.alice, now=self.now)
        return again(closing.close(case, outcome="put_right", by=self.alice, now=self.now))

    def historical_case(self, customer: Customer | None = None) -> Case:
        """A case that stands for imported history: closed, owned by nobody."""
        customer = customer or self.customer()
        case = Case(
            customer=customer,
            unit=self.unit,
            title="An old complaint",
            channel="import",
            severity="medium",
            opened_at=self.now,
            reported_at=self.now,
            historical=True,
            closed_at=self.now,
            outcome="explained",
            status="closed",
        )
        intake.save_with_reference(case)
        return case

    def in_favor(self, customer: Customer | None = None, **particulars: Any) -> HonoredError:
        """An error in the customer's favor: a fee that Alice waived, and reported herself. Nobody has decided yet."""
        given: dict[str, Any] = {
            "our_words": "Waived the wrong fee",
            "favor": "customer",
            "kind_of_action": "fee",
            "line_of_business": "Motor",
            "originator_kind": "person",
            "originator": self.alice,
        }
        return HonoredError.objects.get(incident=self.logged(customer, **given | particulars).incident)

    def honored(self, customer: Customer | None = None, *, by: User | None = None, **particulars: Any) -> HonoredError:
        """The same once Bob decided that we stand by it, at no cost. Alice owes the call."""
        error = self.in_favor(customer, **particulars)
        given: dict[str, Any] = {"cost_minor": 0, "precedent_reason": "Ours again"}
        honoring.honor(error, by=by or self.bob, now=particulars.get("now", self.now), **given)
        return again(error)

    def cause(self, name: str = "Double booking in the till") -> Cause:
        return Cause.objects.filter(name=name).first() or causes.add_cause(
            name=name, parent=None, by=self.ada, now=self.now
        )

    def favorable(
        self, customer: Customer | None = None, *, originator: User | None = None, by: User | None = None, **given: Any
    ) -> HonoredError:
        """A rate of 240.00 a year that Alice quoted too low and reported herself: an error in the customer's favor.

        Undecided, on a case of its own. ``originator`` is a person; ``originator_kind="system"`` and its like need none.
        The decision is ``decided``, the call ``told``.
        """
        stated: dict[str, Any] = {
            "by": by,
            "our_words": "Quoted last year’s rate",
            "kind_of_action": "quote",
            "line_of_business": "Home insurance",
            "value_at_stake_minor": 24000,
            "currency": "USD",
            "originator": originator or by or self.alice
            if given.get("originator_kind", "person") == "person"
            else None,
        }
        return self.in_favor(customer, **stated | given)

    def decided(
        self, error: HonoredError, to: str = "honored", *, by: User | None = None, now: datetime | None = None
    ) -> Disclosure:
        """The state of a decided error and the call that it makes owed, without compensation's decision and ledger."""
        by, now = by or self.sue, now or self.now
        with transaction.atomic():
            case, held = honored_errors.hold_error(error, by=by)
            disclosing.withdraw_call(case, held, by=by, now=now)
            honored_errors.decide(case, held, to=ErrorStatus(to), by=by, now=now)
            call = disclosing.owe_call(case, held, kind=DisclosureKind(to), by=by, now=now)
            casework.save(case)
        return again(call)

    def told(self, call: Disclosure, **particulars: Any) -> Disclosure:
        """The call made by whoever owes it, with all points; the customer understood."""
        given: dict[str, Any] = {"points": Point.values, "answer": "Thank you for telling me.", "now": self.now}
        given |= {"understanding": "understood", "by": call.owed_by}
        return again(disclosing.disclose(call, **given | particulars))

    def promise(self, case: Case, *, by: User | None = None, **particulars: Any) -> Promise:
        """A promise of Alice's to call back in an hour."""
        given: dict[str, Any] = {"due_end": self.now + HOUR, "now": self.now}
        return promises.make(case, by=by or self.alice, **given | particulars)

    def remedy(self, code: str = "credit", **fields: Any) -> Remedy:
        """A remedy of the catalog; ``credit`` has an open amount in USD."""
        if code not in self.remedies:
            given = {"name": code.replace("-", " ").capitalize(), "kind": "monetary", "currency": "USD"}
            self.remedies[code] = catalog.save_remedy(None, by=self.ada, now=self.now, code=code, **given | fields)
        return self.remedies[code]

    def caps(
        self, holder: User | str = Role.REP, *, currency: str = "USD", now: datetime | None = None, **amounts: int
    ) -> dict[Axis, Cap]:
        """Caps in minor units by axis, of a role or of a person: ``caps("rep", award=2000, day=10000)``.

        With one for awards, those of a customer's and a team's month leave plenty unless they are said too. They hold
        since long ago, or from ``now`` on.
        """
        given = {"user": holder} if isinstance(holder, User) else {"role": holder}
        if "award" in amounts:
            amounts = {"customer": PLENTY, "team": PLENTY} | amounts
        return {
            Axis(axis): setting_caps.set_cap(
                axis=axis,
                currency="" if axis == Axis.NO_QUESTIONS else currency,
                amount_minor=amount,
                by=self.ada,
                now=now or LONG_AGO,
                **given,
            )
            for axis, amount in amounts.items()
        }

    def usual_caps(self) -> None:
        """Reps: 20 an award, 50 a case, 100 a day, 1,000 a month; supervisors ten times as much."""
        self.caps(Role.REP, award=2000, case=5000, day=10000, month=100000)
        self.caps(Role.SUPERVISOR, award=20000, case=50000, day=100000, month=1000000)

    def give(self, case: Case, amount: int, *, by: User | None = None, now: datetime | None = None) -> Award:
        """A credit of ``amount`` given by Alice."""
        return awards.give(case, self.remedy(), amount_minor=amount, by=by or self.alice, now=now or self.now)

    def asked(self, case: Case, amount: int = 3000, **particulars: Any) -> Approval:
        """A credit above Alice's cap, so that it waits for an approval."""
        return Approval.objects.get(award=self.give(case, amount, **particulars))


def person(name: str, /, **particulars: Any) -> User:
    """A member of staff called ``name``, who can sign in with ``PASSWORD``."""
    given: dict[str, Any] = {"name": name.capitalize(), "email": f"{name}@example.com", "password": PASSWORD}
    return add_user(username=name, now=NOW, **given | particulars)


def again(thing: Any) -> Any:
    """The same row, read anew."""
    return type(thing).objects.get(pk=thing.pk)


def away(user: User, *, until: datetime = NOW + DAY) -> User:
    """Somebody who is away; the row is written as it would be read."""
    User.objects.filter(pk=user.pk).update(working_state=WorkingState.AWAY, away_until=until)
    return again(user)


def built_by_the_domain() -> House:
    unit = add_unit(code="shop", name="The shop", currency="USD", now=NOW)
    other_unit = add_unit(code="bank", name="The bank", currency="EUR", now=NOW)
    team = add_team(name="Front desk", units=[unit], now=NOW)
    other_team = add_team(name="Bank desk", units=[other_unit], now=NOW)
    return House(
        unit=unit,
        other_unit=other_unit,
        team=team,
        other_team=other_team,
        alice=person("alice", team=team, time_zone="America/New_York"),
        bob=person("bob", team=team, time_zone="America/New_York"),
        charlie=person("charlie", team=other_team),
        sue=person("sue", team=team, role=Role.SUPERVISOR, time_zone="America/New_York"),
        sam=person("sam", team=team, role=Role.SUPERVISOR, time_zone="Europe/London"),
        ada=person("ada", role=Role.ADMIN, is_staff=True, is_superuser=True),
        crm=person("crm", team=team, is_service=True),
    )


class Kept(NamedTuple):
    """A house and what the domain wrote to build it, as rows by their model."""

    house: House
    rows: list[tuple[type[Model], list[Model]]]


_kept: list[Kept] = []


def build() -> House:
    """The whole house. Needs a database.

    A process lets the domain build it once for all tests whose transaction is taken back, and writes the same rows again
    for the next: that is what most tests begin with. Where anything is there already, the domain builds.
    """
    if not connection.in_atomic_block or any(
        model._base_manager.exists() for model in (BusinessUnit, Team, User, Event)
    ):
        return built_by_the_domain()
    if _kept:
        for model, rows in _kept[0].rows:
            model._base_manager.bulk_create(deepcopy(rows))
    else:
        # The log's own trigger writes these, each time.
        models = [model for model in apps.get_models(include_auto_created=True) if model is not Unsequenced]
        before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in models}
        house = built_by_the_domain()
        written = [(model, list(model._base_manager.exclude(pk__in=before[model]).order_by("pk"))) for model in models]
        _kept.append(Kept(house, [(model, rows) for model, rows in written if rows]))
    return deepcopy(_kept[0].house)


@pytest.fixture
def house(db: None) -> House:
    return build()
