"""Who may answer what in a unit, as things stand now: for whoever keeps the routes, and for whoever is about to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import BusinessUnit, User
from compensation.domain import caps
from compensation.domain.caps import holder_of
from compensation.domain.routing import Candidate, Wanted, in_turn, ladder, standing
from compensation.enums import Axis

# A unit's people have caps in a few currencies; more than this are not set beside one another.
CURRENCIES = 5


@dataclass(frozen=True)
class Standing:
    """A supervisor, who would answer in their place, and how much they may approve per award in each currency."""

    person: User
    answers: User | None
    up_to: tuple[tuple[str, int], ...]
    waiting: int

    @property
    def there(self) -> bool:
        return self.answers is not None and self.answers.pk == self.person.pk


def currencies_of(unit: BusinessUnit, people: list[User], *, now: datetime) -> list[str]:
    """Those in which somebody may approve anything, the unit's own first. One query."""
    holders = {holder_of(role=each.role) for each in people} | {holder_of(user=each) for each in people}
    held = caps.in_force(now).filter(holder__in=holders, axis=Axis.AWARD, amount_minor__gt=0)
    others = sorted(set(held.order_by().values_list("currency", flat=True).distinct()) - {unit.currency})
    return [unit.currency, *others][:CURRENCIES]


def who_answers(unit: BusinessUnit, *, now: datetime) -> list[Standing]:
    """The supervisors of a unit, the lowest authority in its own currency first. Five queries, one more a currency."""
    found = standing(Wanted(unit.pk, 0, unit.currency, None), now=now)
    people = [each.person for each in found]
    currencies = currencies_of(unit, people, now=now)
    allowed = {unit.currency: {each.person.pk: each.allowed for each in found}}
    for currency in currencies[1:]:
        allowed[currency] = caps.of_each(people, currency, now=now)
    return [
        Standing(
            each.person,
            each.answers,
            tuple((currency, allowed[currency][each.person.pk][Axis.AWARD]) for currency in currencies),
            each.waiting,
        )
        for each in found
    ]


def would_be_asked(
    unit: BusinessUnit, *, amount_minor: int, currency: str, now: datetime, asker: User | None = None
) -> list[Candidate]:
    """Who would be asked for so much (minor units) now, in turn; nobody where it is beyond every cap.

    What a case, a customer or a team has had already is not known here, and may put it higher.
    """
    wanted = Wanted(unit.pk, amount_minor, currency, asker.pk if asker else None)
    return in_turn(ladder(standing(wanted, now=now)))
