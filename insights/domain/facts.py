"""What is counted of a case and of a signal. Pure reading: the same rows give the same facts, whenever they are read.

Days are in UTC. Whose figure a fact is: the first owner's for opening, first response and solving; the owner's for
closing, causes and signals; whoever held a promise when it fell due; whoever gave a remedy; and whoever made a
mistake, for who reported it; and whoever answered a request. Of errors in the customer's favor: whoever made it, and of a call whoever made the call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from cases.enums import (
    SEVERITY_ORDER,
    DisclosureStatus,
    ErrorStatus,
    Favor,
    Originator,
    PromiseStatus,
    Severity,
)
from cases.models import Case, Disclosure, HonoredError, Incident, Promise
from compensation.enums import Account, AwardStatus, Basis, Stance
from compensation.models import Approval, Award, Decision, LedgerEntry
from insights.enums import Asking, FirstOwner, Honesty, Measure, Source, Told
from insights.models import Fact
from journal.enums import EventType
from journal.models import Event
from outreach.enums import SignalFate, SignalKind
from outreach.models import Signal

UNDONE_WITHIN = timedelta(days=30)
SPENT = (Account.COMMITTED, Account.DELIVERED)
MORE, NOT_YET = "more", "none"


def bounds() -> list[int]:
    """The upper bounds of the first-response buckets, in seconds; the target is always one of them."""
    usual = {10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600}
    return sorted(usual | {int(settings.RECOVERY["FIRST_MINUTE_TARGET_SECONDS"])})


def bucket(waited: timedelta) -> str:
    """The key of the bucket that a first response after this long falls in: a bound belongs to its own bucket."""
    return next((str(bound) for bound in bounds() if waited.total_seconds() <= bound), MORE)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    listed: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        listed[row.case_id].append(row)
    return listed


class _Answer(NamedTuple):
    """An answer to a request above somebody's cap."""

    asked_at: datetime
    at: datetime
    by: int | None
    due: datetime


class _Rows:
    """All that the facts of some cases are made of, in one query for each kind."""

    def __init__(self, case_ids: list[int]) -> None:
        self.cases = list(Case.objects.filter(pk__in=case_ids).order_by("pk"))
        self.incidents = _by_case(Incident.objects.filter(case_id__in=case_ids).order_by("pk"))
        kinds = [EventType.CASE_CLOSED, EventType.CASE_REOPENED]
        self.turns = _by_case(Event.objects.filter(case_id__in=case_ids, type__in=kinds).order_by("pk"))
        promises = Promise.objects.filter(case_id__in=case_ids).exclude(status=PromiseStatus.OPEN)
        self.promises = _by_case(promises.select_related("obligation").order_by("pk"))
        self.awards = _by_case(Award.objects.filter(case_id__in=case_ids).select_related("remedy").order_by("pk"))
        self.entries: dict[int, list[LedgerEntry]] = defaultdict(list)
        for entry in LedgerEntry.objects.filter(award__case_id__in=case_ids).order_by("pk"):
            if entry.award_id is not None:
                self.entries[entry.award_id].append(entry)
        self.asked: dict[int, list[datetime]] = defaultdict(list)
        self.answers: dict[int, list[_Answer]] = defaultdict(list)
        requests = Approval.objects.filter(award__case_id__in=case_ids).order_by("pk")
        for case_id, at, answered_at, by, due in requests.values_list(
            "award__case_id", "requested_at", "answered_at", "answered_by", "obligation__due_end"
        ):
            self.asked[case_id].append(at)
            if answered_at is not None:
                self.answers[case_id].append(_Answer(at, answered_at, by, due))
        errors = HonoredError.objects.filter(case_id__in=case_ids)
        self.errors = _by_case(errors.select_related("incident").order_by("pk"))
        self.decisions: dict[int, list[Decision]] = defaultdict(list)
        for decision in Decision.objects.filter(error__case_id__in=case_ids).order_by("pk"):
            self.decisions[decision.error_id].append(decision)
        told = Disclosure.objects.filter(case_id__in=case_ids, status=DisclosureStatus.MADE)
        self.told = _by_case(told.select_related("obligation").order_by("pk"))


