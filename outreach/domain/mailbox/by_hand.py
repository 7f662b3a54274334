"""A mail that was set aside, seen otherwise by a person: made an incident, or put into the case that it is about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.enums import Role
from accounts.models import BusinessUnit, User
from accounts.queries import reach
from cases.models import Case
from outreach.domain.mailbox.entering import enter_incident, enter_reply, takes_replies
from outreach.domain.mailbox.placing import customer_of
from outreach.domain.mailbox.reading import Mail, UnreadableError, read
from outreach.models import InboundMail
from outreach.queries.mails import ENTERED, visible_mails


def can_place(user: User, mail: InboundMail) -> Verdict:
    """A supervisor places what was set aside, as long as it is kept."""
    return first_no(_leads(user), _is_there(mail))


def _leads(user: User) -> Verdict:
    if user.role != Role.SUPERVISOR or user.is_service:
        return refuse("supervisor_needed", "A supervisor decides what becomes of mail that was set aside.")
    return ALLOWED


def _is_there(mail: InboundMail) -> Verdict:
    if mail.fate in ENTERED:
        return refuse("wrong_state", "This mail is in a case already.")
    if not mail.fate:
        return refuse("wrong_state", "This mail is about to be handled. Wait a moment.")
    if not mail.raw:
        return refuse("mail_forgotten", "What this mail said is not kept any more. Look for it in the mailbox.")
    return ALLOWED


@transaction.atomic
def make_incident(
    mail: InboundMail, *, email: str, by: User, now: datetime, name: str = "", unit: BusinessUnit | None = None
) -> InboundMail:
    """Log what a mail says as something that went wrong for whoever has this address; it opens a case.

    ``unit`` is needed where nobody has said whose mailbox it came to. Refused: ``out_of_reach``,
    ``supervisor_needed``, ``wrong_state``, ``mail_forgotten``, ``unit_needed``, ``invalid``, ``unreadable``.
    """
    held = _hold(mail, by=by)
    read_ = _read(held)
    held.unit = unit or held.unit
    if held.unit is None or held.unit.pk not in reach(by):
        raise Refused("unit_needed", "Choose a business unit that your team serves.", "unit")
    if not email.strip():
        raise Refused("invalid", "Say who wrote it: their email address.", "email")
    try:
        customer = customer_of(email.strip(), name, held.unit, by=by, now=now)
    except Refused as refused:  # what is asked for here is one address, not a customer's
        raise Refused(refused.code, refused.reason, "email" if refused.field == "emails" else refused.field) from None
    enter_incident(held, read_, customer, by=by, now=now)
    return held


@transaction.atomic
def put_into_case(mail: InboundMail, *, case: Case, by: User, now: datetime) -> InboundMail:
    """Put what a mail says into a case, as if it had answered there.

    Refused: ``out_of_reach``, ``supervisor_needed``, ``wrong_state``, ``mail_forgotten``, ``case_closed``,
    ``historical_case``, ``unreadable``.
    """
    held = _hold(mail, by=by)
    read_ = _read(held)
    if case.historical:
        raise Refused("historical_case", "This is imported history. Make it a new incident.", "case")
    if not takes_replies(case, now=now):
        raise Refused("case_closed", "This case was closed long ago. Make it a new incident.", "case")
    enter_reply(held, read_, case, about=held.about, by=by, now=now)
    return held


def _hold(mail: InboundMail, *, by: User) -> InboundMail:
    """The mail's row, locked, if this person may place it."""
    rows = InboundMail.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "about")
    held = rows.defer("raw").filter(pk=mail.pk).first()
    # Asked once it is ours: whoever placed it just now gave it a customer whom the look before did not know.
    if held is None or not visible_mails(by).filter(pk=held.pk).exists():
        raise Refused("out_of_reach", "There is no such mail.")
    can_place(by, held).enforce()
    return held


def _read(mail: InboundMail) -> Mail:
    try:
        return read(bytes(mail.raw))
    except UnreadableError:
        raise Refused(
            "unreadable", "This mail cannot be read here. Open it in the mailbox, and log it by hand."
        ) from None
