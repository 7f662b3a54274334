"""What is read about mail that came in. Decides nothing, sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import BinaryField, Case, Count, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Substr
from django.db.models.lookups import IsNull

from accounts.enums import Role
from cases.queries.reach import customer_in_reach, units_of
from outreach.enums import MailFate
from outreach.models import InboundMail, Mailbox

HEAD = 32 * 1024
ENTERED = (MailFate.REPLY, MailFate.INCIDENT)


def visible_mails(user: Any) -> QuerySet[InboundMail]:
    """Mail that came in, as far as a supervisor answers for it: about the customers in reach, whoever's mailbox it came to.

    While nobody is known in it, it is for those whose mailbox it came to; where that is nobody's either, any supervisor may
    see it, or it would lie there unseen. Reps see mail in their cases.
    """
    mails = InboundMail.objects.defer("raw")
    if user.role == Role.ADMIN:
        return mails
    if user.role != Role.SUPERVISOR or user.is_service:
        return mails.none()
    to_them = Q(unit_id__in=units_of(user)) | Q(unit__isnull=True)
    # Whoever has no customer has none in a unit: this lets nobody in, and PostgreSQL asks mail by mail for its sake.
    mail_by_mail = Q(IsNull(OuterRef("customer_id"), True))
    theirs = customer_in_reach(user, or_else=mail_by_mail)
    return mails.filter(Q(theirs) | Q(to_them, customer__isnull=True))


def set_aside(mails: QuerySet[InboundMail]) -> QuerySet[InboundMail]:
    """Those that became part of no case."""
    return mails.exclude(fate="").exclude(fate__in=ENTERED)


def to_look_at(mails: QuerySet[InboundMail]) -> QuerySet[InboundMail]:
    """Those set aside whose words are still kept, apart from what is surely nobody's: they can be placed by hand."""
    surely = (MailFate.LOOP, MailFate.BOUNCE, MailFate.AUTO_REPLY, MailFate.SPAM)
    return set_aside(mails).exclude(fate__in=surely).exclude(raw=b"")


def with_places(mails: QuerySet[InboundMail]) -> QuerySet[InboundMail]:
    """Mails with whose they are, in one query, and as ``head`` the beginning of what is kept of each."""
    head = Substr("raw", 1, HEAD, output_field=BinaryField())
    return mails.select_related("customer", "case", "unit", "about").annotate(head=head)


def with_keeping(mails: QuerySet[InboundMail]) -> QuerySet[InboundMail]:
    """Mails with their case, and as ``kept`` whether what they say is still here: without reading it."""
    placed = Q(fate="") | Q(fate__in=ENTERED) | Q(raw=b"")
    return mails.select_related("case").annotate(
        kept=Case(When(placed, then=Value(value=False)), default=Value(value=True))
    )


@dataclass(frozen=True)
class Standing:
    """How the mailbox is doing. ``waiting`` mails are not handled yet, the oldest of them ``since`` then."""

    configured: bool
    mailbox: Mailbox | None
    waiting: int
    since: datetime | None

    @property
    def failing(self) -> bool:
        return self.mailbox is not None and self.mailbox.failing_since is not None


def standing(name: str) -> Standing:
    """How far the mailbox of this name was read, and what waits. Two queries."""
    waiting = InboundMail.objects.filter(fate="").aggregate(count=Count("id"), since=Min("received_at"))
    return Standing(
        configured=bool(settings.RECOVERY["MAILBOX"]),
        mailbox=Mailbox.objects.filter(name=name).first() if name else None,
        waiting=waiting["count"],
        since=waiting["since"],
    )
