"""Dialing a customer: asked for once, followed by whoever tends the lines, given up by the rep.

A dial that is asked for is a row and nothing more; ``tending`` rings. A link needs nobody: their own device rings, and
what its line did is not known to us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.enums import Role
from accounts.models import User
from cases.enums import Channel
from cases.models import Case, Customer, CustomerPhone
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain import calls
from outreach.domain.calls import can_record, can_take, number_to_dial
from outreach.domain.dialing.adapters import configured
from outreach.domain.dialing.phones import link_to, phone_of
from outreach.domain.dialing.port import Heard
from outreach.domain.workflow import DIAL, UNANSWERED
from outreach.enums import Dialer, DialStatus
from outreach.models import Dial, DialEvent, FollowUpCall, Phone
from outreach.queries.dials import dial_behind, on_the_line

KEY_LENGTH = 40


@dataclass(frozen=True)
class Dialed:
    """A dial, and whether it is a new one."""

    dial: Dial
    new: bool


def usable(customer: Customer) -> list[CustomerPhone]:
    """Their numbers that may be dialed, in the order in which they were given."""
    known: list[CustomerPhone] | None = getattr(customer, "usable_phones", None)
    if known is not None:
        return known
    return sorted((phone for phone in customer.phones.all() if not phone.wrong), key=lambda phone: phone.pk)


def can_dial(user: User, customer: Customer, *, call: FollowUpCall | None = None, now: datetime) -> Verdict:
    """A person in reach rings a customer who has not asked us not to, at a number that may be theirs.

    A follow-up call is rung by whoever has it, or had it last and may take it again, and within calling hours. Other
    calls may be wished for at any hour: the customer chose the time of a promise.
    """
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    if user.role == Role.ADMIN:
        return refuse("rep_needed", "Administrators set the rules; reps and supervisors work on cases.")
    allowed = ALLOWED
    if call is not None:
        allowed = can_record(user, call, now=now) and can_take(user, call, now=now)
    elif customer.do_not_call:
        allowed = refuse("do_not_call", f"{customer.display_name} asked not to be called.")
    if allowed and not usable(customer):
        return refuse("no_phone", f"We have no number of {customer.display_name} that may be dialed.", "to")
    return allowed


@transaction.atomic
def dial(
    customer: Customer,
    *,
    key: str,
    by: User,
    now: datetime,
    to: str = "",
    case: Case | None = None,
    call: FollowUpCall | None = None,
    by_link: bool = False,
) -> Dialed:
    """Have a customer's number rung for this person. Asked for again under the same ``key``, nothing more is rung.

    ``to`` is one of their numbers (E.164), the proposed one if blank. ``by_link`` says that their own device rings, now,
    whatever they call with otherwise; what rings the same number for them is given up. Who rings a follow-up call takes
    it, or keeps it for longer: from then on nobody else is given it.
    Refused: ``invalid``, ``key_used``, ``other_phone``, ``line_in_use``, and as ``can_dial``.
    """
    if not key.strip() or len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Refused("invalid", f"A key of 1 to {KEY_LENGTH} plain characters names this dial.", "key")
    if call is not None:
        call = calls.hold(call, by=by)  # before the person, as whoever takes a call does
    # One line a person: the second of two at once waits here, and finds the first.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    number = _number(customer, to, call)
    known = Dial.objects.filter(key=f"{by.pk}:{key}").first()
    if known is not None:
        if (known.customer_id, known.follow_up_call_id) != (customer.pk, call.pk if call else None):
            raise Refused("key_used", "This key already names a dial of something else.", "key")
        return Dialed(known, new=False)
    can_dial(by, customer, call=call, now=now).enforce()
    if number not in {phone.number for phone in usable(customer)}:
        raise Refused("other_phone", "Choose one of their numbers that may be dialed.", "to")
    phone = phone_of(by)
    asked_of = Dialer(phone.dialer) if phone.dialer in configured() else Dialer.LINK
    rung_by = Dialer.LINK if by_link else asked_of
    _free_the_line(customer, number, rung_by, by=by, now=now)
    if call is not None:
        calls.take(call, by=by, now=now)
    made = Dial.objects.create(
        key=f"{by.pk}:{key}",
        user=by,
        customer=customer,
        case=case or (call.case if call else None),
        follow_up_call=call,
        to=number,
        asked_of=asked_of,
        dialer=rung_by,
        endpoint=phone.address,
        ring_timeout_seconds=settings.RECOVERY["RING_TIMEOUT_SECONDS"],
        started_at=now,
        ended_at=now if rung_by == Dialer.LINK else None,
    )
    _record(EventType.DIAL_STARTED, made, by=by, now=now, dialer=made.dialer)
    return Dialed(made, new=True)


def _number(customer: Customer, to: str, call: FollowUpCall | None) -> str:
    if to:
        return to
    phones = usable(customer)
    if call is not None:
        return number_to_dial(call, phones)
    return phones[0].number if phones else ""


def _free_the_line(customer: Customer, number: str, dialer: Dialer, *, by: User, now: datetime) -> None:
    """One line of ours a person. Who takes their own device instead does not have the same number rung twice at once.

    Refused: ``line_in_use``.
    """
    ringing = on_the_line(by, now=now)
    if ringing is None:
        return
    if dialer != Dialer.LINK:
        raise Refused("line_in_use", "A number rings for you already. Wait for it, or give it up first.")
    if (ringing.customer_id, ringing.to) == (customer.pk, number) and can_give_up(by, hold(ringing)):
        give_up(ringing, by=by, now=now)


def _record(event: EventType, dial: Dial, *, by: User | None, now: datetime, **data: object) -> None:
    record(
        event,
        subject=("dial", dial.pk),
        by=by,
        now=now,
        customer_id=dial.customer_id,
        case_id=dial.case_id,
        channel=Channel.PHONE,
        data={"for": dial.user_id, "call": dial.follow_up_call_id, **data},
    )


def hold(dial: Dial) -> Dial:
    """The dial's row as it is now, locked until the transaction ends."""
    return Dial.objects.select_for_update(of=("self",), no_key=True).get(pk=dial.pk)


