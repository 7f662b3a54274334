"""A field for races: reps and customers under caps that overlap, what is asked of them, and what must come of it.

What came of it is counted from the awards themselves, never from the counters: these are compared with them.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.domain.staffing import add_team, add_unit
from accounts.enums import Role
from accounts.models import User
from cases.domain.reconcile import differences as owed_differently
from cases.models import Case
from compensation.domain.reconcile import differences
from compensation.enums import AwardStatus
from compensation.models import Award, CapCounter
from tests.factories import PLENTY, House, again
from tests.races.server import TIMED_OUT, Answer, Asked, secret_of

AMOUNT = 700
GIVEN = (AwardStatus.GIVEN, AwardStatus.DELIVERED)
HELD = (AwardStatus.AWAITING_APPROVAL, AwardStatus.OFFERED)
AXES = ("award", "case", "customer", "day", "month", "team")
SHARED = ("case", "customer", "team")
Key = tuple[str, int]
"""An axis, and the id of whose it is."""


def zone_where_it_is_midday() -> str:
    """So that no race runs over midnight, and not over the end of a month."""
    hour = datetime.now(UTC).hour
    return f"Etc/GMT{hour - 12:+d}" if hour != 12 else "UTC"


def at_midday() -> None:
    assert 11 <= datetime.now(ZoneInfo(zone_where_it_is_midday())).hour <= 13
    User.objects.update(time_zone=zone_where_it_is_midday())


@dataclass(frozen=True)
class Wish:
    """One award that one rep asks for."""

    rep: User
    case: Case
    amount: int

    @property
    def keys(self) -> list[Key]:
        return list(keys_of(self.rep.pk, self.case.pk, self.case.customer_id, self.rep.team_id))

    def asked(self, secrets: dict[int, str]) -> Asked:
        body = {"remedy": "credit", "amount_minor": self.amount}
        return secrets[self.rep.pk], f"cases/{self.case.reference}/awards/", body


def keys_of(rep: int, case: int, customer: int, team: int | None) -> Iterable[Key]:
    whose = (rep, case, customer, rep, rep, team or 0)
    return zip(AXES, whose, strict=True)


@dataclass
class Field:
    """``ceilings`` are the caps that bind, by whose they are; ``exact`` says of some of the wishes what must be given."""

    house: House
    wishes: list[Wish] = field(default_factory=list)
    ceilings: dict[Key, int] = field(default_factory=dict)
    exact: dict[str, tuple[list[Wish], int]] = field(default_factory=dict)
    secrets: dict[int, str] = field(default_factory=dict)

    def asked(self, wishes: list[Wish] | None = None) -> list[Asked]:
        for wish in self.wishes:
            if wish.rep.pk not in self.secrets:
                self.secrets[wish.rep.pk] = secret_of(wish.rep)
        return [wish.asked(self.secrets) for wish in (self.wishes if wishes is None else wishes)]


def beside(one: Field, other: Field) -> Field:
    """Both fields as one, the wishes of the one before those of the other."""
    return Field(
        one.house,
        [*one.wishes, *other.wishes],
        one.ceilings | other.ceilings,
        one.exact | other.exact,
        one.secrets | other.secrets,
    )


def reps_of(house: House, name: str, count: int, **caps: int) -> list[User]:
    """So many reps of a team of their own, in a unit where nobody may approve: above a cap nothing is given."""
    unit = add_unit(code=f"{name}-unit", name=f"Unit of {name}", currency="USD", now=house.now)
    team = add_team(name=f"Team of {name}", units=[unit], now=house.now)
    house.ada = again(house.ada)  # who has reach into the new unit too
    reps = [house.person(f"{name}{number}", team=team) for number in range(count)]
    for rep in reps:
        house.caps(rep, **caps)
    return reps


def cases_of(rep: User, house: House, *, customers: int, each: int) -> list[Case]:
    """Live cases of so many new customers whose feelings were heard."""
    assert rep.team is not None
    units = list(rep.team.units.all())
    people = [house.customer(f"{rep.username} {number}", units=units) for number in range(customers)]
    return [house.heard_case(customer, by=rep) for customer in people for _ in range(each)]


def crossfire(house: House, name: str, times: int) -> Field:
    """Twenty times ``times`` wishes of more than fits, so that on each axis some cap binds.

    Where each customer is one rep's own, the caps lie within one another, and what fits is known to the cent. Where
    two teams cross over the same customers with all sorts of amounts it is not; there nothing may be refused that
    would still fit at the end, since what is given here is never taken back.
    """
    plenty = dict.fromkeys(AXES, PLENTY)
    house.caps(Role.REP, **plenty)
    found = Field(house)
    _within_one_another(found, name, times)
    _one_team(found, name, times)
    _across(found, name, times)
    found.exact = {f"{axis} of {name}": known for axis, known in found.exact.items()}
    random.Random(times).shuffle(found.wishes)
    at_midday()
    house.remedy()
    return found


def _bound(found: Field, called: str, rep: User, cases: list[Case], *, axis: str, fits: int, times: int) -> None:
    """``times`` wishes on each of these cases, of which ``fits`` fit under each cap of this axis."""
    wishes = [Wish(rep, case, AMOUNT) for case in cases for _ in range(times)]
    cap = fits * AMOUNT + AMOUNT - 1
    found.house.caps(rep, **{axis: cap})
    bound = {key for wish in wishes for key in wish.keys if key[0] == axis}
    found.ceilings |= dict.fromkeys(bound, cap)
    found.wishes += wishes
    found.exact[called] = (wishes, fits * AMOUNT * len(bound))


def _within_one_another(found: Field, name: str, times: int) -> None:
    """One team of five reps, each of whom meets another cap."""
    house = found.house
    careful, *others = reps_of(house, f"{name}own", 5)
    case = cases_of(careful, house, customers=1, each=1)[0]
    house.caps(careful, award=AMOUNT - 1)
    wishes = [Wish(careful, case, amount) for _ in range(times // 2) for amount in (AMOUNT, AMOUNT - 1)]
    found.ceilings["award", careful.pk] = AMOUNT - 1
    found.wishes += wishes
    found.exact["award"] = (wishes, times // 2 * (AMOUNT - 1))
    for rep, axis, customers, each in zip(
        others, ("case", "customer", "day", "month"), (2, 2, 2, 1), (1, 2, 1, 2), strict=True
    ):
        cases = cases_of(rep, house, customers=customers, each=each)
        _bound(found, axis, rep, cases, axis=axis, fits=times * 4 // 5, times=times)


def _one_team(found: Field, name: str, times: int) -> None:
    """Three reps whose team's month is what binds."""
    house, fits = found.house, 2 * times
    cap = fits * AMOUNT + AMOUNT - 1
    reps = reps_of(house, f"{name}team", 3, team=cap)
    wishes = [Wish(rep, case, AMOUNT) for rep in reps for case in cases_of(rep, house, customers=1, each=1)] * times
    found.ceilings["team", reps[0].team_id or 0] = cap
    found.wishes += wishes
    found.exact["team"] = (wishes, fits * AMOUNT)


