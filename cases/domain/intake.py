"""Logging a mistake: it joins an open case of the customer or opens one, and care shows at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.authority import Refused
from accounts.domain.words import check_text, said
from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.money import check_minor
from accounts.queries import is_there, supervisors_of_unit, visible_units
from cases.domain import casework, contacts, messages, promises
from cases.domain.honored_errors import open_error
from cases.domain.ownership import freest_rep, tell_owner, tell_supervisors
from cases.domain.permissions import is_live
from cases.domain.precedents import note_precedents
from cases.domain.references import new_reference
from cases.enums import (
    LIVE_CHANNELS,
    SEVERITY_ORDER,
    Complainer,
    Direction,
    Favor,
    Originator,
    Reached,
    Severity,
)
from cases.models import Case, Customer, Incident
from cases.queries.precedents import may_have_precedent
from journal.domain.log import record, together
from journal.enums import EventType

TITLE_LENGTH = 90


@dataclass(frozen=True)
class Logged:
    """What came of logging: the incident, its case, and whether the case was opened by it."""

    incident: Incident
    case: Case
    opened: bool


@transaction.atomic
@together()
def log_incident(
    customer: Customer,
    *,
    by: User,
    now: datetime,
    unit: BusinessUnit | None = None,
    case: Case | None = None,
    channel: str,
    customer_words: str = "",
    our_words: str = "",
    severity: str = Severity.MEDIUM,
    reported_at: datetime | None = None,
    occurred_at: datetime | None = None,
    originator_kind: str = Originator.UNKNOWN,
    originator: User | None = None,
    favor: str = Favor.COMPANY,
    **particulars: Any,
) -> Logged:
    """Log one thing that went wrong. Without ``case`` a new one is opened, routed and announced to the customer.

    ``particulars``: line_of_business, category, kind_of_action, complainer, value_at_stake_minor, loss_minor,
    currency, external_system, external_id. Amounts in minor units of ``currency``; times aware.
    An incident in the customer's favor sends no opening notice: first contact is the call that tells them. It is to be
    decided first whether we honor it.
    Refused: ``out_of_reach``, ``invalid``, ``words_needed``, ``too_long``, ``in_future``, ``unit_needed``,
    ``case_closed``, ``historical_case``, ``other_customer``, ``external_id_taken``, ``not_an_amount``.
    """
    reported_at = reported_at or now
    customer_words, our_words = said(customer_words, "customer_words"), said(our_words, "our_words")
    check_story(customer_words, our_words, reported_at=reported_at, occurred_at=occurred_at, now=now)
    check_originator(originator_kind, originator)
    incident = Incident(
        customer=customer,
        channel=channel,
        customer_words=customer_words,
        our_words=our_words,
        severity=severity,
        reported_at=reported_at,
        occurred_at=occurred_at,
        logged_at=now,
        logged_by=by,
        originator_kind=originator_kind,
        originator=originator,
        favor=favor,
        **particulars,
    )
    check_fields(incident)
    opened = case is None
    if case is None:
        at, erred = _unit_of(customer, unit, by=by)
        held = _open_case(incident, unit=at, erred=erred, by=by, now=now)
    else:
        held = casework.hold(case, by=by)
        if held.customer_id != customer.pk:
            raise Refused("other_customer", "This case is another customer’s.", "case")
        is_live(held).enforce()
        held.severity = max(held.severity, incident.severity, key=lambda level: SEVERITY_ORDER[Severity(level)])
        held.urgent = held.urgent or is_urgent(incident)
        note_precedents(held)
    incident.case, incident.unit = held, held.unit
    _save(incident)
    _record_logged(incident, held, opened=opened, by=by, now=now)
    if channel in LIVE_CHANNELS and not by.is_service and by.role != Role.ADMIN:
        contacts.note_contact(held, channel=channel, direction=Direction.IN, reached=Reached.CUSTOMER, by=by, now=now)
    if opened and favor != Favor.CUSTOMER:
        _announce(held, by=by, now=now, live=channel in LIVE_CHANNELS)
    if favor == Favor.CUSTOMER:
        open_error(incident, held, by=by, now=now)
    casework.save(held, "severity", "urgent", "has_precedent")
    return Logged(incident, held, opened)


def check_story(
    customer_words: str, our_words: str, *, reported_at: datetime, occurred_at: datetime | None, now: datetime
) -> None:
    if not customer_words and not our_words:
        raise Refused("words_needed", "Write what happened, in the customer’s words or in ours.", "customer_words")
    for moment, field in ((reported_at, "reported_at"), (occurred_at, "occurred_at")):
        if moment is not None and moment > now:
            raise Refused("in_future", "This time has not come yet.", field)


def check_originator(kind: str, originator: User | None) -> None:
    if kind == Originator.PERSON:
        if originator is None or originator.is_service:
            raise Refused("invalid", "Say which colleague made the mistake.", "originator")
    elif originator is not None:
        raise Refused("invalid", "A colleague is named, so the mistake is a colleague’s.", "originator_kind")


def _unit_of(customer: Customer, unit: BusinessUnit | None, *, by: User) -> tuple[BusinessUnit, bool]:
    """The unit that a new case belongs to, and whether this customer has an error in their favor behind them.

    A customer of no unit that the caller serves is out of reach.
    """
    served = visible_units(by).filter(memberships__customer=customer).annotate(erred=may_have_precedent(customer))
    units = {each.pk: each for each in served}
    if not units:
        raise Refused("out_of_reach", "There is no such customer.")
    if unit is not None and unit.pk not in units:
        raise Refused("unit_needed", "Choose a unit that this customer belongs to and your team serves.", "unit")
    if unit is None and len(units) > 1:
        raise Refused("unit_needed", "This customer belongs to several units. Choose the one it concerns.", "unit")
    chosen = units[unit.pk] if unit is not None else next(iter(units.values()))
    return chosen, chosen.erred


def is_urgent(incident: Incident) -> bool:
    """An activist or irate complainer is treated as urgent."""
    return incident.complainer in (Complainer.ACTIVIST, Complainer.IRATE)


def title_of(incident: Incident) -> str:
    """A case is called by the first line of what happened, in our words if we have any."""
    first_line = (incident.our_words or incident.customer_words or incident.category).strip().splitlines()[0]
    return first_line if len(first_line) <= TITLE_LENGTH else first_line[: TITLE_LENGTH - 1].rstrip() + "…"


def _open_case(incident: Incident, *, unit: BusinessUnit, erred: bool, by: User, now: datetime) -> Case:
    mine = not by.is_service and by.role in (Role.REP, Role.SUPERVISOR) and is_there(by, now)
    owner = by if mine else freest_rep(unit.pk, now=now)
    case = Case(
        customer=incident.customer,
        unit=unit,
        title=title_of(incident),
        severity=incident.severity,
        urgent=is_urgent(incident),
        channel=incident.channel,
        owner=owner,
        first_owner=owner,
        opened_at=now,
        opened_by=by,
        reported_at=incident.reported_at,
        has_precedent=erred,
    )
    save_with_reference(case)
    record(
        EventType.CASE_OPENED,
        subject=("case", case.pk),
        by=by,
        now=now,
        customer_id=case.customer_id,
        case_id=case.pk,
        channel=case.channel,
        data={"version": 2, "reference": case.reference, "owner": owner.pk if owner else None, "unit": unit.pk},
    )
    if owner is None:
        tell_supervisors(case, title=f"No rep is available for {case.reference}", key=f"unrouted:{case.pk}", now=now)
    elif owner.pk != by.pk:
        tell_owner(case, owner, now=now)
    return case


def save_with_reference(case: Case) -> None:
    """Insert a case under a reference nobody has, drawing again on a clash."""
    for _ in range(8):
        case.reference = new_reference()
        try:
            with transaction.atomic():
                case.save(force_insert=True)
        except IntegrityError:
            if not Case.objects.filter(reference=case.reference).exists():
                raise
            case.pk = None
        else:
            return
    raise RuntimeError("eight references in a row were taken: the alphabet is used up")


def check_fields(incident: Incident) -> None:
    try:
        incident.clean_fields(exclude=["case", "unit", "customer", "logged_by", "originator"])
    except ValidationError as wrong:
        field, problems = next(iter(wrong.message_dict.items()))
        raise Refused("invalid", problems[0], field) from None
    for name in ("line_of_business", "category", "external_system", "external_id"):
        check_text(getattr(incident, name), name)
    for name in ("loss_minor", "value_at_stake_minor"):
        amount = getattr(incident, name)
        if amount is not None and not incident.currency:
            raise Refused("invalid", "Say which currency the amounts are in.", "currency")
        if amount is not None:
            check_minor(amount, currency=incident.currency, field=name, zero=True)


def _save(incident: Incident) -> None:
    """Insert the incident; a foreign id is logged once, also when two programs log it at the same moment."""
    try:
        with transaction.atomic():
            incident.save(force_insert=True)
    except IntegrityError:
        known = Incident.objects.filter(external_system=incident.external_system, external_id=incident.external_id)
        if not incident.external_id or not known.exists():
            raise
        raise Refused(
            "external_id_taken",
            f"{incident.external_system} {incident.external_id} has been logged already.",
            "external_id",
        ) from None


def _record_logged(incident: Incident, case: Case, *, opened: bool, by: User, now: datetime) -> None:
    record(
        EventType.INCIDENT_LOGGED,
        subject=("incident", incident.pk),
        by=by,
        now=now,
        customer_id=incident.customer_id,
        case_id=case.pk,
        channel=incident.channel,
        data={
            **casework.as_version(case),
            "version": 1,
            "severity": incident.severity,
            "kind_of_action": incident.kind_of_action,
            "favor": incident.favor,
            "self_reported": incident.self_reported,
            "opened_case": opened,
        },
        words={"customer_words": incident.customer_words, "our_words": incident.our_words},
    )


def _announce(case: Case, *, by: User, now: datetime, live: bool) -> None:
    """Send the opening notice; what it promises is owed. Whoever is on the line already hears the time from the rep."""
    contact = case.owner or supervisors_of_unit(case.unit_id).first()
    due = None if live else messages.hear_by(now)
    email = case.customer.emails.order_by("id").first()
    promise = promises.make_opening_promise(case, due=due, by=by, now=now) if due is not None else None
    messages.write_opening_notice(
        case, email=email.address if email else None, contact=contact, promise=promise, by=by, now=now
    )
