"""Units, teams and the people in them: added by an administrator, or by the system (``by`` None) on the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from accounts.authority import Refused
from accounts.domain.calendar import known_region
from accounts.domain.roles import can_administer
from accounts.enums import Role, WorkingState
from accounts.models import BusinessUnit, Team, User
from accounts.money import exponent
from journal.domain.log import Entry, record, record_many
from journal.enums import EventType

CODE_LENGTH = 80


def name_key(name: str) -> str:
    """What makes two spellings of a unit's name the same one: case and the width of its spaces, and nothing else."""
    return " ".join(name.split()).casefold()


def code_for(name: str) -> str:
    """A unit's code, made of its name alone: readable, and different for different names however alike they look."""
    key = name_key(name)
    return f"{slugify(key)[: CODE_LENGTH - 9]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}".lstrip("-")


@transaction.atomic
def units_named(
    names: Iterable[str], *, currency: str, now: datetime, by: User | None = None
) -> dict[str, BusinessUnit]:
    """The units of these names, by ``name_key``; those that are not there yet are added, with ``currency``.

    Refused: ``administrator_needed``, ``invalid`` for a blank name or one of more than 160 characters.
    """
    if by is not None:
        can_administer(by).enforce()
    wanted: dict[str, str] = {}
    for name in names:
        plain = " ".join(name.split())
        if not plain or len(plain) > 160:
            raise Refused("invalid", "A business unit has a name of at most 160 characters.", "unit")
        wanted.setdefault(name_key(plain), plain)
    codes = {code_for(name): key for key, name in wanted.items()}
    found = {codes[unit.code]: unit for unit in BusinessUnit.objects.filter(code__in=codes)}
    if len(found) < len(wanted):  # others may have been named by hand, under a code of their own
        for unit in BusinessUnit.objects.order_by("-id"):
            if (key := name_key(unit.name)) in wanted:
                found.setdefault(key, unit)
    new = [
        BusinessUnit(code=code, name=wanted[key], currency=currency) for code, key in codes.items() if key not in found
    ]
    added = BusinessUnit.objects.bulk_create(new)
    record_many(Entry(EventType.UNIT_ADDED, ("unit", unit.pk), now, by, data={"code": unit.code}) for unit in added)
    return found | {codes[unit.code]: unit for unit in added}


@transaction.atomic
def add_unit(
    *, code: str, name: str, currency: str, now: datetime, by: User | None = None, **hours: Any
) -> BusinessUnit:
    """Add a business unit. ``hours``: time_zone, opens, closes, weekdays, holiday_region.

    Refused: ``administrator_needed``, ``invalid``.
    """
    if by is not None:
        can_administer(by).enforce()
    unit = BusinessUnit(code=code, name=name, currency=currency, **hours)
    _check(unit)
    unit.save(force_insert=True)
    record(EventType.UNIT_ADDED, subject=("unit", unit.pk), by=by, now=now, data={"code": unit.code})
    return unit


@transaction.atomic
def add_team(*, name: str, units: Iterable[BusinessUnit], now: datetime, by: User | None = None) -> Team:
    """Add a team that serves these units. Refused: ``administrator_needed``, ``invalid``."""
    if by is not None:
        can_administer(by).enforce()
    team = Team(name=name)
    _check(team)
    team.save(force_insert=True)
    served = list(units)
    team.units.set(served)
    record(
        EventType.TEAM_ADDED, subject=("team", team.pk), by=by, now=now, data={"units": [unit.pk for unit in served]}
    )
    return team


@transaction.atomic
def add_user(
    *,
    username: str,
    name: str,
    now: datetime,
    by: User | None = None,
    password: str | None = None,
    **particulars: Any,
) -> User:
    """Add a member of staff or a service account. Without a password nobody can sign in as it.

    ``particulars`` are fields of ``User``: email, role, team, time_zone, holiday_region, takes_calls, is_service,
    is_active, is_staff, is_superuser. Refused: ``administrator_needed``, ``superuser_needed``, ``invalid``.
    """
    if by is not None:
        can_administer(by).enforce()
        if particulars.get("is_superuser") and not by.is_superuser:
            raise Refused("superuser_needed", "Only a superuser makes another one.", "is_superuser")
    user = User(username=username, name=name, date_joined=now, password=make_password(password), **particulars)
    _check(user)
    user.save(force_insert=True)
    record(
        EventType.USER_ADDED,
        subject=("user", user.pk),
        by=by,
        now=now,
        data={"role": user.role, "team": user.team_id, "service": user.is_service},
    )
    return user


UNIT_FIELDS = ("code", "name", "currency", "time_zone", "opens", "closes", "weekdays", "holiday_region")
# What lets somebody in: whoever may change these of somebody can become them.
SIGN_IN = frozenset({"username", "email", "is_active", "is_staff"})
USER_FIELDS = (
    "username", "name", "email", "role", "team", "time_zone", "holiday_region", "takes_calls", "is_active", "is_staff",
    "is_superuser",
)  # fmt: skip


