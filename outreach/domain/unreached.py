"""Colleagues whom our mail does not reach: said on their desk and the administrators', who can mend the address."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.domain.notices import tell
from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from accounts.queries import administrators
from outreach.domain.workflow import DELIVERY

# The id of a notice ends with whose it is (accounts.domain.notices).
OURS = re.compile(r"<notice\.\S+\.(\d{1,18})@recovery\.invalid>")


def notice_of(message_ids: tuple[str, ...]) -> Notice | None:
    """The notice that went out by mail under one of these Message-IDs."""
    for each in message_ids:
        if whose := OURS.fullmatch(each):
            mailed = Notice.objects.filter(user_id=int(whose[1]), channel=NoticeChannel.EMAIL, message_id=each)
            if (found := mailed.first()) is not None:
                return found
    return None


@transaction.atomic
def note_returned(notice: Notice, *, status: str, now: datetime) -> bool:
    """A mail server could not deliver this notice; ``status`` as in RFC 3463. Returns whether it was news."""
    held = Notice.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=notice.pk)
    if held.status != DeliveryStatus.SENT:
        return False
    DELIVERY.move(held, DeliveryStatus.FAILED)
    held.error = f"bounced {status}".strip()
    held.save(update_fields=["status", "error"])
    tell_unreached(held.user, now=now)
    return True


def tell_unreached(person: User, *, now: datetime) -> None:
    """Once a day (UTC), and on desks alone: what told them by mail would come back as well."""
    told: dict[str, Any] = {
        "key": f"unreached:{person.pk}:{now:%Y-%m-%d}",
        "kind": "unreached",
        "now": now,
        "urgent": True,
    }
    tell([person], title="Our mail does not reach you. Tell whoever keeps your address.", path="/preferences", **told)
    others = administrators().exclude(pk=person.pk)
    title = f"Our mail does not reach {person.name[:120]}. Look at the address and the mailbox."
    tell(others, title=title, path="/settings/people", **told)
