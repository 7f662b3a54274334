"""What mail servers say became of our mail: what did not arrive is a failed one, and who has to know is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus
from accounts.models import Notice
from accounts.queries import supervisors_of_unit
from cases.models import Message
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain.unreached import tell_unreached
from outreach.domain.workflow import DELIVERY


@transaction.atomic
def note_bounce(message: Message, *, status: str, now: datetime) -> bool:
    """A mail server could not deliver this message; ``status`` as in RFC 3463, such as 5.1.1. Returns whether it was news.

    Whoever has the case is told: the customer has to hear it another way.
    """
    held = Message.objects.select_for_update(of=("self",), no_key=True).select_related("case__owner").get(pk=message.pk)
    if not _fail(held, status):
        return False
    record(
        EventType.MESSAGE_FAILED,
        subject=("message", held.pk),
        now=now,
        customer_id=held.customer_id,
        case_id=held.case_id,
        channel=held.channel,
        data={"kind": held.kind, "attempts": held.attempts, "error": held.error},
    )
    tell_of_bounce(held, now=now)
    return True


@transaction.atomic
def note_returned(notice: Notice, *, status: str, now: datetime) -> bool:
    """The same of a colleague's notice: they and the administrators are told, on desks alone."""
    held = Notice.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=notice.pk)
    if not _fail(held, status):
        return False
    tell_unreached(held.user, now=now)
    return True


def _fail(held: Message | Notice, status: str) -> bool:
    """Mark a locked row as failed; returns whether it was news. What was not sent, or failed before, stays as it is."""
    if held.status != DeliveryStatus.SENT:
        return False
    DELIVERY.move(held, DeliveryStatus.FAILED)
    held.error = f"bounced {status}".strip()
    held.save(update_fields=["status", "error"])
    return True


def tell_of_bounce(message: Message, *, now: datetime, surely: bool = True) -> None:
    """On the desk of the case's owner, or of the supervisors with whom it waits. ``surely``: no server will try again."""
    case = message.case
    if case is None:
        return
    tell(
        [case.owner] if case.owner else supervisors_of_unit(case.unit_id),
        key=f"message_bounced:{message.pk}:{'failed' if surely else 'doubtful'}",
        kind="message_failed",
        title=f"Our message on {case.reference} came back. Tell the customer another way."
        if surely
        else f"Our message on {case.reference} may not have arrived.",
        path=f"/cases/{case.reference}",
        now=now,
        urgent=surely,
    )
