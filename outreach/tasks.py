"""What beat rings for. Each task looks into the database for what is due; none is told anything about anybody.

A task that is killed, run twice or run side by side does no harm: the rows say what is still to be done. A tick works
through batches until there is nothing left or its time is up; what is left is for the next tick.

Reminders go first: what sends things, which may wait for others, does so in small batches and looks between them whether
anybody is to be reminded. However much there is to send, no reminder waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from celery import shared_task
from django.utils import timezone

from cases.domain import covering
from outreach.domain import cover, delivery, dispatching, ladder, planning
from outreach.domain.dialing import tending
from outreach.domain.health import probing
from outreach.domain.mailbox import handling, imap
from outreach.domain.surveys import answering, asking, ending
from outreach.domain.surveys import planning as survey_planning

# Long enough to work off a backlog, short enough that a stopping worker need not wait.
SECONDS = 8.0
# Sending is done by so many at a time, and for no longer than a tick or two.
SENT_TOGETHER = 10
SENDING_SECONDS = 2.0


def _until_done(batch: Callable[[], int], *, full: int) -> int:
    """Batch after batch, until one is not full or the time is up; returns how much was done."""
    began, total = monotonic(), 0
    while True:
        done = batch()
        total += done
        if done < full or monotonic() - began > SECONDS:
            return total


def _send(deliver: Callable[..., int]) -> int:
    """Small batches until there is nothing left or the time is up, reminders in between; returns how much was tried."""
    began, total = monotonic(), 0
    while True:
        done = deliver(clock=timezone.now, limit=SENT_TOGETHER)
        total += done
        if done < SENT_TOGETHER or monotonic() - began > SENDING_SECONDS:
            return total
        ladder.look(now=timezone.now())


@shared_task(name="outreach.tick_ladder")
def tick_ladder() -> int:
    """Ring the rungs whose time has come."""
    return _until_done(lambda: ladder.look(now=timezone.now()), full=ladder.BATCH)


@shared_task(name="outreach.deliver_notices")
def deliver_notices() -> int:
    """Mail what colleagues are to be told."""
    return _send(delivery.deliver_notices)


@shared_task(name="outreach.deliver_chat")
def deliver_chat() -> int:
    """Tell colleagues in chat."""
    return _send(delivery.deliver_chat)


@shared_task(name="outreach.deliver_messages")
def deliver_messages() -> int:
    """Mail what customers are to be told."""
    return _send(delivery.deliver_messages)


@shared_task(name="outreach.plan_calls")
def plan_calls() -> int:
    """Give new signals of dissatisfaction their fate."""
    return _until_done(lambda: planning.plan(now=timezone.now()), full=planning.BATCH)


@shared_task(name="outreach.dispatch_calls")
def dispatch_calls() -> int:
    """Give calls to reps who are there; take back and withdraw others."""
    return dispatching.dispatch(now=timezone.now())


@shared_task(name="outreach.tend_lines")
def tend_lines() -> int:
    """Ring the numbers that reps asked for, and follow the lines until they are picked up or over."""
    return tending.tend(clock=timezone.now)


@shared_task(name="outreach.cover_promises")
def cover_promises() -> int:
    """Put what somebody owes who is not there with somebody who is, and give it back on their return."""
    return _until_done(lambda: covering.cover_all(now=timezone.now()), full=covering.BATCH)


@shared_task(name="outreach.sweep_cover")
def sweep_cover() -> int:
    """Tell of absences, and route what waits without an owner."""
    done = cover.sweep_cover(now=timezone.now())
    return done.routed


@shared_task(name="outreach.probe_paths")
def probe_paths() -> int:
    """Try the parts of the path to the customer that are due to be tried."""
    return probing.probe_due(clock=timezone.now)


@shared_task(name="outreach.plan_surveys")
def plan_surveys() -> int:
    """Find whom to ask how it was: after closures, after calls, and those who were left uncalled by lot."""
    return survey_planning.plan(now=timezone.now())


@shared_task(name="outreach.ask_surveys")
def ask_surveys() -> int:
    """Send the surveys whose time has come, or say why not."""
    return _until_done(lambda: asking.ask(now=timezone.now()), full=asking.BATCH)


@shared_task(name="outreach.end_surveys")
def end_surveys() -> int:
    """Write down which surveys nobody answered in time."""
    return _until_done(lambda: ending.expire(now=timezone.now()), full=ending.BATCH)


@shared_task(name="outreach.see_to_requests")
def see_to_requests() -> int:
    """Tell somebody of customers who ask to be called and whom no call is planned for."""
    return answering.see_to_requests(now=timezone.now())


@shared_task(name="outreach.read_mailbox")
def read_mailbox() -> int:
    """Take over what came into the mailbox."""
    return imap.read_mailbox(clock=timezone.now)


@shared_task(name="outreach.handle_mails")
def handle_mails() -> int:
    """Put mail that came in where it belongs, and look between whether anybody is to be reminded."""
    return _send(handling.handle_due)


@shared_task(name="outreach.forget_mails")
def forget_mails() -> int:
    """Drop what is kept of mails that were set aside long ago."""
    return handling.forget(now=timezone.now())
