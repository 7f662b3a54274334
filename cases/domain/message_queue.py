"""Messages of a batch to customers, written in two statements however many they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cases.enums import Channel
from cases.models import Message
from journal.domain.log import Entry, record_many
from journal.enums import EventType


def queue_all(messages: Iterable[Message], *, now: datetime) -> list[Message]:
    """Keep messages by email, each with an address, to be sent by outreach, and tell of them. The system's own work."""
    listed = list(messages)
    for message in listed:
        message.channel, message.created_at = Channel.EMAIL, now
    written = Message.objects.bulk_create(listed)
    record_many(
        Entry(
            EventType.MESSAGE_QUEUED,
            ("message", message.pk),
            now,
            customer_id=message.customer_id,
            case_id=message.case_id,
            channel=message.channel,
            data={"kind": message.kind, "has_address": True},
        )
        for message in written
    )
    return written