@transaction.atomic
def change_unit(unit: BusinessUnit, *, by: User, now: datetime, **fields: Any) -> BusinessUnit:
    """Change a unit's fields of ``UNIT_FIELDS``, its opening hours among them.

    Refused: ``administrator_needed``, ``invalid``, ``unknown_currency``.
    """
    can_administer(by).enforce()
    held = BusinessUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    changed = _set(held, fields, UNIT_FIELDS)
    if changed:
        held.save()
        record(EventType.UNIT_CHANGED, subject=("unit", held.pk), by=by, now=now, data={"fields": changed})
    return held


@transaction.atomic
def change_team(team: Team, *, name: str, units: Iterable[BusinessUnit], by: User, now: datetime) -> Team:
    """Change what a team is called and whom it serves. Refused: ``administrator_needed``, ``invalid``."""
    can_administer(by).enforce()
    held = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    changed = _set(held, {"name": name}, ("name",))
    served = sorted(unit.pk for unit in units)
    before = sorted(held.units.values_list("id", flat=True))
    if changed:
        held.save()
    if served != before:
        held.units.set(served)
        changed.append("units")
    if changed:
        data = {"fields": changed, "units": served, "before": before}
        record(EventType.TEAM_CHANGED, subject=("team", held.pk), by=by, now=now, data=data)
    return held


@transaction.atomic
def change_user(user: User, *, by: User, now: datetime, password: str = "", **fields: Any) -> User:
    """Change somebody's fields of ``USER_FIELDS``, and their password if one is given.

    Whoever left comes back by their working state, not by being made active here.
    Refused: ``administrator_needed``, ``superuser_needed``, ``invalid``.
    """
    can_administer(by).enforce()
    held = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if not by.is_superuser:
        if fields.get("is_superuser", held.is_superuser) != held.is_superuser:
            raise Refused("superuser_needed", "Only a superuser makes another one.", "is_superuser")
        if held.is_superuser and (password or SIGN_IN & set(fields)):
            raise Refused("superuser_needed", "Only a superuser changes how another one signs in.", "username")
    if held.working_state == WorkingState.LEFT and fields.get("is_active"):
        raise Refused("invalid", "Somebody who left is taken back by setting their working state.", "is_active")
    before = {"role": held.role, "team": held.team_id}
    changed = _set(held, fields, USER_FIELDS)
    if password:
        held.set_password(password)
        changed.append("password")
    if changed:
        held.save()
        data = {"fields": changed, "before": before, "role": held.role, "team": held.team_id}
        record(EventType.USER_CHANGED, subject=("user", held.pk), by=by, now=now, data=data)
    return held


def _set(held: BusinessUnit | Team | User, fields: dict[str, Any], known: Iterable[str]) -> list[str]:
    """Set what differs, checked; returns the names of what did."""
    unknown = set(fields) - set(known)
    if unknown:
        raise TypeError(f"not fields of this: {sorted(unknown)}")
    changed = sorted(name for name, value in fields.items() if getattr(held, name) != value)
    for name in changed:
        setattr(held, name, fields[name])
    _check(held)
    return changed


def stand_in(*, username: str, name: str, now: datetime) -> User:
    """The inactive service account that stands for those whom an imported record does not name. Made when missing."""
    known = User.objects.filter(username=username).first()
    if known is not None:
        if not known.is_service:
            raise Refused("invalid", f"“{username}” is a person’s user name here.", "username")
        return known
    return add_user(username=username, name=name, now=now, role=Role.REP, is_service=True, is_active=False)


def service_account(username: str, *, team: Team, now: datetime, by: User | None = None) -> User:
    """The service account of this name in this team, made when missing. Refused: ``invalid`` where it is another's."""
    known = User.objects.filter(username=username).first()
    if known is None:
        return add_user(username=username, name=username, now=now, by=by, role=Role.REP, team=team, is_service=True)
    if not known.is_service or not known.is_active or known.team_id != team.pk:
        raise Refused("invalid", f"“{username}” is taken: by a person, another team or an account put out of use.")
    return known


def _check(thing: BusinessUnit | Team | User) -> None:
    if isinstance(thing, BusinessUnit):
        exponent(thing.currency)
    try:
        thing.full_clean()
    except ValidationError as wrong:
        field, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], "" if field == "__all__" else field) from None
    if isinstance(thing, User | BusinessUnit):
        known_region(thing.holiday_region).enforce()
    if isinstance(thing, BusinessUnit):
        _check_hours(thing)


def _check_hours(unit: BusinessUnit) -> None:
    """When a unit is there: from an hour to a later one, closing at 00:00 being midnight, on days of the week."""
    days = unit.weekdays
    if not isinstance(days, list) or not all(isinstance(day, int) and 0 <= day <= 6 for day in days):
        raise Refused("invalid", "Weekdays are a list of numbers from 0 (Monday) to 6.", "weekdays")
    if unit.closes <= unit.opens and unit.closes != time(0):
        raise Refused("invalid", "It closes before it opens.", "closes")
