"""How long requests of a unit wait: until the answer is overdue, until the next person is asked, and in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.models import BusinessUnit, User
from cases.domain.casework import changes_since
from compensation.models import ApprovalRoute
from journal.domain.log import record
from journal.enums import EventType

# The longest that may be said: a week until an answer, a month in all.
MOST = {"answer_minutes": 7 * 24 * 60, "goes_up_minutes": 7 * 24 * 60, "expires_hours": 31 * 24}


@dataclass(frozen=True)
class Times:
    """Of one unit. ``version`` is 0 where nobody has set them, so that the usual times hold."""

    answer_minutes: int
    goes_up_minutes: int
    expires_hours: int
    version: int = 0

    @property
    def answer(self) -> timedelta:
        return timedelta(minutes=self.answer_minutes)

    @property
    def goes_up(self) -> timedelta:
        return timedelta(minutes=self.goes_up_minutes)

    @property
    def expires(self) -> timedelta:
        return timedelta(hours=self.expires_hours)


def usual_times() -> Times:
    """Those of the settings."""
    usual = settings.RECOVERY
    return Times(usual["APPROVAL_ANSWER_MINUTES"], usual["APPROVAL_GOES_UP_MINUTES"], usual["APPROVAL_EXPIRES_HOURS"])


def times_of(unit_id: int) -> Times:
    """The times of a unit. One query."""
    return times_of_each([unit_id])[unit_id]


def times_of_each(unit_ids: list[int]) -> dict[int, Times]:
    """The same of several units by their ids. One query."""
    rows = {row.unit_id: row for row in ApprovalRoute.objects.filter(unit__in=unit_ids)}
    return {unit_id: _times(rows[unit_id]) if unit_id in rows else usual_times() for unit_id in unit_ids}


def _times(row: ApprovalRoute) -> Times:
    return Times(row.answer_minutes, row.goes_up_minutes, row.expires_hours, row.version)


@transaction.atomic
def set_times(
    unit: BusinessUnit,
    *,
    answer_minutes: int,
    goes_up_minutes: int,
    expires_hours: int,
    by: User,
    now: datetime,
    version: int | None = None,
) -> Times:
    """Set a unit's times, for what is asked from now on. ``version`` is what was last seen, 0 where nothing was set.

    Refused: ``administrator_needed``, ``invalid``, ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    new = {"answer_minutes": answer_minutes, "goes_up_minutes": goes_up_minutes, "expires_hours": expires_hours}
    _check(new)
    row = ApprovalRoute.objects.select_for_update(of=("self",), no_key=True).filter(unit=unit).first()
    is_ = row.version if row else 0
    if version is not None and version != is_:
        raise ChangedMeanwhile(changes_since("approval_route", unit.pk, version), version=is_)
    before = _times(row) if row else usual_times()
    changed = sorted(name for name, value in new.items() if getattr(before, name) != value)
    if row is not None and not changed:
        return before
    row = row or ApprovalRoute(unit=unit, version=0)
    for name, value in new.items():
        setattr(row, name, value)
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # another administrator set them for the first time, at the same moment
        raise ChangedMeanwhile([], version=1) from None
    record(
        EventType.APPROVAL_ROUTE_CHANGED,
        subject=("approval_route", unit.pk),
        by=by,
        now=now,
        data={"version": row.version, "fields": changed, "unit": unit.pk, **new},
    )
    return _times(row)


def _check(new: dict[str, int]) -> None:
    for name, value in new.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST[name]:
            raise Refused("invalid", f"Say how long: a whole number from 1 to {MOST[name]:,}.", name)
    ends = new["expires_hours"] * 60
    for name in ("answer_minutes", "goes_up_minutes"):
        if new[name] > ends:
            raise Refused("invalid", "The request would have ended before that.", name)
