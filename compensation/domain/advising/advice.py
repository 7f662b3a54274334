"""Advice for one case and one person: what it calls for, what can be given, and up to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from cases.models import Case, Incident
from compensation.domain.advising.facts import Facts, facts_of
from compensation.domain.advising.options import Option, best_without_questions, ranked
from compensation.domain.advising.package import Line, Package, package
from compensation.domain.approvers import Approver, measure_with
from compensation.domain.gauges import Gauge
from compensation.queries.advice import advice_rules, offerable


@dataclass(frozen=True)
class Advice:
    """``gauges`` are the rep's caps of money on this case, ``no_questions`` how many such remedies are left today.

    ``above`` are those who can approve more than the rep may give alone, in the order in which they are asked.
    """

    facts: Facts
    package: Package
    options: list[Option]
    gauges: list[Gauge]
    binding: Gauge
    no_questions: Gauge
    above: list[Approver]

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


def advise(case: Case, *, user: User, incidents: Sequence[Incident], now: datetime) -> Advice:
    """Advice on a case (with its unit) from its incidents, read ``with_failures``. Five queries, one more where a
    request holds something, and two where a supervisor is not there.
    """
    currency = case.unit.currency
    remedies = list(offerable(case.pk, currency, now=now))
    facts = facts_of(case, incidents=incidents, remedies=remedies)
    wanted = package(facts, advice_rules())
    measured, climb = measure_with(user, currency=currency, unit_id=case.unit_id, now=now, case=case)
    options = ranked(
        facts,
        wanted,
        {remedy.pk: remedy for remedy in remedies if remedy.on_offer}.values(),
        currency=currency,
        measured=measured.money,
        no_questions_left=measured.no_questions.left,
        climb=climb,
    )
    above = [each for each in climb if each.up_to > measured.binding.left]
    return Advice(facts, wanted, options, measured.money, measured.binding, measured.no_questions, above)
