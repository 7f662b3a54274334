"""What somebody could spend at a moment, what holds them back, and who would be asked above it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.authority import ALLOWED, Verdict
from accounts.domain.roles import can_administer, can_supervise
from accounts.models import User
from accounts.queries import is_there, own_currency, visible_units
from cases.models import Case
from compensation.domain.approvers import measure_with
from compensation.domain.gauges import Gauge, Measured


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
    unit = case.unit_id if case else visible_units(user).order_by("id").values_list("pk", flat=True).first()
    measured, climb = measure_with(user, currency=of, unit_id=unit, now=at, case=case)
    above = [Above(each.person, each.today, is_there(each.person, at)) for each in climb]
    above = [each for each in above if each.up_to > measured.binding.left]
    above.sort(key=lambda each: (each.up_to, each.person.name, each.person.pk))
    return Preview(user, of, at, case, measured, above)
