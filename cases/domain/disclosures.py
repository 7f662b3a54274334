"""Calls that are owed: by whom, by when, and until when not any more. ``disclosing`` makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.domain.absences import absence_of
from accounts.domain.calendar import business_days_after
from accounts.domain.notices import tell
from accounts.models import User
from accounts.queries import is_there
from cases.domain.honored_errors import about, hold_error, save_error
from cases.domain.obligations import abandon, owe, put_off, reminder_key
from cases.domain.permissions import is_live
from cases.domain.workflow import DISCLOSURE
from cases.enums import DisclosureKind, DisclosureStatus, ObligationKind, Originator, OwedBecause
from cases.models import Case, Disclosure, HonoredError
from journal.domain.log import record
from journal.enums import EventType

WHAT = {
    DisclosureKind.HONORED: "Tell them of the mistake, and that we honor it",
    DisclosureKind.RESCINDED: "Tell them of the mistake, and that we take it back",
}
BECAUSE = {
    Originator.PERSON: OwedBecause.ORIGINATOR,
    Originator.SYSTEM: OwedBecause.SYSTEM,
    Originator.PARTNER: OwedBecause.PARTNER,
    Originator.UNKNOWN: OwedBecause.UNKNOWN,
}


def owe_call(case: Case, error: HonoredError, *, kind: DisclosureKind, by: User, now: datetime) -> Disclosure:
    """The customer is to be told of a decision by whoever made the mistake; by the case's owner where nobody did.

    Due ``DISCLOSURE_BUSINESS_DAYS`` on in the calendar of whoever owes it, from their return if they are away for a
    while. For whoever has left, or is away for long, it is due as if they were there, and the supervisors are told that
    somebody else may make it. The caller holds both rows and saves the case. Refused: ``case_closed``,
    ``historical_case``.
    """
    is_live(case).enforce()
    mine = error.originator_kind == Originator.PERSON
    owed_by = error.originator if mine else case.owner
    obligation = owe(
        ObligationKind.DISCLOSURE,
        what=WHAT[kind],
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=owed_by,
        due_end=due_for(owed_by, case, now=now),
        zone=owed_by.time_zone if owed_by else None,
        by=by,
        now=now,
    )
    disclosure = Disclosure.objects.create(
        obligation=obligation,
        error=error,
        case=case,
        kind=kind,
        originator=error.originator,
        owed_by=owed_by,
        owed_because=BECAUSE[Originator(error.originator_kind)],
        created_at=now,
    )
    error.call_due_at, error.call_made_at = obligation.due_end, None
    error.save(update_fields=["call_due_at", "call_made_at"])
    record_call(EventType.DISCLOSURE_OWED, disclosure, error, case, by=by, now=now, data=owing(disclosure))
    tell_who_owes(disclosure, case, by=by, now=now)
    return disclosure


def withdraw_call(case: Case, error: HonoredError, *, by: User, now: datetime) -> Disclosure | None:
    """The decision changed before the customer was told: the call is owed no longer. The caller holds and saves.

    A promise to call back stays: the customer waits for it, and hears what was decided since.
    """
    owed = error.disclosures.filter(status=DisclosureStatus.OWED).select_related("obligation", "owed_by").first()
    if owed is None:
        return None
    DISCLOSURE.move(owed, DisclosureStatus.WITHDRAWN)
    owed.save(update_fields=["status"])
    abandon(owed.obligation, case=case, by=by, now=now)
    error.call_due_at = None
    error.save(update_fields=["call_due_at"])
    record_call(EventType.DISCLOSURE_WITHDRAWN, owed, error, case, by=by, now=now, data={"kind": owed.kind})
    return owed


def hold_call(
    disclosure: Disclosure, *, by: User | None, version: int | None = None
) -> tuple[Case, HonoredError, Disclosure]:
    """The case, the error and the call, locked in this order. Whoever may see the error may see its calls."""
    case, error = hold_error(HonoredError(pk=disclosure.error_id, case_id=disclosure.case_id), by=by, version=version)
    held = (
        Disclosure.objects.select_for_update(of=("self",), no_key=True)
        .select_related("obligation", "owed_by", "originator")
        .get(pk=disclosure.pk)
    )
    held.case, held.error = case, error
    return case, error, held


def due_for(person: User | None, case: Case, *, now: datetime) -> datetime:
    """When a call is due that this person comes to owe now; that of nobody yet by the customer's own calendar."""
    days = settings.RECOVERY["DISCLOSURE_BUSINESS_DAYS"]
    if person is None:
        return business_days_after(now, days, zone=case.customer.time_zone)
    absence = absence_of(person, now=now)
    begins = absence.until if absence and absence.until and not absence.is_long else now
    return business_days_after(begins, days, zone=person.zone, region=person.holiday_region)


def put_call_off(
    disclosure: Disclosure, error: HonoredError, *, owner: User | None, due: datetime, now: datetime
) -> None:
    zone = owner.time_zone if owner else disclosure.obligation.zone
    put_off(disclosure.obligation, owner=owner, due_end=due, zone=zone, now=now)
    error.call_due_at = due
    save_error(error, "call_due_at")


def owing(disclosure: Disclosure) -> dict[str, Any]:
    return {
        "kind": disclosure.kind,
        "originator": disclosure.originator_id,
        "owed_by": disclosure.owed_by_id,
        "owed_because": disclosure.owed_because,
        "due_end": disclosure.obligation.due_end.isoformat(),
    }


def tell_who_owes(disclosure: Disclosure, case: Case, *, by: User, now: datetime, body: str = "") -> None:
    """Whoever comes to owe a call hears of it; where they are gone for long, the supervisors do."""
    person = disclosure.owed_by
    title = f"You owe {case.customer.display_name} a call: {disclosure.get_kind_display().lower()}"
    if person is not None and person.pk != by.pk and is_there(person, now):
        tell(
            [person],
            key=f"{reminder_key(disclosure.pk)}owed:{person.pk}:{disclosure.obligation.due_end:%Y%m%dT%H%M}",
            kind="call_owed",
            title=title,
            body=body,
            path=f"/honored/{disclosure.error_id}/call",
            now=now,
        )


def record_call(
    type_: EventType,
    disclosure: Disclosure,
    error: HonoredError,
    case: Case,
    *,
    by: User | None,
    now: datetime,
    data: dict[str, Any],
    channel: str = "",
    words: dict[str, str] | None = None,
) -> None:
    record(
        type_,
        subject=("disclosure", disclosure.pk),
        by=by,
        now=now,
        customer_id=error.customer_id,
        case_id=error.case_id,
        channel=channel,
        data={**about(error, case), **data},
        words=words,
    )