def _across(found: Field, name: str, times: int) -> None:
    """Two teams of three reps on eight cases of four customers, under caps on every axis at once."""
    house, most, any_ = found.house, AMOUNT * 2, random.Random(name)
    meant = times * AMOUNT
    caps = {
        "award": most - 100,
        "case": meant * 2 // 3,
        "customer": meant,
        "day": meant * 3 // 4,
        "month": meant * 4 // 5,
        "team": meant * 2,
    }
    reps = reps_of(house, f"{name}near", 3, **caps)
    assert reps[0].team is not None
    far = add_team(name=f"Far team of {name}", units=list(reps[0].team.units.all()), now=house.now)
    reps += [house.person(f"{name}far{number}", team=far) for number in range(3)]
    for rep in reps[3:]:
        house.caps(rep, **caps)
    cases = cases_of(reps[0], house, customers=4, each=2)
    wishes = [Wish(any_.choice(reps), any_.choice(cases), any_.randint(1, most)) for _ in range(times * 6)]
    found.ceilings |= {key: caps[key[0]] for wish in wishes for key in wish.keys}
    found.wishes += wishes


def used(found: Field) -> Counter[Key]:
    """What stands of the awards, given or held, on each axis of everybody in the field."""
    total: Counter[Key] = Counter()
    rows = Award.objects.filter(status__in=(*GIVEN, *HELD)).values_list(
        "status", "cost_minor", "spender", "case", "customer", "team"
    )
    for status, cost, spender, case, customer, team in rows:
        for axis, whose in keys_of(spender or 0, case, customer, team):
            if axis != "award" and (axis in SHARED or status != AwardStatus.AWAITING_APPROVAL):
                total[axis, whose] += cost
    return total


