"""Caps, and the counters that hold them under any concurrency.

One statement makes, guards and moves all counters of an award: on each row the sum it would come to is compared
with the cap inside the UPDATE itself, so two awards at once cannot both fit where only one does. The CHECK on the row
refuses whatever slips past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from accounts.models import User
from compensation.enums import Axis
from compensation.models import Award, Cap, CapCounter

MONEY_AXES = (Axis.AWARD, Axis.CASE, Axis.CUSTOMER, Axis.DAY, Axis.MONTH, Axis.TEAM)
# Counters that several people draw on: each by what their own cap leaves of it.
SHARED_AXES = (Axis.CASE, Axis.CUSTOMER, Axis.TEAM)
Allowed = dict[Axis, int]


@dataclass(frozen=True)
class Draw:
    """What one award would take from one counter, and the most that counter may come to."""

    key: str
    axis: Axis
    currency: str
    ceiling: int
    user_id: int | None = None
    case_id: int | None = None
    customer_id: int | None = None
    team_id: int | None = None
    period_start: date | None = None


@dataclass(frozen=True)
class Full:
    """The cap that binds, and what is left of it, in minor units; never below zero."""

    axis: Axis
    left: int

    def told(self, currency: str) -> dict[str, Any]:
        """As a refusal tells a program of it."""
        return {"binding": {"axis": self.axis.value, "left_minor": self.left, "currency": currency}}


def holder_of(*, role: str = "", user: User | None = None) -> str:
    """How a role's or a person's caps are keyed."""
    return f"user:{user.pk}" if user else f"role:{role}"


def in_force(now: datetime) -> QuerySet[Cap]:
    """The caps of a moment."""
    return Cap.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)


def of(user: User, currency: str, *, now: datetime) -> Allowed:
    """A user's caps in a currency, minor units by axis. A person's cap replaces the role's; no row means zero.

    No-questions remedies are a number a day; without a row, as many as the setting ``NO_QUESTIONS_PER_DAY`` says.
    """
    return of_each([user], currency, now=now)[user.pk]


def of_each(people: Iterable[User], currency: str, *, now: datetime) -> dict[int, Allowed]:
    """The same as ``of``, of several people by their ids. One query."""
    listed = list(people)
    rows = list(in_force(now).filter(holder__in=_holders(listed), currency__in=(currency, "")))
    return {person.pk: _allowed(person, rows) for person in listed}


def in_each(user: User, currencies: Iterable[str], *, now: datetime) -> dict[str, Allowed]:
    """The same as ``of``, in several currencies by their codes. One query."""
    wanted = set(currencies)
    rows = list(in_force(now).filter(holder__in=_holders([user]), currency__in=wanted | {""}))
    return {currency: _allowed(user, [row for row in rows if row.currency in ("", currency)]) for currency in wanted}


def _holders(people: list[User]) -> set[str]:
    return {holder_of(role=person.role) for person in people} | {holder_of(user=person) for person in people}


def _allowed(person: User, rows: list[Cap]) -> Allowed:
    allowed: Allowed = dict.fromkeys(MONEY_AXES, 0)
    allowed[Axis.NO_QUESTIONS] = settings.RECOVERY["NO_QUESTIONS_PER_DAY"]
    for holder in (holder_of(role=person.role), holder_of(user=person)):
        allowed |= {Axis(row.axis): row.amount_minor for row in rows if row.holder == holder}
    return allowed


def periods(user: User, now: datetime) -> tuple[date, date]:
    """The local day and the first day of the local month that ``now`` falls in, in the user's own zone."""
    day = now.astimezone(user.zone).date()
    return day, day.replace(day=1)


def draws(award: Award, spender: User, allowed: Mapping[Axis, int], *, day: date, month: date) -> list[Draw]:
    """All counters that an award draws on when ``spender`` gives or approves it."""
    return [*shared_draws(award, allowed), *person_draws(spender, award.currency, allowed, day=day, month=month)]


def shared_draws(award: Award, allowed: Mapping[Axis, int]) -> list[Draw]:
    """The counters of the award's case, and of its customer's and its giver's team's month, frozen on it."""
    return shared(
        allowed,
        currency=award.currency,
        case_id=award.case_id,
        customer_id=award.customer_id,
        team_id=award.team_id,
        period=award.period,
    )


def shared(
    allowed: Mapping[Axis, int],
    *,
    currency: str,
    case_id: int | None,
    customer_id: int | None,
    team_id: int | None,
    period: date | None,
) -> list[Draw]:
    """The counters that several people draw on, of those that are named."""
    found = []
    if case_id is not None:
        found.append(Draw(f"case:{case_id}:{currency}", Axis.CASE, currency, allowed[Axis.CASE], case_id=case_id))
    if customer_id is not None:
        key = f"customer:{customer_id}:{currency}:{period}"
        ceiling = allowed[Axis.CUSTOMER]
        found.append(Draw(key, Axis.CUSTOMER, currency, ceiling, customer_id=customer_id, period_start=period))
    if team_id is not None:
        key = f"team:{team_id}:{currency}:{period}"
        found.append(Draw(key, Axis.TEAM, currency, allowed[Axis.TEAM], team_id=team_id, period_start=period))
    return found


def person_draws(user: User, currency: str, allowed: Mapping[Axis, int], *, day: date, month: date) -> list[Draw]:
    """The counters of a person's day and month."""
    return [
        Draw(f"user:{user.pk}:{currency}:{axis}:{start}", axis, currency, allowed[axis], user.pk, period_start=start)
        for axis, start in ((Axis.DAY, day), (Axis.MONTH, month))
    ]


