"""Handling the mails that were taken over: one at a time, under a lease, each to its fate in one transaction.

Whoever is killed in the middle leaves a mail whose lease runs out, and nothing of what they had begun. Mails of one
sender are handled in their order, so that a reply does not overtake what it answers and nobody is added twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.authority import Refused
from accounts.domain.message_ids import is_keyed
from accounts.domain.notices import tell
from accounts.queries import administrators, supervisors_of_unit
from cases.models import Case, Message
from outreach.domain.mailbox.bounces import note_bounce, note_returned, tell_of_bounce
from outreach.domain.mailbox.entering import enter_incident, enter_reply, leave_to_a_person, set_aside, takes_replies
from outreach.domain.mailbox.placing import (
    Place,
    account_of,
    customer_of,
    has_address,
    is_colleague,
    messages_of,
    named_in,
    notice_of,
    place_of,
    same_subject,
    writers,
)
from outreach.domain.mailbox.reading import Mail, UnreadableError, read
from outreach.domain.mailbox.sorting import Sorted, sort
from outreach.domain.mailbox.taking import is_old, own_addresses
from outreach.enums import MailFate
from outreach.models import InboundMail

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# A mail that was made to take long takes seconds: it is ours for so many of the usual leases.
LEASES = 2
# Growing gaps between tries; as many tries as gaps, and one. A mail that kills its reader has had its tries too.
RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))
BATCH = 20
# Mail servers give up within five days (RFC 5321, 4.5.4.1), and the report may lie for a while.
GIVES_UP = timedelta(days=7)
CLAIMING = 0x3A11  # any constant shared by all who claim mail in one database
# What a supervisor should look at: it may have been somebody's words to us.
WORTH_A_LOOK = (MailFate.TOO_MANY, MailFate.TOO_OLD, MailFate.COLLEAGUE, MailFate.UNREADABLE)


def handle_due(*, clock: Clock, limit: int = BATCH) -> int:
    """Handle what waits; returns how many mails were. ``clock`` tells the time (aware)."""
    done = 0
    while done < limit and (row := claim(now=clock())) is not None:
        _handle(row, now=clock())
        done += 1
    return done


def claim(*, now: datetime) -> InboundMail | None:
    """The next mail, under a lease, when there is one that nobody has and no earlier one of its sender waits."""
    free = Q(fate="") & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))
    earlier = InboundMail.objects.filter(fate="", sender=OuterRef("sender"), pk__lt=OuterRef("pk")).exclude(sender="")
    waiting = InboundMail.objects.filter(free).exclude(Exists(earlier)).order_by("id")
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock.
    if not waiting.exists():
        return None
    with transaction.atomic():
        if connection.vendor == "postgresql":  # one claims at a time, or two would have two mails of one sender
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIMING])
        row = waiting.first()
        if row is None:
            return None
        lease = LEASES * timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])
        row.leased_until, row.attempts = now + lease, row.attempts + 1
        InboundMail.objects.filter(pk=row.pk).update(leased_until=row.leased_until, attempts=row.attempts)
        return row


def _handle(row: InboundMail, *, now: datetime) -> None:
    """To its fate, or put off, or given up and set aside."""
    try:
        if row.attempts > len(RETRY_AFTER) + 1:
            raise UnreadableError("gave_up")
        if not row.raw:
            raise UnreadableError("nothing_came")
        mail = read(bytes(row.raw))
        _decide(row, mail, now=now)
    except UnreadableError as problem:
        _set_aside(row, Sorted(MailFate.UNREADABLE, problem.code), now=now)
    except Refused as refused:
        _set_aside(row, Sorted(MailFate.UNREADABLE, refused.code), now=now)
    except Exception as problem:  # noqa: BLE001 - whatever went wrong with one mail, the next one is handled
        # By its kind alone: the text of an error quotes the mail.
        logger.error("Mail %d was not handled (try %d): %s", row.pk, row.attempts, type(problem).__name__)  # noqa: TRY400
        _put_off(row, now=now)


def _put_off(row: InboundMail, *, now: datetime) -> None:
    gap = RETRY_AFTER[min(row.attempts, len(RETRY_AFTER)) - 1]
    InboundMail.objects.filter(pk=row.pk, fate="", leased_until=row.leased_until).update(leased_until=now + gap)


def _held(row: InboundMail) -> InboundMail | None:
    """The mail's row, locked, if it is still ours: a lease that ran out may have given it to somebody else."""
    held = InboundMail.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=row.pk)
    return held if held.fate == "" and held.leased_until == row.leased_until else None


@transaction.atomic
def _decide(row: InboundMail, mail: Mail, *, now: datetime) -> None:
    held = _held(row)
    if held is None:
        logger.warning("Mail %d was handled after its lease had run out.", row.pk)
        return
    held.attachments = mail.attachments
    kind = sort(mail, own=own_addresses())
    if kind.fate == MailFate.BOUNCE:
        _bounced(held, mail, kind, now=now)
        return
    place = place_of(mail, held)
    if kind.fate:
        words = mail.fresh if kind.fate == MailFate.AUTO_REPLY else ""
        _aside(held, kind, now=now, case=place.case, about=place.about, words=words)
    elif _too_many(held):
        _aside(held, Sorted(MailFate.TOO_MANY, "too_many"), now=now, case=place.case, about=place.about)
    else:
        _enter(held, mail, place, now=now)


