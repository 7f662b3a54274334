"""The mailbox on screen: how it is read, what became of what came in, and placing by hand what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import Refused
from accounts.enums import Role
from accounts.models import User
from accounts.queries import visible_units
from cases.domain.references import normalize
from cases.models import Case
from cases.queries.reach import visible_cases
from journal.keyset import NotAMarkError, Order, Window, window
from outreach.domain.mailbox import by_hand
from outreach.domain.mailbox.imap import name_of
from outreach.domain.mailbox.placing import usable_name
from outreach.domain.mailbox.reading import Envelope, Mail, UnreadableError, envelope, read
from outreach.enums import MailFate
from outreach.forms.mails import CaseForm, IncidentForm
from outreach.models import InboundMail
from outreach.queries.mails import ENTERED, set_aside, standing, to_look_at, visible_mails, with_places
from recovery.pages import done, person, reads, writes

PAGE = 25
NEWEST = Order(("received_at", "id"))
TABS = (("look", "To look at"), ("aside", "Set aside"), ("all", "All"))
# Why a mail was set aside, for people.
REASONS = {
    "auto_reply": "It says that a program answered",
    "auto_submitted": "It says that a program wrote it",
    "bulk": "It says that it went to many",
    "case_closed": "The case it answers was closed long ago",
    "colleague": "A colleague wrote it or passed it on",
    "delayed": "Their mail server keeps trying",
    "delivered": "Their mail server has delivered it",
    "failed": "Their mail server did not take our message",
    "from_mailer": "A mail server wrote it, in words of its own",
    "gave_up": "It could not be handled in four tries",
    "list": "It came through a mailing list",
    "malformed": "It is built so that it cannot be read",
    "marked": "The mail server marked it",
    "no_sender": "It does not say who wrote it",
    "nothing_came": "The mail server did not give it out",
    "null_sender": "It asks not to be answered",
    "own_address": "It comes from our own address",
    "own_message": "It is a message of ours",
    "report": "A program reports something",
    "too_many": "They wrote more than so many mails within an hour",
    "too_many_parts": "It is made of too many parts",
    "too_old": "It is too old to be answered as if it were new",
    "unit_needed": "Nobody has said whose customers write here",
    "unknown_sender": "It is about a closed case, from an address that we do not know",
    "x_loop": "It has been through here before",
}
SHAPES = {
    MailFate.REPLY: ("reply", "good"),
    MailFate.INCIDENT: ("message-square-warning", "good"),
    MailFate.AUTO_REPLY: ("bot", ""),
    MailFate.BOUNCE: ("mail-x", "warn"),
    MailFate.LOOP: ("refresh-cw", ""),
    MailFate.COLLEAGUE: ("forward", "warn"),
    MailFate.SPAM: ("ban", ""),
    MailFate.TOO_MANY: ("mails", "warn"),
    MailFate.TOO_OLD: ("calendar-clock", "warn"),
    MailFate.UNREADABLE: ("mail-question-mark", "bad"),
}


@dataclass(frozen=True)
class Row:
    """A mail in the list. What it says of itself is there only while it is kept."""

    mail: InboundMail
    said: Envelope
    shape: str
    mood: str
    reason: str


def _row(mail: InboundMail) -> Row:
    shape, mood = SHAPES.get(MailFate(mail.fate), ("mail", "")) if mail.fate else ("hourglass", "")
    head: bytes = bytes(mail.head or b"")  # type: ignore[attr-defined]
    said = envelope(head) if head and mail.fate not in ENTERED else Envelope()
    return Row(mail, said, shape, mood, reason_of(mail))


def reason_of(mail: InboundMail) -> str:
    """Why it was set aside, in words; the code itself where there are none for it."""
    return REASONS.get(mail.because, mail.because.replace("_", " ").capitalize())


@reads
def mailbox(request: HttpRequest) -> HttpResponse:
    """How the mailbox is doing, and what came in."""
    user = person(request)
    show = request.GET.get("show", "look")
    narrowed = {"look": to_look_at, "aside": set_aside, "all": lambda mails: mails}.get(show)
    if narrowed is None:
        raise Http404
    wanted = settings.RECOVERY["MAILBOX"]
    found = _window(request, with_places(narrowed(visible_mails(user))))
    context = {
        "standing": standing(name_of(wanted) if wanted else ""),
        "place": name_of(wanted) if wanted else "",
        "seconds": settings.RECOVERY["MAILBOX_SECONDS"],
        "kept_days": settings.RECOVERY["MAIL_KEPT_DAYS"],
        "sees": user.role in (Role.SUPERVISOR, Role.ADMIN),
        "rows": [_row(mail) for mail in found.rows],
        "tabs": TABS,
        "show": show,
        "older": f"?show={show}&after={found.further}" if found.further else "",
        "newer": f"?show={show}&before={found.back}" if found.back else "",
    }
    return render(request, "outreach/mails/mailbox.html", context)


def _window(request: HttpRequest, rows: Any) -> Window[InboundMail]:
    marks = {name: request.GET.get(name, "") for name in ("after", "before")}
    try:
        return window(rows, NEWEST, size=PAGE, **marks)
    except NotAMarkError:
        raise Http404 from None


@reads
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail: what it says, why it was set aside, and what can become of it."""
    return _shown(request, _found(person(request), pk))


