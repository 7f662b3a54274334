"""What a rep writes down while talking: contacts, attempts, and notes for colleagues."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Refused
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework, promises
from cases.domain.contacts import note_contact
from cases.domain.permissions import can_work_on
from cases.enums import Direction, Reached
from cases.models import Case, Contact
from journal.domain.log import record, together
from journal.enums import EventType


@transaction.atomic
@together()
def record_contact(
    case: Case,
    *,
    channel: str,
    by: User,
    now: datetime,
    direction: str = Direction.OUT,
    reached: str = Reached.CUSTOMER,
    words: str = "",
    version: int | None = None,
) -> Contact:
    """Record a contact, or an attempt at one. A line that dropped makes an immediate promise to call back.

    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``rep_needed``, ``invalid``,
    ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_work_on(by, held).enforce()
    contact = note_contact(held, channel=channel, direction=direction, reached=reached, by=by, now=now, words=words)
    if reached == Reached.DROPPED:
        promises.promise_after_drop(held, by=by, now=now)
    casework.save(held)
    return contact


@transaction.atomic
def add_note(case: Case, *, words: str, by: User, now: datetime, version: int | None = None) -> Case:
    """Write a note for colleagues on the timeline.

    Refused: ``out_of_reach``, ``words_needed``, ``too_long``, ``rep_needed``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    note = said(words, "words")
    if not note:
        raise Refused("words_needed", "Write the note first.", "words")
    if not held.is_closed:
        can_work_on(by, held).enforce()
    record(
        EventType.CASE_NOTED,
        subject=("case", held.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.pk,
        words={"note": note},
    )
    return held
