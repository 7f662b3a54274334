"""How long requests above a cap waited for their answer, by who answered."""

from __future__ import annotations

from dataclasses import dataclass

from insights.domain.facts import bounds
from insights.domain.figures import Share, behind
from insights.enums import Measure, Told
from insights.queries import Sums

OF_ANSWERS = (Measure.ANSWER, Measure.ANSWER_DUE)


@dataclass(frozen=True)
class Times:
    """Of one person, or of all where ``name`` is blank. ``query`` leads to what it was counted from."""

    name: str
    n: int
    median: float | None
    p90: float | None
    in_time: Share
    query: str = ""


def times(read: Sums, by_rep: dict[int, tuple[str, Sums]]) -> list[Times]:
    """All answers first, then each who answered; nothing where nobody did."""
    if not read.n(Measure.ANSWER):
        return []
    each = [_times(name, theirs) for name, theirs in by_rep.values() if theirs.n(Measure.ANSWER)]
    return [_times("", read, behind(Measure.ANSWER)), *each]


def _times(name: str, read: Sums, query: str = "") -> Times:
    in_time = Share(read.n(Measure.ANSWER_DUE, Told.IN_TIME), read.n(Measure.ANSWER_DUE))
    n = read.n(Measure.ANSWER)
    return Times(name, n, within(read, 0.5), within(read, 0.9), in_time, query)


def within(read: Sums, part: float) -> float | None:
    """Within how many seconds this part of the answers came, read between the bounds of its bucket; None: over a day."""
    counts = read.keys(Measure.ANSWER)
    wanted = sum(counts.values()) * part
    below, lower = 0, 0
    for bound in bounds():
        here = counts.get(str(bound), 0)
        if here and below + here >= wanted:
            return lower + (bound - lower) * (wanted - below) / here
        below, lower = below + here, bound
    return None
