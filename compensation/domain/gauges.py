"""What is left of a person's caps, for gauges and for choosing a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.models import User
from accounts.money import display
from cases.models import Case
from compensation.domain import caps
from compensation.domain.caps import Draw
from compensation.enums import ApprovalStatus, Axis
from compensation.models import Approval, CapCounter

ORDER = (Axis.CASE, Axis.CUSTOMER, Axis.DAY, Axis.MONTH, Axis.TEAM)


@dataclass(frozen=True)
class Gauge:
    """One cap: minor units of ``currency``. What stale reservations hold counts as left."""

    axis: Axis
    currency: str
    cap: int
    used: int

    @property
    def left(self) -> int:
        return max(self.cap - self.used, 0)


def gauges(user: User, *, currency: str, now: datetime, case: Case | None = None) -> list[Gauge]:
    """A user's caps and what is left of each, those of a case and its customer when one is given. Three queries at most."""
    allowed = caps.of(user, currency, now=now)
    day, month = caps.periods(user, now)
    drawn = caps.person_draws(user, currency, allowed, day=day, month=month)
    drawn += caps.shared(
        allowed,
        currency=currency,
        case_id=case.pk if case else None,
        customer_id=case.customer_id if case else None,
        team_id=user.team_id,
        period=month,
    )
    counters = {counter.key: counter for counter in CapCounter.objects.filter(key__in=[draw.key for draw in drawn])}
    result = [Gauge(Axis.AWARD, currency, allowed[Axis.AWARD], 0)]
    for draw in sorted(drawn, key=lambda draw: ORDER.index(draw.axis)):
        counter = counters.get(draw.key)
        used = counter.spent_minor + counter.reserved_minor if counter else 0
        if counter and counter.reserved_minor:
            used -= _stale(draw, now=now)
        result.append(Gauge(draw.axis, currency, draw.ceiling, used))
    return result


def _stale(draw: Draw, *, now: datetime) -> int:
    """What requests still hold of a counter though nobody answered them in time."""
    held = {"award__case": draw.case_id, "award__customer": draw.customer_id, "award__team": draw.team_id}
    waiting = Approval.objects.filter(
        **{name: value for name, value in held.items() if value is not None},
        **({"award__period": draw.period_start} if draw.period_start else {}),
        currency=draw.currency,
        status=ApprovalStatus.WAITING,
        expires_at__lte=now,
    )
    return waiting.aggregate(sum=Sum("asked_minor"))["sum"] or 0


def gauges_in(user: User, currencies: Iterable[str], *, now: datetime) -> dict[str, list[Gauge]]:
    """A user's caps per award, day and month in several currencies, and what is left of each. Two queries."""
    day, month = caps.periods(user, now)
    allowed = caps.in_each(user, currencies, now=now)
    drawn = {
        currency: caps.person_draws(user, currency, amounts, day=day, month=month)
        for currency, amounts in allowed.items()
    }
    keys = [draw.key for draws in drawn.values() for draw in draws]
    used = {
        counter.key: counter.spent_minor + counter.reserved_minor for counter in CapCounter.objects.filter(key__in=keys)
    }
    return {
        currency: [
            Gauge(Axis.AWARD, currency, allowed[currency][Axis.AWARD], 0),
            *(Gauge(draw.axis, currency, draw.ceiling, used.get(draw.key, 0)) for draw in draws),
        ]
        for currency, draws in drawn.items()
    }


def binding(measured: list[Gauge]) -> Gauge:
    """The cap that leaves least."""
    return min(measured, key=lambda gauge: gauge.left)


def alone(cost_minor: int, measured: list[Gauge]) -> Verdict:
    """Could a remedy of this cost be given alone now? A no names the cap that binds and what is left of it."""
    for gauge in measured:
        if cost_minor > gauge.left:
            return refuse(
                "over_cap",
                f"Above your cap {gauge.axis.label}: {display(gauge.left, gauge.currency)} left. "
                "A supervisor will be asked.",
            )
    return ALLOWED


def approvable(asked_minor: int, measured: list[Gauge]) -> Verdict:
    """Would all that is asked for fit an approver's own caps now? A no names the cap that binds."""
    for gauge in measured:
        if asked_minor > gauge.left:
            return refuse(
                "over_your_cap",
                f"Above your own cap {gauge.axis.label}: {display(gauge.left, gauge.currency)} left. "
                "Approve less, or ask a colleague.",
                "amount_minor",
            )
    return ALLOWED
