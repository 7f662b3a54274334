"""What kind of mail it is: by the signs that mail programs and servers leave, before anybody is asked whose it is."""

from __future__ import annotations

from typing import NamedTuple

from accounts.domain.message_ids import OUR_DOMAIN
from outreach.domain.mailbox.reading import Mail
from outreach.enums import MailFate


class Sorted(NamedTuple):
    """A fate and its reason as a code. A blank fate: a person wrote this, and it is to be placed."""

    fate: str
    because: str = ""


def sort(mail: Mail, *, own: frozenset[str]) -> Sorted:
    """Sort a mail. ``own`` are our own addresses, folded: what comes from them is our own mail come back."""
    if mail.message_id.endswith(OUR_DOMAIN):
        return Sorted(MailFate.LOOP, "own_message")
    if mail.sender.casefold() in own:
        return Sorted(MailFate.LOOP, "own_address")
    if any(address in said for said in mail.loops for address in own):
        return Sorted(MailFate.LOOP, "x_loop")
    if mail.report is not None:
        return Sorted(MailFate.BOUNCE, mail.report.action)
    if mail.from_mailer:
        return Sorted(MailFate.BOUNCE, "from_mailer")
    if mail.automatic:
        return Sorted(MailFate.AUTO_REPLY, mail.automatic)
    if mail.unanswerable:
        return Sorted(MailFate.AUTO_REPLY, "null_sender")
    if mail.spam:
        return Sorted(MailFate.SPAM, "marked")
    if not mail.sender:
        return Sorted(MailFate.UNREADABLE, "no_sender")
    return Sorted("")
