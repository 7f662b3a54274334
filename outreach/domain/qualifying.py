"""Whose program a signal is, what keeps us from calling about it, and the lot that leaves some uncalled.

Of several programs the first in order that a signal qualifies for is its program. What keeps us from calling is the same
for those who are called and those who are left out by lot: the lot is drawn last, so that both could be called alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2s

from django.conf import settings

from cases.enums import Severity
from outreach.enums import SignalFate, SignalKind
from outreach.models import Program, Signal

SHARES = 10_000


@dataclass(frozen=True)
class Known:
    """What is known of the customers of a batch, by their id: read once, for all of it.

    ``live`` have a call already; ``spoken`` is when we last spoke with them on one; ``left_out`` when a lot last left
    them uncalled, by program too; ``baggage`` how often we let them down, by case; ``severities`` those of the signals'
    cases.
    """

    live: set[int] = field(default_factory=set)
    spoken: Mapping[int, datetime] = field(default_factory=dict)
    left_out: MutableMapping[tuple[int, int], datetime] = field(default_factory=dict)
    baggage: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    severities: Mapping[int, str] = field(default_factory=dict)

    def past_incidents(self, signal: Signal) -> int:
        """How often we let this customer down, the case that the signal is about apart."""
        return sum(n for case, n in self.baggage.get(signal.customer_id, {}).items() if case != signal.case_id)

    def severity(self, signal: Signal) -> str:
        return self.severities.get(signal.case_id, "") if signal.case_id is not None else ""


@dataclass(frozen=True)
class Weighed:
    """What is to become of a signal, in which program, and whether a lot was drawn about it."""

    fate: SignalFate
    program: Program | None = None
    by_lot: bool = False


def dissatisfied(signal: Signal, program: Program) -> bool:
    """A flag or a dispute is dissatisfaction by itself; a score has to be low enough."""
    return signal.kind != SignalKind.SURVEY or (signal.score is not None and signal.score <= program.score_at_most)


def qualifies(signal: Signal, program: Program, known: Known) -> bool:
    """Whether this program calls about this signal. What it asks nothing about does not matter.

    A worth in another currency than the program's is not compared: it does not qualify.
    """
    customer = signal.customer
    worth = program.value_at_least_minor is None or (
        customer.value_minor is not None
        and customer.value_currency == program.value_currency
        and customer.value_minor >= program.value_at_least_minor
    )
    return (
        dissatisfied(signal, program)
        and (not program.kinds or signal.kind in program.kinds)
        and (not program.severities or known.severity(signal) in program.severities)
        and worth
        and known.past_incidents(signal) >= (program.baggage_at_least or 0)
    )


def weigh(signal: Signal, programs: Iterable[Program], known: Known, *, now: datetime) -> Weighed:
    """What is to become of a signal. ``signal.customer.usable_phones`` holds the numbers that may be dialed."""
    listed = list(programs)
    program = next((each for each in listed if qualifies(signal, each, known)), None)
    if program is None:
        unhappy = any(dissatisfied(signal, each) for each in listed)
        return Weighed(SignalFate.NO_PROGRAM if unhappy else SignalFate.SATISFIED)
    too_old = now - timedelta(days=settings.RECOVERY["SIGNAL_MAX_AGE_DAYS"])
    rest = now - timedelta(days=program.not_again_within_days)
    spoken = known.spoken.get(signal.customer_id)
    obstacles = (
        (signal.at < too_old, SignalFate.TOO_OLD),
        (signal.customer.do_not_call, SignalFate.DO_NOT_CALL),
        (not signal.customer.usable_phones, SignalFate.NO_PHONE),  # type: ignore[attr-defined]
        (signal.customer_id in known.live, SignalFate.ALREADY_PLANNED),
        (spoken is not None and spoken > rest and not asked_for(signal), SignalFate.CALLED_LATELY),
    )
    fate = next((fate for stands, fate in obstacles if stands), None)
    if fate is not None:
        return Weighed(fate, program)
    if not takes_part(signal, program, known):
        return Weighed(SignalFate.CALL_PLANNED, program)
    since = known.left_out.get((signal.customer_id, program.pk))
    if since is not None and since > rest:
        # The lot was drawn for them, and holds for as long as a call would have: they are compared once.
        return Weighed(SignalFate.HELD_OUT, program)
    return Weighed(SignalFate.HELD_OUT if left_out(signal, program) else SignalFate.CALL_PLANNED, program, by_lot=True)


def takes_part(signal: Signal, program: Program, known: Known) -> bool:
    """Whether a lot is drawn: not where none are left out, nor for those whom it would be wrong to leave alone."""
    spared = program.holdout_spares_severe and known.severity(signal) == Severity.HIGH
    return program.holdout_percent > 0 and not spared and not asked_for(signal)


def asked_for(signal: Signal) -> bool:
    """Whoever asks to be called is: no rest and no lot stands in the way of what they want."""
    return signal.kind == SignalKind.REQUEST


def left_out(signal: Signal, program: Program) -> bool:
    """The lot: as random as a keyed hash, the same however often it is drawn, and nobody can know it before.

    So that a worker that is killed and repeats a batch draws no second one.
    """
    drawn = blake2s(f"{program.pk}:{signal.pk}".encode(), key=settings.SECRET_KEY.encode()[:32], digest_size=8)
    return int.from_bytes(drawn.digest()) % SHARES < program.holdout_percent * SHARES // 100
