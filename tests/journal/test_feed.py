"""The change feed gives every committed event one place, and skips none that commits late."""

from __future__ import annotations

import random

import pytest
from django.db import connections, transaction

from journal.domain.feed import sequence
from journal.domain.log import record
from journal.enums import EventType
from journal.models import Event, FeedPosition, Unsequenced
from journal.queries import feed_after
from tests.factories import NOW
from tests.races.beside import Beside


def write(note: int) -> Event:
    with transaction.atomic():
        return record(EventType.CASE_NOTED, subject=("case", note), now=NOW)


def read_all(after: int = 0) -> list[int]:
    return [position.event.subject_id for position in feed_after(after)]


@pytest.mark.django_db
def test_events_stand_in_the_feed_in_the_order_they_happened_each_once() -> None:
    for note in range(5):
        write(note)
    assert sequence(limit=3) == 3
    assert sequence() == 2
    assert sequence() == 0
    assert read_all() == [0, 1, 2, 3, 4]
    assert not Unsequenced.objects.exists()


@pytest.mark.django_db
def test_a_reader_goes_on_where_it_stopped() -> None:
    for note in range(4):
        write(note)
    sequence()
    stopped = FeedPosition.objects.order_by("position")[1].position
    write(4)
    sequence()
    assert read_all(after=stopped) == [2, 3, 4]


@pytest.mark.only("postgresql")
@pytest.mark.race
@pytest.mark.practice("P29")
@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_is_not_skipped_by_a_reader_that_has_read_later_ones() -> None:
    with Beside() as late, Beside() as prompt:
        first = late.begin(lambda: record(EventType.CASE_NOTED, subject=("case", 1), now=NOW).pk)
        second = prompt.begin(lambda: record(EventType.CASE_NOTED, subject=("case", 2), now=NOW).pk)
        assert first < second
        prompt.commit()
        sequence()
        seen = feed_after(0).last()
        assert seen is not None
        assert read_all() == [2]
        late.commit()
        sequence()
        assert read_all(after=seen.position) == [1]


@pytest.mark.only("postgresql")
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_sequencer_works_at_a_time_and_another_leaves_it_the_work() -> None:
    write(1)
    with Beside() as other:
        assert other.begin(sequence) == 1
        assert sequence() == 0
        other.commit()
    assert sequence() == 0
    assert read_all() == [1]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_while_many_write_and_two_sequence_a_reader_that_only_goes_forward_sees_every_event_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def writer(number: int) -> None:
        try:
            chance = random.Random(number)
            for step in range(15):
                with transaction.atomic():
                    record(EventType.CASE_NOTED, subject=("case", number * 100 + step), now=NOW)
                    if connections["default"].vendor == "postgresql" and chance.random() < 0.3:
                        with connections["default"].cursor() as cursor:
                            cursor.execute("SELECT pg_sleep(0.01)")
        finally:
            connections.close_all()

    def sequencer() -> None:
        try:
            for _ in range(60):
                sequence(limit=7)
        finally:
            connections.close_all()

    seen: list[int] = []
    with ThreadPoolExecutor(8) as pool:
        working = [pool.submit(writer, number) for number in range(6)] + [pool.submit(sequencer) for _ in range(2)]
        after = 0
        while not all(work.done() for work in working):
            for position in feed_after(after):
                after = position.position
                seen.append(position.event.subject_id)
        for work in working:
            work.result()
    while sequence():
        pass
    seen += read_all(after=after)
    assert len(seen) == len(set(seen)) == 90
