"""The call that tells a customer of a mistake in their favor: owed by whoever made it, and made by nobody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.domain.calendar import business_days_after
from accounts.domain.words import said
from accounts.models import User
from cases.domain import casework, promises
from cases.domain.contacts import note_contact
from cases.domain.disclosures import hold_call, owe_call, record_call, withdraw_call
from cases.domain.honored_errors import save_error
from cases.domain.obligations import discharge
from cases.domain.reassigning import can_reassign, move_for_absences, reassign, reassignable
from cases.domain.workflow import DISCLOSURE
from cases.enums import (
    LIVE_CHANNELS,
    AttemptOutcome,
    Channel,
    Direction,
    DisclosureKind,
    DisclosureStatus,
    ErrorStatus,
    Point,
    PromiseStatus,
    Reached,
    Understanding,
)
from cases.models import Case, Contact, Disclosure, DisclosureAttempt, HonoredError, Promise
from journal.domain.log import together
from journal.enums import EventType

__all__ = [
    "POINTS",
    "SAID",
    "attempt",
    "call_about",
    "can_disclose",
    "can_reassign",
    "can_tell_by",
    "disclose",
    "has_call",
    "move_for_absences",
    "owe_call",
    "reassign",
    "reassignable",
    "withdraw_call",
]

# Who takes it back asks so many business days later how the customer is.
FOLLOW_UP_DAYS = 5
FOLLOW_UP = "Follow up: how are they since we took it back"
# After so many tries that reached nobody they are written to.
TRIES = 3
WRITTEN = frozenset({Channel.EMAIL, Channel.POST})

# What to say to each point. What the last two are depends on the decision.
POINTS: dict[DisclosureKind, dict[Point, str]] = {
    DisclosureKind.HONORED: {
        Point.MISTAKE: "A mistake was made, and it was in your favor.",
        Point.SHOULD_HAVE: "What should have happened instead, and why.",
        Point.STANCE: "We honor it this time: what you were given stays yours.",
        Point.NEXT: "Next time we may decide by the book.",
    },
    DisclosureKind.RESCINDED: {
        Point.MISTAKE: "We made a mistake, and we are sorry for it.",
        Point.SHOULD_HAVE: "What should have happened instead, and why.",
        Point.STANCE: "What we are changing now, and what that means for you.",
        Point.NEXT: "What you can do: your choices, by when, and whom to ask.",
    },
}
SAID = {
    Point.MISTAKE: "said_mistake",
    Point.SHOULD_HAVE: "said_should_have",
    Point.STANCE: "said_stance",
    Point.NEXT: "said_next",
}
REACHED = {
    AttemptOutcome.CALL_BACK: Reached.CUSTOMER,
    AttemptOutcome.NO_ANSWER: Reached.NO_ANSWER,
    AttemptOutcome.LEFT_MESSAGE: Reached.LEFT_MESSAGE,
    AttemptOutcome.WRONG_PERSON: Reached.WRONG_PERSON,
    AttemptOutcome.DROPPED: Reached.DROPPED,
}


def has_call(error: HonoredError) -> Verdict:
    """Whether there is anything to tell the customer: not before the decision, nor where nothing was in their favor."""
    if error.status == ErrorStatus.UNDECIDED:
        return refuse("undecided", "Nothing has been decided yet, so there is nothing to tell.")
    if error.status == ErrorStatus.WITHDRAWN:
        return refuse("wrong_state", "This was not in the customer’s favor after all: there is nothing to tell.")
    return ALLOWED


def call_about(error: HonoredError) -> Disclosure:
    """The call that tells of the decision that stands, owed or made. Refused: ``undecided``, ``wrong_state``."""
    has_call(error).enforce()
    calls = error.disclosures.exclude(status=DisclosureStatus.WITHDRAWN)
    return calls.select_related("obligation", "owed_by", "originator", "caller").latest("pk")


def can_disclose(user: User, disclosure: Disclosure) -> Verdict:
    """Whoever owes the call makes it, and nobody else: no supervisor, no administrator, no program."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: the customer hears it from a person.")
    if disclosure.owed_by_id != user.pk:
        who = disclosure.owed_by.name if disclosure.owed_by else "whoever will own the case"
        return refuse("not_your_call", f"This call is {who}’s to make. Nobody else can make it for them.")
    return DISCLOSURE.verdict(disclosure.status, DisclosureStatus.MADE)


def can_tell_by(disclosure: Disclosure, channel: str) -> Verdict:
    """By voice, unless they asked not to be called; in writing only then, or where ``TRIES`` reached nobody."""
    customer = disclosure.error.customer
    if channel not in LIVE_CHANNELS | WRITTEN:
        return refuse("invalid", "Tell them by a call, in person, by email or by post.", "channel")
    if channel == Channel.PHONE and customer.do_not_call:
        return refuse(
            "do_not_call", f"{customer.display_name} asked not to be called. Tell them another way.", "channel"
        )
    if channel in LIVE_CHANNELS or customer.do_not_call or disclosure.attempts.count() >= TRIES:
        return ALLOWED
    return refuse("call_first", f"Talk with them. Writing is for when {TRIES} tries reached nobody.", "channel")