def can_give_up(user: User, dial: Dial) -> Verdict:
    """Whoever it rings for."""
    if dial.user_id != user.pk:
        return refuse("not_yours", "It rings for a colleague.")
    if dial.dialer == Dialer.LINK:
        return refuse("wrong_state", "Your own device rings it: lay down there.")
    return DIAL.verdict(dial.status, DialStatus.CANCELED)


@transaction.atomic
def give_up(dial: Dial, *, by: User, now: datetime) -> Dial:
    """Stop ringing. Whoever tends the line hangs up as soon as they see it. Refused: ``not_yours``, ``wrong_state``."""
    held = hold(dial)
    can_give_up(by, held).enforce()
    DIAL.move(held, DialStatus.CANCELED)
    _hang_up_soon(held)
    held.save(update_fields=["status", "leased_until"])
    _record(EventType.DIAL_ENDED, held, by=by, now=now, status=held.status)
    return held


def _hang_up_soon(dial: Dial) -> None:
    """Nobody listens to a line of which callbacks tell: whoever looks next is to hang up."""
    if dial.dialer == Dialer.TWILIO and dial.provider_ref:
        dial.leased_until = None


@transaction.atomic
def hear(dial: Dial, heard: Heard, *, now: datetime) -> Dial:
    """Write down what a telephone system said of a dial, once. What comes late or out of order changes nothing."""
    call = _call_of(dial)
    held = hold(dial)
    _, new = DialEvent.objects.get_or_create(
        dial=held, key=heard.key, defaults={"status": heard.status, "at": now, "detail": heard.detail}
    )
    if not new:
        return held
    told = held.status in UNANSWERED  # given up by the rep, which the log knows
    if heard.ref and not held.provider_ref:
        held.provider_ref = heard.ref[:80]
    moved = bool(DIAL.verdict(held.status, heard.status))
    if moved:
        DIAL.move(held, heard.status)
        held.error = ""
    picked_up = moved and heard.status in (DialStatus.ANSWERED, DialStatus.MACHINE) and held.answered_at is None
    if picked_up:
        held.answered_at = now
    ends = heard.ended or (held.status in UNANSWERED and heard.status in UNANSWERED)
    over = ends and held.ended_at is None
    if told and not ends:
        _hang_up_soon(held)
    if over:
        held.ended_at, held.leased_until = now, None
        if not told:
            _record(EventType.DIAL_ENDED, held, by=None, now=now, status=held.status)
    held.save(update_fields=["provider_ref", "status", "error", "answered_at", "ended_at", "leased_until"])
    if call is not None and (picked_up or (over and held.answered_at is not None)):
        # They speak, or have spoken and are to write down what came of it.
        calls.keep(call, rep=held.user_id, now=now)
    return held


