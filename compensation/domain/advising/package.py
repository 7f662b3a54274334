"""What a case calls for, line by line, by the rules of advice. Pure: facts and rules in, a package out.

Each line and each flag comes from one rule, so switching a rule off takes away its own and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compensation.domain.advising.facts import Facts
from compensation.enums import AdviceEffect
from compensation.models import AdviceRule

FLAGS = frozenset({AdviceEffect.WEAK_ALONE, AdviceEffect.MORE_THAN_HELPS})


class State(StrEnum):
    """How far a line has come. What waits for an approval is not done yet, and not to be done again."""

    DONE = "done"
    WAITING = "waiting"
    OPEN = "open"


@dataclass(frozen=True)
class Line:
    """One thing that is called for: what, why, where that is from, and which remedies answer it."""

    code: str
    effect: AdviceEffect
    title: str
    reason: str
    source: str
    kinds: frozenset[str]
    gives: frozenset[str]
    state: State

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def fits(self) -> bool:
        """It says what would answer best, and calls for nothing more."""
        return self.effect == AdviceEffect.FITS

    def answered_by(self, kind: str, gives: str) -> bool:
        """Whether a remedy of this kind, that gives this, does what the line calls for."""
        return kind in self.kinds or gives in self.gives


@dataclass(frozen=True)
class Flag:
    """Something about what was given that a rule warns of."""

    code: str
    title: str
    reason: str
    source: str


@dataclass(frozen=True)
class Package:
    """``most_minor`` is the compensation above which more no longer helps; None where the loss is not known."""

    lines: tuple[Line, ...]
    flags: tuple[Flag, ...]
    most_minor: int | None = None
    percent: int | None = None
    most_source: str = ""

    @property
    def open(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_open)

    @property
    def words(self) -> str:
        """What is still called for, as a sentence or two."""
        if self.open:
            return " ".join(f"{line.title}." for line in self.open)
        waits = any(line.state == State.WAITING for line in self.lines)
        return "An answer is awaited; nothing else is called for." if waits else "Nothing more is called for."


def package(facts: Facts, rules: Iterable[AdviceRule]) -> Package:
    """What the active rules call for on a case, in their order."""
    holding = [rule for rule in rules if rule.active and applies(rule, facts)]
    lines = [line for rule in holding if rule.effect not in FLAGS for line in _lines(rule, facts)]
    most = next((rule for rule in holding if rule.effect == AdviceEffect.MORE_THAN_HELPS and facts.loss_minor), None)
    most_minor = facts.loss_minor * (most.percent or 0) // 100 if most and facts.loss_minor else None
    flags = [
        Flag(rule.code, rule.title, rule.words, rule.citation)
        for rule in holding
        if _weak(rule, facts) or (rule is most and most_minor is not None and facts.compensated_minor > most_minor)
    ]
    return Package(
        lines=tuple(lines),
        flags=tuple(flags),
        most_minor=most_minor,
        percent=most.percent if most else None,
        most_source=most.citation if most else "",
    )


def applies(rule: AdviceRule, facts: Facts) -> bool:
    """Whether a rule is about such a case."""
    return (
        (not rule.severities or facts.severity in rule.severities)
        and (not rule.kinds_of_action or not facts.failed.isdisjoint(rule.kinds_of_action))
        and (not rule.second_failure or facts.failed_again_at is not None)
    )


def _lines(rule: AdviceRule, facts: Facts) -> list[Line]:
    each_of = rule.effect == AdviceEffect.EACH_OF
    return [
        _line(rule, facts, frozenset(kinds)) for kinds in ([[kind] for kind in rule.kinds] if each_of else [rule.kinds])
    ]


def _line(rule: AdviceRule, facts: Facts, kinds: frozenset[str]) -> Line:
    gives = frozenset(rule.gives)
    return Line(
        code=rule.code,
        effect=AdviceEffect(rule.effect),
        title=rule.title,
        reason=rule.words,
        source=rule.citation,
        kinds=kinds,
        gives=gives,
        state=_state(rule, facts, kinds, gives),
    )


def _state(rule: AdviceRule, facts: Facts, kinds: frozenset[str], gives: frozenset[str]) -> State:
    if rule.effect == AdviceEffect.COMMIT:
        return State.DONE if facts.committed else State.OPEN
    since = facts.failed_again_at if rule.effect == AdviceEffect.ANEW else None
    answers = [
        each
        for each in facts.given
        if (each.kind in kinds or each.gives in gives) and (since is None or each.at > since)
    ]
    if any(each.stands for each in answers):
        return State.DONE
    return State.WAITING if answers else State.OPEN


def _weak(rule: AdviceRule, facts: Facts) -> bool:
    given = {each.kind for each in facts.standing}
    return rule.effect == AdviceEffect.WEAK_ALONE and bool(given) and given <= set(rule.kinds)
