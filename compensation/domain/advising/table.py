"""The decision table of the advisor: for every kind of case what the rules call for, and by which of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cases.enums import KindOfAction, Severity
from compensation.domain.advising.facts import Facts, Given
from compensation.domain.advising.package import package
from compensation.enums import Gives, RemedyKind
from compensation.models import AdviceRule

FIRST, AGAIN = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
# Told from the loss and from what was given, not from the case: an apology that is all there is, and money without end.
SORRY = Given(code="", kind=RemedyKind.APOLOGY, gives=Gives.ATTENTION, worth_minor=0, at=FIRST)
FORTUNE = Given(code="", kind=RemedyKind.MONETARY, gives=Gives.MONEY, worth_minor=10**9, at=FIRST)


@dataclass(frozen=True)
class Row:
    """``calls_for`` and ``warns_of`` are titles with the codes of their rules. ``failed`` are alike in all of it."""

    severity: str
    failed: tuple[str, ...]
    second_failure: bool
    calls_for: tuple[tuple[str, str], ...]
    warns_of: tuple[tuple[str, str], ...]


def decision_table(rules: Iterable[AdviceRule]) -> list[Row]:
    """Every severity with and without a second failure and whatever failed; what comes to the same stands in one row."""
    listed = list(rules)
    rows: list[Row] = []
    for severity in Severity.values:
        for second in (False, True):
            alike: dict[tuple[tuple[tuple[str, str], ...], ...], list[str]] = {}
            for failed in KindOfAction.values:
                alike.setdefault(_outcome(listed, severity, failed, second), []).append(failed)
            rows += [Row(severity, tuple(failed), second, *outcome) for outcome, failed in alike.items()]
    return rows


def _outcome(
    rules: list[AdviceRule], severity: str, failed: str, second: bool
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    facts = Facts(
        severity=severity, failed=frozenset({failed}), loss_minor=1, failed_again_at=AGAIN if second else None
    )
    called = package(facts, rules)
    warned = [flag for given in (SORRY, FORTUNE) for flag in package(replace(facts, given=(given,)), rules).flags]
    return tuple((line.title, line.code) for line in called.lines), tuple((flag.title, flag.code) for flag in warned)


def as_page(rules: Iterable[AdviceRule]) -> str:
    """The table and its rules with their sources, in Markdown."""
    active = [rule for rule in rules if rule.active]
    lines = [
        "| severity | what failed | second failure | called for | warned of |",
        "|---|---|---|---|---|",
        *(
            f"| {Severity(row.severity).label} | {_kinds(row.failed)} | {'yes' if row.second_failure else 'no'} "
            f"| {_said(row.calls_for)} | {_said(row.warns_of)} |"
            for row in decision_table(active)
        ),
        "",
        "| rule | says | source |",
        "|---|---|---|",
        *(f"| `{rule.code}` | {_of(rule)} | {rule.citation} |" for rule in active),
    ]
    return "\n".join(lines) + "\n"


def _kinds(failed: tuple[str, ...]) -> str:
    return ", ".join(KindOfAction(kind).label for kind in failed)


def _said(called: tuple[tuple[str, str], ...]) -> str:
    return "<br>".join(f"{title} `{code}`" for title, code in called)


def _of(rule: AdviceRule) -> str:
    return f"{rule.words} ({rule.percent}% of the loss)" if rule.percent else rule.words
