"""What is known of a case when advice is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.enums import SEVERITY_ORDER, Favor, Severity
from cases.models import Case, Incident
from compensation.enums import RemedyKind
from compensation.queries.advice import STANDS

COMPENSATION = frozenset({RemedyKind.MONETARY, RemedyKind.NON_MONETARY})


@dataclass(frozen=True)
class Given:
    """A remedy on the case that stands, or that waits for an answer. Worth in minor units of the facts' currency."""

    code: str
    kind: str
    gives: str
    worth_minor: int
    at: datetime
    stands: bool = True


@dataclass(frozen=True)
class Facts:
    """What advice goes by. ``severity`` is blank where nobody was hurt: all was in the customer's favor.

    ``loss_minor`` is what the customer lost, minor units, where it is known. ``failed_again_at`` is when we let them
    down once more: a promise was missed, or the case had to be reopened. ``committed`` says that since then the cause
    is known or being looked for and a promise was made to tell them.
    """

    severity: str = ""
    failed: frozenset[str] = frozenset()
    loss_minor: int | None = None
    given: tuple[Given, ...] = ()
    failed_again_at: datetime | None = None
    committed: bool = False

    @property
    def standing(self) -> tuple[Given, ...]:
        return tuple(each for each in self.given if each.stands)

    @property
    def compensated_minor(self) -> int:
        """What has been given and asked for so far to make up for it, by its worth to the customer."""
        return sum(each.worth_minor for each in self.given if each.kind in COMPENSATION)


def facts_of(case: Case, *, incidents: Sequence[Incident], remedies: Iterable[Any]) -> Facts:
    """The facts of a case, from its incidents (read ``with_failures``) and remedies (read ``offerable``). No query."""
    against = [incident for incident in incidents if incident.favor != Favor.CUSTOMER]
    worst = max(
        (incident.severity for incident in against), key=lambda each: SEVERITY_ORDER[Severity(each)], default=""
    )
    losses = [
        incident.loss_minor for incident in against if incident.loss_minor and incident.currency == case.unit.currency
    ]
    again = _failed_again_at(incidents)
    return Facts(
        severity=worst,
        failed=frozenset(incident.kind_of_action for incident in against),
        loss_minor=sum(losses) or None,
        given=tuple(_given(remedy, case) for remedy in remedies if remedy.award_status is not None),
        failed_again_at=again,
        committed=again is not None and _committed(incidents, since=again),
    )


def _given(remedy: Any, case: Case) -> Given:
    return Given(
        code=remedy.code,
        kind=remedy.kind,
        gives=remedy.gives,
        worth_minor=remedy.award_worth if remedy.award_currency == case.unit.currency else 0,
        at=remedy.award_at,
        stands=remedy.award_status in STANDS,
    )


def _failed_again_at(incidents: Sequence[Any]) -> datetime | None:
    if not incidents:
        return None
    moments = (incidents[0].missed_at, incidents[0].reopened_at)
    return max((moment for moment in moments if moment is not None), default=None)


def _committed(incidents: Sequence[Any], *, since: datetime) -> bool:
    why = incidents[0].sought or all(incident.cause_id for incident in incidents)
    promised_at = incidents[0].promised_at
    return bool(why and promised_at is not None and promised_at > since)
