"""Several reps, customers, cases and teams under caps that overlap, asked for more than fits, all at once by REST.

No axis is overspent; where it is known to the cent what fits, so much is given; nothing that fits is refused; nobody
sees a fault or waits in vain; and the books agree. Each guard taken out is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection

from tests.factories import House
from tests.races.field import AMOUNT, AXES, cases_of, crossfire, open_books, reps_of, wrong
from tests.races.server import Server, serve, statuses, unguarded

__all__ = ["serve", "unguarded"]

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True), pytest.mark.practice("P16")]
Serve = Callable[..., Server]


def test_of_all_that_is_asked_for_at_once_what_fits_is_given_and_no_more(house: House, serve: Serve) -> None:
    field = crossfire(house, "race", 20)
    server = serve(threads=32)
    answers = server.post_all(field.asked(), connections=32)
    assert len(answers) == 400
    assert set(statuses(answers)) == {201, 409}, server.said()
    assert wrong(field, answers) == []


# What the test above is worth: with a guard taken out, it fails, and says where.

NOTICED = {
    "comparison": "fault",
    "guard": "overspent",
    "award": "overspent award",
    "case": "overspent case",
    "customer": "overspent customer",
    "day": "overspent day",
    "month": "overspent month",
    "team": "overspent team",
}


@pytest.mark.parametrize("guard", NOTICED)
def test_without_a_guard_the_race_goes_wrong(house: House, unguarded: Server, guard: str) -> None:
    field = crossfire(house, "race", 4)
    answers = unguarded.post_all(field.asked(), headers={"X-Without": guard})
    found = wrong(field, answers)
    assert any(line.startswith(NOTICED[guard]) for line in found), found
    assert guard == "comparison" or set(statuses(answers)) == {201, 409}, unguarded.said()


@pytest.mark.only("postgresql")
def test_looking_before_writing_is_no_guard_at_all(house: House, unguarded: Server) -> None:
    field = crossfire(house, "race", 4)
    found = wrong(field, unguarded.post_all(field.asked(), headers={"X-Without": "look"}))
    assert any(line.startswith("overspent") for line in found), found


def test_with_all_guards_in_place_the_same_small_race_goes_well(house: House, unguarded: Server) -> None:
    field = crossfire(house, "race", 4)
    assert wrong(field, unguarded.post_all(field.asked())) == []


@contextmanager
def without_the_wall(database: Any) -> Iterator[None]:
    """The counters without their CHECK, as a migration that lost it would leave them."""
    name = "cap_counter_never_over_its_ceiling"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        connection.close()
        return
    with closing(psycopg2.connect(database.owner_url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
            (wall,) = cursor.fetchone() or ("",)
            cursor.execute(f"ALTER TABLE compensation_capcounter DROP CONSTRAINT {name}")
            yield
            cursor.execute(f"ALTER TABLE compensation_capcounter ADD CONSTRAINT {name} {wall}")


def test_without_the_wall_in_the_database_the_books_are_found_open(house: House, database: Any) -> None:
    rep = reps_of(house, "wall", 1, **dict.fromkeys(AXES, AMOUNT))[0]
    house.give(cases_of(rep, house, customers=1, each=1)[0], AMOUNT, by=rep)
    assert list(open_books()) == []
    with without_the_wall(database):
        assert list(open_books()) == [f"no wall: {axis}" for axis in ("case", "customer", "day", "month", "team")]
    assert list(open_books()) == []