@writes
def mail_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it an incident."""
    user = person(request)
    found = _found(user, pk)
    by_hand.can_place(user, found).enforce()
    form = IncidentForm(request.POST, units=visible_units(user))
    if not form.is_valid():
        return _shown(request, found, incident=form, status=422)
    try:
        placed = by_hand.make_incident(found, by=user, now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _shown(request, found, incident=form, status=422)
    return _to_case(request, placed)


@writes
def mail_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it into a case."""
    user = person(request)
    found = _found(user, pk)
    by_hand.can_place(user, found).enforce()
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, case=form, status=422)
    try:
        case = _named(user, form.cleaned_data["case"])
        placed = by_hand.put_into_case(found, case=case, by=user, now=timezone.now())
    except Refused as refused:
        if refused.field not in ("case", "reference"):
            raise
        form.add_error("case", refused.reason)
        return _shown(request, found, case=form, status=422)
    return _to_case(request, placed)


def _named(user: User, typed: str) -> Case:
    case = visible_cases(user).filter(reference=normalize(typed)).first()
    if case is None:
        raise Refused("no_such_case", "There is no such case in your reach.", "case")
    return case


def _to_case(request: HttpRequest, placed: InboundMail) -> HttpResponse:
    reference = placed.case.reference if placed.case else ""
    return done(request, "case", reference, said=f"The mail is in {reference} now.")


def _found(user: User, pk: int) -> InboundMail:
    return get_object_or_404(visible_mails(user).select_related("customer", "case", "unit"), pk=pk)


def _said(found: InboundMail) -> Mail | None:
    if not found.raw or found.fate in ENTERED:
        return None
    try:
        return read(bytes(found.raw))
    except UnreadableError:
        return None


def _shown(
    request: HttpRequest,
    found: InboundMail,
    *,
    incident: IncidentForm | None = None,
    case: CaseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, said = person(request), _said(found)
    surely = found.fate in (MailFate.LOOP, MailFate.BOUNCE, MailFate.COLLEAGUE)
    begins = {
        "email": said.sender if said and not surely else "",
        "name": usable_name(said.name) if said and not surely else "",
        "unit": found.unit_id,
    }
    shape, mood = SHAPES.get(MailFate(found.fate), ("mail", "")) if found.fate else ("hourglass", "")
    context = {
        "mail": found,
        "said": said,
        "reason": reason_of(found),
        "shape": shape,
        "mood": mood,
        "may": by_hand.can_place(user, found),
        "incident": incident or IncidentForm(initial=begins, units=visible_units(user)),
        "case": case or CaseForm(initial={"case": found.case.reference if found.case else ""}),
    }
    return render(request, "outreach/mails/mail.html", context, status=status)
