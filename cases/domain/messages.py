"""Messages to customers: written here, in the transaction of what they tell of; sent by outreach."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.enums import DeliveryStatus
from accounts.models import User
from cases.domain.clock import zone_named
from cases.enums import Channel, MessageKind
from cases.models import Case, Letter, Message
from journal.domain.log import record
from journal.enums import EventType


def hear_by(now: datetime) -> datetime:
    """When a new customer hears from us at the latest (setting ``OPENING_REPLY_HOURS``)."""
    return now + timedelta(hours=settings.RECOVERY["OPENING_REPLY_HOURS"])


def write_opening_notice(
    case: Case, *, email: str | None, contact: User | None, due: datetime | None, by: User | None, now: datetime
) -> Message:
    """Tell the customer who looks after their case and when they will hear. Without an address it is for the rep to say.

    ``contact`` is the owner, or the supervisor with whom the case waits. ``due`` is owed to the customer; None where
    they were on the line and heard from the rep what comes next.
    """
    customer = case.customer
    hear = ""
    if due is not None:
        local = due.astimezone(zone_named(customer.time_zone))
        hear = f" You will hear from us by {local:%A, %B} {local.day}, {local:%H:%M} your time ({customer.time_zone})."
    who = contact.name if contact else f"The customer care team of {case.unit.name}"
    greeting = customer.form_of_address or customer.preferred_name
    body = (
        f"Hello{' ' + greeting if greeting else ''},\n\n"
        f"Thank you for telling us. We are sorry that this happened, and we have opened case {case.reference}.\n\n"
        f"{who} is looking after it personally and answers to you until it is put right.{hear}\n\n"
        f"You need not repeat any of it: whoever you speak with sees the whole story. "
        f"Just mention {case.reference}.\n\n"
        f"{settings.RECOVERY['COMPANY_NAME']}\n"
    )
    message = Message(
        customer=customer,
        case=case,
        kind=MessageKind.OPENING_NOTICE,
        to=email or "",
        subject=f"We are on it: your case {case.reference}",
        body=body,
        key=f"opening:{case.reference}",
        message_id=f"<opening.{case.reference}@recovery.invalid>",
        status=DeliveryStatus.PENDING if email else DeliveryStatus.NO_ADDRESS,
    )
    return _queue(message, by=by, now=now, data={"owner": contact.pk if contact else None})


def write_letter_mail(
    letter: Letter, case: Case, *, email: str, subject: str, body: str, by: User, now: datetime
) -> Message:
    """Send the customer a letter, once per letter and address: asked for again, it is the message of the first time."""
    address = hashlib.sha256(email.casefold().encode()).hexdigest()[:16]
    key = f"letter:{letter.pk}:{address}"
    message = Message(
        customer=case.customer,
        case=case,
        letter=letter,
        kind=MessageKind.LETTER,
        to=email,
        subject=subject,
        body=body,
        key=key,
        message_id=f"<letter.{letter.pk}.{address}@recovery.invalid>",
    )
    sent = Message.objects.filter(key=key).first()
    return sent or _queue(message, by=by, now=now, data={"letter": letter.pk, "error": letter.error_id})


def _queue(message: Message, *, by: User | None, now: datetime, data: dict[str, Any]) -> Message:
    """Keep a message by email, to be sent by outreach, and say so in the customer's timeline."""
    message.channel, message.created_at = Channel.EMAIL, now
    message.save(force_insert=True)
    record(
        EventType.MESSAGE_QUEUED,
        subject=("message", message.pk),
        by=by,
        now=now,
        customer_id=message.customer_id,
        case_id=message.case_id,
        channel=message.channel,
        data={"kind": message.kind, "has_address": bool(message.to), **data},
    )
    return message
