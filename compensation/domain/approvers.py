"""Who could approve what is above somebody's caps, and how much each of them. Reads only; amounts in minor units.

Whoever is named beforehand, and what is said beside a request, goes by what the caps leave when it comes to it: per
award, on the case, the customer's and the team's month, and on the approver's own day and month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import is_there, supervisors_of_unit
from cases.models import Case
from compensation.domain import caps
from compensation.domain.askers import askers_so_far
from compensation.domain.caps import Allowed, Draw, Full
from compensation.domain.deputies import stand_ins
from compensation.domain.gauges import Measured, measure
from compensation.enums import Axis
from compensation.queries.approvals import in_vain


@dataclass(frozen=True)
class Approver:
    """A supervisor who could approve: up to what on such a case, and what of it their own day and month leave today.

    ``answers`` is who would: themself, where they are not there their deputy, or nobody.
    """

    person: User
    answers: User | None
    up_to: int
    today: int

    @property
    def called(self) -> str:
        """As a sentence names them before "can approve"."""
        if self.answers is None:
            return f"{self.person.name}, not there now,"
        if self.answers.pk != self.person.pk:
            return f"{self.answers.name}, in place of {self.person.name},"
        return self.person.name


def room(allowed: Allowed, drawn: Iterable[Draw], used: Mapping[str, int]) -> Full:
    """The cap that leaves a person least, per award and of what they would draw on, of which so much is ``used`` by key."""
    left = [(allowed[Axis.AWARD], Axis.AWARD), *((draw.ceiling - used.get(draw.key, 0), draw.axis) for draw in drawn)]
    least, axis = min(left, key=lambda each: each[0])
    return Full(axis, max(least, 0))


def first_for(amount_minor: int, climb: Iterable[Approver]) -> Approver | None:
    """Who would be asked for this much, of those who could approve, in their order: with room today, if anybody has it."""
    able = [each for each in climb if amount_minor <= each.up_to]
    return next((each for each in able if amount_minor <= each.today), able[0] if able else None)


def measure_with(
    asker: User, *, currency: str, unit_id: int | None, now: datetime, case: Case | None = None
) -> tuple[Measured, list[Approver]]:
    """What somebody may spend, and which supervisors of the unit could approve more, in the order in which they are asked:
    those first for whom somebody is there, the least authority first. Nobody approves their own (``askers``).

    Three queries, one more with a unit, one where something is reserved, and two where a supervisor is not there.
    """
    asked = list(_supervisors(asker, unit_id, case))
    allowed = caps.of_each([asker, *asked], currency, now=now)
    own = {each.pk: _own(each, currency, allowed[each.pk], now=now) for each in asked}
    beside = [draw for draws in own.values() for draw in draws]
    measured = measure(asker, currency=currency, now=now, case=case, allowed=allowed[asker.pk], beside=beside)
    answering = _answering(asker, asked, unit_id=unit_id, case=case, now=now)
    climb = []
    for each in asked:
        shared = caps.shared(
            allowed[each.pk],
            currency=currency,
            case_id=case.pk if case else None,
            customer_id=case.customer_id if case else None,
            team_id=asker.team_id,
            period=caps.periods(asker, now)[1],
        )
        up_to = room(allowed[each.pk], shared, measured.used).left
        today = room(allowed[each.pk], [*shared, *own[each.pk]], measured.used).left
        climb.append(Approver(each, answering.get(each.pk), up_to, today))
    climb.sort(key=lambda each: (each.answers is None, allowed[each.person.pk][Axis.AWARD], each.person.pk))
    return measured, climb


def _own(person: User, currency: str, allowed: Allowed, *, now: datetime) -> list[Draw]:
    day, month = caps.periods(person, now)
    return caps.person_draws(person, currency, allowed, day=day, month=month)


def _supervisors(asker: User, unit_id: int | None, case: Case | None) -> QuerySet[User]:
    """Those of a unit before whom it may be put."""
    if unit_id is None:
        return User.objects.none()
    others = supervisors_of_unit(unit_id).exclude(pk=asker.pk)
    return others.exclude(pk__in=in_vain({case.pk}).values("requested_by")) if case else others


def _answering(
    asker: User, people: Sequence[User], *, unit_id: int | None, case: Case | None, now: datetime
) -> dict[int, User | None]:
    """Who would answer in the place of each; none of those who asked."""
    absent = [person for person in people if not is_there(person, now)]
    answering: dict[int, User | None] = {person.pk: person for person in people if person not in absent}
    if absent and unit_id is not None:
        askers = {asker.pk} | (askers_so_far(case.pk) if case else set())
        deputies = stand_ins(absent, unit_id=unit_id, now=now)
        answering |= {pk: deputy for pk, deputy in deputies.items() if deputy.pk not in askers}
    return answering