@transaction.atomic
@together()
def attempt(
    disclosure: Disclosure,
    *,
    outcome: str,
    by: User,
    now: datetime,
    channel: str = Channel.PHONE,
    words: str = "",
    call_back_at: datetime | None = None,
) -> DisclosureAttempt:
    """A try at the call that did not come to it. To call back is promised for ``call_back_at``, a dropped line at once.

    Refused: ``out_of_reach``, ``person_needed``, ``not_your_call``, ``wrong_state``, ``invalid``, ``too_long``,
    ``do_not_call``, ``call_first``, and as ``promises.make``.
    """
    case, error, held = hold_call(disclosure, by=by)
    can_disclose(by, held).enforce()
    note = said(words, "words")
    if outcome not in REACHED:
        raise Refused("invalid", "Say how it went. Whoever has told the customer records that instead.", "outcome")
    if (outcome == AttemptOutcome.CALL_BACK) != (call_back_at is not None):
        raise Refused("invalid", "Say when to call back, if that is what they asked for.", "call_back_at")
    can_tell_by(held, channel).enforce()
    reached = REACHED[AttemptOutcome(outcome)]
    contact = note_contact(case, channel=channel, direction=Direction.OUT, reached=reached, by=by, now=now, words=note)
    promise = None
    if call_back_at is not None:
        last = _keep_promised(held, contact, case, interim=True, by=by, now=now)
        promise = promises.make_held(case, due_end=call_back_at, what="Call back", follows=last, by=by, now=now)
    elif outcome == AttemptOutcome.DROPPED:
        promise = promises.promise_after_drop(case, by=by, now=now)
    made = DisclosureAttempt.objects.create(
        disclosure=held, outcome=outcome, contact=contact, promise=promise, words=note, by=by, at=now
    )
    data = {"outcome": outcome, "contact": contact.pk, "promise": promise.pk if promise else None}
    record_call(
        EventType.DISCLOSURE_ATTEMPTED,
        held,
        error,
        case,
        by=by,
        now=now,
        channel=channel,
        data=data,
        words={"note": note},
    )
    casework.save(case)
    return made


@transaction.atomic
@together()
def disclose(
    disclosure: Disclosure,
    *,
    points: Collection[str],
    understanding: str,
    by: User,
    now: datetime,
    answer: str = "",
    channel: str = Channel.PHONE,
    version: int | None = None,
) -> Disclosure:
    """The customer has been told, by whoever owed it: all four ``points``, each by itself, and what they made of it.

    It keeps what was promised in earlier tries. Whoever took something back also promises to ask how they are,
    ``FOLLOW_UP_DAYS`` business days after the call was due or made. ``version`` is what the writer last saw of the error.
    Refused: ``out_of_reach``, ``person_needed``, ``not_your_call``, ``wrong_state``, ``points_missing``,
    ``understanding_needed``, ``invalid``, ``too_long``, ``do_not_call``, ``call_first``, ``changed_meanwhile``.
    """
    case, error, held = hold_call(disclosure, by=by, version=version)
    can_disclose(by, held).enforce()
    answer = said(answer, "answer")
    _check_points(points)
    _check_understanding(understanding)
    can_tell_by(held, channel).enforce()
    contact = note_contact(
        case, channel=channel, direction=Direction.OUT, reached=Reached.CUSTOMER, by=by, now=now, words=answer
    )
    _keep_promised(held, contact, case, interim=False, by=by, now=now)
    DISCLOSURE.move(held, DisclosureStatus.MADE)
    for name in SAID.values():
        setattr(held, name, True)
    held.answer, held.understanding, held.channel = answer, understanding, channel
    held.caller, held.made_at, held.contact = by, now, contact
    held.save()
    DisclosureAttempt.objects.create(disclosure=held, outcome=AttemptOutcome.TOLD, contact=contact, by=by, at=now)
    discharge(held.obligation, case=case, by=by, now=now)
    error.call_made_at = now
    save_error(error, "call_made_at")
    data = {
        "kind": held.kind,
        "contact": contact.pk,
        "understanding": understanding,
        "originator": held.originator_id,
        "due_end": held.obligation.due_end.isoformat(),
        "in_time": now <= held.obligation.due_end,
    }
    record_call(
        EventType.DISCLOSURE_MADE,
        held,
        error,
        case,
        by=by,
        now=now,
        channel=channel,
        data=data,
        words={"answer": answer},
    )
    if held.kind == DisclosureKind.RESCINDED:
        _promise_follow_up(held, case, by=by, now=now)
    casework.save(case)
    return held


def _check_points(points: Collection[str]) -> None:
    unknown = set(points) - set(Point.values)
    if unknown or isinstance(points, str):
        raise Refused("invalid", f"The points are: {', '.join(Point.values)}.", "points")
    missing = [point for point in Point if point not in points]
    if missing:
        listed = "; ".join(point.label.lower() for point in missing)
        raise Refused(
            "points_missing", f"The customer has to hear this too: {listed}.", "points", missing=[*map(str, missing)]
        )


def _check_understanding(understanding: str) -> None:
    if not understanding:
        raise Refused("understanding_needed", "Say whether the customer understood.", "understanding")
    if understanding not in Understanding.values:
        raise Refused("invalid", f"Choose one of: {', '.join(Understanding.values)}.", "understanding")


def _keep_promised(
    disclosure: Disclosure, contact: Contact, case: Case, *, interim: bool, by: User, now: datetime
) -> Promise | None:
    """This contact keeps what earlier tries promised and nobody has kept; returns the last of it."""
    promised = Promise.objects.select_for_update(of=("self",), no_key=True).select_related("obligation")
    kept = list(promised.filter(disclosure_attempt__disclosure=disclosure, status=PromiseStatus.OPEN).order_by("pk"))
    for promise in kept:
        promises.keep_held(promise, case, contact=contact, interim=interim, by=by, now=now)
    return kept[-1] if kept else None


def _promise_follow_up(disclosure: Disclosure, case: Case, *, by: User, now: datetime) -> None:
    begins = max(now, disclosure.obligation.due_end)
    due = business_days_after(begins, FOLLOW_UP_DAYS, zone=by.zone, region=by.holiday_region)
    promises.make_held(case, due_end=due, what=FOLLOW_UP, by=by, now=now)
