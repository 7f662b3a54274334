"""Who could approve what is above somebody's caps, and how much each of them. Reads only; amounts in minor units.

Whoever is named beforehand, and what is said beside a request, goes by what the caps leave when it comes to it: per
award, on the case, the customer's and the team's month, and on the approver's own day and month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.models import User
from accounts.queries import is_there, supervisors_of_unit
from cases.models import Case
from compensation.domain import caps
from compensation.domain.approvals import in_whose_name
from compensation.domain.askers import askers_so_far
from compensation.domain.caps import Allowed, Draw, Full
from compensation.domain.deputies import stand_ins
from compensation.domain.gauges import Measured, measure, what_is_left
from compensation.enums import Axis
from compensation.models import Approval, CapCounter
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


def within_caps(
    user: User,
    requests: Iterable[Approval],
    *,
    deputizes: Sequence[User],
    askers: Mapping[int, Collection[int]],
    now: datetime,
) -> dict[int, Verdict]:
    """Would all that each of these asks for be approved by somebody now, on every cap that it would draw on? By its id.

    One of those suffices in whose name they may answer (``deputizes``, ``askers``: as of ``can_answer``); a no names the
    cap of the first that binds. What a request reserved is there for it. Two queries, one more for each name besides.
    """
    waiting = list(requests)
    names = {each.pk: _names(user, each, deputizes, askers[each.pk], now=now) for each in waiting}
    currencies = {each.currency for each in waiting}
    people = {name.pk: name for each in names.values() for name in each}
    allowed = {pk: caps.in_each(person, currencies, now=now) for pk, person in people.items()}
    drawn = {
        (each.pk, name.pk): _draws(each, name, allowed[name.pk][each.currency], now=now)
        for each in waiting
        for name in names[each.pk]
    }
    keys = {draw.key for draws in drawn.values() for draw in draws}
    rows = CapCounter.objects.filter(key__in=keys)
    used = {counter.key: counter.spent_minor + counter.reserved_minor for counter in rows} if keys else {}
    return {
        each.pk: _fits(
            user,
            each,
            [
                (name, room(allowed[name.pk][each.currency], drawn[each.pk, name.pk], _without(used, each)))
                for name in names[each.pk]
            ],
        )
        for each in waiting
    }


def _names(
    user: User, request: Approval, deputizes: Sequence[User], askers: Collection[int], *, now: datetime
) -> list[User]:
    """In whose names somebody may answer, their own first. Asked one by one, which takes no query to put them in order."""
    found = [
        name
        for each in ([], *([principal] for principal in deputizes))
        for name in in_whose_name(user, request, now=now, deputizes=each, askers=askers)
    ]
    return list({name.pk: name for name in found}.values())


def _draws(request: Approval, name: User, allowed: Allowed, *, now: datetime) -> list[Draw]:
    day, month = caps.periods(name, now)
    return caps.draws(request.award, name, allowed, day=day, month=month)


def _without(used: Mapping[str, int], request: Approval) -> dict[str, int]:
    """What is used of the counters, apart from what this request reserves itself."""
    reserved = {draw.key for draw in caps.shared_draws(request.award, dict.fromkeys(caps.MONEY_AXES, 0))}
    return {key: taken - request.asked_minor * (key in reserved) for key, taken in used.items()}


def _fits(user: User, request: Approval, rooms: list[tuple[User, Full]]) -> Verdict:
    if not rooms or any(request.asked_minor <= full.left for _, full in rooms):
        return ALLOWED
    name, full = rooms[0]
    whose = "your own" if name.pk == user.pk else f"{name.name}’s"
    return refuse(
        "over_your_cap",
        f"Above {whose} cap {what_is_left(full, request.currency)}. Approve less, or ask a colleague.",
        "amount_minor",
    )


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
