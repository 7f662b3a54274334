"""The rules for taking an error back, as administrators keep them. What they come to for one error is in ``rulings``.

Nothing here claims to be the law: a rule says where it is written, and an example says that counsel has still to
confirm it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.domain.words import said
from accounts.models import User, jurisdiction_code
from cases.domain.casework import changes_since
from cases.enums import KindOfAction
from cases.queries.honored_errors import line_key
from compensation.domain.rulings import Ruling, resolve, ruling_for
from compensation.enums import RescissionEffect
from compensation.models import RescissionRule
from journal.domain.log import record
from journal.enums import EventType

__all__ = ["FIELDS", "NO_OVERLAP", "Ruling", "add_rule", "change_rule", "end_rule", "resolve", "ruling_for"]

NO_OVERLAP = "compensation_rescissionrule_no_overlap"
MOST_DAYS = 3660
# In CLDR's list of territories, and no country: unions, accents for testing, and what is not known.
NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
FIELDS = (
    "jurisdiction",
    "line_of_business",
    "kind_of_action",
    "effect",
    "within_days",
    "valid_from",
    "valid_until",
    "citation",
    "note",
    "example",
)


@transaction.atomic
def add_rule(*, by: User, now: datetime, **fields: Any) -> RescissionRule:
    """Add a rule. ``fields`` are those of ``FIELDS``; ``effect``, ``valid_from`` and ``citation`` are needed.

    In force from ``valid_from`` up to, not including, ``valid_until``. Blank place, line or kind means any.
    Refused: ``administrator_needed``, ``rules_overlap``, ``unknown_jurisdiction``, ``too_long``, ``invalid``.
    """
    can_administer(by).enforce()
    rule = RescissionRule(version=0)
    return _save(rule, _set(rule, fields), by=by, now=now)


@transaction.atomic
def change_rule(
    rule: RescissionRule, *, by: User, now: datetime, version: int | None = None, **fields: Any
) -> RescissionRule:
    """Change a rule that no decision has used yet. ``fields`` are those of ``FIELDS``; ``version`` is the one last seen.

    Refused: ``administrator_needed``, ``rule_in_use``, ``rules_overlap``, ``unknown_jurisdiction``, ``too_long``,
    ``invalid``, ``changed_meanwhile``.
    """
    held = _hold(rule, by=by, version=version)
    changed = _set(held, fields)
    if not changed:
        return held
    if held.decisions.exists():
        raise Refused("rule_in_use", "Decisions were taken by this rule. End it, and add the new one from that day on.")
    return _save(held, changed, by=by, now=now)


@transaction.atomic
def end_rule(rule: RescissionRule, *, on: date, by: User, now: datetime, version: int | None = None) -> RescissionRule:
    """End a rule: ``on`` is the first day that it is no longer in force. One in use ends after the last day of its use.

    Refused: ``administrator_needed``, ``rule_in_use``, ``invalid``, ``changed_meanwhile``.
    """
    held = _hold(rule, by=by, version=version)
    _check_day(on, "valid_until")
    if held.valid_until is not None and on >= held.valid_until:
        raise Refused("invalid", f"It ends on {held.valid_until:%B %-d, %Y} already.", "valid_until")
    used = _last_used(held)
    if used is not None and on <= used:
        raise Refused(
            "rule_in_use",
            f"A decision was taken by this rule on {used:%B %-d, %Y}. It can end from the day after on.",
            "valid_until",
        )
    return _save(held, _set(held, {"valid_until": on}), by=by, now=now)


def _hold(rule: RescissionRule, *, by: User, version: int | None) -> RescissionRule:
    can_administer(by).enforce()
    held = RescissionRule.objects.select_for_update(no_key=True).filter(pk=rule.pk).first()
    if held is None:
        raise Refused("not_found", "There is no such rule.")
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since("rescission_rule", held.pk, version), version=held.version)
    return held


def _last_used(rule: RescissionRule) -> date | None:
    """The last local date, in a customer's zone, on which a decision was taken by this rule."""
    last = rule.decisions.aggregate(at=Max("at"))["at"]
    if last is None:
        return None
    # No two zones are further apart than this, so an earlier decision was taken on an earlier date.
    near = rule.decisions.filter(at__gt=last - timedelta(days=2)).select_related("error__customer")
    return max(decision.at.astimezone(decision.error.customer.zone).date() for decision in near)


