"""What is read about mail that came in. Decides nothing, sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import BinaryField, Case, Count, Min, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from accounts.enums import Role
from accounts.models import Team
from cases.queries.reach import customer_in_reach
from outreach.enums import MailFate
from outreach.models import InboundMail, Mailbox

HEAD = 32 * 1024
ENTERED = (MailFate.REPLY, MailFate.INCIDENT)


def visible_mails(user: Any) -> QuerySet[InboundMail]:
    """Mail that came in, as far as a supervisor answers for it: to the units in reach, or about customers in reach.

    What came to nobody's mailbox any supervisor may see, or it would lie there unseen. Reps see mail in their cases.
    """
    mails = InboundMail.objects.defer("raw")
    if user.role == Role.ADMIN:
        return mails
    if user.role != Role.SUPERVISOR or user.is_service:
        return mails.none()
    units = Team.units.through.objects.filter(team_id=user.team_id).values("businessunit_id")
    nobodys = Q(unit__isnull=True, customer__isnull=True)
    return mails.filter(Q(unit_id__in=units) | nobodys | Q(customer_in_reach(user)))


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
