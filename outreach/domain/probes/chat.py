"""The room in chat: it answers, and takes what is posted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice
from outreach.domain import chat
from outreach.domain.health.paths import Closed, Found, Path, register
from outreach.domain.health.reaching import reach

# What the room did with the last notice says how it is, for so long.
LATELY = timedelta(hours=1)


def _chat(now: datetime) -> Found:
    found = reach(settings.RECOVERY["CHAT_WEBHOOK_URL"])
    settled = Notice.objects.filter(
        channel=NoticeChannel.CHAT,
        status__in=[DeliveryStatus.SENT, DeliveryStatus.FAILED],
        created_at__gt=now - LATELY,
    )
    last = settled.order_by("-created_at", "-id").first()
    if last is not None and last.status == DeliveryStatus.FAILED:
        raise Closed("NothingIsTaken", last=last.error)
    return found


register(
    Path(
        "chat",
        "Chat",
        "Reminders to colleagues, where a rung of the ladder asks for it.",
        "What was to be told in chat is told by mail after a minute or so. Desks show every reminder.",
        _chat,
        is_set_up=chat.is_set_up,
        to_set_up="CHAT_WEBHOOK_URL names none: what a rung would tell in chat comes by mail.",
    )
)
