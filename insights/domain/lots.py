"""What became of those for whom a lot was drawn: called or left uncalled, as the lot said and whatever followed.

Whoever was to be called counts as called, reached or not: who can be reached differs from who cannot, and only the lot
makes the two sides alike (intention to treat; ICH E9, 5.2.1). Whom a program could not have called takes no part.
A score counts that was given within 30 days; whether it is settled by then, and whether we let them down again, is
known when they have passed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef

from cases.enums import Favor
from cases.models import Case, Incident
from insights.enums import Measure, Side, Source
from insights.models import Fact
from journal.enums import EventType
from journal.models import Event
from outreach.domain.aftermath import STILL_DISSATISFIED
from outreach.enums import SignalKind, SurveyStatus
from outreach.models import FollowUpCall, HeldOut, Signal, Survey

AFTER = timedelta(days=30)
# For so long the moment at which 30 days have passed is looked for; what is older is counted by a rebuild.
LOOKED_FOR = timedelta(days=60)
# An answer of so much or more to whether they would return is a yes.
WOULD_RETURN = 4


@dataclass(frozen=True)
class Lot:
    """A customer for whom a lot was drawn, about which signal, when, and on which side it put them."""

    signal: Signal
    program_id: int
    side: Side
    at: datetime
    outcome: str = ""

    @property
    def key(self) -> str:
        return f"{self.program_id}:{self.side}"


def of_lots(signal_ids: Iterable[int], *, now: datetime) -> list[Fact]:
    """The facts of the lots drawn about these signals, as known at ``now``. Seven queries at most, however many."""
    lots = _lots(sorted(signal_ids))
    if not lots:
        return []
    known = _Known(lots)
    return [
        Fact(
            source=Source.SIGNAL,
            source_id=lot.signal.pk,
            measure=measure,
            key=key,
            day=lot.at.astimezone(UTC).date(),
            unit_id=lot.signal.unit_id,
            case_id=lot.signal.case_id,
            customer_id=lot.signal.customer_id,
        )
        for lot in lots
        for measure, key in known.told(lot, now=now)
    ]


def _lots(signal_ids: list[int]) -> list[Lot]:
    called = FollowUpCall.objects.filter(signal__in=signal_ids, by_lot=True, program__isnull=False)
    left = HeldOut.objects.filter(signal__in=signal_ids).select_related("signal")
    return [
        *(
            Lot(call.signal, call.program_id or 0, Side.CALLED, call.obligation.created_at, call.outcome)
            for call in called.select_related("signal", "obligation")
        ),
        *(Lot(held.signal, held.program_id, Side.HELD_OUT, held.at) for held in left),
    ]


class _Known:
    """What happened to the customers of some lots since, in one query for each kind."""

    def __init__(self, lots: list[Lot]) -> None:
        customers, since = {lot.signal.customer_id for lot in lots}, min(lot.at for lot in lots)
        self.scores: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        scored = Signal.objects.filter(
            customer__in=customers, kind=SignalKind.SURVEY, score__isnull=False, at__gt=since
        )
        for customer, at, score in scored.order_by("at", "pk").values_list("customer", "at", "score"):
            self.scores[customer].append((at, score or 0))
        self.answers: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
        answered = Survey.objects.filter(customer__in=customers, status=SurveyStatus.ANSWERED, answered_at__gt=since)
        kept = answered.filter(would_return__isnull=False).order_by("answered_at", "pk")
        for customer, when, said in kept.values_list("customer", "answered_at", "would_return"):
            if when is not None and said is not None:
                self.answers[customer].append((when, said))
        self.mistakes: dict[int, list[datetime]] = defaultdict(list)
        past = Incident.objects.filter(customer__in=customers, reported_at__gt=since).exclude(favor=Favor.CUSTOMER)
        for customer, at in past.exclude(category=STILL_DISSATISFIED).values_list("customer", "reported_at"):
            self.mistakes[customer].append(at)
        cases = Case.objects.filter(customer__in=customers, historical=False)
        self.cases: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
        for customer, case, at in cases.values_list("customer", "pk", "opened_at"):
            self.cases[customer].append((case, at))
        self.turns: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
        turned = Event.objects.filter(
            case__customer__in=customers, type__in=[EventType.CASE_CLOSED, EventType.CASE_REOPENED]
        )
        for case, at, kind in turned.order_by("pk").values_list("case", "at", "type"):
            self.turns[case].append((at, kind == EventType.CASE_CLOSED))

    def told(self, lot: Lot, *, now: datetime) -> Iterator[tuple[Measure, str]]:
        """What there is to say of a lot by now: measure and key."""
        customer, ends = lot.signal.customer_id, lot.at + AFTER
        yield Measure.LOT, lot.key
        if lot.side == Side.CALLED and lot.outcome:
            yield Measure.LOT_OUTCOME, f"{lot.program_id}:{lot.outcome}"
        later = _first(self.scores[customer], lot.at, ends)
        if later is not None and lot.signal.score is not None:
            yield Measure.LOT_CHANGE, f"{lot.key}:{later - lot.signal.score:+d}"
        said = _first(self.answers[customer], lot.at, ends)
        if said is not None:
            yield Measure.LOT_RETURN, f"{lot.key}:{_yes(said >= WOULD_RETURN)}"
        if ends > now:
            return
        again = any(lot.at < at <= ends for at in self.mistakes[customer])
        yield Measure.LOT_AGAIN, f"{lot.key}:{_yes(again)}"
        settled = all(self._closed(case, ends) for case, opened in self.cases[customer] if opened <= ends)
        yield Measure.LOT_SETTLED, f"{lot.key}:{_yes(settled)}"

    def _closed(self, case: int, at: datetime) -> bool:
        return next((closed for turned, closed in reversed(self.turns[case]) if turned <= at), False)


def _first(told: list[tuple[datetime, int]], after: datetime, until: datetime) -> int | None:
    place = bisect_left(told, (after, 9))
    return told[place][1] if place < len(told) and told[place][0] <= until else None


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def touched_lots(signal_ids: Iterable[int], call_ids: Iterable[int]) -> set[int]:
    """Signals about which a lot was drawn, of whose customers these signals and calls tell something new."""
    signals, calls = set(signal_ids), set(call_ids)
    touched: set[int] = set()
    if calls:
        touched |= set(FollowUpCall.objects.filter(pk__in=calls, by_lot=True).values_list("signal", flat=True))
    if signals:
        theirs = Signal.objects.filter(pk__in=signals).values("customer")
        touched |= set(FollowUpCall.objects.filter(customer__in=theirs, by_lot=True).values_list("signal", flat=True))
        touched |= set(HeldOut.objects.filter(customer__in=theirs).values_list("signal", flat=True))
    return touched


def grown_up(*, now: datetime, limit: int) -> set[int]:
    """Signals about which a lot was drawn 30 days ago, and of which that has not been counted yet."""
    ends, begins = now - AFTER, now - AFTER - LOOKED_FOR
    counted = Fact.objects.filter(source=Source.SIGNAL, source_id=OuterRef("signal"), measure=Measure.LOT_SETTLED)
    called = FollowUpCall.objects.filter(
        ~Exists(counted), by_lot=True, obligation__created_at__gt=begins, obligation__created_at__lte=ends
    )
    left = HeldOut.objects.filter(~Exists(counted), at__gt=begins, at__lte=ends)
    return {
        *called.values_list("signal", flat=True)[:limit],
        *left.values_list("signal", flat=True)[:limit],
    }
