"""What calls change: those whom a lot had called against those it left uncalled, with how sure one can be.

Differences of means by Welch's interval, with the normal deviate, since nothing is said of fewer than ``LEAST`` on either
side; differences of shares by Newcombe's hybrid score interval (Newcombe 1998, Statistics in Medicine 17:873–890, method
10). A difference is claimed only when its interval of 95% leaves out zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from insights.enums import Measure, Side
from insights.queries import Sums
from outreach.enums import CallOutcome

CONFIDENCE = 0.95
DEVIATE = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Of fewer on either side nothing is said: a convention for where the normal approximation does.
LEAST = 30
SHARES = {
    Measure.LOT_SETTLED: ("Settled after 30 days", "All their cases are closed.", True),
    Measure.LOT_RETURN: ("Would return", "Of those who answered: 4 or 5 of 5.", True),
    Measure.LOT_AGAIN: ("Let down again within 30 days", "A new mistake of ours was logged.", False),
}


@dataclass(frozen=True)
class Arm:
    """One side of a comparison: how many are counted, their mean (a share for what is yes or no), and its spread."""

    n: int
    mean: float | None
    variance: float = 0.0


@dataclass(frozen=True)
class Effect:
    """A difference between the two sides: called less not called. ``better`` says which sign is good.

    ``low`` and ``high`` are None while there are too few to say.
    """

    measure: Measure
    label: str
    note: str
    called: Arm
    held_out: Arm
    difference: float | None
    low: float | None
    high: float | None
    better: bool
    is_share: bool

    @property
    def enough(self) -> bool:
        return self.low is not None

    @property
    def verdict(self) -> str:
        """``too_few``, ``none_shown``, ``better`` or ``worse``."""
        if self.low is None or self.high is None:
            return "too_few"
        if self.low <= 0 <= self.high:
            return "none_shown"
        return "better" if (self.low > 0) == self.better else "worse"


@dataclass(frozen=True)
class Comparison:
    """All that is known of one program's calls."""

    program_id: int
    called: int
    held_out: int
    outcomes: Mapping[str, int]
    effects: list[Effect]


def compare(read: Sums) -> list[Comparison]:
    """What each program's calls changed, the program with most lots first."""
    tables: dict[Measure, dict[int, dict[str, Counter[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Counter))
    )
    for measure in (Measure.LOT, Measure.LOT_OUTCOME, Measure.LOT_CHANGE, *SHARES):
        for key, count in read.keys(measure).items():
            program, side, *rest = key.split(":")
            tables[measure][int(program)][side][rest[0] if rest else ""] += count
    drawn = tables[Measure.LOT]
    return sorted(
        (
            Comparison(
                program,
                called=sum(sides[Side.CALLED].values()),
                held_out=sum(sides[Side.HELD_OUT].values()),
                outcomes={code: sum(n.values()) for code, n in tables[Measure.LOT_OUTCOME][program].items()},
                effects=[
                    _change(tables[Measure.LOT_CHANGE][program]),
                    *(_share(measure, tables[measure][program]) for measure in SHARES),
                ],
            )
            for program, sides in drawn.items()
        ),
        key=lambda each: (-each.called - each.held_out, each.program_id),
    )


def _change(sides: Mapping[str, Counter[str]]) -> Effect:
    called, held_out = (_mean(sides.get(side, Counter())) for side in (Side.CALLED, Side.HELD_OUT))
    difference = _difference(called, held_out)
    low, high = welch(called, held_out) if _enough(called, held_out) else (None, None)
    return Effect(
        Measure.LOT_CHANGE,
        "Change in satisfaction",
        "Points of 5, the next score against the first.",
        called,
        held_out,
        difference,
        low,
        high,
        better=True,
        is_share=False,
    )


def _share(measure: Measure, sides: Mapping[str, Counter[str]]) -> Effect:
    label, note, better = SHARES[measure]
    called, held_out = (_proportion(sides.get(side, Counter())) for side in (Side.CALLED, Side.HELD_OUT))
    low, high = newcombe(called, held_out) if _enough(called, held_out) else (None, None)
    return Effect(
        measure, label, note, called, held_out, _difference(called, held_out), low, high, better, is_share=True
    )


def _enough(*arms: Arm) -> bool:
    return all(arm.n >= LEAST for arm in arms)


def _difference(called: Arm, held_out: Arm) -> float | None:
    return None if called.mean is None or held_out.mean is None else called.mean - held_out.mean


def _mean(counts: Counter[str]) -> Arm:
    n = sum(counts.values())
    if not n:
        return Arm(0, None)
    values = [(int(value), count) for value, count in counts.items()]
    mean = sum(value * count for value, count in values) / n
    spread = sum(count * (value - mean) ** 2 for value, count in values) / (n - 1) if n > 1 else 0.0
    return Arm(n, mean, spread)


def _proportion(counts: Counter[str]) -> Arm:
    n = sum(counts.values())
    return Arm(n, counts["yes"] / n) if n else Arm(0, None)


def welch(one: Arm, other: Arm) -> tuple[float, float]:
    """The interval of a difference of two means whose spreads may differ."""
    difference = (one.mean or 0.0) - (other.mean or 0.0)
    reach = DEVIATE * sqrt(one.variance / one.n + other.variance / other.n)
    return difference - reach, difference + reach


def wilson(arm: Arm) -> tuple[float, float]:
    """The score interval of a share."""
    p, n, z2 = arm.mean or 0.0, arm.n, DEVIATE**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = DEVIATE * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def newcombe(one: Arm, other: Arm) -> tuple[float, float]:
    """The interval of a difference of two shares."""
    p, q = one.mean or 0.0, other.mean or 0.0
    (low_p, high_p), (low_q, high_q) = wilson(one), wilson(other)
    low = p - q - sqrt((p - low_p) ** 2 + (high_q - q) ** 2)
    high = p - q + sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
    return max(low, -1.0), min(high, 1.0)


def lot_said(measure: Measure, key: str) -> str:
    """A key of these measures in words."""
    _, side, *rest = key.split(":") if key.count(":") else ("", key)
    if measure == Measure.LOT_OUTCOME:
        return str(CallOutcome(side).label) if side in CallOutcome.values else side
    words = [str(Side(side).label)] if side in Side.values else [side]
    return ", ".join([*words, *(f"{each} points" if measure == Measure.LOT_CHANGE else each for each in rest)])


def keys_of(program: int, side: str, read: Sums, measure: Measure) -> Iterable[str]:
    """The keys of one side of a measure, for a way to the cases behind it."""
    start = f"{program}:{side}"
    return [key for key in sorted(read.keys(measure)) if key == start or key.startswith(f"{start}:")]
