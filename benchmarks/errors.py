"""Errors in the customer's favor by the thousand, each with its call and decision, for measuring the register and its charts.

The rows are such as the domain writes. Of twenty errors one is undecided, one waits for its call, one for a late call, one
was taken back and six wait for a review; the rest were honored, told of and reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.models import Contact, Disclosure, ErrorReview, HonoredError, Obligation
from compensation.models import Decision

KINDS = ("quote", "fee", "reinstatement")
LINES = ("Home insurance", "Cards", "Parcels")
COST_MINOR = 4_500
TURN = 20
UNDECIDED, CALL_DUE, CALL_LATE, RESCINDED = 0, 1, 2, 3
TO_REVIEW = (3, 4, 5, 6, 7, 8)


@dataclass(frozen=True)
class Place:
    """Where an error happened: its incident, case, customer and unit by id."""

    incident: int
    case: int
    customer: int
    unit: int


@dataclass(frozen=True)
class Ground:
    """What the errors are of: one of each place, the oldest first and ``apart`` in time, and who made and decided them.

    ``base`` is added to every id that is written.
    """

    places: list[Place]
    reps: list[int]
    supervisor: int
    reviewer: int
    now: datetime
    causes: tuple[int, ...] = ()
    apart: timedelta = timedelta(minutes=7)
    base: int = 0

    def turns(self) -> Iterator[tuple[int, Place, int, datetime, int]]:
        """Of each error: its id, its place, its turn of twenty, when it was opened and who made it."""
        for n, place in enumerate(self.places):
            opened = self.now - self.apart * (len(self.places) - n)
            yield self.base + n + 1, place, (n + n // TURN) % TURN, opened, self.reps[n % len(self.reps)]

    def tables(self) -> list[tuple[type, Iterator[dict[str, Any]]]]:
        """Tables and their rows, in an order in which each finds what it refers to."""
        return [
            (Obligation, self._obligations()),
            (HonoredError, self._errors()),
            (Contact, self._contacts()),
            (Disclosure, self._disclosures()),
            (Decision, self._decisions()),
            (ErrorReview, self._reviews()),
        ]

    def _due(self, turn: int, opened: datetime) -> datetime:
        return self.now + timedelta(days=1) if turn == CALL_DUE else opened + timedelta(minutes=1)

    def _obligations(self) -> Iterator[dict[str, Any]]:
        for pk, place, turn, opened, rep in self.turns():
            is_open = turn in (UNDECIDED, CALL_DUE, CALL_LATE)
            yield {
                "id": pk,
                "kind": "decision" if turn == UNDECIDED else "disclosure",
                "status": "open" if is_open else "discharged",
                "what": "Decide: honor it or take it back"
                if turn == UNDECIDED
                else "Call and say that it was a mistake",
                "customer_id": place.customer,
                "case_id": place.case,
                "unit_id": place.unit,
                "owner_id": rep,
                "due_end": self._due(turn, opened),
                "reminded": False,
                "zone": "America/Denver",
                "created_at": opened,
                "ended_at": None if is_open else opened + timedelta(seconds=50),
            }

    def _errors(self) -> Iterator[dict[str, Any]]:
        for pk, place, turn, opened, rep in self.turns():
            decided, owed = turn != UNDECIDED, turn in (CALL_DUE, CALL_LATE)
            reviewed = decided and not owed and turn not in TO_REVIEW
            yield {
                "id": pk,
                "incident_id": place.incident,
                "case_id": place.case,
                "customer_id": place.customer,
                "unit_id": place.unit,
                "status": "undecided" if not decided else "rescinded" if turn == RESCINDED else "honored",
                "originator_kind": "person",
                "originator_id": rep,
                "self_reported": pk % 3 == 0,
                "kind_of_action": KINDS[pk % len(KINDS)],
                "line_of_business": LINES[pk % len(LINES)],
                "line_key": LINES[pk % len(LINES)].casefold(),
                "happened_at": opened,
                "opened_at": opened,
                "value_minor": COST_MINOR,
                "currency": "USD",
                "relied": "unknown",
                "relied_words": "",
                "money": "unknown",
                "happened_words": "We told you a price that was not yours.",
                "should_have": "The price of the tariff, which is the same for everybody.",
                "obligation_id": None if decided else pk,
                "decided_by_id": self.supervisor if decided else None,
                "decided_at": opened if decided else None,
                "cost_minor": COST_MINOR if decided and turn != RESCINDED else 0,
                "call_due_at": self._due(turn, opened) if decided else None,
                "call_made_at": opened + timedelta(seconds=50) if decided and not owed else None,
                "reviewed_at": opened + timedelta(minutes=3) if reviewed else None,
                "version": 1,
            }

    def _told(self) -> Iterator[tuple[int, Place, int, datetime, int]]:
        return (each for each in self.turns() if each[2] not in (UNDECIDED, CALL_DUE, CALL_LATE))

    def _contacts(self) -> Iterator[dict[str, Any]]:
        for pk, place, _, opened, rep in self._told():
            yield {
                "id": pk,
                "case_id": place.case,
                "channel": "phone",
                "direction": "out",
                "reached": "customer",
                "by_id": rep,
                "at": opened + timedelta(seconds=50),
            }

    def _disclosures(self) -> Iterator[dict[str, Any]]:
        for pk, place, turn, opened, rep in self.turns():
            if turn == UNDECIDED:
                continue
            made = turn not in (CALL_DUE, CALL_LATE)
            points = ("said_mistake", "said_should_have", "said_stance", "said_next")
            yield {
                "obligation_id": pk,
                "error_id": pk,
                "case_id": place.case,
                "kind": "rescinded" if turn == RESCINDED else "honored",
                "status": "made" if made else "owed",
                "originator_id": rep,
                "owed_by_id": rep,
                "owed_because": "originator",
                **dict.fromkeys(points, made),
                "answer": "Thank you for telling me." if made else "",
                "understanding": "understood" if made else "",
                "caller_id": rep if made else None,
                "channel": "phone" if made else "",
                "made_at": opened + timedelta(seconds=50) if made else None,
                "contact_id": pk if made else None,
                "created_at": opened,
            }

    def _decisions(self) -> Iterator[dict[str, Any]]:
        for pk, _, turn, opened, _ in self.turns():
            if turn == UNDECIDED:
                continue
            taken_back = turn == RESCINDED
            yield {
                "id": pk,
                "error_id": pk,
                "stance": "rescind" if taken_back else "honor",
                "recommended": "honor",
                "lines": "[]",
                "ruled": "allowed",
                "reason": "Nothing relied on it yet." if taken_back else "",
                "precedent_reason": "",
                "cost_minor": 0 if taken_back else COST_MINOR,
                "currency": "" if taken_back else "USD",
                "by_id": self.supervisor,
                "at": opened,
            }

    def _reviews(self) -> Iterator[dict[str, Any]]:
        for pk, _, turn, opened, rep in self.turns():
            if turn in (UNDECIDED, CALL_DUE, CALL_LATE, *TO_REVIEW):
                continue
            yield {
                "id": pk,
                "error_id": pk,
                "outcome": "no_action",
                "note": "",
                "originator_id": rep,
                "decided_by_id": self.supervisor,
                "by_id": self.reviewer,
                "at": opened + timedelta(minutes=3),
            }

    def facts(self) -> Iterator[dict[str, Any]]:
        """What Insights counts of them, as ``insights.domain.facts`` would."""
        for pk, place, turn, opened, rep in self.turns():
            if turn == UNDECIDED:
                continue
            honored = turn != RESCINDED
            of_all = {
                "source": "case",
                "source_id": place.case,
                "day": opened.date(),
                "unit_id": place.unit,
                "rep_id": rep,
                "historical": False,
                "currency": "",
                "n": 1,
                "amount_minor": 0,
                "case_id": place.case,
                "customer_id": place.customer,
            }
            yield {"measure": "error_decided", "key": "honored" if honored else "rescinded", **of_all}
            if turn not in (CALL_DUE, CALL_LATE):
                yield {"measure": "error_told", "key": "in_time", **of_all}
            if honored:
                cause = str(self.causes[pk % len(self.causes)]) if self.causes else ""
                yield {"measure": "error_honesty", "key": "self" if pk % 3 == 0 else "other", **of_all}
                yield {
                    "measure": "error_cost",
                    "key": cause,
                    **of_all,
                    "currency": "USD",
                    "amount_minor": COST_MINOR,
                }
