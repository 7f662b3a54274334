"""One case as it goes on: what is told of it, and the steps that people take, each a verb of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings

from accounts.models import User
from cases.domain import acknowledging, causes, closing, conversation, ownership, promises
from cases.domain.clock import at_wall_time
from cases.domain.intake import log_incident
from cases.enums import LIVE_CHANNELS, Channel, PromiseStatus, Reached
from cases.models import Case, Incident, Promise
from compensation.domain import approvals, awards, confirming, delivering, offers, payouts, resubmitting, reversing
from compensation.models import Approval, Award, CounterOffer, Payout
from desk.management.demo.stage import Cast, Story
from outreach.domain.dialing import dials


@dataclass
class Run:
    """A case while it is played: what it has come to, and whose turn it is."""

    cast: Cast
    by: User
    case: Case
    award: Award | None = None


# Why something is given where an earlier error was honored.
AGAINST_THEM = "What we honored then was in their favor; this time it went against them."
Action = Callable[[Run, datetime], object]
# How long after the one before, in minutes, and what.
Step = tuple[float, Action]


@dataclass
class Tale:
    """What went wrong, for whom, who heard of it and how long ago; then the steps that followed.

    ``waited`` is how many seconds they waited until somebody answered, where they called or chatted.
    """

    who: str
    by: str
    ago: timedelta
    theirs: str
    ours: str = ""
    channel: str = Channel.PHONE
    category: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    waited: float = 25


def tell(cast: Cast, tale: Tale) -> Story:
    """Play a tale: the incident is logged ``ago``, and each step follows the one before it."""
    at = cast.now - tale.ago
    yield at
    named: dict[str, dict[str, Any]] = {"originator": cast.staff, "unit": cast.units}
    about = {key: named[key][value] if key in named else value for key, value in tale.about.items()}
    by = cast.staff[tale.by]
    logged = log_incident(
        cast.customers[tale.who],
        by=by,
        now=at,
        reported_at=at - timedelta(seconds=tale.waited) if tale.channel in LIVE_CHANNELS else at,
        channel=tale.channel,
        customer_words=tale.theirs,
        our_words=tale.ours,
        category=tale.category,
        **about,
    )
    run = Run(cast, (logged.case.owner or by) if by.is_service else by, logged.case)
    for minutes, act in tale.steps:
        at += timedelta(minutes=minutes)
        yield at
        act(run, at)


def feel(feeling: str, *, confirmed: bool | None = True) -> Action:
    return lambda run, now: acknowledging.acknowledge_feelings(
        run.case, feeling=feeling, confirmed=confirmed, by=run.by, now=now
    )


def own_up(run: Run, now: datetime) -> object:
    """Own up to everything that lies behind this customer."""
    past = Incident.objects.filter(customer=run.case.customer, acknowledged_at__isnull=True).exclude(case=run.case)
    return [acknowledging.acknowledge_incident(incident, by=run.by, now=now) for incident in past.order_by("id")]


def give(code: str, minor: int | None = None, note: str = "") -> Action:
    """Give a remedy; ``minor`` is the amount in the currency's smallest unit, where the catalog leaves it open."""

    def act(run: Run, now: datetime) -> object:
        in_spite = AGAINST_THEM if Case.objects.filter(pk=run.case.pk, has_precedent=True).exists() else ""
        run.award = awards.give(
            run.case,
            run.cast.remedies[code],
            by=run.by,
            now=now,
            amount_minor=minor,
            note=note,
            precedent_reason=in_spite,
        )
        return run.award

    return act


def deliver(proof: str = "") -> Action:
    return lambda run, now: delivering.deliver(_given(run), by=run.by, now=now, proof=proof)


def take_back(reason: str) -> Action:
    return lambda run, now: reversing.reverse(_given(run), reason=reason, by=run.by, now=now)


def approve(by: str, minor: int | None = None, note: str = "") -> Action:
    return lambda run, now: approvals.approve(
        _asked(run), by=run.cast.staff[by], now=now, amount_minor=minor, note=note
    )


def decline(by: str, reason: str) -> Action:
    return lambda run, now: approvals.decline(_asked(run), by=run.cast.staff[by], now=now, reason=reason)


def counter(by: str, code: str, minor: int | None = None, note: str = "") -> Action:
    """Approve something else than what was asked for."""

    def act(run: Run, now: datetime) -> object:
        remedy = run.cast.remedies[code]
        offer = offers.counter(
            _asked(run), remedy=remedy, amount_minor=minor, note=note, by=run.cast.staff[by], now=now
        )
        run.award = offer.award
        return offer

    return act


def take_up(run: Run, now: datetime) -> object:
    return offers.take(_offered(run), by=run.by, now=now)


def leave(reason: str) -> Action:
    return lambda run, now: offers.leave(_offered(run), reason=reason, by=run.by, now=now)


def ask_again(minor: int, note: str) -> Action:
    def act(run: Run, now: datetime) -> object:
        run.award = resubmitting.resubmit(_asked(run), amount_minor=minor, note=note, by=run.by, now=now)
        return run.award

    return act


def pay_out(code: str, minor: int | None = None) -> Action:
    """Give what the billing system delivers, and tell it so."""

    def act(run: Run, now: datetime) -> object:
        with _billing_connected():
            give(code, minor)(run, now)
            claimed = payouts.claim(now=now)
        if claimed is None:
            raise ValueError("a tale pays out what no billing system delivers")
        return payouts.note_sent(claimed, now=now)

    return act


