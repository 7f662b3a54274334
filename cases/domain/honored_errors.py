"""Mistakes in the customer's favor: known, weighed, and moved by the decision that compensation takes.

Whoever changes one holds its case first and then its row (``hold_error``), and saves the case at the end.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.authority import ALLOWED, ChangedMeanwhile, Refused, Verdict, first_no, refuse
from accounts.domain.words import said
from accounts.models import User
from accounts.money import check_minor, exponent
from cases.domain import casework
from cases.domain.blame import blame
from cases.domain.obligations import abandon, discharge, owe
from cases.domain.permissions import can_work_on
from cases.domain.workflow import ERROR
from cases.enums import ErrorStatus, Favor, MoneyHeld, ObligationKind, Relied
from cases.models import Case, HonoredError, Incident, Obligation
from cases.queries.honored_errors import line_key, visible_errors
from journal.domain.log import record
from journal.enums import EventType
from journal.queries import of_case

ASSESSED = frozenset(
    {
        "value_minor", "value_year_minor", "currency", "relied", "relied_words", "money", "happened_words",
        "should_have",
    }
)  # fmt: skip
WORDS = ("relied_words", "happened_words", "should_have")
READ_BY_CUSTOMER = ("happened_words", "should_have")
AMOUNTS = ("value_minor", "value_year_minor")
# What a decision was taken on: it does not change under it.
SETTLED = {"favor": "in whose favor it was", "originator_kind": "whose mistake it was", "originator": "who made it"}
TO_DECIDE = "Decide: honor it or take it back"
STAKE = frozenset({"value_at_stake_minor", "currency"})
FOLLOWING = (
    "originator_kind", "originator_id", "self_reported", "kind_of_action", "line_of_business", "line_key", "happened_at",
    "value_minor", "value_year_minor", "currency",
)  # fmt: skip


def open_error(incident: Incident, case: Case, *, by: User | None, now: datetime) -> HonoredError:
    """A mistake in the customer's favor is to be decided within ``DECISION_HOURS``. The caller holds and saves the case."""
    error = HonoredError(
        incident=incident, case=case, customer_id=incident.customer_id, unit_id=case.unit_id, opened_at=now
    )
    _copy(incident, error, STAKE)
    error.obligation = _owe_decision(case, by=by, now=now)
    error.save(force_insert=True)
    _record(EventType.HONORED_ERROR_OPENED, error, case, by=by, now=now, data={"due_end": _due(error)})
    return error


def follow_incident(
    incident: Incident, case: Case, *, changed: Collection[str], by: User, now: datetime
) -> HonoredError | None:
    """What was corrected on an incident (``changed``) holds for its error too. The caller holds and saves the case.

    One that turns out to be in the customer's favor opens an error, one that is not any more withdraws it; after the
    decision neither that nor whose mistake it was can be changed. Refused: ``decided_already``.
    """
    error = HonoredError.objects.select_for_update(of=("self",), no_key=True).filter(incident=incident).first()
    if error is None:
        return open_error(incident, case, by=by, now=now) if incident.favor == Favor.CUSTOMER else None
    error.incident = incident
    if error.decided_at is not None:
        _keep_settled(changed)
    if incident.favor != Favor.CUSTOMER:
        if error.status == ErrorStatus.UNDECIDED:
            _withdraw(error, case, by=by, now=now)
        return error
    if error.status == ErrorStatus.WITHDRAWN:
        changed = STAKE  # nothing was copied meanwhile
    elif error.decided_at is not None:
        changed = set(changed) - STAKE
    followed = _copy(incident, error, changed)
    if error.status == ErrorStatus.WITHDRAWN:
        ERROR.move(error, ErrorStatus.UNDECIDED)
        error.obligation, error.opened_at = _owe_decision(case, by=by, now=now), now
        save_error(error, "status", "obligation", "opened_at", *followed)
        _record(EventType.HONORED_ERROR_OPENED, error, case, by=by, now=now, data={"due_end": _due(error)})
    elif followed:
        save_error(error, *followed)
        _record(EventType.HONORED_ERROR_ASSESSED, error, case, by=by, now=now, data={"fields": sorted(followed)})
    return error


