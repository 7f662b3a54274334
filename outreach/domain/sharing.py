"""Who is given which call: a fair share for everybody, and their language to whom nobody else can speak.

Pure choosing, without a query. A call goes to somebody chosen for its program who has nothing in hand and room left in
the day; among them to whom has called fewest today, was not the last to leave this call untouched, and called least
lately. Where somebody who is there has the customer's language named, it waits for one of those, until it is overdue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User
from outreach.domain.callers import Caller, basic
from outreach.models import FollowUpCall, Program

# A rep has one customer on the line: the clock gives them the next call when they have none in hand.
IN_HAND = 1


@dataclass(frozen=True)
class Desk:
    """Those who are there to make the calls of one program for one unit."""

    program: Program | None
    people: list[Caller]
    tongues: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        tongues = frozenset[str]().union(*(caller.named(self.program) for caller in self.people))
        object.__setattr__(self, "tongues", tongues)

    def free(self) -> list[Caller]:
        return [each for each in self.people if each.in_hand < IN_HAND and each.has_room(self.program)]

    def tied(self) -> frozenset[str]:
        """Languages whose calls wait, because those who speak them are there and none of them is free."""
        free = self.free()
        return frozenset(
            tongue for tongue in self.tongues if not any(tongue in each.named(self.program) for each in free)
        )

    def who(self, call: FollowUpCall, *, now: datetime) -> Caller | None:
        """Whose call this is to be; None when it has to wait."""
        free, tongue = self.free(), basic(call.customer.language)
        if tongue in self.tongues and call.obligation.due_end > now:
            free = [each for each in free if tongue in each.named(self.program)]
        return min(free, key=lambda each: _turn(each, call, self.program), default=None)


def _turn(caller: Caller, call: FollowUpCall, program: Program | None) -> tuple[bool, bool, int, float, int]:
    """Who comes first. Somebody who does not speak the language comes last of all."""
    since = caller.last.timestamp() if caller.last is not None else 0.0
    stranger = not caller.speaks(call.customer.language, program)
    return stranger, caller.user.pk == call.rep_id, caller.today, since, caller.user.pk


Desks = Mapping[tuple[int, int | None], Desk]


def desks(people: Mapping[int, list[User]], known: Mapping[int, Caller], programs: Iterable[Program | None]) -> Desks:
    """By unit and program, those who are there for it, of the people by unit."""
    return {
        (unit_id, program.pk if program else None): Desk(
            program, [known[each.pk] for each in listed if known[each.pk].calls_for(program)]
        )
        for program in programs
        for unit_id, listed in people.items()
    }


def share(calls: Iterable[FollowUpCall], desks: Desks, *, now: datetime) -> list[tuple[FollowUpCall, User]]:
    """Give out these calls in their order, as far as there is somebody for each."""
    given = []
    for call in calls:
        caller = desks[call.unit_id, call.program_id].who(call, now=now)
        if caller is not None:
            caller.in_hand += 1
            given.append((call, caller.user))
    return given