def paid_out(reference: str) -> Action:
    """The billing system confirms."""
    return lambda run, now: confirming.confirm(_payout(run), reference=reference, by=run.cast.staff["billing"], now=now)


def not_paid_out(reason: str) -> Action:
    return lambda run, now: confirming.fail(_payout(run), reason=reason, by=run.cast.staff["billing"], now=now)


@contextmanager
def _billing_connected() -> Iterator[None]:
    """While Northwind’s billing system is connected. Nothing is sent to it: what it would answer is told here."""
    usual = settings.RECOVERY
    settings.RECOVERY = usual | {"PAYOUT_WEBHOOK_URL": "https://billing.example.org/payouts"}
    try:
        yield
    finally:
        settings.RECOVERY = usual


def _payout(run: Run) -> Payout:
    return Payout.objects.select_related("award__case").get(award=_given(run))


def _offered(run: Run) -> CounterOffer:
    return CounterOffer.objects.select_related("award__case").get(award=_given(run))


def _given(run: Run) -> Award:
    """What was given last."""
    if run.award is None:
        raise ValueError("a tale delivers or takes back what it never gave")
    return run.award


def _asked(run: Run) -> Approval:
    return Approval.objects.select_related("award__case").get(award=_given(run))


def promise(due: timedelta, what: str = "", channel: str = Channel.PHONE) -> Action:
    """Promise a contact, due so long after the demo is loaded."""
    return lambda run, now: promises.make(
        run.case, due_end=run.cast.now + due, channel=channel, what=what, by=run.by, now=now
    )


def promise_within(minutes: float, what: str = "", channel: str = Channel.PHONE) -> Action:
    """Promise a contact, due so long after the promise."""
    return lambda run, now: promises.make(
        run.case, due_end=now + timedelta(minutes=minutes), channel=channel, what=what, by=run.by, now=now
    )


def promise_tomorrow(hour: int, what: str = "", channel: str = Channel.PHONE) -> Action:
    """Promise a contact within an hour of tomorrow, on the customer's wall."""

    def act(run: Run, now: datetime) -> object:
        customer = run.case.customer
        day = run.cast.now.astimezone(customer.zone).date() + timedelta(days=1)
        start = at_wall_time(datetime.combine(day, time(hour)), customer.time_zone)
        return promises.make(
            run.case,
            due_start=start,
            due_end=start + timedelta(hours=1),
            zone=customer.time_zone,
            channel=channel,
            what=what,
            by=run.by,
            now=now,
        )

    return act


def keep(words: str = "", *, reached: str = Reached.CUSTOMER) -> Action:
    return lambda run, now: promises.keep(_promised(run), by=run.by, now=now, reached=reached, words=words)


def still_working(minutes: float, words: str) -> Action:
    """An interim word to the customer, with the next promise due so long after it."""
    return lambda run, now: promises.interim(
        _promised(run), due_end=now + timedelta(minutes=minutes), words=words, by=run.by, now=now
    )


def move(minutes: float, *, agreed: bool = True) -> Action:
    return lambda run, now: promises.move(
        _promised(run), due_end=now + timedelta(minutes=minutes), agreed=agreed, by=run.by, now=now
    )


def _promised(run: Run) -> Promise:
    """The newest promise that is open on the case."""
    still_open = Promise.objects.filter(case=run.case, status=PromiseStatus.OPEN)
    return still_open.select_related("obligation", "case").order_by("-pk")[0]


def contact(words: str, channel: str = Channel.PHONE, *, reached: str = Reached.CUSTOMER) -> Action:
    return lambda run, now: conversation.record_contact(
        run.case, channel=channel, reached=reached, words=words, by=run.by, now=now
    )


def ring(run: Run, now: datetime) -> object:
    """Have the customer's number rung by the rep's own device."""
    key = f"{run.case.reference}-{now:%Y%m%d%H%M}"
    return dials.dial(run.case.customer, key=key, case=run.case, by=run.by, now=now)


def note(words: str) -> Action:
    return lambda run, now: conversation.add_note(run.case, words=words, by=run.by, now=now)


def cause(name: str) -> Action:
    return lambda run, now: causes.set_cause(run.case, cause=run.cast.causes[name], by=run.by, now=now)


def investigate(question: str) -> Action:
    return lambda run, now: causes.open_investigation(run.case, question=question, by=run.by, now=now)


def hand_to(names: Sequence[str], reason: str) -> Action:
    """Hand the case to the first of these who does not have it."""

    def act(run: Run, now: datetime) -> object:
        to = next(person for name in names if (person := run.cast.staff[name]).pk != run.by.pk)
        run.case = ownership.hand_off(run.case, to=to, reason=reason, by=run.by, now=now)
        run.by = to
        return run.case

    return act


def close(outcome: str, words: str = "") -> Action:
    """Close the case; the clock plans at once when to ask the customer how it was."""

    def act(run: Run, now: datetime) -> object:
        closed = closing.close(run.case, outcome=outcome, words=words, by=run.by, now=now)
        run.cast.plan_surveys(now)
        return closed

    return act


def reopen(reason: str) -> Action:
    return lambda run, now: closing.reopen(run.case, reason=reason, by=run.by, now=now)