def _set(rule: RescissionRule, fields: dict[str, Any]) -> list[str]:
    """Set what was given, checked; returns the names of what has changed."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a rule: {sorted(unknown)}")
    new = dict(fields)
    for name, at_most in (("line_of_business", 120), ("citation", 300), ("note", 5000), ("jurisdiction", 20)):
        if name in new:
            new[name] = said(new[name], name, at_most=at_most)
    if "jurisdiction" in new:
        new["jurisdiction"] = new["jurisdiction"].upper()
    if new.get("effect", rule.effect) != RescissionEffect.WITHIN_DAYS and "within_days" not in new:
        new["within_days"] = None
    changed = sorted(name for name, value in new.items() if rule.pk is None or getattr(rule, name) != value)
    for name in changed:
        setattr(rule, name, new[name])
    rule.line_key = line_key(rule.line_of_business)
    return changed


def _check(rule: RescissionRule) -> None:
    _check_place(rule.jurisdiction)
    if rule.kind_of_action not in ("", *KindOfAction.values):
        raise Refused("invalid", f"Choose one of: {', '.join(KindOfAction.values)}.", "kind_of_action")
    if rule.effect not in RescissionEffect.values:
        raise Refused("invalid", f"Choose one of: {', '.join(RescissionEffect.values)}.", "effect")
    _check_within(rule)
    _check_day(rule.valid_from, "valid_from")
    if rule.valid_until is not None:
        _check_day(rule.valid_until, "valid_until")
        if rule.valid_until <= rule.valid_from:
            raise Refused("invalid", "It would end before it begins.", "valid_until")
    if not rule.citation:
        raise Refused("invalid", "Say where this is written: a statute, a contract, a policy of ours.", "citation")
    if not isinstance(rule.example, bool):
        raise Refused("invalid", "It is an example, or it is not.", "example")


def _check_within(rule: RescissionRule) -> None:
    days = rule.within_days
    if rule.effect != RescissionEffect.WITHIN_DAYS:
        if days is not None:
            raise Refused("invalid", "Days count only where taking back is allowed within them.", "within_days")
    elif isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        raise Refused("invalid", f"Say within how many days: a whole number from 0 to {MOST_DAYS:,}.", "within_days")


def _check_place(jurisdiction: str) -> None:
    if not jurisdiction:
        return
    try:
        jurisdiction_code(jurisdiction)
    except ValidationError as wrong:
        raise Refused("unknown_jurisdiction", wrong.messages[0], "jurisdiction") from None
    country = jurisdiction[:2]
    if country in NO_COUNTRY or country not in Locale("en").territories:
        raise Refused("unknown_jurisdiction", f"“{country}” is not a country’s code such as CA.", "jurisdiction")


def _check_day(day: object, field: str) -> None:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise Refused("invalid", "Give a date, such as 2026-03-10.", field)


def _save(rule: RescissionRule, changed: list[str], *, by: User, now: datetime) -> RescissionRule:
    """Save a rule as its next version. That no two overlap is the database's to say, so it holds in a race too."""
    _check(rule)
    rule.version += 1
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as refusal:
        if NO_OVERLAP not in str(refusal):
            raise
        raise Refused("rules_overlap", _overlapped(rule), "valid_from") from None
    record(
        EventType.RESCISSION_RULE_CHANGED,
        subject=("rescission_rule", rule.pk),
        by=by,
        now=now,
        data={
            "version": rule.version,
            "fields": changed,
            "jurisdiction": rule.jurisdiction,
            "kind_of_action": rule.kind_of_action,
            "effect": rule.effect,
            "within_days": rule.within_days,
            "valid_from": rule.valid_from.isoformat(),
            "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
            "example": rule.example,
        },
        words={"line_of_business": rule.line_of_business, "citation": rule.citation, "note": rule.note},
    )
    return rule


def _overlapped(rule: RescissionRule) -> str:
    same = RescissionRule.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=rule.valid_from),
        jurisdiction=rule.jurisdiction,
        line_key=rule.line_key,
        kind_of_action=rule.kind_of_action,
    )
    if rule.valid_until is not None:
        same = same.filter(valid_from__lt=rule.valid_until)
    other = same.exclude(pk=rule.pk).order_by("valid_from").first()
    if other is None:  # it was ended at the same moment
        return "Another rule held for the same place, line, kind and time. Please try again."
    until = f"until {other.valid_until:%B %-d, %Y}" if other.valid_until else "for good"
    return (
        f"There is a rule for this place, line and kind from {other.valid_from:%B %-d, %Y} {until}: "
        f"“{other.citation}”. End that one first, or let this one begin when it ends."
    )
