"""Whose mail it is: the case or message that it answers, the customer who wrote it, the account it is entered by."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import IntegrityError

from accounts.authority import Refused
from accounts.domain.message_ids import OUR_DOMAIN, is_keyed
from accounts.domain.staffing import add_user
from accounts.enums import NoticeChannel, Role
from accounts.models import BusinessUnit, Notice, User
from cases.domain.customers import add_customer
from cases.domain.references import normalize
from cases.enums import Channel
from cases.models import Case, Customer, Message, SearchKey
from cases.queries.people import KEY_LENGTH, folded
from outreach.domain.mailbox.reading import Mail
from outreach.models import InboundMail

REFERENCE = re.compile(r"\bRC[-\s]?([0-9A-Z]{8})\b", re.IGNORECASE)
ANSWER = re.compile(r"^\s*((re|aw|sv|antw|ref|fwd?|wg|tr)(\[\d+\])?\s?:\s*)+", re.IGNORECASE)
# A mail under the same subject goes on with a case that one opened no longer ago.
SAME_SUBJECT = timedelta(days=7)
# The Message-ID of a notice says last whose it is (accounts.domain.notices).
NOTICE = re.compile(rf"<notice\.\S+\.(\d{{1,18}})(?:-[0-9a-f]{{16}})?{re.escape(OUR_DOMAIN)}")
# What could be somebody's name: letters and what stands between them. Anything else is not repeated to a customer.
NAME = re.compile(r"[^\W\d_][^\W\d_'’.\- ]*(?:[ '’.\-]{1,2}[^\W\d_]+){0,5}\.?")


class Place(NamedTuple):
    """The case that a mail belongs to, if any, and the message of ours that it answers."""

    case: Case | None
    about: Message | None


def place_of(mail: Mail, row: InboundMail) -> Place:
    """By what it answers: a message of ours, an earlier mail of theirs; else by the reference in its subject.

    A message whose Message-ID can be counted up proves nothing, so that only the customer's own address answers it.
    """
    about = _answered(mail)
    if about is not None and about.case is not None:
        return Place(about.case, about)
    earlier = InboundMail.objects.filter(message_id__in=mail.answers, case__isnull=False).exclude(message_id="")
    known = earlier.exclude(pk=row.pk).select_related("case").order_by("-id").first()
    if known is not None and known.case is not None:
        return Place(known.case, about)
    return Place(named_in(mail.subject), about)


def _answered(mail: Mail) -> Message | None:
    ours = messages_of(tuple(each for each in mail.answers if each.endswith(OUR_DOMAIN)))
    return next((each for each in ours if is_keyed(each.message_id) or has_address(each.customer, mail.sender)), None)


def messages_of(ids: tuple[str, ...]) -> list[Message]:
    """Our messages with these Message-IDs, in their order."""
    found = {each.message_id: each for each in Message.objects.filter(message_id__in=ids).select_related("case")}
    return [found[each] for each in ids if each in found]


def notice_of(ids: tuple[str, ...]) -> Notice | None:
    """The colleague's notice that went out by mail under one of these Message-IDs."""
    for each in ids:
        if whose := NOTICE.fullmatch(each):
            mailed = Notice.objects.filter(user_id=int(whose[1]), channel=NoticeChannel.EMAIL, message_id=each)
            if (found := mailed.first()) is not None:
                return found
    return None


def named_in(subject: str) -> Case | None:
    """The case whose reference stands in a subject. A mistyped one names none: the last character tells."""
    for letters in REFERENCE.findall(subject)[:5]:
        try:
            reference = normalize(letters)
        except Refused:
            continue
        if (case := Case.objects.filter(reference=reference).first()) is not None:
            return case
    return None


def same_subject(customer: Customer, mail: Mail, *, now: datetime) -> Case | None:
    """The live case that a mail of theirs under this subject has opened lately: they have written about it again."""
    subject = bare(mail.subject)
    if not subject:
        return None
    lately = InboundMail.objects.filter(customer=customer, case__isnull=False, received_at__gt=now - SAME_SUBJECT)
    for row in lately.select_related("case").order_by("-id")[:20]:
        if row.case and not row.case.is_closed and bare(row.case.title) == subject:
            return row.case
    return None


def bare(subject: str) -> str:
    """A subject without “Re:” and its like, folded; as much of it as a case's title holds."""
    return folded(ANSWER.sub("", subject))[:80].strip("… ")


def writers(address: str, unit: BusinessUnit) -> list[Customer]:
    """Customers of a unit with this email address, the newest first.

    Of that unit alone: an address in a mail proves nothing, and must not carry a customer over to other people's desks.
    """
    key = folded(address)[:KEY_LENGTH]
    ids = SearchKey.objects.filter(key=key, customer__memberships__unit=unit).values("customer_id")
    found = Customer.objects.filter(pk__in=ids).prefetch_related("emails").order_by("-id")
    return [each for each in found[:20] if has_address(each, address)]


def has_address(customer: Customer, address: str) -> bool:
    return any(folded(email.address) == folded(address) for email in customer.emails.all())


def customer_of(address: str, name: str, unit: BusinessUnit, *, by: User, now: datetime) -> Customer:
    """The customer who writes from here; added, when nobody in the unit has this address.

    Refused: ``invalid`` for an address that is none.
    """
    known = writers(address, unit)
    if known:
        return known[0]
    return add_customer(
        by=by,
        now=now,
        units=[unit],
        emails=[address],
        preferred_name=usable_name(name),
        time_zone=unit.time_zone,
        channel_preference=Channel.EMAIL,
    )


def usable_name(said: str) -> str:
    """A name as a mail gives it, if it looks like one; else blank.

    We repeat it in what we write back, and whoever forges a sender would otherwise have us write to them for him.
    """
    name = " ".join(said.strip(" \"'").split())
    if "," in name and name.count(",") == 1:  # “Okafor, Dana”
        last, first = (part.strip() for part in name.split(","))
        name = f"{first} {last}" if first and last else name
    return name if len(name) <= 60 and NAME.fullmatch(name) and "www." not in name.casefold() else ""


def is_colleague(address: str) -> bool:
    """Does one of us write? Of customers there may be one with the same address: they are looked for first."""
    return User.objects.filter(email__iexact=address, is_active=True, is_service=False).exists()


def account_of(unit: BusinessUnit, *, now: datetime) -> User:
    """The service account in whose name the mail of a unit is entered: of a team that serves it, without a credential.

    Refused: ``unit_needed`` when no team serves the unit.
    """
    team = unit.teams.order_by("id").first()
    if team is None:
        raise Refused("unit_needed", f"No team serves {unit.name} yet.", "unit")
    username = f"mailbox-{unit.pk}-{team.pk}"
    accounts = User.objects.filter(username=username, is_service=True, team=team)
    known = accounts.first()
    if known is not None:
        return known
    try:
        return add_user(username=username, name="Mailbox", now=now, role=Role.REP, team=team, is_service=True)
    except (IntegrityError, Refused):  # two workers began with the first mail at once: the other's is there now
        known = accounts.first()
        if known is None:
            raise
        return known
