"""Browser doors of dialing: the button, the line while it rings, and what a rep calls with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import Refused, Verdict
from accounts.models import User
from cases.models import Case, Customer
from cases.queries import visible_cases, visible_customers
from outreach.domain.calls import number_to_dial
from outreach.domain.dialing import adapters, dials, phones
from outreach.enums import CallOutcome, Dialer, DialStatus
from outreach.forms.dials import DialForm, PhoneForm
from outreach.models import Dial, FollowUpCall, Phone
from outreach.queries.calls import usable_phones, visible_calls
from outreach.queries.dials import dial_behind, last_dial, visible_dials
from recovery.pages import done, edits, live, person, reads, writes

# A dial is shown beside the number for so long; then it is history.
SHOWN_FOR = timedelta(minutes=30)
# Nothing may be heard of a line for so long before the rep is offered their own device.
PATIENCE = timedelta(seconds=6)

# What a line that nobody answered usually comes to. Whom a picked-up one reached, only the rep knows.
PROPOSED: dict[str, CallOutcome] = {
    DialStatus.BUSY: CallOutcome.NO_ANSWER,
    DialStatus.NO_ANSWER: CallOutcome.NO_ANSWER,
    DialStatus.DECLINED: CallOutcome.NO_ANSWER,
    DialStatus.UNAVAILABLE: CallOutcome.NO_ANSWER,
    DialStatus.MACHINE: CallOutcome.LEFT_MESSAGE,
    DialStatus.INVALID: CallOutcome.WRONG_NUMBER,
}
MOODS: dict[str, str] = {
    DialStatus.QUEUED: "info",
    DialStatus.RINGING: "info",
    DialStatus.ANSWERED: "good",
    DialStatus.MACHINE: "warn",
    DialStatus.BUSY: "warn",
    DialStatus.NO_ANSWER: "warn",
    DialStatus.DECLINED: "warn",
    DialStatus.UNAVAILABLE: "warn",
    DialStatus.FAILED: "bad",
    DialStatus.INVALID: "bad",
}


@dataclass(frozen=True)
class Shown:
    """A customer's numbers, what rings them for this person, and what became of the latest dial."""

    customer: Customer
    call: FollowUpCall | None
    case: Case | None
    phone: Phone
    may: Verdict
    numbers: list[str]
    number: str
    dial: Dial | None
    now: datetime
    key: str

    @property
    def by_link(self) -> bool:
        return self.dialer == Dialer.LINK

    @property
    def dialer(self) -> Dialer:
        return Dialer(self.phone.dialer) if self.phone.dialer in adapters.configured() else Dialer.LINK

    @property
    def others(self) -> list[str]:
        return [number for number in self.numbers if number != self.number]

    @property
    def address(self) -> str:
        """What their own device opens."""
        return phones.link_to(self.dial.to if self.fell_back and self.dial else self.number, self.phone)

    @property
    def fell_back(self) -> bool:
        """It was to be rung otherwise, and could not be."""
        return self.dial is not None and self.dial.dialer == Dialer.LINK and bool(self.dial.error)

    @property
    def rings(self) -> bool:
        return (
            self.dial is not None
            and self.dial.ended_at is None
            and self.dial.status
            in (
                DialStatus.QUEUED,
                DialStatus.RINGING,
            )
        )

    @property
    def is_up(self) -> bool:
        return self.dial is not None and self.dial.ended_at is None and self.dial.status == DialStatus.ANSWERED

    @property
    def is_over(self) -> bool:
        """It rang by us, and that is over."""
        return self.dial is not None and self.dial.dialer != Dialer.LINK and not self.rings and not self.is_up

    @property
    def own_phone_first(self) -> bool:
        return self.dial is not None and self.dial.dialer in (Dialer.AMI, Dialer.TWILIO)

    @property
    def in_doubt(self) -> bool:
        """It was asked to ring, and whether it does is not known."""
        return bool(self.rings and self.dial and self.dial.status == DialStatus.QUEUED and self.dial.error)

    @property
    def is_slow(self) -> bool:
        """Nothing was heard of it yet, and should have been."""
        dial = self.dial
        return bool(self.rings and dial and dial.status == DialStatus.QUEUED and self.now - dial.started_at > PATIENCE)

    @property
    def proposed(self) -> CallOutcome | None:
        return PROPOSED.get(self.dial.status) if self.dial and self.is_over and self.call else None

    @property
    def mood(self) -> str:
        return MOODS.get(self.dial.status, "") if self.dial else ""

    @property
    def token(self) -> str:
        """Changes when what is shown does."""
        dial = self.dial
        seen = f"{dial.pk}.{dial.status}.{dial.dialer}.{dial.ended_at}.{dial.error}" if dial else ""
        return f"line:{seen}:{self.is_slow}:{self.may.code}"