def of_cases(case_ids: Iterable[int]) -> list[Fact]:
    """The facts of these cases, signals apart. Ten queries, however many."""
    rows = _Rows(sorted(case_ids))
    return [fact for case in rows.cases for fact in _of_case(case, rows)]


def _fact(case: Case, measure: Measure, key: str, at: datetime, rep_id: int | None, **more: Any) -> Fact:
    return Fact(
        source=Source.CASE,
        source_id=case.pk,
        measure=measure,
        key=key,
        day=_day(at),
        unit_id=case.unit_id,
        rep_id=rep_id,
        historical=case.historical,
        case_id=case.pk,
        customer_id=case.customer_id,
        **more,
    )


def _of_case(case: Case, rows: _Rows) -> Iterator[Fact]:
    incidents = rows.incidents[case.pk]
    yield _fact(case, Measure.OPENED, case.severity, case.opened_at, case.first_owner_id)
    yield from _first_response(case, incidents)
    yield from _closings(case, rows.turns[case.pk], rows.asked[case.pk])
    for promise in rows.promises[case.pk]:
        owed = promise.obligation
        yield _fact(case, Measure.PROMISE, promise.status, owed.ended_at, owed.credited_to_id or owed.owner_id)
    for answer in rows.answers[case.pk]:
        yield _fact(case, Measure.ANSWER, bucket(answer.at - answer.asked_at), answer.at, answer.by)
        in_time = Told.IN_TIME if answer.at <= answer.due else Told.LATE
        yield _fact(case, Measure.ANSWER_DUE, in_time, answer.at, answer.by)
    cause = cause_of(incidents)
    for award in rows.awards[case.pk]:
        yield from _spend(case, award, rows.entries[award.pk], cause)
    for incident in incidents:
        yield _fact(case, Measure.CAUSE, str(incident.cause_id or ""), incident.reported_at, case.owner_id)
        if incident.originator_kind == Originator.PERSON and not incident.historical:
            honest = Honesty.SELF if incident.self_reported else Honesty.OTHER
            yield _fact(case, Measure.HONESTY, honest, incident.logged_at, incident.originator_id)
    for error in rows.errors[case.pk]:
        yield from _error(case, error, rows.decisions[error.pk])
    for call in rows.told[case.pk]:
        key = Told.IN_TIME if call.made_at <= call.obligation.due_end else Told.LATE
        yield _fact(case, Measure.ERROR_TOLD, key, call.made_at, call.caller_id)


def _first_response(case: Case, incidents: list[Incident]) -> Iterator[Fact]:
    """The clock runs where a customer complained to us: not for history, nor for what was only in their favor."""
    if case.historical or (incidents and all(incident.favor == Favor.CUSTOMER for incident in incidents)):
        return
    answered = case.first_response_at
    key = bucket(answered - case.reported_at) if answered else NOT_YET
    yield _fact(case, Measure.FIRST_RESPONSE, key, case.reported_at, case.first_owner_id)


def _closings(case: Case, turns: list[Event], asked: list[datetime]) -> Iterator[Fact]:
    """Each closing counts, on its day. History has no events of its own: it counts as it stands, and solves nothing."""
    if case.historical:
        if case.closed_at:
            yield _fact(case, Measure.CLOSED, case.outcome, case.closed_at, case.owner_id)
        return
    for number, event in enumerate(turns):
        if event.type != EventType.CASE_CLOSED:
            continue
        yield _fact(case, Measure.CLOSED, event.data.get("outcome", ""), event.at, case.owner_id)
        undone = any(
            later.type == EventType.CASE_REOPENED and later.at - event.at <= UNDONE_WITHIN
            for later in turns[number + 1 : number + 2]
        )
        solved = FirstOwner.SOLVED if event.data.get("first_owner_solved") else FirstOwner.HANDED_OFF
        key = FirstOwner.REOPENED if undone and solved == FirstOwner.SOLVED else solved
        yield _fact(case, Measure.FIRST_OWNER, key, event.at, case.first_owner_id)
        alone = Asking.ASKED if any(at <= event.at for at in asked) else Asking.ALONE
        yield _fact(case, Measure.UNASKED, alone, event.at, case.first_owner_id)