def no_questions_draw(user: User, allowed: Mapping[Axis, int], *, day: date) -> Draw:
    """The counter of how many no-questions remedies a person gave on a day."""
    key, ceiling = f"user:{user.pk}:no_questions:{day}", allowed[Axis.NO_QUESTIONS]
    return Draw(key, Axis.NO_QUESTIONS, "", ceiling, user.pk, period_start=day)


def take(wanted: Iterable[Draw], amount: int, *, reserve: bool = False) -> Full | None:
    """Spend (or reserve) ``amount`` on every counter, or on none; returns the cap that has no room, or None.

    Counters are locked in the order of their keys, so two awards never wait for each other in a circle.
    """
    spent, reserved = (0, amount) if reserve else (amount, 0)
    return _move(wanted, spent=spent, reserved=reserved)


def settle(wanted: Iterable[Draw], *, reserved: int, granted: int) -> Full | None:
    """Turn what is reserved on every counter into what is granted, or on none; returns the cap that has no room.

    Nothing granted only frees what was reserved, whatever the caps are.
    """
    return _move(wanted, spent=granted, reserved=-reserved)


def lock(wanted: Iterable[Draw]) -> None:
    """Hold all these counters until the transaction ends, before several of them are moved one after another.

    Whoever moves counters in more than one statement holds them all first, in the order of their keys.
    """
    by_key = {draw.key: draw for draw in wanted}
    if by_key:
        _upsert([by_key[key] for key in sorted(by_key)], spent=0, reserved=0)


def _move(wanted: Iterable[Draw], *, spent: int, reserved: int) -> Full | None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("caps are drawn on in the transaction of the award")
    in_order = sorted(wanted, key=lambda draw: draw.key)
    for draw in in_order:
        if spent + max(reserved, 0) > draw.ceiling:
            return _fullest(in_order, spent + reserved)
    savepoint = transaction.savepoint()
    if _upsert(in_order, spent=spent, reserved=reserved) == len(in_order):
        transaction.savepoint_commit(savepoint)
        return None
    transaction.savepoint_rollback(savepoint)
    return _fullest(in_order, spent + reserved)


def _upsert(in_order: list[Draw], *, spent: int, reserved: int) -> int:
    """One statement for all. A counter that is not there yet begins with what is drawn; one with less reserved than
    is settled stays as it is, and so is not counted."""
    table = CapCounter._meta.db_table  # noqa: SLF001 - Django's documented name for it
    row = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    values: list[Any] = []
    for draw in in_order:
        values += [draw.key, draw.user_id, draw.case_id, draw.customer_id, draw.team_id, draw.axis.value]
        values += [draw.currency, draw.period_start, max(spent, 0), max(reserved, 0), draw.ceiling]
    # The identifiers are the model's own; every value is a parameter.
    statement = f"""
        INSERT INTO {table} AS counter
            (key, user_id, case_id, customer_id, team_id, axis, currency, period_start,
             spent_minor, reserved_minor, ceiling_minor)
        VALUES {", ".join([row] * len(in_order))}
        ON CONFLICT (key) DO UPDATE SET
            spent_minor = counter.spent_minor + %s,
            reserved_minor = counter.reserved_minor + %s,
            ceiling_minor = CASE WHEN counter.ceiling_minor > excluded.ceiling_minor
                AND (counter.axis IN ('case', 'customer', 'team') OR %s <= 0)
                THEN counter.ceiling_minor ELSE excluded.ceiling_minor END
        WHERE counter.reserved_minor + %s >= 0
            AND (%s <= 0 OR counter.spent_minor + counter.reserved_minor + %s <= excluded.ceiling_minor)
    """  # noqa: S608
    more = spent + reserved
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, spent, reserved, more, reserved, spent + max(reserved, 0), more])
        return int(cursor.rowcount)


def _fullest(in_order: list[Draw], amount: int) -> Full:
    used = {
        counter.key: counter.spent_minor + counter.reserved_minor
        for counter in CapCounter.objects.filter(key__in=[draw.key for draw in in_order])
    }
    left = {draw: draw.ceiling - used.get(draw.key, 0) for draw in in_order}
    tightest = min(in_order, key=lambda draw: left[draw] - amount)
    return Full(tightest.axis, max(left[tightest], 0))


def give_back(keys: Iterable[str], amount: int) -> None:
    """Return what a reversed award had spent, to the very counters it came from."""
    wanted = sorted(keys)
    locked = list(CapCounter.objects.select_for_update(no_key=True).filter(key__in=wanted).order_by("key"))
    if len(locked) != len(wanted):
        raise RuntimeError(f"counters are missing: {wanted}")
    CapCounter.objects.filter(key__in=wanted).update(spent_minor=F("spent_minor") - amount)


def spend_reserved(keys: Iterable[str], amount: int) -> None:
    """What was reserved on these very counters is spent. It needs no room anew, whatever the caps are by now."""
    wanted = sorted(keys)
    locked = list(CapCounter.objects.select_for_update(no_key=True).filter(key__in=wanted).order_by("key"))
    if len(locked) != len(wanted):
        raise RuntimeError(f"counters are missing: {wanted}")
    CapCounter.objects.filter(key__in=wanted).update(
        spent_minor=F("spent_minor") + amount, reserved_minor=F("reserved_minor") - amount
    )


def keys_of(award: Award) -> list[str]:
    """The counters an award has spent on, in the periods frozen when it did."""
    if award.spender is None or award.day is None or award.month is None:
        raise RuntimeError(f"award {award.pk} has spent nothing")
    nothing = dict.fromkeys(MONEY_AXES, 0)
    return [draw.key for draw in draws(award, award.spender, nothing, day=award.day, month=award.month)]
