"""The whole demo, in one transaction: real complaints as history, and Northwind, which is made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import transaction

from accounts.domain.notices import put_away_all
from accounts.domain.roles import set_working_state
from accounts.enums import WorkingState
from accounts.models import User
from cases.models import Case
from desk.management.demo.calls import calls
from desk.management.demo.catalog import stock
from desk.management.demo.flyers import flyers, introduce_flyers
from desk.management.demo.honored import honored
from desk.management.demo.mails import mails
from desk.management.demo.past import past
from desk.management.demo.people import introduce
from desk.management.demo.present import present
from desk.management.demo.remedies import office, remedies
from desk.management.demo.staff import SIGN_INS, hire
from desk.management.demo.stage import Cast, Story, play
from desk.management.demo.surveys import answers, today
from insights.domain.rollup import rebuild
from integrations.domain.importing import import_complaints
from journal.domain.feed import sequence

# How long ago Northwind opened: before the first of its cases.
OPENED = timedelta(days=95)


@dataclass(frozen=True)
class Loaded:
    """How much there is now."""

    complaints: int
    customers: int
    cases: int


def is_loaded() -> bool:
    """Are the demo's people here?"""
    return User.objects.filter(username__in=SIGN_INS).exists()


@transaction.atomic
def load(complaints: BinaryIO, *, now: datetime) -> Loaded:
    """Load everything as it would stand at ``now``. All of it or, when killed, nothing."""
    counts = import_complaints(complaints, system="cfpb", now=now, on_reject=_impossible)
    cast = Cast(now=now)
    opened = now - OPENED
    hire(cast, now=opened)
    stock(cast, now=opened)
    introduce(cast, now=opened)
    introduce_flyers(cast, now=opened)
    told = (past, present, honored, remedies, calls, flyers, today, mails, office, _office)
    play([story for tell in told for story in tell(cast)], cast=cast, answering=answers(cast))
    while sequence():
        pass
    rebuild(now=now)  # three months at once are quicker counted anew than followed event by event
    return Loaded(counts.created, len(cast.customers), Case.objects.filter(historical=False).count())


def _impossible(reject: object) -> None:
    raise ValueError(f"the demo's own file has a bad row: {reject}")


def _office(cast: Cast) -> Iterator[Story]:
    """Who has left, who is away, and what had been read some hours ago."""
    yield _state(cast, "petra", WorkingState.LEFT, timedelta(hours=20), None)
    yield _state(cast, "tomas", WorkingState.AWAY, timedelta(hours=15), timedelta(days=2))
    yield _state(cast, "hedda", WorkingState.AWAY, timedelta(hours=10), timedelta(days=3))
    yield _tidy(cast)


def _tidy(cast: Cast) -> Story:
    at = cast.now - timedelta(hours=14)
    yield at
    for person in cast.staff.values():
        put_away_all(by=person, now=at)


def _state(cast: Cast, name: str, state: WorkingState, ago: timedelta, ahead: timedelta | None) -> Story:
    at = cast.now - ago
    yield at
    until = cast.now + ahead if ahead else None
    set_working_state(cast.staff[name], state=state, until=until, by=cast.staff["admin"], now=at)
