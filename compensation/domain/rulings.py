"""What the rules say of taking one error back on one day.

Of the rules in force the most specific holds: first by place (a part of a country, the country, anywhere), then by line
of business, then by kind of action. Days are local dates in the customer's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from cases.models import HonoredError
from compensation.enums import RescissionEffect, Ruled
from compensation.models import RescissionRule


@dataclass(frozen=True)
class Ruling:
    """What the rules come to for one error on one day. ``days_left`` counts where a rule gives a number of days."""

    ruled: Ruled
    rule: RescissionRule | None
    days_left: int | None
    reason: str

    @property
    def source(self) -> str:
        """Where it is written; blank where no rule matches."""
        return self.rule.citation if self.rule else ""


def resolve(
    rules: Iterable[RescissionRule], *, jurisdiction: str, line_key: str, kind: str, on: date
) -> RescissionRule | None:
    """The most specific of ``rules`` in force ``on`` a day; None where none matches, or no place is known."""
    if not jurisdiction:
        return None
    country = jurisdiction[:2]
    matching = [
        rule
        for rule in rules
        if rule.jurisdiction in ("", country, jurisdiction)
        and rule.line_key in ("", line_key)
        and rule.kind_of_action in ("", kind)
        and rule.valid_from <= on
        and (rule.valid_until is None or on < rule.valid_until)
    ]
    # A part of a country is written longer than the country, and the country longer than anywhere.
    return max(
        matching,
        key=lambda rule: (len(rule.jurisdiction), rule.line_key != "", rule.kind_of_action != ""),
        default=None,
    )


def days_between(earlier: datetime, later: datetime, *, zone: ZoneInfo) -> int:
    """How many times the date changed for somebody in ``zone`` between two moments; never below zero."""
    return max((later.astimezone(zone).date() - earlier.astimezone(zone).date()).days, 0)


def judge(rule: RescissionRule | None, *, jurisdiction: str, days: int) -> Ruling:
    """What a rule, or none, says ``days`` after the error, with the reason in words."""
    if not jurisdiction:
        return Ruling(Ruled.LEGAL_REVIEW, None, None, "The customer’s jurisdiction is not known: counsel decides.")
    if rule is None:
        return Ruling(Ruled.LEGAL_REVIEW, None, None, f"No rule covers this in {jurisdiction}: counsel decides.")
    source = f" Source: {rule.citation}." if not rule.citation.endswith(".") else f" Source: {rule.citation}"
    if rule.example:
        source += " This rule is an example that counsel has still to confirm."
    if rule.effect == RescissionEffect.PROHIBITED:
        return Ruling(Ruled.PROHIBITED, rule, None, f"The rules prohibit taking this back.{source}")
    if rule.effect == RescissionEffect.LEGAL_REVIEW:
        return Ruling(Ruled.LEGAL_REVIEW, rule, None, f"It may be taken back only after a legal review.{source}")
    if rule.within_days is None:
        return Ruling(Ruled.ALLOWED, rule, None, f"The rules allow taking this back.{source}")
    within = f"within {_days(rule.within_days)} of the error" if rule.within_days else "on the day of the error"
    left = rule.within_days - days
    if left < 0:
        reason = f"It could be taken back {within}, which was {_days(days)} ago.{source}"
        return Ruling(Ruled.PROHIBITED, rule, 0, reason)
    last = "today is the last" if left == 0 else f"{_days(left)} left"
    return Ruling(Ruled.ALLOWED, rule, left, f"It may be taken back within {within}: {last}.{source}")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def ruling_for(error: HonoredError, *, now: datetime, hold: bool = False) -> Ruling:
    """What the rules say of taking an error back now, on today's date in the customer's zone. One query.

    With ``hold`` the rules stay as they are until the transaction ends, so that none is rewritten while it is used.
    """
    customer = error.customer
    place, key, today = customer.jurisdiction, error.line_key, now.astimezone(customer.zone).date()
    if not place:
        return judge(None, jurisdiction="", days=0)
    rules = RescissionRule.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=today),
        jurisdiction__in={"", place[:2], place},
        line_key__in={"", key},
        kind_of_action__in={"", error.kind_of_action},
        valid_from__lte=today,
    ).order_by("id")
    if hold:
        rules = rules.select_for_update(no_key=True)
    rule = resolve(rules, jurisdiction=place, line_key=key, kind=error.kind_of_action, on=today)
    return judge(rule, jurisdiction=place, days=days_between(error.happened_at, now, zone=customer.zone))