def cause_of(incidents: list[Incident]) -> str:
    """What the money spent on a case is put down to: the cause of its gravest incident that has one, the oldest of equals."""
    known = [incident for incident in incidents if incident.cause_id is not None]
    gravest = max(known, key=lambda incident: (SEVERITY_ORDER[Severity(incident.severity)], -incident.pk), default=None)
    return str(gravest.cause_id) if gravest else ""


def _spend(case: Case, award: Award, entries: list[LedgerEntry], cause: str) -> Iterator[Fact]:
    """Money counts when it leaves us and counts back when it is taken back; what costs nothing counts by number.

    What was owed by law or contract is no kind of goodwill and stands by itself. Of a cause's cost it is a part.
    """
    kind = award.remedy.kind if award.basis == Basis.GOODWILL else award.basis
    moves = [(entry.at, entry.amount_minor * _sign(entry)) for entry in entries if _sign(entry)]
    if not moves and award.cost_minor == 0 and award.status in (AwardStatus.GIVEN, AwardStatus.DELIVERED):
        moves = [(award.given_at, 0)]
    for at, amount in moves:
        count = -1 if amount < 0 else 1
        more = {"n": count, "amount_minor": amount, "currency": award.currency}
        yield _fact(case, Measure.SPEND, kind, at, award.given_by_id, **more)
        yield _fact(case, Measure.CAUSE_SPEND, cause, at, award.given_by_id, **more)


def _sign(entry: LedgerEntry) -> int:
    to, of = entry.to_account in SPENT, entry.from_account in SPENT
    return int(to) - int(of)


def _error(case: Case, error: HonoredError, decisions: list[Decision]) -> Iterator[Fact]:
    """An error counts once, as it stands, on the day it was decided so; what honoring it costs, whenever that changes."""
    rep = error.originator_id
    if error.decided_at is None:
        return
    yield _fact(case, Measure.ERROR_DECIDED, error.status, error.decided_at, rep)
    if error.status == ErrorStatus.HONORED and error.originator_kind == Originator.PERSON:
        honest = Honesty.SELF if error.self_reported else Honesty.OTHER
        yield _fact(case, Measure.ERROR_HONESTY, honest, error.decided_at, rep)
    cause = str(error.incident.cause_id or "")
    ends = {decision.supersedes_id: decision.at for decision in decisions}
    for decision in decisions:
        if decision.stance != Stance.HONOR:
            continue
        currency, amount = decision.currency or error.currency, decision.cost_minor
        yield _fact(case, Measure.ERROR_COST, cause, decision.at, rep, currency=currency, amount_minor=amount)
        if decision.pk in ends:
            back = {"currency": currency, "n": -1, "amount_minor": -amount}
            yield _fact(case, Measure.ERROR_COST, cause, ends[decision.pk], rep, **back)


def of_signals(signal_ids: Iterable[int]) -> list[Fact]:
    """The facts of these signals. One query."""
    signals = Signal.objects.filter(pk__in=sorted(signal_ids)).select_related("case").order_by("pk")
    return [
        Fact(
            source=Source.SIGNAL,
            source_id=signal.pk,
            measure=Measure.SATISFACTION,
            key=str(signal.score) if signal.kind == SignalKind.SURVEY and signal.score else signal.kind,
            day=_day(signal.at),
            unit_id=signal.unit_id,
            rep_id=signal.case.owner_id if signal.case else None,
            historical=signal.fate == SignalFate.HISTORICAL or bool(signal.case and signal.case.historical),
            case_id=signal.case_id,
            customer_id=signal.customer_id,
        )
        for signal in signals
    ]
