"""What is left of a person's caps, for gauges and for choosing a remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.models import User
from accounts.money import display
from cases.models import Case
from compensation.domain import caps
from compensation.domain.caps import Allowed, Draw, Full
from compensation.domain.stale import held_by_stale
from compensation.enums import Axis
from compensation.models import CapCounter

ORDER = (Axis.CASE, Axis.CUSTOMER, Axis.DAY, Axis.MONTH, Axis.TEAM)


@dataclass(frozen=True)
class Gauge:
    """One cap: minor units of ``currency``, or a number of remedies where that is blank. What stale requests hold
    counts as left.
    """

    axis: Axis
    currency: str
    cap: int
    used: int

    @property
    def left(self) -> int:
        return max(self.cap - self.used, 0)


@dataclass(frozen=True)
class Measured:
    """All that bounds a person at a moment: their caps of money, and how many no-questions remedies are left today.

    ``used`` is what is taken of each counter that was read, by its key.
    """

    money: list[Gauge]
    no_questions: Gauge
    used: Mapping[str, int]

    @property
    def binding(self) -> Gauge:
        return binding(self.money)


def measure(
    user: User,
    *,
    currency: str,
    now: datetime,
    case: Case | None = None,
    allowed: Allowed | None = None,
    beside: Iterable[Draw] = (),
) -> Measured:
    """A user's caps and what is left of each, those of a case and its customer when one is given.

    Two queries, one more where something is reserved; one less where the user's caps (``allowed``) were read already.
    What is used of the counters ``beside`` these is read with them.
    """
    allowed = caps.of(user, currency, now=now) if allowed is None else allowed
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
    unasked = caps.no_questions_draw(user, allowed, day=day)
    used = _used([*drawn, unasked, *beside], now=now)
    return Measured(
        money=[
            Gauge(Axis.AWARD, currency, allowed[Axis.AWARD], 0),
            *(
                Gauge(draw.axis, currency, draw.ceiling, used[draw.key])
                for draw in sorted(drawn, key=lambda draw: ORDER.index(draw.axis))
            ),
        ],
        no_questions=Gauge(Axis.NO_QUESTIONS, "", unasked.ceiling, used[unasked.key]),
        used=used,
    )


def _used(drawn: list[Draw], *, now: datetime) -> Counter[str]:
    """What is spent and reserved of these counters, by key, without what is stale."""
    counters = list(CapCounter.objects.filter(key__in=[draw.key for draw in drawn]))
    used = Counter({counter.key: counter.spent_minor + counter.reserved_minor for counter in counters})
    reserved = {counter.key for counter in counters if counter.reserved_minor}
    used.subtract(held_by_stale([draw for draw in drawn if draw.key in reserved], now=now))
    return used


def gauges(user: User, *, currency: str, now: datetime, case: Case | None = None) -> list[Gauge]:
    """A user's caps of money and what is left of each, those of a case and its customer when one is given."""
    return measure(user, currency=currency, now=now, case=case).money


def gauges_in(user: User, currencies: Iterable[str], *, now: datetime) -> dict[str, list[Gauge]]:
    """A user's caps per award, day and month in several currencies, and what is left of each. Two queries, two more where
    an offer is open.
    """
    day, month = caps.periods(user, now)
    allowed = caps.in_each(user, currencies, now=now)
    drawn = {
        currency: caps.person_draws(user, currency, amounts, day=day, month=month)
        for currency, amounts in allowed.items()
    }
    used = _used([draw for draws in drawn.values() for draw in draws], now=now)
    return {
        currency: [
            Gauge(Axis.AWARD, currency, allowed[currency][Axis.AWARD], 0),
            *(Gauge(draw.axis, currency, draw.ceiling, used[draw.key]) for draw in draws),
        ]
        for currency, draws in drawn.items()
    }


def binding(measured: list[Gauge]) -> Gauge:
    """The cap of money that leaves least."""
    return min(measured, key=lambda gauge: gauge.left)


def alone(cost_minor: int, measured: list[Gauge]) -> Verdict:
    """Could a remedy of this cost be given alone now? A no names the cap that binds and what is left of it.

    Who can approve it is another question: it may be nobody.
    """
    over = [gauge for gauge in measured if cost_minor > gauge.left]
    if over:
        return refuse("over_cap", f"Above your cap {what_is_left(binding(over))}.")
    return ALLOWED


def what_is_left(cap: Gauge | Full, currency: str = "") -> str:
    """A cap with what is left of it, in words: "per case: $5.00 left"."""
    of = cap.currency if isinstance(cap, Gauge) else currency
    return f"{cap.axis.label}: {display(cap.left, of)} left" if of else f"{cap.axis.label}: {cap.left} left"
