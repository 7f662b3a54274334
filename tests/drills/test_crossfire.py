"""10,000 awards from 32 connections under caps that overlap on every axis, beside a single client who asks for the same.

The single client has a tenth of it, in a field of its own under caps of a tenth, and takes turns with the many: so both
meet the same share of awards and of refusals on the same machine at the same hour, and their ratio means something.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.drills import promises
from tests.factories import House
from tests.races.field import Field, beside, crossfire, wrong
from tests.races.server import TIMED_OUT, Answer, Server, serve, statuses

__all__ = ["serve"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P16")]
CONNECTIONS, ROUNDS = 32, 4
SLOWEST_AGAINST_ONE = 0.8


@dataclass
class Tally:
    awards_asked: int
    given: int = 0
    refused: int = 0
    faults: int = 0
    timed_out: int = 0
    seconds: float = 0.0
    awards_per_second: float = 0.0
    by_one_client: float = 0.0
    ratio: float = 0.0
    ratio_by_round: list[float] = field(default_factory=list)
    median_ms: int = 0
    p99_ms: int = 0
    slowest_ms: int = 0
    wrong: list[str] = field(default_factory=list)


def taking_turns(
    server: Server, many: Field, one: Field
) -> tuple[list[Answer], list[Answer], list[tuple[float, float]]]:
    """The answers to the many and to the one, and the seconds that each of both took, round by round."""
    answers: tuple[list[Answer], list[Answer]] = ([], [])
    took: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        seconds = [0.0, 0.0]
        for whose in (0, 1) if number % 2 else (1, 0):
            found, connections = ((many, CONNECTIONS), (one, 1))[whose]
            share = len(found.wishes) // ROUNDS
            asked = found.asked(found.wishes[number * share : (number + 1) * share])
            began = time.monotonic()
            answers[whose].extend(server.post_all(asked, connections=connections))
            seconds[whose] = time.monotonic() - began
        took.append((seconds[0], seconds[1]))
    return *answers, took


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_10000_awards_from_32_connections(house: House, serve: Callable[..., Server]) -> None:
    many, one = crossfire(house, "many", 500), crossfire(house, "one", 50)
    server = serve(threads=CONNECTIONS)
    answers, alone, took = taking_turns(server, many, one)
    tally = measured(answers, took, share=len(one.wishes) / len(many.wishes))
    tally.wrong = wrong(beside(many, one), [*answers, *alone])
    promises.keep("10,000 awards from 32 connections", tally)
    assert len(answers) == 10_000
    assert tally.wrong == [], server.said()
    assert (tally.faults, tally.timed_out) == (0, 0)
    assert tally.ratio >= SLOWEST_AGAINST_ONE


def measured(answers: list[Answer], took: list[tuple[float, float]], *, share: float) -> Tally:
    """``share`` is how much of the many's work the one client had."""
    codes, each = statuses(answers), sorted(answer.seconds * 1000 for answer in answers)
    seconds, by_one = (sum(column) for column in zip(*took, strict=True))
    return Tally(
        awards_asked=len(answers),
        given=codes[201],
        refused=codes[409],
        faults=sum(times for status, times in codes.items() if status >= 500),
        timed_out=codes[TIMED_OUT],
        seconds=round(seconds, 1),
        awards_per_second=round(len(answers) / seconds, 1),
        by_one_client=round(len(answers) * share / by_one, 1),
        ratio=round(by_one / (seconds * share), 2),
        ratio_by_round=[round(single / (together * share), 2) for together, single in took],
        median_ms=round(statistics.median(each)),
        p99_ms=round(each[len(each) * 99 // 100]),
        slowest_ms=round(each[-1]),
    )
