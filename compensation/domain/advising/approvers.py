"""Who could approve what is above a rep's caps: the lowest authority that suffices, of those who are there first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from accounts.models import User
from accounts.queries import is_there
from compensation.domain.caps import SHARED_AXES, Allowed
from compensation.domain.gauges import Gauge
from compensation.enums import Axis


def lowest(
    amount_minor: int,
    people: Iterable[User],
    allowed: Mapping[int, Allowed],
    measured: Iterable[Gauge],
    *,
    now: datetime,
) -> User | None:
    """Whoever may approve this much on the case by the least caps; nobody where it is beyond them all. No query.

    Their own caps bound it: per award, and on what the case, the customer and the team have had already.
    """
    used = {gauge.axis: gauge.used for gauge in measured if gauge.axis in SHARED_AXES}
    fit = [
        person
        for person in people
        if amount_minor <= allowed[person.pk][Axis.AWARD]
        and all(taken + amount_minor <= allowed[person.pk][axis] for axis, taken in used.items())
    ]
    return min(fit, key=lambda one: (not is_there(one, now), allowed[one.pk][Axis.AWARD], one.pk), default=None)
