"""The rules of advice, as administrators tune them. What they come to for a case is in ``advising``.

A rule keeps its code and its effect: those are what the code knows it by. What it says, where it is from, which cases it
is about and whether it is switched on are the company's. That an apology is called for is not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.domain.words import said
from accounts.models import User
from cases.domain.casework import changes_since
from cases.enums import KindOfAction, Severity
from compensation.enums import AdviceEffect, Gives, RemedyKind
from compensation.models import AdviceRule
from journal.domain.log import record
from journal.enums import EventType

# The one rule that is never switched off or narrowed.
APOLOGY = "apology"
FIELDS = ("title", "words", "citation", "severities", "kinds_of_action", "kinds", "gives", "percent", "active")
LONGEST = {"title": 160, "words": 300, "citation": 300}
CHOICES = {
    "severities": Severity.values,
    "kinds_of_action": KindOfAction.values,
    "kinds": RemedyKind.values,
    "gives": Gives.values,
}
# What a rule of an effect cannot do without.
NEEDED = {
    AdviceEffect.ONE_OF: "kinds",
    AdviceEffect.EACH_OF: "kinds",
    AdviceEffect.ANEW: "kinds",
    AdviceEffect.WEAK_ALONE: "kinds",
    AdviceEffect.FITS: "gives",
}
MOST_PERCENT = 1000


@transaction.atomic
def change_advice(
    rule: AdviceRule, *, by: User, now: datetime, version: int | None = None, **fields: Any
) -> AdviceRule:
    """Change a rule of advice or switch it on or off. ``fields`` are those of ``FIELDS``; ``version`` is the last seen.

    Refused: ``administrator_needed``, ``not_found``, ``apology_always``, ``words_needed``, ``too_long``, ``invalid``,
    ``changed_meanwhile``.
    """
    can_administer(by).enforce()
    held = AdviceRule.objects.select_for_update(no_key=True).filter(pk=rule.pk).first()
    if held is None:
        raise Refused("not_found", "There is no such rule.")
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since("advice_rule", held.pk, version), version=held.version)
    changed = _set(held, fields)
    if not changed:
        return held
    held.version += 1
    held.save()
    record(
        EventType.ADVICE_RULE_CHANGED,
        subject=("advice_rule", held.pk),
        by=by,
        now=now,
        data={
            "version": held.version,
            "fields": changed,
            "code": held.code,
            "active": held.active,
            "severities": held.severities,
            "kinds_of_action": held.kinds_of_action,
            "kinds": held.kinds,
            "gives": held.gives,
            "percent": held.percent,
        },
        words={"title": held.title, "words": held.words, "citation": held.citation},
    )
    return held


def _set(rule: AdviceRule, fields: dict[str, Any]) -> list[str]:
    """Set what was given, checked; returns the names of what has changed."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a rule of advice: {sorted(unknown)}")
    new = {name: _checked(name, value) for name, value in fields.items()}
    changed = sorted(name for name, value in new.items() if getattr(rule, name) != value)
    for name in changed:
        setattr(rule, name, new[name])
    if changed:
        _check(rule)
    return changed


def _checked(name: str, value: Any) -> Any:
    if name in LONGEST:
        words = said(value, name, at_most=LONGEST[name])
        if not words:
            raise Refused("words_needed", "A rule says what to do, why, and where that is from.", name)
        return words
    if name in CHOICES:
        known = CHOICES[name]
        if not isinstance(value, list | tuple) or not set(value) <= set(known):
            raise Refused("invalid", f"Choose of: {', '.join(known)}.", name)
        return [each for each in known if each in value]
    if name == "active" and not isinstance(value, bool):
        raise Refused("invalid", "It is switched on, or it is not.", name)
    return value


def _check(rule: AdviceRule) -> None:
    effect = AdviceEffect(rule.effect)
    needed = NEEDED.get(effect, "")
    if needed and not getattr(rule, needed):
        raise Refused("invalid", "Choose at least one: else the rule calls for nothing.", needed)
    for name in {"kinds", "gives"} - {needed}:
        if getattr(rule, name):
            raise Refused("invalid", "A rule of this effect has none.", name)
    percent = rule.percent
    if effect != AdviceEffect.MORE_THAN_HELPS:
        if percent is not None:
            raise Refused("invalid", "A share of the loss counts only where too much is warned of.", "percent")
    elif isinstance(percent, bool) or not isinstance(percent, int) or not 100 <= percent <= MOST_PERCENT:
        raise Refused("invalid", f"Give a share of the loss from 100 to {MOST_PERCENT:,} percent.", "percent")
    if rule.code == APOLOGY:
        wide = not rule.severities and not rule.kinds_of_action
        if not (rule.active and wide and RemedyKind.APOLOGY in rule.kinds):
            raise Refused("apology_always", "An apology is always called for: this rule stays on, and for every case.")
