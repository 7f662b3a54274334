"""Messages to customers: written here, in the transaction of what they tell of; sent by outreach."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.enums import DeliveryStatus
from accounts.models import User
from cases.domain.clock import in_words, zone_named
from cases.enums import Channel, MessageKind
from cases.models import Case, Letter, Message, Promise
from journal.domain.log import record
from journal.enums import EventType

# Where a message leads its reader, put in as it is sent: our own people are not shown it.
LINK = "{link}"
# What we promise to do, by the channel that we promise it on.
WAYS = {
    Channel.PHONE: "call you",
    Channel.VIDEO: "call you by video",
    Channel.EMAIL: "write to you",
    Channel.CHAT: "write to you in the chat",
    Channel.SOCIAL: "write to you",
    Channel.POST: "write to you by post",
    Channel.IN_PERSON: "see you",
}


def hear_by(now: datetime) -> datetime:
    """When a new customer hears from us at the latest (setting ``OPENING_REPLY_HOURS``)."""
    return now + timedelta(hours=settings.RECOVERY["OPENING_REPLY_HOURS"])


def write_opening_notice(
    case: Case, *, email: str | None, contact: User | None, promise: Promise | None, by: User | None, now: datetime
) -> Message:
    """Tell the customer who looks after their case and when they will hear. Without an address it is for the rep to say.

    ``contact`` is the owner, or the supervisor with whom the case waits. ``promise`` is what is owed to the customer,
    and the notice holds the link to move it; None where they were on the line and heard from the rep what comes next.
    """
    customer = case.customer
    hear, another = "", ""
    if promise is not None:
        local = promise.obligation.due_end.astimezone(zone_named(customer.time_zone))
        hear = f" You will hear from us by {local:%A, %B} {local.day}, {local:%H:%M} your time ({customer.time_zone})."
        another = f"If another time suits you better, choose it here, without signing in:\n{LINK}\n\n"
    who = contact.name if contact else f"The customer care team of {case.unit.name}"
    greeting = customer.form_of_address or customer.preferred_name
    body = (
        f"Hello{' ' + greeting if greeting else ''},\n\n"
        f"Thank you for telling us. We are sorry that this happened, and we have opened case {case.reference}.\n\n"
        f"{who} is looking after it personally and answers to you until it is put right.{hear}\n\n"
        f"You need not repeat any of it: whoever you speak with sees the whole story. "
        f"Just mention {case.reference}.\n\n"
        f"{another}"
        f"{settings.RECOVERY['COMPANY_NAME']}\n"
    )
    message = Message(
        customer=customer,
        case=case,
        kind=MessageKind.OPENING_NOTICE,
        to=email or "",
        subject=f"We are on it: your case {case.reference}",
        body=body,
        link=f"promise:{promise.pk}" if promise is not None else "",
        key=f"opening:{case.reference}",
        message_id=f"<opening.{case.reference}@recovery.invalid>",
        status=DeliveryStatus.PENDING if email else DeliveryStatus.NO_ADDRESS,
    )
    return _queue(message, by=by, now=now, data={"owner": contact.pk if contact else None})


def is_confirmed(due_end: datetime, *, now: datetime) -> bool:
    """Whether a promise is confirmed in writing: one of the next minutes is kept before a mail of it is read.

    From ``RECOVERY["PROMISE_CONFIRMED_FROM_MINUTES"]`` on.
    """
    return due_end - now >= timedelta(minutes=settings.RECOVERY["PROMISE_CONFIRMED_FROM_MINUTES"])


def what_we_do(promise: Promise) -> str:
    """Call you, write to you: what was promised, by its channel."""
    return WAYS.get(Channel(promise.channel), "be in touch with you")


def write_promise_confirmation(
    promise: Promise, case: Case, *, asked_for: bool, by: User | None, now: datetime
) -> Message | None:
    """Tell the customer what was promised, with the link by which they move it; None where we have no address.

    What was promised in the rep's own words stays with us: nobody has checked it for blame. ``asked_for`` says that the
    customer chose the time themselves. On their own clock, and on the one that was meant where that is another.
    """
    customer, owed = case.customer, promise.obligation
    email = customer.emails.order_by("id").first()
    if email is None:
        return None
    when = in_words(owed.due_end, owed.due_start, zone=customer.time_zone)
    theirs = f"{when}, your time ({customer.time_zone})"
    if owed.due_end.astimezone(zone_named(owed.zone)).utcoffset() != owed.due_end.astimezone(customer.zone).utcoffset():
        theirs += f"; {in_words(owed.due_end, owed.due_start, zone=owed.zone)} in {owed.zone}"
    who = owed.owner.name if owed.owner else "We"
    does = what_we_do(promise)
    greeting = customer.form_of_address or customer.preferred_name
    body = (
        f"Hello{' ' + greeting if greeting else ''},\n\n"
        f"{'As you asked, ' + (who if owed.owner else 'we') if asked_for else who} will {does} about your case "
        f"{case.reference} {theirs}.\n\n"
        f"If another time suits you better, choose it here, without signing in:\n{LINK}\n\n"
        f"You need not repeat anything: whoever you speak with sees the whole story.\n\n"
        f"{settings.RECOVERY['COMPANY_NAME']}\n"
    )
    message = Message(
        customer=customer,
        case=case,
        kind=MessageKind.PROMISE,
        to=email.address,
        subject=f"We will {does} {when}: {case.reference}",
        body=body,
        link=f"promise:{promise.pk}",
        key=f"promise:{promise.pk}",
        message_id=f"<promise.{promise.pk}@recovery.invalid>",
    )
    return _queue(message, by=by, now=now, data={"promise": promise.pk})


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
