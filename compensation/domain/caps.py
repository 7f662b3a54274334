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
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import User
from accounts.money import check_minor
from cases.domain.casework import changes_since
from cases.models import Case
from compensation.enums import Axis
from compensation.models import Cap, CapCounter
from journal.domain.log import record
from journal.enums import EventType

MONEY_AXES = (Axis.AWARD, Axis.CASE, Axis.DAY, Axis.MONTH)


@dataclass(frozen=True)
class Draw:
    """What one award would take from one counter, and the most that counter may come to."""

    key: str
    axis: Axis
    currency: str
    ceiling: int
    user_id: int | None = None
    case_id: int | None = None
    period_start: date | None = None


def of(user: User, currency: str) -> dict[Axis, int]:
    """A user's caps in a currency, minor units by axis. A person's cap replaces the role's; no row means zero."""
    rows = Cap.objects.filter(Q(user=user) | Q(user__isnull=True, role=user.role), currency=currency)
    caps: dict[Axis, int] = dict.fromkeys(MONEY_AXES, 0)
    for cap in sorted(rows, key=lambda row: row.user_id is not None):
        caps[Axis(cap.axis)] = cap.amount_minor
    return caps


def of_each(people: Iterable[User], currency: str) -> dict[int, dict[Axis, int]]:
    """The same as ``of``, of several people by their ids. One query."""
    listed = list(people)
    roles = {person.role for person in listed}
    rows = Cap.objects.filter(Q(user__in=listed) | Q(user__isnull=True, role__in=roles), currency=currency)
    caps = {person.pk: dict.fromkeys(MONEY_AXES, 0) for person in listed}
    for cap in sorted(rows, key=lambda row: row.user_id is not None):
        for person in listed:
            if cap.user_id == person.pk or (cap.user_id is None and cap.role == person.role):
                caps[person.pk][Axis(cap.axis)] = cap.amount_minor
    return caps


def in_each(user: User, currencies: Iterable[str]) -> dict[str, dict[Axis, int]]:
    """The same as ``of``, in several currencies by their codes. One query."""
    caps = {currency: dict.fromkeys(MONEY_AXES, 0) for currency in currencies}
    rows = Cap.objects.filter(Q(user=user) | Q(user__isnull=True, role=user.role), currency__in=caps)
    for cap in sorted(rows, key=lambda row: row.user_id is not None):
        caps[cap.currency][Axis(cap.axis)] = cap.amount_minor
    return caps


def periods(user: User, now: datetime) -> tuple[date, date]:
    """The local day and the first day of the local month that ``now`` falls in, in the user's own zone."""
    day = now.astimezone(user.zone).date()
    return day, day.replace(day=1)


def draws(user: User, case: Case, currency: str, caps: Mapping[Axis, int], *, day: date, month: date) -> list[Draw]:
    """The counters an award of ``user`` on ``case`` draws on."""
    return [case_draw(case, currency, caps[Axis.CASE]), *person_draws(user, currency, caps, day=day, month=month)]


def case_draw(case: Case, currency: str, ceiling: int) -> Draw:
    """The counter of what has been given on a case, by whomever."""
    return Draw(f"case:{case.pk}:{currency}", Axis.CASE, currency, ceiling, case_id=case.pk)


def person_draws(user: User, currency: str, caps: Mapping[Axis, int], *, day: date, month: date) -> list[Draw]:
    """The counters of a person's day and month."""
    return [
        Draw(f"user:{user.pk}:{currency}:{axis}:{start}", axis, currency, caps[axis], user.pk, None, start)
        for axis, start in ((Axis.DAY, day), (Axis.MONTH, month))
    ]


def no_questions_draw(user: User, now: datetime) -> Draw:
    """The counter of how many no-questions remedies a person gave today (setting ``NO_QUESTIONS_PER_DAY``)."""
    day, _ = periods(user, now)
    return Draw(
        f"user:{user.pk}:no_questions:{day}",
        Axis.NO_QUESTIONS,
        "",
        settings.RECOVERY["NO_QUESTIONS_PER_DAY"],
        user.pk,
        None,
        day,
    )


