"""Entering mail where it belongs: as a customer's words in their case, or as a new incident.

A reply never keeps, moves or ends a promise: that we owe somebody a call is not changed by their writing to us.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.domain.notices import tell
from accounts.domain.words import LONGEST
from accounts.enums import NoticeChannel
from accounts.models import User
from accounts.queries import is_there, supervisors_of_unit
from cases.domain import casework, closing, promises
from cases.domain.contacts import note_contact
from cases.domain.intake import log_incident
from cases.domain.messages import hear_by
from cases.enums import Channel, Direction, ObligationKind, ObligationStatus, Reached
from cases.models import Case, Customer, Message, Obligation
from journal.domain.log import record
from journal.enums import ActorKind, EventType
from outreach.domain.mailbox.placing import has_address
from outreach.domain.mailbox.reading import Mail
from outreach.enums import MailFate
from outreach.models import InboundMail

CUT = "\n\n[…] The rest is in the mailbox."


def takes_replies(case: Case, *, now: datetime) -> bool:
    """Does a reply belong to this case? To a live one, and to one closed so lately that it is reopened by it.

    Setting ``REPLY_REOPENS_DAYS``. A later one, and one about history, is a new incident.
    """
    if case.historical:
        return False
    lately = now - timedelta(days=settings.RECOVERY["REPLY_REOPENS_DAYS"])
    return not case.is_closed or (case.closed_at is not None and case.closed_at > lately)


def enter_reply(
    row: InboundMail, mail: Mail, case: Case, *, about: Message | None, by: User, now: datetime
) -> MailFate:
    """What a customer wrote goes into their case: a contact from them, their words on the timeline, its owner told.

    A closed case is reopened. Where nothing is promised to them, an answer is: nobody's mail lies about unanswered.
    The caller holds the mail's row.
    """
    held = casework.hold(case, by=None)
    if held.is_closed:
        closing.reopen_held(held, reason="The customer wrote again.", by=by, now=now)
        reopened = True
    else:
        reopened = False
    contact = note_contact(
        held,
        channel=Channel.EMAIL,
        direction=Direction.IN,
        reached=Reached.CUSTOMER,
        by=by,
        now=now,
        told_as=EventType.MAIL_RECEIVED,
    )
    known = has_address(held.customer, mail.sender)
    _record(
        row,
        held.customer,
        held,
        now=now,
        data={"fate": MailFate.REPLY, "contact": contact.pk, "known_sender": known, "about": about and about.pk},
        words={"customer_words": words_of(mail), "from": "" if known else mail.sender},
    )
    casework.save(held)
    if not _promised(held):
        promises.make(held, due_end=hear_by(now), channel=Channel.EMAIL, what="Answer their email", by=by, now=now)
    _tell_owner(row, held, known=known, reopened=reopened, now=now)
    _place(row, MailFate.REPLY, customer=held.customer, case=held, about=about)
    return MailFate.REPLY


def enter_incident(
    row: InboundMail,
    mail: Mail,
    customer: Customer,
    *,
    by: User,
    now: datetime,
    words: str = "",
    after: Case | None = None,
) -> MailFate:
    """What a customer wrote is something that went wrong: logged, with a case, an owner and an opening notice.

    ``after`` is an older case that they answered. The caller holds the mail's row.
    """
    logged = log_incident(
        customer,
        by=by,
        now=now,
        unit=row.unit,
        channel=Channel.EMAIL,
        customer_words=words or told(mail),
        reported_at=min(row.received_at, now),
    )
    _record(
        row,
        customer,
        logged.case,
        now=now,
        data={
            "fate": MailFate.INCIDENT,
            "incident": logged.incident.pk,
            "after": after and after.pk,
            "told_as": EventType.INCIDENT_LOGGED,
        },
    )
    _place(row, MailFate.INCIDENT, customer=customer, case=logged.case)
    return MailFate.INCIDENT


def words_of(mail: Mail) -> str:
    """What is new in a reply, and what came with it."""
    return _fitted(mail.fresh or "(No words.)", mail)


def told(mail: Mail) -> str:
    """All of a mail that begins something: its subject is the first line, by which the case is called."""
    return _fitted("\n\n".join(part for part in (mail.subject, mail.text) if part) or "(An email without words.)", mail)


def _fitted(words: str, mail: Mail) -> str:
    came = f"\n\n[{mail.attachments} attached, kept in the mailbox]" if mail.attachments else ""
    room = LONGEST - len(CUT) - len(came)
    return (words if len(words) <= room else words[:room].rstrip() + CUT) + came


def _promised(case: Case) -> bool:
    owed = Obligation.objects.filter(case=case, kind=ObligationKind.PROMISE, status=ObligationStatus.OPEN)
    return owed.exists()


def _tell_owner(row: InboundMail, case: Case, *, known: bool, reopened: bool, now: datetime) -> None:
    """Whoever has the case; the supervisors too where nobody has it, or its owner is not there."""
    people = [case.owner] if case.owner else []
    if case.owner is None or not is_there(case.owner, now):
        people += supervisors_of_unit(case.unit_id)
    wrote = f"{case.customer.display_name if known else 'Somebody'} wrote about {case.reference}"
    wrote += "" if known else " from an address that we do not know"
    tell(
        people,
        key=f"mail:{row.pk}",
        kind="customer_wrote",
        title=f"{wrote}: it is open again" if reopened else wrote,
        path=f"/cases/{case.reference}",
        now=now,
        urgent=reopened or case.urgent,
    )


def set_aside(
    row: InboundMail,
    *,
    fate: str,
    because: str,
    now: datetime,
    case: Case | None = None,
    about: Message | None = None,
    words: str = "",
) -> None:
    """A mail that is nobody's words to us, or cannot be placed: why is on record. The caller holds the mail's row.

    It is kept for a while, since a person may see it otherwise. ``words`` go into the timeline of ``case``.
    """
    customer = case.customer if case else about.customer if about else None
    row.because = because[:40]
    record(
        EventType.MAIL_SET_ASIDE,
        subject=("mail", row.pk),
        now=now,
        customer_id=customer.pk if customer else None,
        case_id=case.pk if case else None,
        channel=Channel.EMAIL,
        data={"fate": fate, "because": row.because, "about": about and about.pk},
        words={"comment": words[:2000]} if case else {},
    )
    row.fate, row.customer, row.case, row.about = fate, customer, case, about
    _done(row, now=now)


def leave_to_a_person(row: InboundMail, case: Case, *, about: Message | None, now: datetime) -> None:
    """Somebody we do not know wrote about a closed case: a supervisor looks whether it is the customer, and reopens it.

    They are told by mail too, once a day for each case: it may be the one that says that it broke again.
    """
    set_aside(row, fate=MailFate.UNREADABLE, because="unknown_sender", now=now, case=case, about=about)
    tell(
        supervisors_of_unit(case.unit_id),
        key=f"mail_unknown:{case.pk}:{now:%Y-%m-%d}",
        kind="mail_unknown",
        title=f"Somebody wrote about {case.reference}, which is closed, from an address that we do not know",
        path=f"/settings/mailbox/{row.pk}",
        now=now,
        channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
    )


def _record(
    row: InboundMail,
    customer: Customer,
    case: Case,
    *,
    now: datetime,
    data: Mapping[str, Any],
    words: Mapping[str, str] | None = None,
) -> None:
    record(
        EventType.MAIL_RECEIVED,
        subject=("mail", row.pk),
        now=now,
        customer_id=customer.pk,
        case_id=case.pk,
        channel=Channel.EMAIL,
        data={"attachments": row.attachments, **data},
        words=words,
        actor_kind=ActorKind.CUSTOMER,
    )
    row.handled_at = now


def _place(row: InboundMail, fate: MailFate, *, customer: Customer, case: Case, about: Message | None = None) -> None:
    """What was written is in the log by now: nothing of it is left here."""
    row.fate, row.because, row.customer, row.case, row.about, row.raw = fate, "", customer, case, about, b""
    _done(row, now=row.handled_at)


def _done(row: InboundMail, *, now: datetime | None) -> None:
    row.handled_at, row.leased_until = now, None
    row.save(
        update_fields=[
            "fate", "because", "customer", "case", "about", "raw", "attachments", "handled_at", "leased_until", "unit",
        ]
    )  # fmt: skip