def _call_of(dial: Dial) -> FollowUpCall | None:
    """The follow-up call that it rings for, locked. Whoever needs both holds the call first."""
    if dial.follow_up_call_id is None:
        return None
    return FollowUpCall.objects.select_for_update(of=("self",), no_key=True).get(pk=dial.follow_up_call_id)


@transaction.atomic
def hand_to_link(dial: Dial, *, error: str, now: datetime) -> Dial:
    """The telephone system could not be asked, or said no: their own device is to ring it, and the screen says so."""
    held = hold(dial)
    if held.status != DialStatus.QUEUED or held.dialer == Dialer.LINK:
        return held
    held.dialer, held.error, held.ended_at, held.leased_until = Dialer.LINK, error[:120], now, None
    held.save(update_fields=["dialer", "error", "ended_at", "leased_until"])
    _record(
        EventType.DIAL_STARTED, held, by=None, now=now, dialer=Dialer.LINK, instead_of=held.asked_of, error=held.error
    )
    return held


@transaction.atomic
def doubt(dial: Dial, *, error: str) -> Dial:
    """The telephone system was asked, and its answer was lost: the screen says so, until more is heard of the line."""
    held = hold(dial)
    held.error = error[:120]
    held.save(update_fields=["error"])
    return held


@transaction.atomic
def lose(dial: Dial, *, error: str, now: datetime) -> Dial:
    """A line that nobody can follow any more has failed: whether it rang is not known, so it is not rung again.

    One that was given up is over; one that was picked up stays so.
    """
    held = hold(dial)
    if held.ended_at is not None:
        return held
    told = held.status in UNANSWERED
    if DIAL.verdict(held.status, DialStatus.FAILED):
        DIAL.move(held, DialStatus.FAILED)
        held.error = error[:120]
    held.ended_at, held.leased_until = now, None
    held.save(update_fields=["status", "error", "ended_at", "leased_until"])
    if not told:
        _record(EventType.DIAL_ENDED, held, by=None, now=now, status=held.status, error=held.error)
    return held


def behind(call: FollowUpCall, *, by: User, phone: str, now: datetime) -> Dial | None:
    """The dial that an attempt tells of, if the number was rung by us. Whoever writes down what came of it is done with it."""
    found = dial_behind(call, by=by, phone=phone)
    if found is None:
        return None
    held = hold(found)
    if held.ended_at is None and DIAL.verdict(held.status, DialStatus.CANCELED):
        return give_up(held, by=by, now=now)
    if held.ended_at is None:
        held.ended_at = now
        held.save(update_fields=["ended_at"])
        _record(EventType.DIAL_ENDED, held, by=by, now=now, status=held.status)
    return held


def link_for(dial: Dial, phone: Phone | None = None) -> str:
    """The address that the rep's own device opens to ring the same number."""
    return link_to(dial.to, phone or phone_of(dial.user))
