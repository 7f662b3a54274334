"""The mailbox that customers write to: whoever reads it says how the last reading went."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from outreach.domain.health.paths import Closed, Found, Path, register
from outreach.domain.mailbox.imap import name_of
from outreach.models import Mailbox

# It is read every few seconds, and a minute or so after it could not be.
UNREAD_FOR = timedelta(minutes=10)


def _mailbox(now: datetime) -> Found:
    """Read to its end not long ago. The row says it: signing in once more beside the reader may cost it its line."""
    mailbox = Mailbox.objects.filter(name=name_of(settings.RECOVERY["MAILBOX"])).first()
    if mailbox is None:
        return None
    if mailbox.failing_since is not None:
        raise Closed(mailbox.error, since=mailbox.failing_since)
    if mailbox.read_at is not None and mailbox.read_at <= now - UNREAD_FOR:
        raise Closed("NotReadLately", since=mailbox.read_at)
    return None


register(
    Path(
        "mailbox",
        "Mailbox",
        "What customers write to us by email.",
        "Mail waits in the mailbox and is taken over when it can be read again. Customers can write on the public form.",
        _mailbox,
        is_set_up=lambda: settings.RECOVERY["MAILBOX"] is not None,
        to_set_up="MAILBOX_URL names none: mail is read from files, with “manage.py read_mail”.",
        at_a_glance=True,
    )
)