def take(wanted: Iterable[Draw], amount: int, *, reserve: bool = False) -> Axis | None:
    """Spend (or reserve) ``amount`` on every counter, or on none; returns the axis that has no room, or None.

    Counters are locked in the order of their keys, so two awards never wait for each other in a circle.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("caps are drawn on in the transaction of the award")
    draws_in_order = sorted(wanted, key=lambda draw: draw.key)
    for draw in draws_in_order:
        if amount > draw.ceiling:
            return draw.axis
    savepoint = transaction.savepoint()
    if _upsert(draws_in_order, amount, reserve=reserve) == len(draws_in_order):
        transaction.savepoint_commit(savepoint)
        return None
    transaction.savepoint_rollback(savepoint)
    return _full_axis(draws_in_order, amount)


def _upsert(draws_in_order: list[Draw], amount: int, *, reserve: bool) -> int:
    spent, reserved = (0, amount) if reserve else (amount, 0)
    table = CapCounter._meta.db_table  # noqa: SLF001 - Django's documented name for it
    row = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
    values: list[Any] = []
    for draw in draws_in_order:
        values += [
            draw.key,
            draw.user_id,
            draw.case_id,
            draw.axis.value,
            draw.currency,
            draw.period_start,
            spent,
            reserved,
            draw.ceiling,
        ]
    # The identifiers are the model's own; every value is a parameter.
    statement = f"""
        INSERT INTO {table} AS counter
            (key, user_id, case_id, axis, currency, period_start, spent_minor, reserved_minor, ceiling_minor)
        VALUES {", ".join([row] * len(draws_in_order))}
        ON CONFLICT (key) DO UPDATE SET
            spent_minor = counter.spent_minor + excluded.spent_minor,
            reserved_minor = counter.reserved_minor + excluded.reserved_minor,
            ceiling_minor = CASE WHEN counter.axis = 'case' AND counter.ceiling_minor > excluded.ceiling_minor
                THEN counter.ceiling_minor ELSE excluded.ceiling_minor END
        WHERE counter.spent_minor + counter.reserved_minor + excluded.spent_minor + excluded.reserved_minor
            <= excluded.ceiling_minor
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _full_axis(draws_in_order: list[Draw], amount: int) -> Axis:
    used = {
        counter.key: counter.spent_minor + counter.reserved_minor
        for counter in CapCounter.objects.filter(key__in=[draw.key for draw in draws_in_order])
    }
    tightest = min(draws_in_order, key=lambda draw: draw.ceiling - used.get(draw.key, 0) - amount)
    return tightest.axis


def settle_reservation(draw: Draw, *, reserved: int, granted: int) -> bool:
    """Turn what is reserved on a case into what is granted; False when the granter's cap per case has no room."""
    counter = CapCounter.objects.filter(key=draw.key, reserved_minor__gte=reserved)
    if granted:
        counter = counter.filter(
            spent_minor__lte=draw.ceiling + reserved - granted - F("reserved_minor"),
        )
    return bool(counter.update(reserved_minor=F("reserved_minor") - reserved, spent_minor=F("spent_minor") + granted))


def give_back(keys: Iterable[str], amount: int) -> None:
    """Return what a reversed award had spent, to the very counters it came from."""
    wanted = sorted(keys)
    locked = list(CapCounter.objects.select_for_update(no_key=True).filter(key__in=wanted).order_by("key"))
    if len(locked) != len(wanted):
        raise RuntimeError(f"counters are missing: {wanted}")
    CapCounter.objects.filter(key__in=wanted).update(spent_minor=F("spent_minor") - amount)


@transaction.atomic
def set_cap(
    *,
    axis: str,
    currency: str,
    amount_minor: int,
    by: User,
    now: datetime,
    role: str = "",
    user: User | None = None,
    version: int | None = None,
) -> Cap:
    """Set what a role, or one person instead, may spend alone on one axis. Zero means nothing.

    Lowering a cap below what is spent already takes nothing back: there is no room until the period ends.
    Refused: ``administrator_needed``, ``invalid``, ``not_an_amount``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    if axis not in MONEY_AXES:
        raise Refused("invalid", "Choose per award, per case, per day or per month.", "axis")
    if (user is None) == (role not in (Role.REP, Role.SUPERVISOR)):
        raise Refused("invalid", "A cap is a role’s (rep or supervisor) or one person’s.", "role")
    amount = check_minor(amount_minor, currency=currency, zero=True)
    wanted = Cap.objects.select_for_update(of=("self",), no_key=True).filter(axis=axis, currency=currency)
    cap = wanted.filter(user=user).first() if user else wanted.filter(user__isnull=True, role=role).first()
    if cap is None:
        cap = Cap(axis=axis, currency=currency, role="" if user else role, user=user, version=0, amount_minor=amount)
    elif version is not None and version != cap.version:
        raise ChangedMeanwhile(changes_since("cap", cap.pk, version), version=cap.version)
    before = cap.amount_minor if cap.pk else None
    cap.amount_minor = amount
    cap.version += 1
    try:
        with transaction.atomic():
            cap.save()
    except IntegrityError:  # another administrator set the same cap for the first time, at the same moment
        raise ChangedMeanwhile([], version=1) from None
    record(
        EventType.CAP_CHANGED,
        subject=("cap", cap.pk),
        by=by,
        now=now,
        data={
            "version": cap.version,
            "fields": ["amount_minor"],
            "axis": axis,
            "currency": currency,
            "role": cap.role,
            "user": user.pk if user else None,
            "before": before,
            "after": amount,
        },
    )
    return cap


@transaction.atomic
def remove_cap(cap: Cap, *, by: User, now: datetime, version: int | None = None) -> None:
    """Take away a person's own cap, so that their role's holds again, or a role's, which leaves nothing.

    Refused: ``administrator_needed``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    cap = Cap.objects.select_for_update(of=("self",), no_key=True).get(pk=cap.pk)
    if version is not None and version != cap.version:
        raise ChangedMeanwhile(changes_since("cap", cap.pk, version), version=cap.version)
    record(
        EventType.CAP_CHANGED,
        subject=("cap", cap.pk),
        by=by,
        now=now,
        data={"axis": cap.axis, "currency": cap.currency, "role": cap.role, "user": cap.user_id, "removed": True},
    )
    cap.delete()
