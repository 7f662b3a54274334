"""Advice for one case and one person: what it calls for, what can be given, and up to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from cases.models import Case, Incident
from compensation.domain import caps
from compensation.domain.advising.approvers import lowest
from compensation.domain.advising.facts import Facts, facts_of
from compensation.domain.advising.options import Option, best_without_questions, ranked
from compensation.domain.advising.package import Line, Package, package
from compensation.domain.gauges import Gauge, measure
from compensation.queries.advice import advice_rules, offerable


@dataclass(frozen=True)
class Advice:
    """``gauges`` are the rep's caps of money on this case, ``no_questions`` how many such remedies are left today."""

    facts: Facts
    package: Package
    options: list[Option]
    gauges: list[Gauge]
    binding: Gauge
    no_questions: Gauge

    @property
    def alone(self) -> list[Option]:
        return [option for option in self.options if option.alone]

    @property
    def to_ask(self) -> list[Option]:
        """What somebody else can approve, and last what nobody can."""
        return [option for option in self.options if not option.alone]

    @property
    def at_once(self) -> Option | None:
        """What the one key gives."""
        return best_without_questions(self.options)

    @property
    def lines(self) -> list[tuple[Line, Option | None]]:
        """Each line with what answers it best and can be given by one press, each such remedy once."""
        shown: set[str] = set()
        lines: list[tuple[Line, Option | None]] = []
        for line in self.package.lines:
            best = self.best_for(line) if line.is_open and not line.fits else None
            if best is not None and best.remedy.code in shown:
                best = None
            elif best is not None:
                shown.add(best.remedy.code)
            lines.append((line, best))
        return lines

    def best_for(self, line: Line) -> Option | None:
        return next((each for each in self.options if each.at_once and line.code in each.answers), None)


def advise(
    case: Case, *, user: User, incidents: Sequence[Incident], answering: Iterable[User], now: datetime
) -> Advice:
    """Advice on a case (with its unit) from its incidents, read ``with_failures``. Four queries, one more where a
    request holds something. ``answering`` are the unit's supervisors; nobody is shown as approving their own.
    """
    currency = case.unit.currency
    remedies = list(offerable(case.pk, currency, now=now))
    facts = facts_of(case, incidents=incidents, remedies=remedies)
    wanted = package(facts, advice_rules())
    others = [person for person in answering if person.pk != user.pk]
    allowed = caps.of_each([user, *others], currency, now=now)
    measured = measure(user, currency=currency, now=now, case=case, allowed=allowed[user.pk])
    options = ranked(
        facts,
        wanted,
        {remedy.pk: remedy for remedy in remedies if remedy.on_offer}.values(),  # type: ignore[attr-defined]
        currency=currency,
        measured=measured.money,
        no_questions_left=measured.no_questions.left,
        approver=lambda amount: lowest(amount, others, allowed, measured.money, now=now),
    )
    return Advice(facts, wanted, options, measured.money, measured.binding, measured.no_questions)
