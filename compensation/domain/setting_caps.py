"""Setting caps. A cap is never rewritten: a change ends what held and begins anew, from now or from a moment ahead."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.enums import Role
from accounts.models import User
from accounts.money import check_minor
from cases.domain.casework import changes_since
from compensation.domain.caps import MONEY_AXES, holder_of
from compensation.enums import Axis
from compensation.models import Cap
from journal.domain.log import record
from journal.enums import EventType

SETTABLE = (*MONEY_AXES, Axis.NO_QUESTIONS)
MOST_IN_A_DAY = 1000


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
    starts_at: datetime | None = None,
    version: int | None = None,
) -> Cap:
    """Set what a role, or one person instead, may spend alone on one axis, from ``starts_at`` (aware; now) on.

    Zero means nothing. No-questions remedies are a number a day, without a currency. What is planned for later stays
    planned. Lowering a cap below what is spent already takes nothing back: there is no room until the period ends.
    ``version`` is that of the cap which the writer saw in force at that moment; 0 where there was none.
    Refused: ``administrator_needed``, ``invalid``, ``in_past``, ``not_an_amount``, ``amount_too_large``,
    ``unknown_currency``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    begins = starts_at or now
    if begins < now:
        raise Refused("in_past", "A cap begins now or later: what was given stays measured by what held.", "starts_at")
    _check(axis, currency, role, user)
    amount = _amount(axis, currency, amount_minor)
    holder = holder_of(role=role, user=user)
    held = _held(holder, axis, currency, begins)
    before = held.first()
    _seen(before, version)
    try:
        with transaction.atomic():
            cap = _begin(before, holder, axis, currency, amount, begins=begins, role=role, user=user, by=by)
    except IntegrityError:  # another administrator set the same cap for the first time, at the same moment
        raise ChangedMeanwhile([], version=1) from None
    _tell(cap, by=by, now=now, before=before.amount_minor if before else None, after=amount, starts_at=begins)
    return cap


@transaction.atomic
def remove_cap(cap: Cap, *, by: User, now: datetime, version: int | None = None) -> None:
    """End a person's own cap now, so that their role's holds again, or a role's, which leaves nothing.

    One that has not begun is taken out of the plan. Refused: ``administrator_needed``, ``wrong_state`` (it has ended),
    ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    cap = Cap.objects.select_for_update(of=("self",), no_key=True).get(pk=cap.pk)
    _seen(cap, version)
    if cap.ends_at is not None and cap.ends_at <= now:
        raise Refused("wrong_state", "This cap has ended already.")
    _tell(cap, by=by, now=now, removed=True, before=cap.amount_minor)
    if cap.starts_at >= now:
        cap.delete()
        return
    cap.ends_at = now
    cap.save(update_fields=["ends_at"])


def _check(axis: str, currency: str, role: str, user: User | None) -> None:
    if axis not in SETTABLE:
        raise Refused("invalid", f"Choose one of: {', '.join(SETTABLE)}.", "axis")
    if (axis == Axis.NO_QUESTIONS) != (currency == ""):
        raise Refused("invalid", "Amounts have a currency; a number a day has none.", "currency")
    if (user is None) == (role not in (Role.REP, Role.SUPERVISOR)):
        raise Refused("invalid", "A cap is a role’s (rep or supervisor) or one person’s.", "role")


def _amount(axis: str, currency: str, amount_minor: int) -> int:
    if axis != Axis.NO_QUESTIONS:
        return check_minor(amount_minor, currency=currency, zero=True)
    if not isinstance(amount_minor, int) or isinstance(amount_minor, bool) or not 0 <= amount_minor <= MOST_IN_A_DAY:
        raise Refused("not_an_amount", f"Say how many a day, from 0 to {MOST_IN_A_DAY}.", "amount_minor")
    return amount_minor


def _held(holder: str, axis: str, currency: str, at: datetime) -> QuerySet[Cap]:
    """The cap in force at a moment, locked."""
    return Cap.objects.select_for_update(of=("self",), no_key=True).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), holder=holder, axis=axis, currency=currency, starts_at__lte=at
    )


def _seen(cap: Cap | None, version: int | None) -> None:
    is_ = cap.version if cap else 0
    if version is not None and version != is_:
        raise ChangedMeanwhile(changes_since("cap", cap.pk, version) if cap else [], version=is_)


def _begin(
    before: Cap | None,
    holder: str,
    axis: str,
    currency: str,
    amount: int,
    *,
    begins: datetime,
    role: str,
    user: User | None,
    by: User,
) -> Cap:
    if before is not None and before.starts_at == begins:  # it never held: nothing was measured by it
        before.amount_minor, before.set_by = amount, by
        before.version += 1
        before.save()
        return before
    ends = before.ends_at if before else None
    if before is not None:
        before.ends_at = begins
        before.save(update_fields=["ends_at"])
    else:
        planned = Cap.objects.filter(holder=holder, axis=axis, currency=currency, starts_at__gt=begins)
        ends = planned.order_by("starts_at").values_list("starts_at", flat=True).first()
    return Cap.objects.create(
        role="" if user else role,
        user=user,
        holder=holder,
        axis=axis,
        currency=currency,
        amount_minor=amount,
        starts_at=begins,
        ends_at=ends,
        set_by=by,
        version=(before.version if before else 0) + 1,
    )


def _tell(cap: Cap, *, by: User, now: datetime, starts_at: datetime | None = None, **told: object) -> None:
    record(
        EventType.CAP_CHANGED,
        subject=("cap", cap.pk),
        by=by,
        now=now,
        data={
            "version": cap.version,
            "fields": ["amount_minor"],
            "axis": cap.axis,
            "currency": cap.currency,
            "role": cap.role,
            "user": cap.user_id,
            "starts_at": starts_at.isoformat() if starts_at else None,
            **told,
        },
    )