def wrong(found: Field, answers: list[Answer]) -> list[str]:
    """All that went wrong, in words; empty when every guard held. The answers are those to the wishes, in order."""
    asked = list(zip(found.wishes, answers, strict=True))
    return [
        *_answers(answers),
        *overspent(found, asked),
        *_refused_though_it_fits(found, asked),
        *_not_exact(found, asked),
        *open_books(),
    ]


def _answers(answers: list[Answer]) -> Iterable[str]:
    late = sum(answer.status == TIMED_OUT for answer in answers)
    if late:
        yield f"late: {late} answers"
    faults = sum(answer.status >= 500 for answer in answers)
    if faults:
        yield f"fault: {faults} answers of 5xx"
    if other := {answer.status for answer in answers} - {201, 409, 500, TIMED_OUT}:
        yield f"fault: answers of {other}"
    codes = {answer.body["code"] for answer in answers if answer.status == 409}
    if codes - {"beyond_every_cap"}:
        yield f"refused otherwise: {codes}"
    said, there = sum(answer.status == 201 for answer in answers), Award.objects.count()
    if said != there:
        yield f"said: {said} awards, there are {there}"


def overspent(found: Field, asked: list[tuple[Wish, Answer]] = ()) -> Iterable[str]:  # type: ignore[assignment]
    total = used(found)
    for key, cap in found.ceilings.items():
        if total[key] > cap:
            yield f"overspent {key[0]}: {total[key]} of {cap}"
    for wish, answer in asked:
        if answer.status == 201 and wish.amount > found.ceilings.get(("award", wish.rep.pk), PLENTY):
            yield f"overspent award: {wish.amount}"


def _refused_though_it_fits(found: Field, asked: list[tuple[Wish, Answer]]) -> Iterable[str]:
    total = used(found)
    for wish, answer in asked:
        left = min(found.ceilings.get(key, PLENTY) - total[key] for key in wish.keys)
        if answer.status == 409 and wish.amount <= left:
            yield f"refused though it fits: {wish.amount} of {left}"


def _not_exact(found: Field, asked: list[tuple[Wish, Answer]]) -> Iterable[str]:
    given: dict[int, int] = defaultdict(int)
    for wish, answer in asked:
        given[id(wish)] += wish.amount * (answer.status == 201)
    for called, (wishes, expected) in found.exact.items():
        total = sum(given[name] for name in {id(wish) for wish in wishes})
        if total != expected:
            yield f"not what fits {called}: {total}, {expected} would fit"


def open_books() -> Iterable[str]:
    """The books do not agree, or the wall behind them is gone."""
    for line in (*differences(), *owed_differently()):
        yield f"books: {line}"
    for axis in AXES[1:]:
        counter = CapCounter.objects.filter(axis=axis).first()
        if counter is not None and not _refuses_too_much(counter):
            yield f"no wall: {axis}"


def _refuses_too_much(counter: CapCounter) -> bool:
    """Whether the database itself refuses to pass the ceiling, whatever program asks for it."""
    try:
        with transaction.atomic():
            CapCounter.objects.filter(pk=counter.pk).update(spent_minor=F("ceiling_minor") + 1)
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False
