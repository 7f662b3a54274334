"""What stands beneath taken away while promises fall due: Redis killed with all it holds, Redis emptied; PostgreSQL
restarted, in order and by force; every connection to it cut. How a minute without Redis is, is in test_redis_stopped.

Nothing is lost and nothing comes twice: what is owed stands in rows, and the next tick after its return finds them.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from ops.services import Postgres, Redis
from tests.drills import crowd, promises
from tests.drills.crowd import LONG_LADDER, SHORT_LADDER, Crowd
from tests.factories import House, build
from tests.harness.databases import APP, PostgresDatabase
from tests.harness.mail import MailSink
from tests.harness.processes import Celery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.practice("P7", "P30")]

Start = Callable[..., Celery]
Outage = Callable[[], None]


@pytest.fixture
def firm(transactional_db: None) -> House:
    return build()


def emptied(redis: Redis, times: int, every: float) -> Outage:
    """FLUSHALL, again and again: whatever ticks were in it are gone."""

    def outage() -> None:
        for _ in range(times):
            with socket.create_connection(("127.0.0.1", redis.port), timeout=5) as line:
                line.sendall(b"FLUSHALL\r\n")
                assert line.recv(16).startswith(b"+OK")
            time.sleep(every)

    return outage


def killed(redis: Redis, times: int, every: float) -> Outage:
    """As if its machine had lost power, and another came up with nothing in it."""

    def outage() -> None:
        for _ in range(times):
            redis.kill()
            redis.start()
            time.sleep(every)

    return outage


def assert_nothing_lost(drilled: Crowd) -> None:
    assert drilled.rungs_rung == drilled.rungs_expected == drilled.promises * len(promises.rungs())
    assert (drilled.rungs_twice, drilled.rows_lost, drilled.rows_twice) == (0, 0, 0)
    assert (drilled.mails_lost, drilled.shown_twice) == (0, 0)
    assert drilled.shown == sum("desk" in rung.channels for rung in promises.rungs()) * drilled.promises
    assert drilled.repeats_under_another_id == 0


def in_short(firm: House, start: Start, sink: MailSink, outage: Outage, **env: str) -> Crowd:
    short = {"DJANGO_SETTINGS_MODULE": "tests.drills.settings_short_lease"} | env
    drilled = crowd.run(
        firm, start, sink, count=60, kills=0, over=8, ladder=SHORT_LADDER, reps=2, warm_up=1, patience=150,
        outage=outage, **short,
    )  # fmt: skip
    crowd.read_every_desk(drilled)
    return drilled


def at_length(firm: House, start: Start, sink: MailSink, outage: Outage, name: str, **env: str) -> Crowd:
    """1,000 promises in three minutes, with four rungs each."""
    drilled = crowd.run(
        firm, start, sink, count=1_000, kills=0, over=60, ladder=LONG_LADDER, reps=5, warm_up=10, patience=300,
        outage=outage, **env,
    )  # fmt: skip
    crowd.read_every_desk(drilled)
    promises.keep(name, drilled)
    return drilled


def test_an_emptied_redis_loses_no_reminder(
    firm: House, celery_processes: Start, redis_server: Redis, mail_sink: MailSink
) -> None:
    drilled = in_short(firm, celery_processes, mail_sink, emptied(redis_server, 6, 1.0))
    assert_nothing_lost(drilled)
    assert drilled.mail_repeats == 0


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_redis_emptied_20_times(firm: House, celery_processes: Start, redis_server: Redis, mail_sink: MailSink) -> None:
    outage = emptied(redis_server, 20, 3.0)
    drilled = at_length(firm, celery_processes, mail_sink, outage, "1,000 promises, FLUSHALL 20 times")
    assert_nothing_lost(drilled)
    assert drilled.mail_repeats == 0


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_redis_killed_three_times_with_all_it_held(
    firm: House, celery_processes: Start, redis_server: Redis, mail_sink: MailSink
) -> None:
    outage = killed(redis_server, 3, 20.0)
    drilled = at_length(firm, celery_processes, mail_sink, outage, "1,000 promises, Redis killed 3 times, nothing kept")
    assert_nothing_lost(drilled)
    assert drilled.mail_repeats == 0


# PostgreSQL ----------------------------------------------------------------------------------------------------------


@pytest.mark.only("postgresql")
def test_with_every_connection_cut_no_reminder_is_lost(
    firm: House, celery_processes: Start, mail_sink: MailSink, database: PostgresDatabase
) -> None:
    def outage() -> None:
        for _ in range(3):
            with database._as_admin(database.maintenance) as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s",
                    [database.name, APP],
                )
            connection.close()
            time.sleep(2)

    drilled = in_short(firm, celery_processes, mail_sink, outage)
    assert_nothing_lost(drilled)
    # Cut between the mail server's acceptance and our commit: as a kill, for each of the two workers' two hands.
    assert drilled.mail_repeats <= 3 * 4


@pytest.fixture
def own_postgres(transactional_db: None, database: PostgresDatabase) -> Iterator[tuple[Postgres, PostgresDatabase]]:
    """A PostgreSQL of the test's own, which it may stop; Django's connection is to it for as long."""
    server = Postgres().start()
    config = {"HOST": "127.0.0.1", "PORT": server.port, "USER": "postgres", "PASSWORD": "postgres", "NAME": "postgres"}
    own = PostgresDatabase(config, "restarted")
    try:
        own.create()
        yield server, own
        own.destroy()
    finally:
        database.connect_as(APP)
        server.stop()


@pytest.mark.drill
@pytest.mark.only("postgresql")
@pytest.mark.timeout(1200)
def test_postgresql_restarted_twice(
    own_postgres: tuple[Postgres, PostgresDatabase], celery_processes: Start, mail_sink: MailSink
) -> None:
    """Once in order and once by force, so that it has to recover; away for five seconds each time."""
    server, own = own_postgres

    def outage() -> None:
        for at_once in (False, True):
            time.sleep(20)
            server.halt(at_once=at_once)
            time.sleep(5)
            server.begin()
            connection.close()

    drilled = at_length(
        build(), celery_processes, mail_sink, outage, "1,000 promises, PostgreSQL restarted twice", DATABASE_URL=own.url
    )
    assert_nothing_lost(drilled)
    assert drilled.mail_repeats <= 2 * 4