def _keep_settled(changed: Collection[str]) -> None:
    for name, what in SETTLED.items():
        if name in changed:
            raise Refused("decided_already", f"This has been decided, so {what} does not change any more.", name)


def _copy(incident: Incident, error: HonoredError, changed: Collection[str]) -> set[str]:
    """Copy what has changed; returns the names of the error's fields that did."""
    before = {name: getattr(error, name) for name in FOLLOWING}
    error.originator_kind, error.originator = incident.originator_kind, incident.originator
    error.self_reported = incident.self_reported
    error.kind_of_action = incident.kind_of_action
    error.line_of_business, error.line_key = incident.line_of_business, line_key(incident.line_of_business)
    error.happened_at = incident.occurred_at or incident.reported_at
    if STAKE & set(changed):
        # What somebody has weighed stands until the incident says another amount or currency.
        error.value_minor, error.currency = incident.value_at_stake_minor, incident.currency
        if before["currency"] != error.currency:
            error.value_year_minor = None
    return {name for name, value in before.items() if getattr(error, name) != value}


def _owe_decision(case: Case, *, by: User | None, now: datetime) -> Obligation:
    return owe(
        ObligationKind.DECISION,
        what=TO_DECIDE,
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=case.owner,
        due_end=now + timedelta(hours=settings.RECOVERY["DECISION_HOURS"]),
        by=by,
        now=now,
    )


def _due(error: HonoredError) -> str | None:
    return error.obligation.due_end.isoformat() if error.obligation else None


def _withdraw(error: HonoredError, case: Case, *, by: User, now: datetime) -> None:
    ERROR.move(error, ErrorStatus.WITHDRAWN)
    if error.obligation is not None:
        abandon(error.obligation, case=case, by=by, now=now)
    save_error(error, "status")
    _record(EventType.HONORED_ERROR_WITHDRAWN, error, case, by=by, now=now)


def hold_error(error: HonoredError, *, by: User | None, version: int | None = None) -> tuple[Case, HonoredError]:
    """The case and the error, both locked, the case first: no two writers wait in a circle.

    ``by`` is None only for the system's own work. ``version`` is what the writer last saw of the error.
    Refused: ``out_of_reach``, ``changed_meanwhile``.
    """
    case = casework.hold(Case(pk=error.case_id), by=None)
    rows = HonoredError.objects.all() if by is None else visible_errors(by)
    held = (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("incident", "originator", "decided_by", "obligation")
        .filter(pk=error.pk)
        .first()
    )
    if held is None:
        raise Refused("out_of_reach", "There is no such error.")
    held.case, held.customer, held.unit = case, case.customer, case.unit
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since(held, version), version=held.version)
    return case, held


def save_error(error: HonoredError, *fields: str) -> None:
    """Save a held error's named fields as its next version."""
    error.version += 1
    error.save(update_fields={"version", *fields})


def about(error: HonoredError, case: Case) -> dict[str, int]:
    """For the data of every event about an error: which one, and which version of it and of the case it makes.

    The error has been saved by then, the held case not yet.
    """
    return {**casework.as_version(case), "error": error.pk, "error_version": error.version}


def changes_since(error: HonoredError, version: int) -> list[dict[str, Any]]:
    """What was written about an error after a version, newest first, as ``casework.changes_since`` tells it."""
    newest = of_case(error.case_id).filter(data__error=error.pk)[:50]
    return [casework.told_as_change(event) for event in newest if event.data.get("error_version", 0) > version]


TOLD = refuse("already_told", "The customer has been told. What they were told stands.")


def can_assess(user: User, error: HonoredError) -> Verdict:
    """Reps and supervisors write down what bears on it, until the customer has been told.

    What the letter needs and nobody has written yet may still be written down after that.
    """
    return first_no(can_work_on(user, error.case), _still_open(error))


def _still_open(error: HonoredError) -> Verdict:
    if error.status == ErrorStatus.WITHDRAWN:
        return refuse("wrong_state", "This was not in the customer’s favor after all.")
    if error.call_made_at is not None and all(getattr(error, name) for name in READ_BY_CUSTOMER):
        return TOLD
    return ALLOWED


