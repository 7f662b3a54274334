"""The catalog for one case, best first: what may be given alone, then what somebody else can approve.

Within each, what the case still calls for goes first, of it what fits the failure, and then what is worth most to the
customer over what it costs us. Pure: nothing is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.authority import ALLOWED, Verdict
from accounts.models import User
from compensation.domain.advising.facts import COMPENSATION, Facts
from compensation.domain.advising.package import Package
from compensation.domain.approvers import Approver, first_for
from compensation.domain.gauges import Gauge, alone, binding
from compensation.enums import Basis, RemedyKind
from compensation.models import Remedy


@dataclass(frozen=True)
class Option:
    """A remedy for a case. Amounts in minor units of ``currency``.

    Of an open amount ``suggested_minor`` is what would do, where that can be said, and cost and worth are that.
    ``alone`` says whether the rep may give it without asking; where not, ``asked`` is who can approve it. ``answers``
    are the rules of the open lines that it answers, ``why`` the first of them in words.

    Of an open amount that draws on caps, what is given alone is not all that can be given: ``whole_minor`` would make
    good what was lost and is not made up for yet, where that is known, ``alone_minor`` is what the rep's caps leave, and
    ``most`` the one who can approve most, ``approvable_minor``. ``asked`` is then who can approve the whole.
    """

    remedy: Remedy
    currency: str
    cost_minor: int
    value_minor: int
    suggested_minor: int | None
    alone: Verdict
    asked: Approver | None
    whole_minor: int | None
    alone_minor: int | None
    most: Approver | None
    approvable_minor: int | None
    answers: tuple[str, ...]
    fits: bool
    given_before: bool
    too_much: bool
    free_of_questions: bool
    why: str

    @property
    def approver(self) -> User | None:
        """Within whose authority it is, or what would make the loss good, where it is not within the rep's."""
        return self.asked.person if self.asked else None

    @property
    def beyond_all(self) -> bool:
        """Nobody here may approve it; of an open amount, any of it."""
        return not self.alone and self.asked is None and not self.approvable_minor

    @property
    def falls_short(self) -> bool:
        """What may be given alone does not make good what was lost; or how much would is not known, and more can be had."""
        if self.alone_minor is None:
            return False
        return self.alone_minor < (self.approvable_minor or 0 if self.whole_minor is None else self.whole_minor)

    @property
    def ratio(self) -> float:
        """Worth to the customer over cost to us."""
        return (self.value_minor + 1) / (self.cost_minor + 1)

    @property
    def at_once(self) -> bool:
        """It can be given by one press: alone, and its amount is known."""
        return bool(self.alone) and (not self.remedy.open_amount or self.suggested_minor is not None)


def ranked(
    facts: Facts,
    wanted: Package,
    catalog: Iterable[Remedy],
    *,
    currency: str,
    measured: list[Gauge],
    no_questions_left: int,
    climb: Sequence[Approver],
) -> list[Option]:
    """The remedies that can be given in a currency, best first. ``climb`` are those who could approve more, in turn."""
    options = [
        _option(
            facts,
            wanted,
            remedy,
            currency=currency,
            measured=measured,
            counted=remedy.no_questions and no_questions_left > 0,
            climb=climb,
        )
        for remedy in catalog
        if remedy.active and remedy.currency in ("", currency)
    ]
    return sorted(options, key=_rank)


def _rank(option: Option) -> tuple[object, ...]:
    reach = 0 if option.alone else 2 if option.beyond_all else 1
    return (
        reach,
        option.too_much,
        option.given_before,
        not option.answers,
        not option.fits,
        -option.ratio,
        option.remedy.name,
        option.remedy.code,
    )


def best_without_questions(options: Iterable[Option]) -> Option | None:
    """The one that a single key gives: not an apology, not what they have already, and not past the day's count.

    One that costs us something comes first: what is free needs no such leave, and would use up the count for nothing.
    """
    offered = [
        option
        for option in options
        if option.free_of_questions
        and option.alone
        and option.remedy.kind != RemedyKind.APOLOGY
        and not option.given_before
    ]
    return next((option for option in offered if option.cost_minor), offered[0] if offered else None)


def _option(
    facts: Facts,
    wanted: Package,
    remedy: Remedy,
    *,
    currency: str,
    measured: list[Gauge],
    counted: bool,
    climb: Sequence[Approver],
) -> Option:
    draws = remedy.basis == Basis.GOODWILL and not counted
    suggested = _suggested(facts, wanted, remedy, measured if draws else None)
    cost = (suggested or 0) if remedy.open_amount else remedy.cost_minor or 0
    value = cost if remedy.open_amount or remedy.value_minor is None else remedy.value_minor
    # Of an open amount somebody will choose at least one unit.
    least = cost or int(remedy.open_amount)
    may = alone(least, measured) if draws else ALLOWED
    opens = remedy.open_amount and draws
    whole = _whole(facts, remedy) if opens else None
    left = _at_most(remedy, binding(measured).left) if opens else None
    most = max(climb, key=lambda each: each.up_to, default=None) if opens else None
    needs_asking = not may or (whole is not None and left is not None and whole > left)
    answered = [line for line in wanted.open if line.answered_by(remedy.kind, remedy.gives)]
    return Option(
        remedy=remedy,
        currency=currency,
        cost_minor=cost,
        value_minor=value,
        suggested_minor=suggested,
        alone=may,
        asked=first_for(whole or least, climb) if needs_asking else None,
        whole_minor=whole,
        alone_minor=left,
        most=most if most and most.up_to else None,
        approvable_minor=_at_most(remedy, most.up_to) if most else None,
        answers=tuple(line.code for line in answered if not line.fits),
        fits=any(line.fits for line in answered),
        given_before=any(each.code == remedy.code for each in facts.given),
        too_much=_too_much(facts, wanted, remedy, value),
        free_of_questions=counted,
        why=next((line.title for line in sorted(answered, key=lambda line: line.fits)), ""),
    )


def _suggested(facts: Facts, wanted: Package, remedy: Remedy, measured: list[Gauge] | None) -> int | None:
    """Of an open amount: what was lost and not made up for yet, within the caps, the catalog's most and what helps."""
    if not remedy.open_amount or facts.loss_minor is None:
        return None
    bounds = [facts.loss_minor - facts.compensated_minor]
    if wanted.most_minor is not None:
        bounds.append(wanted.most_minor - facts.compensated_minor)
    if measured is not None:
        bounds.append(binding(measured).left)
    if remedy.at_most_minor is not None:
        bounds.append(remedy.at_most_minor)
    return min(bounds) if min(bounds) > 0 else None


def _whole(facts: Facts, remedy: Remedy) -> int | None:
    """Of an open amount: what was lost and not made up for yet, as far as the catalog goes, whoever has to be asked."""
    if facts.loss_minor is None or facts.loss_minor <= facts.compensated_minor:
        return None
    return _at_most(remedy, facts.loss_minor - facts.compensated_minor)


def _at_most(remedy: Remedy, amount: int) -> int:
    return amount if remedy.at_most_minor is None else min(amount, remedy.at_most_minor)


def _too_much(facts: Facts, wanted: Package, remedy: Remedy, value: int) -> bool:
    """Whether, with what was given, it would be more than helps. What is owed by law or contract never is."""
    return (
        wanted.most_minor is not None
        and remedy.basis == Basis.GOODWILL
        and remedy.kind in COMPENSATION
        and value > 0
        and facts.compensated_minor + value > wanted.most_minor
    )
