"""Tending the lines: what was asked for is rung, listened to, and hung up when it is given up or has rung long enough.

The rows say what is to be done. A dial is claimed under a lease, which is renewed as long as it is followed. Each line is
followed in a thread that knows no database; what the threads hear is written here, in one. One run tends many lines at
once and stays until none of them rings, so few workers do for many reps; past ``CLAIMS_FOR`` it claims no more and
leaves them to the next.

A line is rung at most once. When whoever followed it was killed, or the telephone system took the request and its answer
was lost, the next asks whether it rings and follows on; where that does not know of it, the dial has failed and the rep
is told, and nothing rings again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, Queue
from time import monotonic

from django.conf import settings
from django.db import connection, transaction

from accounts.authority import Refused
from outreach.domain.dialing import dials
from outreach.domain.dialing.adapters import adapter
from outreach.domain.dialing.phones import check_softphone
from outreach.domain.dialing.port import Heard, Stop, Unreachable, Unsure, follow
from outreach.domain.dialing.twilio import OWN_PHONE_SECONDS
from outreach.enums import Dialer, DialStatus
from outreach.models import Dial
from outreach.queries.dials import unfollowed

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# So many lines at most in one run: each is a thread.
LINES = 40
# How long (seconds) a run takes on more lines.
CLAIMS_FOR = 60.0
# How often (seconds) it looks for more, and for lines that were given up.
LOOKS_EVERY = 0.25
# One that waited longer than this is not rung any more: the rep has reached for their own phone.
TOO_LATE = timedelta(seconds=20)
# After the time that it may ring, a callback is given so long before the call is read instead.
CALLBACKS_WITHIN = timedelta(seconds=15)
OVER = frozenset(DialStatus) - {DialStatus.QUEUED, DialStatus.RINGING, DialStatus.CANCELED}


@dataclass(frozen=True)
class _Told:
    """What a thread says of its line: heard, not reachable before anything rang, asked to ring with no answer, lost sight
    of, or left to callbacks."""

    dial: int
    heard: Heard | None = None
    unreachable: str = ""
    unsure: str = ""
    lost: str = ""
    left: str = ""
    over: bool = False


@dataclass
class _Followed:
    dial: Dial
    resumed: bool
    stop: Stop = field(default_factory=Stop)


def tend(*, clock: Clock, claims_for: float = CLAIMS_FOR) -> int:
    """Ring what is asked for and follow it until it is picked up or over; returns how many lines were tended.

    ``clock`` tells the time (aware).
    """
    # Looked at outside of a transaction, so that an idle clock does not take SQLite's write lock every second.
    if not unfollowed(now=clock()).exists():
        return 0
    run = _Run(clock)
    try:
        return run.tend(claims_for)
    finally:
        run.let_go()


def claim(*, now: datetime, limit: int) -> list[tuple[Dial, bool]]:
    """Take dials that nobody follows under a lease, each with whether somebody had it before."""
    if limit <= 0 or not unfollowed(now=now).exists():
        return []
    with transaction.atomic():
        waiting = unfollowed(now=now)
        if connection.vendor == "postgresql":
            waiting = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
        rows = [(dial, dial.leased_until is not None) for dial in waiting[:limit]]
        _lease([dial.pk for dial, _ in rows], until=now + lease())
    return rows


def lease() -> timedelta:
    """How long a dial stays with who follows it, unless renewed."""
    return timedelta(seconds=settings.RECOVERY["CLAIM_LEASE_SECONDS"])


def _lease(pks: list[int], *, until: datetime) -> None:
    """Keep dials for whoever follows them."""
    if pks:
        Dial.objects.filter(pk__in=pks, ended_at__isnull=True).update(leased_until=until)


class _Run:
    """One run: the lines in hand, and what their threads have to say."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lines: dict[int, _Followed] = {}
        self.said: Queue[_Told] = Queue()
        self.tended = 0

    def tend(self, claims_for: float) -> int:
        began = looked = renewed = monotonic()
        self._take_on()
        while self.lines:
            with suppress(Empty):
                self._write(self.said.get(timeout=LOOKS_EVERY))
            if monotonic() - looked < LOOKS_EVERY:
                continue
            looked = monotonic()
            self._let_go_of_what_was_given_up()
            if monotonic() - began < claims_for:
                self._take_on()
            if monotonic() - renewed > lease().total_seconds() / 3:
                renewed = monotonic()
                _lease(list(self.lines), until=self.clock() + lease())
        return self.tended

    def let_go(self) -> None:
        """Follow nothing any more; what rings rings on, for the next run to find again."""
        for followed in self.lines.values():
            followed.stop.let_go = True
            followed.stop.set()

    def _take_on(self) -> None:
        for dial, before in claim(now=self.clock(), limit=LINES - len(self.lines)):
            late = dial.status == DialStatus.QUEUED and self.clock() - dial.started_at > TOO_LATE
            if dial.status == DialStatus.CANCELED and not before and not dial.provider_ref:
                dials.lose(dial, error="", now=self.clock())  # given up before anybody rang
            elif late and not before:
                dials.hand_to_link(dial, error="too late", now=self.clock())
            else:
                self._begin(dial, before)

    def _begin(self, dial: Dial, before: bool) -> None:
        followed = _Followed(dial, resumed=before or dial.status != DialStatus.QUEUED)
        if dial.status == DialStatus.CANCELED:
            followed.stop.set()
        self.lines[dial.pk] = followed
        self.tended += 1
        threading.Thread(target=_ring, args=(followed, self.said.put), name=f"dial {dial.pk}", daemon=True).start()

    def _let_go_of_what_was_given_up(self) -> None:
        given_up = Dial.objects.filter(pk__in=self.lines, status=DialStatus.CANCELED).values_list("pk", flat=True)
        for pk in given_up:
            self.lines[pk].stop.set()

    def _write(self, told: _Told) -> None:
        dial, now = self.lines[told.dial].dial, self.clock()
        try:
            if told.heard is not None:
                dials.hear(dial, told.heard, now=now)
            elif told.unreachable:
                logger.warning("Dial %d goes to the rep's own device: %s", dial.pk, told.unreachable)
                dials.hand_to_link(dial, error=told.unreachable, now=now)
            elif told.unsure:
                logger.warning("Dial %d may ring or not: %s", dial.pk, told.unsure)
                dials.doubt(dial, error=told.unsure)
                _look_again(dial, now=now)
            elif told.lost:
                logger.warning("Dial %d was lost sight of: %s", dial.pk, told.lost)
                dials.lose(dial, error=told.lost, now=now)
            elif told.left:
                Dial.objects.filter(pk=dial.pk, provider_ref="").update(provider_ref=told.left)
                _look_again(dial, now=now)
        finally:
            if told.over:
                del self.lines[told.dial]


