"""The rollups under many hands: several count while several write, and a counter that is killed leaves nothing half done."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connections

from insights.domain import rollup
from insights.models import Fact
from tests.factories import House
from tests.insights.story import Story, by_hand, counted

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_counting_by_several_while_several_write_comes_to_what_happened(house: House) -> None:
    house.usual_caps()
    customers = [house.customer(f"Customer {number}") for number in range(3)]
    writing, wrong = threading.Event(), []

    def guarded(work: object, *args: object) -> None:
        try:
            work(*args)  # type: ignore[operator]
        except BaseException as problem:  # noqa: BLE001 - told by the assertion below
            wrong.append(problem)
        finally:
            connections.close_all()

    def write(number: int) -> None:
        for _ in range(8):
            case = house.heard_case(customers[number])
            house.give(case, 100)

    def count() -> None:
        while not writing.is_set():
            rollup.roll_up(now=house.now)

    house.remedy()
    writers = [threading.Thread(target=guarded, args=(write, number)) for number in range(3)]
    counters = [threading.Thread(target=guarded, args=(count,)) for _ in range(3)]
    for thread in (*writers, *counters):
        thread.start()
    for thread in writers:
        thread.join(60)
    writing.set()
    for thread in counters:
        thread.join(60)
    assert wrong == []
    rollup.roll_up(now=house.now)
    assert Fact.objects.filter(measure="opened").count() == 24
    assert counted() == by_hand()


REBUILD = """
from django.utils import timezone
from insights.domain import rollup
rollup.STEP = 3
print("counting", flush=True)
while True:
    rollup.rebuild(now=timezone.now())
"""


def test_a_counter_that_is_killed_again_and_again_leaves_it_right(house: House, process_env: dict[str, str]) -> None:
    story, chance = Story(house, 21), random.Random(21)
    story.live(60)
    rollup.roll_up(now=story.now)
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", REBUILD],
            cwd=settings.BASE_DIR,
            env=process_env,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"counting\n"
        time.sleep(chance.uniform(0.02, 0.6))
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
        story.live(6)
        rollup.roll_up(now=story.now)
        assert counted() == by_hand()