def shown_of(
    user: User, customer: Customer, *, call: FollowUpCall | None = None, case: Case | None = None, now: datetime
) -> Shown:
    """A customer's line, for whoever may ring it."""
    usable = dials.usable(customer)
    proposed = number_to_dial(call, usable) if call else (usable[0].number if usable else "")
    latest = last_dial(user, customer_id=customer.pk, call=call, since=now - SHOWN_FOR)
    if latest and call and dial_behind(call, by=user, phone=latest.to) != latest:
        latest = None  # what came of it is recorded
    return Shown(
        customer=customer,
        call=call,
        case=case,
        phone=phones.phone_of(user),
        may=dials.can_dial(user, customer, call=call, now=now),
        numbers=[phone.number for phone in usable],
        number=latest.to if latest and call else proposed,
        dial=latest,
        now=now,
        key=uuid4().hex,
    )


def _call(user: User, pk: int) -> FollowUpCall:
    rows = visible_calls(user).select_related("customer", "case", "rep").prefetch_related(usable_phones())
    return get_object_or_404(rows, pk=pk)


def _line(request: HttpRequest, line: Shown) -> HttpResponse:
    return render(request, "outreach/_line.html", {"line": line})


def _dialed(request: HttpRequest, customer: Customer, **about: Any) -> Dial:
    """Press the button. Refused: as ``dials.dial``."""
    given = DialForm(request.POST).accepted()
    given.pop("case")
    return dials.dial(customer, by=person(request), now=timezone.now(), **given, **about).dial


@writes
def call_dial(request: HttpRequest, pk: int) -> HttpResponse:
    """Ring the customer of a follow-up call."""
    user = person(request)
    call = _call(user, pk)
    rung = _dialed(request, call.customer, call=call)
    if not request.htmx:  # type: ignore[attr-defined]
        return done(request, "call", pk)
    return _line(request, _line_of(request, rung))


@writes
def customer_dial(request: HttpRequest, pk: int) -> HttpResponse:
    """Ring a customer, about a case or about none."""
    user = person(request)
    customer = get_object_or_404(visible_customers(user), pk=pk)
    reference = request.POST.get("case", "")
    case = get_object_or_404(visible_cases(user), reference=reference) if reference else None
    dial = _dialed(request, customer, case=case)
    if not request.htmx:  # type: ignore[attr-defined]
        return done(request, "dial", dial.pk)
    return _line(request, shown_of(user, customer, case=case, now=timezone.now()))


@reads
def customer_line(request: HttpRequest, pk: int) -> HttpResponse:
    """The buttons beside a customer's name; nothing for who calls with their own device and has no line up."""
    user = person(request)
    customer = get_object_or_404(visible_customers(user), pk=pk)
    reference = request.GET.get("case", "")
    case = get_object_or_404(visible_cases(user), reference=reference) if reference else None
    line = shown_of(user, customer, case=case, now=timezone.now())
    if line.by_link and not line.fell_back and not line.rings:
        return HttpResponse(status=204)
    return _line(request, line)


def _line_of(request: HttpRequest, dial: Dial) -> Shown:
    user, now = person(request), timezone.now()
    if dial.follow_up_call_id is not None:
        call = _call(user, dial.follow_up_call_id)
        return shown_of(user, call.customer, call=call, now=now)
    return shown_of(user, dial.customer, case=dial.case, now=now)


def _own(request: HttpRequest, pk: int) -> Dial:
    rows = visible_dials(person(request)).filter(user=person(request))
    return get_object_or_404(rows.select_related("customer", "case"), pk=pk)


@reads
def dial(request: HttpRequest, pk: int) -> HttpResponse:
    """One line by itself, for browsers without scripts."""
    found = _own(request, pk)
    return render(request, "outreach/dial.html", {"dial": found, "line": _line_of(request, found)})


@reads
def dial_line(request: HttpRequest, pk: int) -> HttpResponse:
    """The line, kept fresh while it rings."""
    line = _line_of(request, _own(request, pk))
    return live(request, "outreach/_line.html", lambda: {"line": line}, line.token)


@writes
def dial_give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop ringing."""
    found = _own(request, pk)
    dials.give_up(found, by=person(request), now=timezone.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return done(request, "dial", pk)
    return _line(request, _line_of(request, found))


@edits
def phone(request: HttpRequest) -> HttpResponse:
    """What this person calls with."""
    user, offered = person(request), adapters.configured()
    kept = phones.phone_of(user)
    form = PhoneForm(request.POST or None, offered=offered, initial=PhoneForm.initial_of(kept))
    if request.method == "POST" and form.is_valid():
        try:
            phones.choose_phone(user, by=user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            if not form.takes(refused):
                raise
            form.refuse(refused)
        else:
            return done(request, "preferences-phone", said="Saved. Your next call is rung this way.")
    context = {"form": form, "kept": kept, "offered": offered, "may": phones.can_have_phone(user)}
    return render(request, "outreach/phone.html", context, status=422 if form.errors else 200)