def _enter(held: InboundMail, mail: Mail, place: Place, *, now: datetime) -> None:
    """A person wrote: a reply in their case, or something new."""
    case = place.case
    if _from_us(held, mail, case):
        _aside(held, Sorted(MailFate.COLLEAGUE, "colleague"), now=now, case=case, about=place.about)
        return
    if case is not None and takes_replies(case, now=now):
        if case.is_closed and not has_address(case.customer, mail.sender):
            leave_to_a_person(held, case, about=place.about, now=now)
            return
        enter_reply(held, mail, case, about=place.about, by=account_of(case.unit, now=now), now=now)
        return
    if held.unit is None and case is not None:
        held.unit = case.unit
    if held.unit is None:
        raise Refused("unit_needed", "Nobody has said whose mailbox this is.", "unit")
    if is_old(held, now=now):
        _aside(held, Sorted(MailFate.TOO_OLD, "too_old"), now=now)
        return
    by = account_of(held.unit, now=now)
    customer = customer_of(mail.sender, mail.name, held.unit, by=by, now=now)
    live = same_subject(customer, mail, now=now)
    if live is not None:
        enter_reply(held, mail, live, about=place.about, by=account_of(live.unit, now=now), now=now)
    else:
        enter_incident(held, mail, customer, by=by, now=now, after=case)


def _from_us(held: InboundMail, mail: Mail, case: Case | None) -> bool:
    """Did a colleague write, who answers a notice or passes something on? One who is a customer as well is heard as one."""
    if not is_colleague(mail.sender):
        return False
    if case is not None and has_address(case.customer, mail.sender):
        return False
    return case is not None or held.unit is None or not writers(mail.sender, held.unit)


def _bounced(held: InboundMail, mail: Mail, kind: Sorted, *, now: datetime) -> None:
    """Of a report we believe what it says; of a mail that only looks like one, that something may not have arrived.

    So of one that names what can be counted up: anybody can write it.
    """
    report = mail.report
    ours = report.about if report and report.about else mail.ours
    about = next((each for each in messages_of(ours) if _may_come_back(each, now=now)), None)
    failed = report is not None and report.action == "failed"
    status = report.status if report else ""
    # What a colleague did not get says nothing of the customer whose case it names.
    notice = notice_of(ours) if about is None else None
    case = about.case if about else None if notice else named_in(mail.subject)
    if notice is not None and failed and is_keyed(notice.message_id):
        note_returned(notice, status=status, now=now)
    elif about is not None and failed and is_keyed(about.message_id):
        note_bounce(about, status=status, now=now)
    elif about is not None and (failed or report is None):
        tell_of_bounce(about, now=now, surely=False)
    _aside(held, kind, now=now, case=case, about=about)


def _may_come_back(message: Message, *, now: datetime) -> bool:
    """Whether a report on it is listened to. On what can be counted up only while a mail server may still have it."""
    return is_keyed(message.message_id) or (message.sent_at is not None and message.sent_at > now - GIVES_UP)


def _too_many(held: InboundMail) -> bool:
    """More than ``MAIL_PER_SENDER`` from one sender within the hour before it."""
    if not held.sender:
        return False
    hour = InboundMail.objects.filter(
        sender=held.sender, pk__lt=held.pk, received_at__gt=held.received_at - timedelta(hours=1)
    )
    most: int = settings.RECOVERY["MAIL_PER_SENDER"]
    return len(hour.values_list("pk")[:most]) >= most


@transaction.atomic
def _set_aside(row: InboundMail, kind: Sorted, *, now: datetime) -> None:
    held = _held(row)
    if held is not None:
        _aside(held, kind, now=now)


def _aside(
    held: InboundMail,
    kind: Sorted,
    *,
    now: datetime,
    case: Case | None = None,
    about: Message | None = None,
    words: str = "",
) -> None:
    set_aside(held, fate=kind.fate, because=kind.because, now=now, case=case, about=about, words=words)
    if kind.fate in WORTH_A_LOOK:
        unit_id, came = _whose(held), bool(held.raw)
        tell(
            administrators() if unit_id is None else supervisors_of_unit(unit_id),
            key=f"mail_{'aside' if came else 'not_given'}:{unit_id}:{now:%Y-%m-%d}",
            kind="mail_aside",
            title="Mail was set aside today that may be a customer’s. Have a look at it."
            if came
            else "The mail server does not give out a mail that came in. Open it in the mailbox itself.",
            # What is not kept is not among what can be looked at here.
            path="/settings/mailbox" if came else "/settings/mailbox?show=aside",
            now=now,
        )


def _whose(held: InboundMail) -> int | None:
    """The unit whose supervisors may look at a mail: of its case, or its customer; of the mailbox while nobody is known."""
    if held.case is not None:
        return held.case.unit_id
    if held.customer is not None:
        return held.customer.memberships.values_list("unit_id", flat=True).order_by("id").first()
    return held.unit_id


def forget(*, now: datetime, limit: int = 500) -> int:
    """Drop what is kept of mails that were set aside longer ago than ``MAIL_KEPT_DAYS``; returns how many there were."""
    until = now - timedelta(days=settings.RECOVERY["MAIL_KEPT_DAYS"])
    old = InboundMail.objects.filter(handled_at__lt=until).exclude(fate="").exclude(raw=b"")
    ids = list(old.order_by("handled_at").values_list("pk", flat=True)[:limit])
    return InboundMail.objects.filter(pk__in=ids).update(raw=b"")
