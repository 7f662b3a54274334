"""Which remedy fits: by what the case calls for, then by what it is worth to the customer over what it costs us.

What a case calls for follows Smith, Bolton & Wagner (1999), Journal of Marketing Research 36(3), and the practice that
low severity is served by assistance or compensation alone, high by both, and never by an apology alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.authority import Verdict
from cases.enums import Severity
from cases.models import Case
from compensation.domain.gauges import Gauge, alone
from compensation.enums import RemedyKind
from compensation.models import Remedy


@dataclass(frozen=True)
class Offer:
    """A remedy for a case. ``alone`` says whether the rep may give it without asking; ``why`` how it fits."""

    remedy: Remedy
    cost_minor: int
    value_minor: int
    currency: str
    alone: Verdict
    why: str
    rank: float


WHY = {
    RemedyKind.APOLOGY: "Always; but an apology alone is the weakest answer.",
    RemedyKind.ASSISTANCE: "Helps with what went wrong.",
    RemedyKind.MONETARY: "Makes up for what it cost them.",
    RemedyKind.NON_MONETARY: "Worth more to them than it costs us.",
}


def offers(case: Case, catalog: list[Remedy], measured: list[Gauge]) -> list[Offer]:
    """The catalog for a case in its unit's currency, best first. Runs no query. An open amount costs nothing yet."""
    currency = case.unit.currency
    ranked = []
    for remedy in catalog:
        if remedy.currency not in ("", currency):
            continue
        cost = remedy.cost_minor or 0
        value = cost if remedy.value_minor is None else remedy.value_minor
        ranked.append(
            Offer(
                remedy=remedy,
                cost_minor=cost,
                value_minor=value,
                currency=currency,
                alone=alone(cost, measured) if cost and not remedy.no_questions else alone(0, measured),
                why=WHY[RemedyKind(remedy.kind)],
                rank=_fit(case, remedy) * 1000 + min((value + 1) / (cost + 1), 999),
            )
        )
    return sorted(ranked, key=lambda offer: (-offer.rank, offer.remedy.name))


def _fit(case: Case, remedy: Remedy) -> int:
    if remedy.kind == RemedyKind.APOLOGY:
        return 0
    if case.severity == Severity.HIGH:
        return 2 if remedy.kind in (RemedyKind.MONETARY, RemedyKind.NON_MONETARY) else 1
    return 2 if remedy.kind in (RemedyKind.ASSISTANCE, RemedyKind.NON_MONETARY) else 1


def called_for(case: Case) -> str:
    """What the case calls for, in words."""
    if case.severity == Severity.HIGH:
        return "Apologize, help and compensate: this severity calls for both assistance and compensation."
    if case.severity == Severity.MEDIUM:
        return "Apologize, and help or compensate."
    return "Apologize, and either help or compensate: one of them is enough."