def _look_again(dial: Dial, *, now: datetime) -> None:
    """Nobody follows it: where callbacks tell of it, it is looked at when they stay away past its time; else at once."""
    if dial.dialer != Dialer.TWILIO:
        _lease([dial.pk], until=now)
        return
    rings = timedelta(seconds=OWN_PHONE_SECONDS + dial.ring_timeout_seconds)
    again = dial.started_at + rings + CALLBACKS_WITHIN
    _lease([dial.pk], until=max(again, now + CALLBACKS_WITHIN))


# In the line's own thread: no database from here on ------------------------------------------------------------------------


def _ring(followed: _Followed, tell: Callable[[_Told], None]) -> None:
    dial = followed.dial
    try:
        tell(_follow(followed, tell))
    except Unreachable as problem:
        tell(_Told(dial.pk, lost=problem.kind or "lost", over=True))
    except Exception as problem:
        logger.exception("Dial %d could not be followed.", dial.pk)
        tell(_Told(dial.pk, lost=type(problem).__name__, over=True))


def _follow(followed: _Followed, tell: Callable[[_Told], None]) -> _Told:
    """Ring or find the line again, and follow it; the last that is to be said of it. Raises ``Unreachable`` midway."""
    dial = followed.dial
    named = (dial.key, dial.endpoint, dial.to)
    try:
        if dial.dialer == Dialer.BARESIP:
            check_softphone(dial.endpoint)
        by = adapter(dial.dialer)
        line = by.resume(*named, dial.provider_ref) if followed.resumed else by.start(*named, dial.ring_timeout_seconds)
    except (Unreachable, Refused) as problem:
        kind = problem.kind if isinstance(problem, Unreachable) else problem.code
        if followed.resumed:
            return _Told(dial.pk, lost=kind, over=True)
        if isinstance(problem, Unsure):
            return _Told(dial.pk, unsure=kind, over=True)
        return _Told(dial.pk, unreachable=kind, over=True)
    if line is None:
        return _Told(dial.pk, lost="lost", over=True)
    try:
        if line.told_by_callback and not followed.stop.is_set():
            for heard in line.hear(0):
                tell(_Told(dial.pk, heard=heard))
            return _Told(dial.pk, left=line.ref, over=True)
        follow(
            line,
            ring_timeout=dial.ring_timeout_seconds,
            stop=followed.stop,
            tell=lambda heard: tell(_Told(dial.pk, heard=heard)),
        )
    finally:
        line.close()
    if followed.stop.is_set() and not followed.stop.let_go:
        return _Told(dial.pk, heard=Heard(DialStatus.CANCELED, "hung_up", ended=True), over=True)
    return _Told(dial.pk, over=True)
