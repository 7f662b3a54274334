"""Reads of programs, of the groups that call for them, and of what they have going."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from outreach.enums import CallStatus
from outreach.models import CallGroup, CallGroupMember, FollowUpCall, Program, ProgramQuestion

LIVE = (CallStatus.PLANNED, CallStatus.DISPATCHED)


def programs_in_force() -> list[Program]:
    """Which signals are called about, how soon and how often, in the order they are asked; none when nobody is called."""
    return list(Program.objects.filter(active=True).order_by("rank", "id"))


def gaps_of(call: FollowUpCall) -> list[int]:
    """The gaps between tries, in minutes, of the call's program; of the first in force for a call of before programs."""
    program = call.program if call.program_id is not None else next(iter(programs_in_force()), None)
    return list(program.retry_after_minutes) if program else []


def questions_of(call: FollowUpCall) -> QuerySet[ProgramQuestion]:
    """What is asked on this call beside what always is, in order."""
    return ProgramQuestion.objects.filter(program=call.program_id, active=True)


def memberships(people: Iterable[User]) -> dict[int, dict[int, CallGroupMember]]:
    """For each of these people, by their id, what they are in the groups that are not put to rest. One query."""
    ids = [each.pk for each in people]
    found: dict[int, dict[int, CallGroupMember]] = {pk: {} for pk in ids}
    for member in CallGroupMember.objects.filter(user__in=ids, group__active=True):
        found[member.user_id][member.group_id] = member
    return found


def all_programs() -> QuerySet[Program]:
    """Every program, those in force first, with its group and its questions, and how many calls it has going."""
    questions = Prefetch("questions", ProgramQuestion.objects.filter(active=True), to_attr="asked")
    going = Count("calls", filter=Q(calls__status__in=LIVE))
    programs = Program.objects.select_related("group").prefetch_related(questions).annotate(going=going)
    return programs.order_by("-active", "rank", "id")


def all_groups() -> QuerySet[CallGroup]:
    """Every group of callers with the people in it."""
    members = CallGroupMember.objects.select_related("user", "user__team").order_by("user__name", "user")
    return CallGroup.objects.prefetch_related(Prefetch("members", members), "programs").order_by("-active", "name")
