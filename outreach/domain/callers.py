"""Who calls: the people chosen for it, what they speak, and how many customers they have called today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from accounts.authority import ALLOWED, Verdict, refuse
from accounts.enums import Role
from accounts.models import User
from accounts.queries import is_there
from outreach.models import CallGroupMember, FollowUpCall, Program
from outreach.queries.calls import load_of
from outreach.queries.programs import memberships


@dataclass
class Caller:
    """Somebody who calls: their groups, the calls they have in hand, whom they called today and when last."""

    user: User
    groups: Mapping[int, CallGroupMember]
    in_hand: int
    today: int
    last: datetime | None

    def member_of(self, program: Program | None) -> CallGroupMember | None:
        return self.groups.get(program.group_id) if program is not None and program.group_id is not None else None

    def calls_for(self, program: Program | None) -> bool:
        """Chosen for this program: a member of its group, or, where it names none, one of all who take calls."""
        if program is None or program.group_id is None:
            return self.user.takes_calls
        return self.member_of(program) is not None

    def most(self, program: Program | None) -> int | None:
        """How many customers they call in a day at most; their own figure goes before the program's."""
        member = self.member_of(program)
        if member is not None and member.calls_per_day is not None:
            return member.calls_per_day
        return program.calls_per_rep_and_day if program is not None else None

    def has_room(self, program: Program | None) -> bool:
        most = self.most(program)
        return most is None or self.today + self.in_hand < most

    def speaks(self, language: str, program: Program | None) -> bool:
        """Whether they call in this language: one of those that are named for them, or any where none is."""
        named = self.named(program)
        return not named or basic(language) in named

    def named(self, program: Program | None) -> frozenset[str]:
        """The languages that are named for them."""
        member = self.member_of(program)
        return frozenset(basic(code) for code in member.languages) if member is not None else frozenset()


def basic(language: str) -> str:
    """A language without its region: pt-BR is pt."""
    return language.partition("-")[0].lower()


def begin_of_day(user: User, now: datetime) -> datetime:
    """Midnight on this person's own clock, in UTC."""
    return datetime.combine(now.astimezone(user.zone).date(), time.min, tzinfo=user.zone).astimezone(UTC)


def known(people: Iterable[User], *, now: datetime) -> dict[int, Caller]:
    """These people as callers, by their id. Three queries, however many."""
    listed = {person.pk: person for person in people}
    groups = memberships(listed.values())
    load = load_of({pk: begin_of_day(person, now) for pk, person in listed.items()})
    return {pk: Caller(person, groups[pk], *load[pk]) for pk, person in listed.items()}


def in_call_group(user: User, caller: Caller | None = None) -> Verdict:
    """Calls are made by the people chosen for it. ``caller`` is what is known of them already."""
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    if user.role == Role.ADMIN:
        return refuse("rep_needed", "Administrators set the rules; reps and supervisors work on cases.")
    groups = caller.groups if caller is not None else None
    if not user.takes_calls and not (memberships([user])[user.pk] if groups is None else groups):
        return refuse("not_in_call_group", "You are not in the group that calls dissatisfied customers.")
    return ALLOWED


def may_call_for(caller: Caller, call: FollowUpCall, *, now: datetime) -> Verdict:
    """A call is for somebody of its program's group who is at work and has not called enough customers today."""
    chosen = in_call_group(caller.user, caller)
    if not chosen:
        return chosen
    if not caller.calls_for(call.program):
        return refuse("not_in_call_group", f"The calls of “{call.program}” are made by another group.")
    if not is_there(caller.user, now):
        return refuse("away", "You are marked as away. Say that you are back, then take it.")
    if not caller.has_room(call.program):
        most = caller.most(call.program)
        return refuse("enough_today", f"You have called {most} customers today. That is as many as one day holds.")
    return ALLOWED
