"""What caps must come to, in plain numbers: a second reckoning, which knows nothing of how the first is kept.

For every axis and period it adds up what is spent and what is held, and says whether one more would fit. It is told what
was done; it asks the database for nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

AXES = ("award", "case", "customer", "day", "month", "team")
SPENT, HELD = ("given", "delivered"), ("waiting", "offered")


@dataclass
class Person:
    """Whoever spends: their role, team and zone are those of this moment."""

    pk: int
    role: str
    team: int
    zone: str

    def period(self, now: datetime) -> tuple[str, str]:
        """The day and the first of the month on this person's wall."""
        day = now.astimezone(ZoneInfo(self.zone)).date()
        return str(day), str(day.replace(day=1))


@dataclass(frozen=True)
class Where:
    """The counters that several people draw on, of one award: its case, and its customer's and team's month."""

    case: int
    customer: int
    team: int
    month: str

    def keys(self) -> dict[str, str]:
        return {
            "case": f"case:{self.case}:USD",
            "customer": f"customer:{self.customer}:USD:{self.month}",
            "team": f"team:{self.team}:USD:{self.month}",
        }


@dataclass
class Line:
    """One award: what it spent or holds, and on which counters."""

    where: Where
    amount: int
    counted: bool
    own: dict[str, str] = field(default_factory=dict)
    state: str = ""
    expires_at: datetime | None = None
    giver: int = 0
    code_told: bool = False
    taken_back_by: int | None = None

    @property
    def in_their_hand(self) -> bool:
        """A code that the customer was told, and that no second person has taken back."""
        return self.code_told and self.taken_back_by in (None, self.giver)

    @property
    def keys(self) -> list[str]:
        return [*self.where.keys().values(), *self.own.values()]


@dataclass
class Model:
    """``caps`` are amounts by holder and axis and by when they begin; None where a cap ends."""

    caps: dict[tuple[str, str], dict[datetime, int | None]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[int, Line] = field(default_factory=dict)
    unasked: Counter[str] = field(default_factory=Counter)

    def allowed(self, person: Person, axis: str, now: datetime) -> int:
        """A person's own cap in place of their role's; none is nothing."""
        for holder in (f"user:{person.pk}", f"role:{person.role}"):
            begun = {starts: amount for starts, amount in self.caps[holder, axis].items() if starts <= now}
            amount = begun[max(begun)] if begun else None
            if amount is not None:
                return amount
        return 5 if axis == "no_questions" else 0

    def own_keys(self, person: Person, now: datetime) -> dict[str, str]:
        day, month = person.period(now)
        return {"day": f"user:{person.pk}:USD:day:{day}", "month": f"user:{person.pk}:USD:month:{month}"}

    def counters(self) -> dict[str, tuple[int, int]]:
        """Spent and held by counter, of those that hold anything."""
        spent, held = Counter(self.unasked), Counter[str]()
        for line in self.lines.values():
            kept = spent if line.state in SPENT else held if line.state in HELD else None
            for key in line.keys if line.counted and kept is not None else ():
                kept[key] += line.amount
        return {key: (spent[key], held[key]) for key in spent | held}

    def in_hand(self) -> dict[str, int]:
        """What the codes that customers have are worth, by the counters that they drew on."""
        worth = Counter[str]()
        for line in self.lines.values():
            for key in line.keys if line.counted and line.in_their_hand else ():
                worth[key] += line.amount
        return dict(worth)

    def fits(self, person: Person, where: Where, amount: int, now: datetime, *, freed: Iterable[Line] = ()) -> bool:
        """Whether this person may give so much there now, once these lines hold nothing any more."""
        used = Counter({key: sum(both) for key, both in self.counters().items()})
        for line in freed:
            used.subtract(dict.fromkeys(line.keys, line.amount if line.counted else 0))
        keys = {**where.keys(), **self.own_keys(person, now)}
        return amount <= self.allowed(person, "award", now) and all(
            used[key] + amount <= self.allowed(person, axis, now) for axis, key in keys.items()
        )

    def stale(self, now: datetime) -> list[Line]:
        """What still holds something though its time has passed."""
        held = (line for line in self.lines.values() if line.state in HELD)
        return [line for line in held if line.expires_at is not None and line.expires_at <= now]
