"""Calls that are owed: when they are due, and those who owe them and are gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.domain.roles import set_working_state
from accounts.models import User
from tests.factories import DAY, NOW, House

# Two business days on: NOW is a Tuesday.
DUE = NOW + 2 * DAY


def gone(house: House, user: User, *, days: float, now: datetime = NOW) -> User:
    """Away for so many days from now on, as the administrator has written down."""
    until = now + timedelta(days=days)
    return set_working_state(user, state="away", until=until, by=house.ada, now=now)


def left(house: House, user: User, *, now: datetime = NOW) -> User:
    return set_working_state(user, state="left", until=None, by=house.ada, now=now)
