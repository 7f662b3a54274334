"""The rules of going back to customers: rungs of the ladder, calling hours, the program. Kept by administrators."""

from __future__ import annotations

from datetime import datetime, time
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.authority import Refused
from accounts.domain.roles import can_administer
from accounts.enums import NoticeChannel
from accounts.models import User
from cases.enums import ObligationKind, ObligationStatus, Severity
from cases.models import Obligation
from journal.domain.log import record
from journal.enums import EventType
from outreach.enums import Audience, SignalKind
from outreach.models import CallGroup, CallingHours, Program, Rung

Rule = TypeVar("Rule", Rung, CallingHours, Program, CallGroup)
MOST_TRIES = 10
# Closing at 00:00 is at the end of the day.
MIDNIGHT = time(0)
FARTHEST_MINUTES = 30 * 24 * 60


@transaction.atomic
def save_rung(rung: Rung, *, by: User, now: datetime) -> Rung:
    """Add or change a rung. What is open of its kind is looked at again, since it may have to ring earlier now.

    When and whom it tells stays: who has been told of it is known by the rung, so another time is another rung. Somebody
    always hears when a thing is due or late, and of a promise the supervisors do.
    Refused: ``administrator_needed``, ``rung_exists``, ``rung_needed``, ``invalid``.
    """
    can_administer(by).enforce()
    if not isinstance(rung.channels, list) or not rung.channels or not set(rung.channels) <= set(NoticeChannel.values):
        raise Refused("invalid", f"Channels are a list of {', '.join(NoticeChannel.values)}.", "channels")
    if rung.kind not in ObligationKind.values:
        raise Refused("invalid", f"Choose one of: {', '.join(ObligationKind.values)}.", "kind")
    if not -FARTHEST_MINUTES <= rung.offset_minutes <= FARTHEST_MINUTES:
        raise Refused("invalid", "A reminder comes within 30 days of the time it is due.", "offset_minutes")
    others = list(Rung.objects.select_for_update(no_key=True).filter(kind=rung.kind).exclude(pk=rung.pk))
    before = Rung.objects.filter(pk=rung.pk).first() if rung.pk else None
    if before is not None and _time_of(before) != _time_of(rung):
        raise Refused("invalid", "Another time or audience is another reminder: add it, and switch this one off.")
    if any(_time_of(other) == _time_of(rung) for other in others):
        raise Refused("rung_exists", "There is such a reminder already. Switch it on, or change it.", "offset_minutes")
    _check_ladder(rung.kind, [each for each in [*others, rung] if each.active])
    rung.channels = [channel for channel in NoticeChannel.values if channel in rung.channels]
    saved = _save(rung, by=by, now=now, fields=["channels", "active"])
    Obligation.objects.filter(status=ObligationStatus.OPEN, kind=rung.kind).update(next_look_at=now)
    return saved


def _time_of(rung: Rung) -> tuple[str, int, str]:
    return rung.kind, rung.offset_minutes, rung.audience


def _check_ladder(kind: str, active: list[Rung]) -> None:
    """What is left of a ladder still tells somebody in time. Refused: ``rung_needed``."""
    late = [rung for rung in active if rung.offset_minutes >= 0]
    if not late:
        raise Refused("rung_needed", "Somebody has to hear when it is due, or late. Keep one of these.")
    if kind == ObligationKind.PROMISE and not any(rung.audience == Audience.SUPERVISOR for rung in late):
        raise Refused("rung_needed", "The supervisors have to hear when a promise is missed. Keep one of these.")


@transaction.atomic
def save_hours(hours: CallingHours, *, by: User, now: datetime) -> CallingHours:
    """Add or change when customers of a jurisdiction may be called. Refused: ``administrator_needed``, ``invalid``."""
    can_administer(by).enforce()
    if hours.closes != MIDNIGHT and hours.opens >= hours.closes:
        raise Refused("invalid", "The hours end before they begin.", "closes")
    days = hours.weekdays
    if not isinstance(days, list) or not all(isinstance(day, int) and 0 <= day <= 6 for day in days):
        raise Refused("invalid", "Weekdays are a list of numbers from 0 (Monday) to 6.", "weekdays")
    return _save(hours, by=by, now=now)


@transaction.atomic
def save_program(program: Program, *, by: User, now: datetime) -> Program:
    """Add or change which signals are called about. Refused: ``administrator_needed``, ``invalid``."""
    can_administer(by).enforce()
    _check_gaps(program.retry_after_minutes)
    for name, known in (("kinds", SignalKind.values), ("severities", Severity.values)):
        chosen = getattr(program, name)
        if not isinstance(chosen, list) or not set(map(str, chosen)) <= set(known):
            raise Refused("invalid", f"Choose from: {', '.join(known)}.", name)
    for name, least, most, words in (
        ("score_at_most", 1, 5, "A score is 1 (worst) to 5."),
        ("contact_within_hours", 1, 720, "Between an hour and 30 days."),
        ("close_within_hours", 1, 2160, "Between an hour and 90 days."),
        ("calls_per_rep_and_day", 1, 200, "Between 1 and 200 a day."),
        ("not_again_within_days", 0, 365, "At most a year."),
        ("holdout_percent", 0, 50, "At most half of them."),
        ("value_at_least_minor", 0, 10**15, "A worth is not negative."),
    ):
        figure = getattr(program, name)
        if figure is not None and not least <= figure <= most:
            raise Refused("invalid", words, name)
    if program.close_within_hours < program.contact_within_hours:
        raise Refused("invalid", "It cannot be settled before they are called.", "close_within_hours")
    if program.value_at_least_minor is not None and not program.value_currency:
        raise Refused("invalid", "Say in which currency.", "value_currency")
    if program.active and program.group is not None and not program.group.active:
        raise Refused("group_at_rest", f"Nobody calls for “{program.group}” any more. Choose another group.", "group")
    return _save(program, by=by, now=now)


def _check_gaps(gaps: object) -> None:
    """Gaps between tries do not get shorter. Refused: ``invalid``."""
    if not isinstance(gaps, list) or not all(isinstance(gap, int) and 0 < gap <= 525_600 for gap in gaps):
        raise Refused("invalid", "The gaps between tries are a list of minutes.", "retry_after_minutes")
    if gaps != sorted(gaps):
        raise Refused("invalid", "Each gap is as long as the one before, or longer.", "retry_after_minutes")
    if len(gaps) >= MOST_TRIES:
        raise Refused("invalid", f"At most {MOST_TRIES} tries: more is a nuisance.", "retry_after_minutes")


def save_group(group: CallGroup, *, by: User, now: datetime, fields: list[str]) -> CallGroup:
    """Save a group of callers whose row is held; ``fields`` say what has changed. Refused: ``invalid``."""
    return _save(group, by=by, now=now, fields=fields)


def _save(rule: Rule, *, by: User, now: datetime, fields: list[str] | None = None) -> Rule:
    try:
        # No gap at all is one try; that the rest are gaps was looked at.
        rule.full_clean(exclude={"retry_after_minutes"})
    except ValidationError as wrong:
        field, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], "" if field == "__all__" else field) from None
    rule.version = rule.version + 1 if rule.pk else 1
    told = {"rule": type(rule).__name__.lower(), "version": rule.version, "fields": fields or []}
    rule.save()
    record(EventType.OUTREACH_RULE_CHANGED, subject=(str(told["rule"]), rule.pk), by=by, now=now, data=told)
    return rule
