"""How long answers to requests took, of whoever gave them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.enums import Role
from accounts.queries import visible_units
from compensation.models import Approval

# No more answers than this are read, the newest, whatever the period.
AMONG = 1000


@dataclass(frozen=True)
class AnswerTimes:
    """Of one person, or of all where ``name`` is blank: how many answers, half and nine tenths of them within so many
    seconds, and how many before they were due."""

    name: str
    n: int
    median: float
    p90: float
    in_time: int

    @property
    def share(self) -> int:
        """Of a hundred, those answered before they were due."""
        return round(100 * self.in_time / self.n)


def answer_times(user: Any, *, since: datetime) -> list[AnswerTimes]:
    """Of the answers in a person's reach since then: all of them first, then each who answered. One query."""
    rows = Approval.objects.filter(answered_at__gte=since)
    if user.role != Role.ADMIN:
        rows = rows.filter(award__unit__in=visible_units(user).order_by())
    took: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    newest = rows.order_by("-answered_at", "-id").values_list(
        "answered_by__name", "answered_by", "requested_at", "answered_at", "obligation__due_end"
    )
    names: dict[str, str] = {}
    for name, person, asked, answered, due in newest[:AMONG]:
        if answered is None:
            continue
        one = ((answered - asked).total_seconds(), answered <= due)
        took[""].append(one)
        took[str(person)].append(one)
        names[str(person)] = name
    listed = [_times(names.get(key, ""), of) for key, of in took.items()]
    return sorted(listed, key=lambda each: (each.name != "", each.name))


def _times(name: str, took: list[tuple[float, bool]]) -> AnswerTimes:
    seconds = sorted(each for each, _ in took)
    half = len(seconds) // 2
    median = seconds[half] if len(seconds) % 2 else (seconds[half - 1] + seconds[half]) / 2
    p90 = seconds[math.ceil(0.9 * len(seconds)) - 1]
    return AnswerTimes(name, len(seconds), median, p90, sum(in_time for _, in_time in took))
