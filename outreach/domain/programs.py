"""Programs, their questions and the groups that call for them, as administrators keep them. The rules are ``rules``'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_administer
from accounts.domain.words import said
from accounts.enums import Role, WorkingState
from accounts.models import User
from cases.domain.casework import changes_since
from cases.models.customer import language_code
from journal.domain.log import record
from journal.enums import EventType
from outreach.domain import rules
from outreach.models import CallGroup, CallGroupMember, CallingHours, Program, ProgramQuestion

Kept = TypeVar("Kept", Program, CallGroup, CallingHours)
FIELDS = (
    "name", "rank", "active", "kinds", "score_at_most", "severities", "value_at_least_minor", "value_currency",
    "baggage_at_least", "not_again_within_days", "group", "contact_within_hours", "close_within_hours",
    "retry_after_minutes", "calls_per_rep_and_day", "script", "holdout_percent", "holdout_spares_severe",
)  # fmt: skip
OF_HOURS = ("jurisdiction", "opens", "closes", "weekdays", "on_holidays", "source")
# Two hours, a day, two days: a convention, where nothing else is said.
USUAL_GAPS = (120, 1440, 2880)
MOST_QUESTIONS, QUESTION_LENGTH, SCRIPT_LENGTH = 8, 200, 4000
MOST_MEMBERS, MOST_CALLS = 500, 200


@transaction.atomic
def set_program(
    program: Program | None,
    *,
    by: User,
    now: datetime,
    version: int | None = None,
    questions: Sequence[str] | None = None,
    **fields: Any,
) -> Program:
    """Add or change a program. ``fields`` are of ``FIELDS``; ``questions`` are all that are asked, in order.

    A question that is not named any more is retired: what was answered to it stays. Calls that are planned are still
    made, by the program as it is then. ``version`` is the one last seen.
    Refused: ``administrator_needed``, ``changed_meanwhile``, ``group_at_rest``, ``too_long``, ``invalid``.
    """
    held = _hold(Program, program, by=by, version=version)
    if program is None:
        fields = {"retry_after_minutes": list(USUAL_GAPS)} | fields
    if "script" in fields:
        fields["script"] = said(fields["script"], "script", at_most=SCRIPT_LENGTH)
    if fields.get("value_at_least_minor", held.value_at_least_minor) is None:
        fields["value_currency"] = ""
    changed = _set(held, fields, FIELDS)
    saved = rules.save_program(held, by=by, now=now) if changed or program is None else held
    if questions is not None and _ask(saved, questions) and not changed and program is not None:
        saved = rules.save_program(held, by=by, now=now)
    return saved


def _ask(program: Program, questions: Sequence[str]) -> bool:
    """Make these the questions of a program; whether anything changed."""
    wanted = list(dict.fromkeys(said(each, "questions", at_most=QUESTION_LENGTH) for each in questions))
    wanted = [each for each in wanted if each]
    if len(wanted) > MOST_QUESTIONS:
        raise Refused("invalid", f"At most {MOST_QUESTIONS} questions: it is a conversation.", "questions")
    asked = {question.words: question for question in program.questions.filter(active=True)}
    before = list(asked)
    for words in asked.keys() - set(wanted):
        ProgramQuestion.objects.filter(pk=asked[words].pk).update(active=False)
    for rank, words in enumerate(wanted, start=1):
        if words in asked:
            ProgramQuestion.objects.filter(pk=asked[words].pk).update(rank=rank)
        else:
            ProgramQuestion.objects.create(program=program, words=words, rank=rank)
    return before != wanted


@dataclass(frozen=True)
class Member:
    """Somebody of a group: codes of the languages that are named for them (none: any), and how many a day at most."""

    user: User
    languages: Sequence[str] = field(default_factory=tuple)
    calls_per_day: int | None = None


@transaction.atomic
def set_group(
    group: CallGroup | None,
    *,
    by: User,
    now: datetime,
    version: int | None = None,
    members: Iterable[Member] | None = None,
    **fields: Any,
) -> CallGroup:
    """Add or change a group. ``members`` are all who are in it from now on; calls in hand stay with whoever has them.

    Refused: ``administrator_needed``, ``changed_meanwhile``, ``group_in_use``, ``person_needed``, ``invalid``.
    """
    held = _hold(CallGroup, group, by=by, version=version)
    changed = _set(held, fields, ("name", "active"))
    if group is not None and not held.active and held.programs.filter(active=True).exists():
        raise Refused("group_in_use", "A program that is in force calls with this group. Change that first.", "active")
    listed = None if members is None else _checked(members)
    if group is None:
        rules.save_group(held, by=by, now=now, fields=[*changed, "members"])
    told = _enlist(held, listed) if listed is not None else False
    if group is not None and (changed or told):
        rules.save_group(held, by=by, now=now, fields=[*changed, *(["members"] if told else [])])
    return held


def _checked(members: Iterable[Member]) -> list[Member]:
    listed = list(members)
    if len(listed) > MOST_MEMBERS or len({member.user.pk for member in listed}) != len(listed):
        raise Refused("invalid", f"Each person once, at most {MOST_MEMBERS}.", "members")
    for member in listed:
        person = member.user
        if person.is_service or person.role == Role.ADMIN or person.working_state == WorkingState.LEFT:
            raise Refused(
                "person_needed", f"{person.name} cannot call: reps and supervisors who work here do.", "members"
            )
        if member.calls_per_day is not None and not 0 <= member.calls_per_day <= MOST_CALLS:
            raise Refused("invalid", f"Between 0 and {MOST_CALLS} calls a day.", "members")
        for code in member.languages:
            try:
                language_code(code)
            except ValidationError:
                raise Refused("invalid", f"“{code}” is not a language code such as en.", "members") from None
    return listed


def _enlist(group: CallGroup, members: list[Member]) -> bool:
    """Make these the members of a group; whether anything changed."""
    before = {member.user_id: (list(member.languages), member.calls_per_day) for member in group.members.all()}
    after = {member.user.pk: (list(dict.fromkeys(member.languages)), member.calls_per_day) for member in members}
    if before == after:
        return False
    group.members.exclude(user__in=after).delete()
    CallGroupMember.objects.bulk_create(
        [
            CallGroupMember(group=group, user_id=user, languages=languages, calls_per_day=most)
            for user, (languages, most) in after.items()
        ],
        update_conflicts=True,
        unique_fields=["group", "user"],
        update_fields=["languages", "calls_per_day"],
    )
    return True


@transaction.atomic
def set_hours(
    hours: CallingHours | None, *, by: User, now: datetime, version: int | None = None, **fields: Any
) -> CallingHours:
    """Add or change when customers of a jurisdiction may be called. ``fields`` are of ``OF_HOURS``.

    Refused: ``administrator_needed``, ``changed_meanwhile``, ``invalid``.
    """
    held = _hold(CallingHours, hours, by=by, version=version)
    if "jurisdiction" in fields:
        fields["jurisdiction"] = fields["jurisdiction"].strip().upper()
    changed = _set(held, fields, OF_HOURS)
    return rules.save_hours(held, by=by, now=now) if changed or hours is None else held


@transaction.atomic
def drop_hours(hours: CallingHours, *, by: User, now: datetime, version: int | None = None) -> None:
    """Take a rule away: the country's holds then, or that for all others, which is never taken away.

    Refused: ``administrator_needed``, ``changed_meanwhile``, ``rule_for_all_others``.
    """
    held = _hold(CallingHours, hours, by=by, version=version)
    if not held.jurisdiction:
        raise Refused("rule_for_all_others", "Without this rule nobody could be called where no other speaks.")
    record(
        EventType.OUTREACH_RULE_CHANGED,
        subject=("callinghours", held.pk),
        by=by,
        now=now,
        data={"rule": "callinghours", "version": held.version + 1, "fields": ["removed"]},
    )
    held.delete()


def _hold(kind: type[Kept], kept: Kept | None, *, by: User, version: int | None) -> Kept:
    can_administer(by).enforce()
    if kept is None:
        return kind()
    held = kind.objects.select_for_update(no_key=True).filter(pk=kept.pk).first()
    if held is None:
        raise Refused("out_of_reach", "There is no such rule.")
    if version is not None and version != held.version:
        raise ChangedMeanwhile(changes_since(kind.__name__.lower(), held.pk, version), version=held.version)
    return held


def _set(kept: Kept, fields: dict[str, Any], known: Sequence[str]) -> list[str]:
    """Set what was given; returns the names of what has changed."""
    unknown = set(fields) - set(known)
    if unknown:
        raise TypeError(f"not fields of this: {sorted(unknown)}")
    changed = sorted(name for name, value in fields.items() if kept.pk is None or getattr(kept, name) != value)
    for name in changed:
        setattr(kept, name, fields[name])
    return changed
