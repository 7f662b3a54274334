"""What somebody could spend at a moment, what holds them back, and who would be asked above it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.authority import ALLOWED, Verdict
from accounts.domain.roles import can_administer, can_supervise
from accounts.models import User
from accounts.queries import is_there, own_currency, supervisors_of_unit, visible_units
from cases.models import Case
from compensation.domain import caps
from compensation.domain.gauges import Gauge, Measured, measure
from compensation.enums import Axis
from compensation.models import CapCounter


def can_preview(user: User) -> Verdict:
    """Administrators and supervisors look at what others may spend; everybody at what they may themselves."""
    return ALLOWED if can_administer(user) else can_supervise(user)


@dataclass(frozen=True)
class Above:
    """Somebody who could approve more, and up to what: minor units."""

    person: User
    up_to: int
    there: bool


@dataclass(frozen=True)
class Preview:
    """What one person could spend on a case, or on none in particular, at a moment. ``above`` begins with the least."""

    person: User
    currency: str
    at: datetime
    case: Case | None
    measured: Measured
    above: list[Above]

    @property
    def binding(self) -> Gauge:
        return self.measured.binding


def preview(user: User, *, at: datetime, case: Case | None = None, currency: str = "") -> Preview:
    """As the caps, the counters and the periods of that moment say. About six queries.

    The currency is that of the case's unit, or of the first that the person serves, unless one is said.
    """
    of = currency or (case.unit.currency if case else own_currency(user))
    measured = measure(user, currency=of, now=at, case=case)
    unit = case.unit_id if case else visible_units(user).order_by("id").values_list("pk", flat=True).first()
    asked = list(supervisors_of_unit(unit).exclude(pk=user.pk)) if unit else []
    return Preview(user, of, at, case, measured, _above(asked, measured, of, at=at))


def _above(people: list[User], measured: Measured, currency: str, *, at: datetime) -> list[Above]:
    """Those who may approve more than the person may give alone, the least authority first."""
    used = {gauge.axis: gauge.used for gauge in measured.money if gauge.axis in caps.SHARED_AXES}
    allowed = caps.of_each(people, currency, now=at)
    own = _own(people, currency, allowed, at=at)
    found = []
    for person in people:
        theirs = allowed[person.pk]
        room = [theirs[Axis.AWARD], *own[person.pk], *(theirs[axis] - taken for axis, taken in used.items())]
        if min(room) > measured.binding.left:
            found.append(Above(person, min(room), is_there(person, at)))
    return sorted(found, key=lambda each: (each.up_to, each.person.name, each.person.pk))


def _own(people: list[User], currency: str, allowed: dict[int, caps.Allowed], *, at: datetime) -> dict[int, list[int]]:
    """What is left of each one's own day and month. One query."""
    drawn = {
        person.pk: caps.person_draws(
            person, currency, allowed[person.pk], day=caps.periods(person, at)[0], month=caps.periods(person, at)[1]
        )
        for person in people
    }
    keys = [draw.key for draws in drawn.values() for draw in draws]
    used = {row.key: row.spent_minor + row.reserved_minor for row in CapCounter.objects.filter(key__in=keys)}
    return {pk: [draw.ceiling - used.get(draw.key, 0) for draw in draws] for pk, draws in drawn.items()}
