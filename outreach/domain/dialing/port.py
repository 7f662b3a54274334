"""The port: what every telephone system comes down to, whichever it is.

A line is started once, for one attempt, and heard until it is picked up or has ended. What a line did is told in
``DialStatus``; whom we reached is the rep's to say. No adapter touches the database, so that each line can be followed
in a thread of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from outreach.enums import DialStatus

# A line that is being followed is listened to for so long at a time (seconds); in between it is asked whether to stop.
LISTEN = 0.2
# After these there is nothing more to listen for.
FINAL = frozenset(DialStatus) - {DialStatus.QUEUED, DialStatus.RINGING}


class Unreachable(Exception):  # noqa: N818 - the house's word
    """The telephone system cannot be spoken with. ``kind`` is a kind or a code, nobody's words.

    Where it was to ring, nothing has rung: it was not asked, or said no.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind[:120]


class Unsure(Unreachable):
    """It was asked to ring, and its answer was lost: it may ring."""


@dataclass(frozen=True)
class Heard:
    """What a telephone system said of a line. ``key`` makes it once; ``ref`` is its own name of the line.

    ``ended`` says that there is no line any more, whatever the status: a picked-up one was hung up.
    """

    status: DialStatus
    key: str
    detail: str = ""
    ref: str = ""
    ended: bool = False


class Line(Protocol):
    """One line that rings, or has rung."""

    # Whether what becomes of it is told by callbacks: then there is nothing to listen to here.
    told_by_callback: bool
    ref: str

    def hear(self, seconds: float) -> Sequence[Heard]:
        """What was said within so many seconds, in its order. Raises ``Unreachable`` when the line to it broke."""

    def hang_up(self) -> None:
        """Stop ringing. Does nothing where nothing rings; never raises."""

    def close(self) -> None:
        """Stop listening. What rings rings on."""


class Adapter(Protocol):
    """One kind of telephone system."""

    def start(self, attempt: str, rep_endpoint: str, to: str, ring_timeout: int) -> Line:
        """Ring ``to`` (E.164) for the rep at ``rep_endpoint``. ``attempt`` names it; ``ring_timeout`` in seconds.

        Raises ``Unreachable`` if it cannot be asked or says no, and then nothing rings; ``Unsure`` if it was asked and
        nothing was heard of it, and then it may.
        """

    def resume(self, attempt: str, rep_endpoint: str, to: str, ref: str) -> Line | None:
        """The line of an attempt that somebody else started and lost sight of; None when there is none. Rings nobody.

        Raises ``Unreachable``.
        """


class Stop(threading.Event):
    """Told to stop following a line: to hang up, or only to let go of it."""

    let_go = False


def follow(line: Line, *, ring_timeout: float, stop: Stop, tell: Callable[[Heard], None]) -> None:
    """Listen to a line until it is picked up or has ended, and tell what is heard. Enforces the ring timeout (seconds).

    When told to ``stop`` it hangs up. What can no longer be listened to has failed.
    """
    rung, until = False, monotonic() + ring_timeout
    while not stop.is_set():
        for heard in line.hear(LISTEN):
            tell(heard)
            if heard.status in FINAL:
                if stop.is_set() and heard.status == DialStatus.ANSWERED:
                    # Given up in the very moment in which they picked up.
                    line.hang_up()
                return
            if heard.status == DialStatus.RINGING and not rung:
                # From here on somebody hears it: the timeout is theirs.
                rung, until = True, monotonic() + ring_timeout
        if monotonic() >= until:
            line.hang_up()
            status = DialStatus.NO_ANSWER if rung else DialStatus.UNAVAILABLE
            tell(Heard(status, "ring_timeout", "ring timeout"))
            return
    if not stop.let_go:
        line.hang_up()
