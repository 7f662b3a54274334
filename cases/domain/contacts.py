"""Contact with the customer about a case: what stops the first-minute clock and keeps promises."""

from __future__ import annotations

from datetime import datetime

from accounts.authority import Refused
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework
from cases.enums import Channel, Direction, Reached
from cases.models import Case, Contact
from journal.domain.log import record
from journal.enums import EventType


def note_contact(
    case: Case,
    *,
    channel: str,
    direction: str,
    reached: str,
    by: User,
    now: datetime,
    words: str = "",
    told_as: str = "",
) -> Contact:
    """Write down a contact on a case that the caller holds and saves. Refused: ``invalid``, ``too_long``.

    ``told_as`` is the type of the event that tells of it in the customer's own words, where there is one.
    """
    note = said(words, "words")
    for value, choices, field in (
        (channel, Channel, "channel"),
        (direction, Direction, "direction"),
        (reached, Reached, "reached"),
    ):
        if value not in choices.values:
            raise Refused("invalid", f"Choose one of: {', '.join(choices.values)}.", field)
    contact = Contact.objects.create(case=case, channel=channel, direction=direction, reached=reached, by=by, at=now)
    if reached in (Reached.CUSTOMER, Reached.DROPPED):
        casework.mark_first_response(case, by=by, now=now)
    record(
        EventType.CASE_CONTACTED,
        subject=("case", case.pk),
        by=by,
        now=now,
        customer_id=case.customer_id,
        case_id=case.pk,
        channel=channel,
        data={
            **casework.as_version(case),
            "contact": contact.pk,
            "direction": direction,
            "reached": reached,
            **({"told_as": told_as} if told_as else {}),
        },
        words={"note": note},
    )
    return contact
