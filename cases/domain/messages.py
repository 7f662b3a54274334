"""Messages to customers, in their language: written here, in the transaction of what they tell of; sent by outreach."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.domain.message_ids import message_id
from accounts.enums import DeliveryStatus
from accounts.models import User
from cases.domain.clock import in_words, zone_named
from cases.domain.languages import city, times
from cases.domain.promise_words import Wording, words_in
from cases.enums import Channel, MessageKind
from cases.models import Case, Customer, Letter, Message, Obligation, Promise
from journal.domain.log import record
from journal.enums import EventType

# Where a message leads its reader, put in as it is sent: our own people are not shown it.
LINK = "{link}"


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
    customer, words = case.customer, words_in(case.customer.language)
    hear = ""
    another: list[str] = []
    if promise is not None:
        clock, local = times(words.language), promise.obligation.due_end.astimezone(customer.zone)
        hear = " " + words.hear_by.format(when=clock.due(local), city=city(customer.time_zone, words.language))
        another = [f"{words.another}\n{LINK}"]
    who = contact.name if contact else words.team.format(unit=case.unit.name)
    body = _letter(
        customer,
        words.opened.format(case=case.reference),
        words.looks_after.format(who=who) + hear,
        words.mention.format(case=case.reference),
        *another,
        words=words,
    )
    message = Message(
        customer=customer,
        case=case,
        kind=MessageKind.OPENING_NOTICE,
        to=email or "",
        subject=words.opened_subject.format(case=case.reference),
        body=body,
        link=f"promise:{promise.pk}" if promise is not None else "",
        key=f"opening:{case.reference}",
        message_id=message_id(f"opening.{case.reference}"),
        status=DeliveryStatus.PENDING if email else DeliveryStatus.NO_ADDRESS,
    )
    return _queue(message, by=by, now=now, data={"owner": contact.pk if contact else None})


def is_confirmed(due_end: datetime, *, now: datetime) -> bool:
    """Whether a promise is confirmed in writing: one of the next minutes is kept before a mail of it is read.

    From ``RECOVERY["PROMISE_CONFIRMED_FROM_MINUTES"]`` on.
    """
    return due_end - now >= timedelta(minutes=settings.RECOVERY["PROMISE_CONFIRMED_FROM_MINUTES"])


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
    words = words_in(customer.language)
    when = in_words(owed.due_end, owed.due_start, zone=customer.time_zone, language=words.language)
    about = words.about.format(case=case.reference, when=_on_their_clock(owed, when, customer, words=words))
    say = words.asked if asked_for else words.promised
    body = _letter(
        customer,
        f"{say(owed.owner.name if owed.owner else '', promise.channel, about)}.",
        f"{words.another}\n{LINK}",
        words.not_again,
        words=words,
    )
    message = Message(
        customer=customer,
        case=case,
        kind=MessageKind.PROMISE,
        to=email.address,
        subject=words.subject.format(promised=words.promised("", promise.channel, when), case=case.reference),
        body=body,
        link=f"promise:{promise.pk}",
        key=f"promise:{promise.pk}",
        message_id=message_id(f"promise.{promise.pk}"),
    )
    return _queue(message, by=by, now=now, data={"promise": promise.pk})


def _on_their_clock(owed: Obligation, when: str, customer: Customer, *, words: Wording) -> str:
    """When something is due on the customer's clock, and on the one that was meant where that shows another time."""
    known = {"when": when, "city": city(customer.time_zone, words.language)}
    if owed.due_end.astimezone(zone_named(owed.zone)).utcoffset() == owed.due_end.astimezone(customer.zone).utcoffset():
        return words.their_time.format(**known)
    there = in_words(owed.due_end, owed.due_start, zone=owed.zone, language=words.language)
    return words.both_times.format(when_there=there, city_there=city(owed.zone, words.language), **known)


def _letter(customer: Customer, *paragraphs: str, words: Wording) -> str:
    """What stands between how we address the customer and who we are."""
    name = customer.form_of_address or customer.preferred_name
    greeting = words.greeting.format(name=name) if name else words.greeting_unnamed
    return "\n\n".join([greeting, *paragraphs, settings.RECOVERY["COMPANY_NAME"]]) + "\n"


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
        message_id=message_id(f"letter.{letter.pk}.{address}"),
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