@transaction.atomic
def assess(
    error: HonoredError, *, by: User, now: datetime, version: int | None = None, **particulars: Any
) -> HonoredError:
    """Write down what bears on the decision: what is given of ``ASSESSED``, leave the rest.

    Amounts in minor units of ``currency``. What a decision costs keeps its currency. What the customer may read names
    nobody of ours.
    Refused: ``out_of_reach``, ``rep_needed``, ``case_closed``, ``wrong_state``, ``already_told``, ``invalid``,
    ``not_an_amount``, ``amount_too_large``, ``unknown_currency``, ``other_currency``, ``too_long``,
    ``names_staff``, ``changed_meanwhile``.
    """
    unknown = set(particulars) - ASSESSED
    if unknown:
        raise TypeError(f"not what is weighed of an error: {sorted(unknown)}")
    case, held = hold_error(error, by=by, version=version)
    can_assess(by, held).enforce()
    wanted = {name: said(value, name) if name in WORDS else value for name, value in particulars.items()}
    changed = sorted(name for name, value in wanted.items() if getattr(held, name) != value)
    if held.call_made_at is not None and any(name not in READ_BY_CUSTOMER or getattr(held, name) for name in changed):
        TOLD.enforce()
    for name in changed:
        if name == "currency" and held.cost_minor:
            raise Refused("other_currency", f"What it costs us has been decided in {held.currency}.", "currency")
        setattr(held, name, wanted[name])
    _check_assessed(held)
    read = {name: str(wanted[name]) for name in READ_BY_CUSTOMER if name in changed}
    if read:
        blame(read, originator=held.originator, customer=held.customer).verdict.enforce()
    if not changed:
        return held
    save_error(held, *changed)
    words = {name: getattr(held, name) for name in WORDS if name in changed}
    _record(EventType.HONORED_ERROR_ASSESSED, held, case, by=by, now=now, data={"fields": changed}, words=words)
    casework.save(case)
    return held


def to_weigh(error: HonoredError) -> list[str]:
    """What to look at once more in what the customer will read: first names of colleagues, in words. One query."""
    read = {name: getattr(error, name) for name in READ_BY_CUSTOMER}
    found = blame(read, originator=error.originator, customer=error.customer)
    return list(dict.fromkeys(warning.reason for warning in found.warnings))


def _check_assessed(error: HonoredError) -> None:
    for name, choices in (("relied", Relied), ("money", MoneyHeld)):
        if getattr(error, name) not in choices.values:
            raise Refused("invalid", f"Choose one of: {', '.join(choices.values)}.", name)
    for name in AMOUNTS:
        amount = getattr(error, name)
        if amount is not None and not error.currency:
            raise Refused("invalid", "Say which currency the amounts are in.", "currency")
        if amount is not None:
            check_minor(amount, currency=error.currency, field=name, zero=True)
    if error.currency:
        exponent(error.currency)


def decide(
    case: Case,
    error: HonoredError,
    *,
    to: ErrorStatus,
    by: User,
    now: datetime,
    cost_minor: int = 0,
    currency: str = "",
) -> None:
    """Move a held error to what was decided, with what it costs us; nothing is left to decide then.

    For the verbs of compensation, which ask who may, write the decision and its event, and save the case. The same
    stance again (at another cost) keeps the status. Refused: ``wrong_state``, ``other_currency``.
    """
    if error.status != to:
        ERROR.move(error, to)
    if cost_minor and error.currency not in ("", currency):
        raise Refused(
            "other_currency", f"What is at stake is in {error.currency}; say what it costs in it.", "currency"
        )
    if cost_minor:
        error.currency = currency
    if error.decided_at is None and error.obligation is not None:
        discharge(error.obligation, case=case, by=by, now=now)
    error.decided_by, error.decided_at, error.cost_minor = by, now, cost_minor
    save_error(error, "status", "decided_by", "decided_at", "cost_minor", "currency")


def _record(
    type_: EventType,
    error: HonoredError,
    case: Case,
    *,
    by: User | None,
    now: datetime,
    data: dict[str, Any] | None = None,
    words: dict[str, str] | None = None,
) -> None:
    record(
        type_,
        subject=("honored_error", error.pk),
        by=by,
        now=now,
        customer_id=error.customer_id,
        case_id=error.case_id,
        data={**about(error, case), "version": error.version, **(data or {})},
        words=words,
    )
