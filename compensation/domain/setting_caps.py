"""Setting caps. A cap is never rewritten: a change ends what held and begins anew, from now or from a moment ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

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
IN_PAST = "A cap begins and ends now or later: what was given stays measured by what held."


@dataclass(frozen=True)
class Cell:
    """Whose cap it is, over what, in which currency."""

    axis: str
    currency: str
    role: str = ""
    user: User | None = None

    @property
    def holder(self) -> str:
        return holder_of(role=self.role, user=self.user)

    @property
    def caps(self) -> QuerySet[Cap]:
        """All that held, holds and is planned here."""
        return Cap.objects.filter(holder=self.holder, axis=self.axis, currency=self.currency)

    def at(self, moment: datetime) -> QuerySet[Cap]:
        """The cap in force at a moment."""
        return self.caps.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), starts_at__lte=moment)


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
        raise Refused("in_past", IN_PAST, "starts_at")
    cell = Cell(axis, currency, "" if user else role, user)
    _check(cell, role)
    amount = _amount(axis, currency, amount_minor)
    before = cell.at(begins).select_for_update(of=("self",), no_key=True).first()
    _seen(before, version)
    was = before.amount_minor if before else None
    try:
        with transaction.atomic():
            cap = _begin(before, cell, amount, begins=begins, by=by)
    except IntegrityError:  # another administrator set the same cap for the first time, at the same moment
        raise ChangedMeanwhile([], version=1) from None
    _tell(cap, by=by, now=now, before=was, after=amount, starts_at=begins.isoformat())
    return cap


@transaction.atomic
def remove_cap(
    cap: Cap, *, by: User, now: datetime, ends_at: datetime | None = None, version: int | None = None
) -> Cap | None:
    """End a person's own cap, so that their role's holds again, or a role's, which leaves nothing.

    It ends at ``ends_at`` (aware; now). One that has not begun is taken out of the plan: it never held, and what held
    before it holds on, unless ``ends_at`` says that from then on nothing does. Returns the cap as it ends, or None where
    it was taken out. Refused: ``administrator_needed``, ``in_past``, ``wrong_state`` (it has ended or ends before),
    ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    cap = Cap.objects.select_for_update(of=("self",), no_key=True).get(pk=cap.pk)
    _seen(cap, version)
    ends = ends_at or now
    if ends < now:
        raise Refused("in_past", IN_PAST, "starts_at")
    if cap.ends_at is not None and cap.ends_at <= ends:
        raise Refused("wrong_state", "This cap ends before that, or has ended already.")
    if cap.starts_at >= now and ends <= cap.starts_at:
        _take_out(cap, holds_on=ends < cap.starts_at or ends_at is None, by=by, now=now)
        return None
    cap.ends_at = ends
    cap.save(update_fields=["ends_at"])
    _tell(cap, by=by, now=now, removed=True, before=cap.amount_minor, ends_at=ends.isoformat())
    return cap


@transaction.atomic
def keep_cap(cap: Cap, *, by: User, now: datetime, version: int | None = None) -> Cap:
    """Take a planned end out of the plan: the cap holds on, up to whatever is planned next.

    Refused: ``administrator_needed``, ``wrong_state`` (no end is planned), ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    cap = Cap.objects.select_for_update(of=("self",), no_key=True).get(pk=cap.pk)
    _seen(cap, version)
    following = _cell_of(cap).caps.filter(starts_at__gt=cap.starts_at).order_by("starts_at").first()
    ends = following.starts_at if following else None
    if cap.ends_at is None or cap.ends_at <= now or cap.ends_at == ends:
        raise Refused("wrong_state", "This cap is not planned to end.")
    cap.ends_at = ends
    cap.save(update_fields=["ends_at"])
    _tell(cap, by=by, now=now, before=cap.amount_minor, after=cap.amount_minor, ends_at=ends and ends.isoformat())
    return cap


def _take_out(cap: Cap, *, holds_on: bool, by: User, now: datetime) -> None:
    """A change that is not to be: what it would have ended holds on, and the log tells it of that one."""
    before = _cell_of(cap).caps.filter(ends_at=cap.starts_at).select_for_update(of=("self",), no_key=True).first()
    starts, ends = cap.starts_at, cap.ends_at
    told = {"removed": True, "before": cap.amount_minor, "starts_at": starts.isoformat()}
    _tell(before or cap, by=by, now=now, **told)
    cap.delete()
    if before is not None and holds_on:
        before.ends_at = ends
        before.save(update_fields=["ends_at"])


def _cell_of(cap: Cap) -> Cell:
    return Cell(cap.axis, cap.currency, cap.role, cap.user)


def _check(cell: Cell, role: str) -> None:
    if cell.axis not in SETTABLE:
        raise Refused("invalid", f"Choose one of: {', '.join(SETTABLE)}.", "axis")
    if (cell.axis == Axis.NO_QUESTIONS) != (cell.currency == ""):
        raise Refused("invalid", "Amounts have a currency; a number a day has none.", "currency")
    if (cell.user is None) == (role not in (Role.REP, Role.SUPERVISOR)):
        raise Refused("invalid", "A cap is a role’s (rep or supervisor) or one person’s.", "role")


def _amount(axis: str, currency: str, amount_minor: int) -> int:
    if axis != Axis.NO_QUESTIONS:
        return check_minor(amount_minor, currency=currency, zero=True)
    if not isinstance(amount_minor, int) or isinstance(amount_minor, bool) or not 0 <= amount_minor <= MOST_IN_A_DAY:
        raise Refused("not_an_amount", f"Say how many a day, from 0 to {MOST_IN_A_DAY}.", "amount_minor")
    return amount_minor


def _seen(cap: Cap | None, version: int | None) -> None:
    is_ = cap.version if cap else 0
    if version is not None and version != is_:
        raise ChangedMeanwhile(changes_since("cap", cap.pk, version) if cap else [], version=is_)


def _begin(before: Cap | None, cell: Cell, amount: int, *, begins: datetime, by: User) -> Cap:
    version = (cell.caps.aggregate(latest=Max("version"))["latest"] or 0) + 1
    if before is not None and before.starts_at == begins:  # it never held: nothing was measured by it
        before.amount_minor, before.set_by, before.version = amount, by, version
        before.save()
        return before
    ends = before.ends_at if before else None
    if before is not None:
        before.ends_at = begins
        before.save(update_fields=["ends_at"])
    else:
        planned = cell.caps.filter(starts_at__gt=begins).order_by("starts_at")
        ends = planned.values_list("starts_at", flat=True).first()
    return Cap.objects.create(
        role=cell.role,
        user=cell.user,
        holder=cell.holder,
        axis=cell.axis,
        currency=cell.currency,
        amount_minor=amount,
        starts_at=begins,
        ends_at=ends,
        set_by=by,
        version=version,
    )


def _tell(cap: Cap, *, by: User, now: datetime, **told: object) -> None:
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
            **told,
        },
    )
