"""The rules of going back to customers: rungs of the ladder, calling hours, the program. Kept by administrators."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.authority import Refused
from accounts.domain.roles import can_administer
from accounts.enums import NoticeChannel
from accounts.models import User
from cases.enums import ObligationStatus
from cases.models import Obligation
from journal.domain.log import record
from journal.enums import EventType
from outreach.models import CallingHours, Program, Rung

Rule = TypeVar("Rule", Rung, CallingHours, Program)


@transaction.atomic
def save_rung(rung: Rung, *, by: User, now: datetime) -> Rung:
    """Add or change a rung. What is open of its kind is looked at again, since it may have to ring earlier now.

    Refused: ``administrator_needed``, ``invalid``.
    """
    can_administer(by).enforce()
    if not isinstance(rung.channels, list) or not rung.channels or not set(rung.channels) <= set(NoticeChannel.values):
        raise Refused("invalid", f"Channels are a list of {', '.join(NoticeChannel.values)}.", "channels")
    saved = _save(rung, by=by, now=now)
    Obligation.objects.filter(status=ObligationStatus.OPEN, kind=rung.kind).update(next_look_at=now)
    return saved


@transaction.atomic
def save_hours(hours: CallingHours, *, by: User, now: datetime) -> CallingHours:
    """Add or change when customers of a jurisdiction may be called. Refused: ``administrator_needed``, ``invalid``."""
    can_administer(by).enforce()
    if hours.opens >= hours.closes:
        raise Refused("invalid", "The hours end before they begin.", "closes")
    days = hours.weekdays
    if not isinstance(days, list) or not all(isinstance(day, int) and 0 <= day <= 6 for day in days):
        raise Refused("invalid", "Weekdays are a list of numbers from 0 (Monday) to 6.", "weekdays")
    return _save(hours, by=by, now=now)


@transaction.atomic
def save_program(program: Program, *, by: User, now: datetime) -> Program:
    """Add or change which signals are called about. Refused: ``administrator_needed``, ``invalid``."""
    can_administer(by).enforce()
    gaps = program.retry_after_minutes
    if not isinstance(gaps, list) or not all(isinstance(gap, int) and 0 < gap <= 525_600 for gap in gaps):
        raise Refused("invalid", "The gaps between tries are a list of minutes.", "retry_after_minutes")
    return _save(program, by=by, now=now)


def _save(rule: Rule, *, by: User, now: datetime) -> Rule:
    try:
        rule.full_clean()
    except ValidationError as wrong:
        field, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], "" if field == "__all__" else field) from None
    rule.save()
    kind = type(rule).__name__.lower()
    record(EventType.OUTREACH_RULE_CHANGED, subject=(kind, rule.pk), by=by, now=now, data={"rule": kind})
    return rule
