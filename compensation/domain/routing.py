"""Whom a request is put before: the lowest person who is there and has the authority; unanswered, the next one up.

Authority is a supervisor's own caps: their cap per award, and room on all that the award would draw on. Somebody who
is not there is stood in for by their deputy, within the absent person's caps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.domain.notices import settle, tell
from accounts.enums import NoticeChannel
from accounts.models import User
from accounts.money import display
from accounts.queries import is_there, supervisors_of_unit
from cases.domain.obligations import put_with, reminder_key
from cases.enums import ObligationKind, ObligationStatus
from cases.models import Obligation
from compensation.domain import caps
from compensation.domain.askers import askers_of
from compensation.domain.caps import Allowed, Draw
from compensation.domain.deputies import stand_ins
from compensation.domain.routes import times_of
from compensation.enums import ApprovalStatus, Axis
from compensation.models import Approval, Award, CapCounter
from journal.domain.log import record
from journal.enums import EventType


@dataclass(frozen=True)
class Wanted:
    """What somebody must have the authority for: minor units of ``currency`` in a unit, asked for by ``asker``.

    ``award`` says what else it draws on, where there is one already; ``reserved``: it holds its amount there.
    ``others``: who asked for it before (``askers``).
    """

    unit_id: int
    amount_minor: int
    currency: str
    asker_id: int | None
    award: Award | None = None
    reserved: bool = False
    others: frozenset[int] = frozenset()

    @property
    def askers(self) -> frozenset[int]:
        """Those before whom it is never put."""
        return self.others | ({self.asker_id} if self.asker_id else set())


@dataclass(frozen=True)
class Candidate:
    """A supervisor of the unit, what their caps leave, and who would answer: themself, their deputy or nobody."""

    person: User
    allowed: Allowed
    answers: User | None
    holds: bool
    has_room: bool
    waiting: int

    @property
    def authority(self) -> int:
        """Their cap per award, minor units."""
        return self.allowed[Axis.AWARD]

    @property
    def stood_in(self) -> bool:
        return self.answers is not None and self.answers.pk != self.person.pk


def standing(wanted: Wanted, *, now: datetime) -> list[Candidate]:
    """The supervisors of a unit, those who asked apart, the lowest authority first, then who has fewest waiting.

    Three queries, one more where somebody is not there.
    """
    theirs = Obligation.objects.filter(
        owner=OuterRef("pk"), kind=ObligationKind.APPROVAL, status=ObligationStatus.OPEN
    ).order_by()
    counted = theirs.values("owner").annotate(count=Count("pk")).values("count")
    people = list(
        supervisors_of_unit(wanted.unit_id)
        .exclude(pk__in=wanted.askers)
        .annotate(waiting=Coalesce(Subquery(counted), 0))
    )
    if not people:
        return []
    allowed = caps.of_each(people, wanted.currency, now=now)
    shared = {each.pk: _shared(wanted, allowed[each.pk]) for each in people}
    own = {each.pk: _own(wanted, each, allowed[each.pk], now=now) for each in people}
    used = _used([draw for draws in (*shared.values(), *own.values()) for draw in draws])
    absent = [each for each in people if not is_there(each, now)]
    deputies = stand_ins(absent, unit_id=wanted.unit_id, now=now) if absent else {}
    more = 0 if wanted.reserved else wanted.amount_minor
    found = []
    for each in people:
        answers = deputies.get(each.pk) if each in absent else each
        if answers is not None and answers.pk in wanted.askers:
            answers = None
        found.append(
            Candidate(
                person=each,
                allowed=allowed[each.pk],
                answers=answers,
                holds=wanted.amount_minor <= allowed[each.pk][Axis.AWARD]
                and all(used.get(draw.key, 0) + more <= draw.ceiling for draw in shared[each.pk]),
                has_room=all(used.get(draw.key, 0) + wanted.amount_minor <= draw.ceiling for draw in own[each.pk]),
                waiting=each.waiting,
            )
        )
    return sorted(found, key=lambda each: (each.authority, each.waiting, each.person.pk))


def _shared(wanted: Wanted, allowed: Allowed) -> list[Draw]:
    return caps.shared_draws(wanted.award, allowed) if wanted.award is not None else []


def _own(wanted: Wanted, person: User, allowed: Allowed, *, now: datetime) -> list[Draw]:
    day, month = caps.periods(person, now)
    return caps.person_draws(person, wanted.currency, allowed, day=day, month=month)


def _used(draws: Iterable[Draw]) -> dict[str, int]:
    rows = CapCounter.objects.filter(key__in={draw.key for draw in draws})
    return {counter.key: counter.spent_minor + counter.reserved_minor for counter in rows}


def ladder(found: Iterable[Candidate]) -> list[Candidate]:
    """Those of ``standing`` whose caps hold the award, lowest first: with room on their own day and month, if anybody's."""
    able = [each for each in found if each.holds]
    return [each for each in able if each.has_room] or able


def in_turn(climb: list[Candidate], *, first: int | None = None) -> list[Candidate]:
    """A ladder in the order in which they are asked: whoever answered before, those who are there, the others.

    ``first`` is the id of whoever answered the request that this one is made in place of.
    """
    return sorted(climb, key=lambda each: (each.answers is None, each.person.pk != first))


def above(climb: list[Candidate], person_id: int | None) -> list[Candidate]:
    """Those on a ladder above somebody; all of them where that person is no longer on it."""
    places = [each.person.pk for each in climb]
    return climb[places.index(person_id) + 1 :] if person_id in places else climb


def record_routed(approval: Approval, award: Award, *, owner: User, why: str, now: datetime) -> None:
    """The event that a request was put before somebody. ``why`` is asked, unanswered, or away."""
    record(
        EventType.APPROVAL_ROUTED,
        subject=("approval", approval.pk),
        now=now,
        customer_id=award.customer_id,
        case_id=award.case_id,
        data={
            "award": award.pk,
            "routed_to": approval.routed_to_id,
            "owner": owner.pk,
            "why": why,
            "goes_up_at": approval.goes_up_at.isoformat() if approval.goes_up_at else None,
        },
    )


@transaction.atomic
def go_up(approval: Approval, *, now: datetime) -> bool:
    """Put a request before the next person: nobody answered in time, or whoever it was put before cannot answer now.

    They cannot who are away, no supervisor of the unit any more, or the deputy of somebody who is back. Where the caps of
    nobody hold it any more it goes to whoever can approve less of it or offer something else.
    The system's own work. It is claimed by a guarded update of what was seen, so that two workers, or one that was
    killed and began again, do it once. Where nobody else is there it stays, and all who may answer are told, once.
    """
    seen = (
        Approval.objects.select_related("award", "award__case", "obligation", "obligation__owner", "requested_by")
        .filter(pk=approval.pk, status=ApprovalStatus.WAITING, expires_at__gt=now)
        .first()
    )
    if seen is None:
        return False
    award, owner = seen.award, seen.obligation.owner
    late = seen.goes_up_at is not None and seen.goes_up_at <= now
    askers, asker = askers_of([seen])[seen.pk], seen.requested_by_id
    wanted = Wanted(award.unit_id, seen.asked_minor, seen.currency, asker, award, reserved=True, others=askers)
    found = standing(wanted, now=now)
    if not late and owner is not None and any(each.answers == owner for each in found):
        return False
    climb = ladder(found) or found
    there = _next(climb, seen.routed_to_id, late=late)
    return _claim(seen, climb, there, why="unanswered" if late else "away", now=now)


def _next(climb: list[Candidate], routed_to: int | None, *, late: bool) -> Candidate | None:
    """Who is asked next, if anybody is there."""
    higher = [each for each in above(climb, routed_to) if each.answers is not None]
    same = [each for each in climb if each.person.pk == routed_to and each.answers is not None]
    others = [each for each in climb if each.answers is not None]
    turns = [*higher, *same] if late else [*same, *higher]
    return next(iter([*turns, *others]), None)


def _claim(seen: Approval, climb: list[Candidate], to: Candidate | None, *, why: str, now: datetime) -> bool:
    person = to.person if to else seen.routed_to or (climb[0].person if climb else None)
    answers = (to.answers if to else None) or person
    higher = above(climb, person.pk) if person else []
    goes_up_at = now + times_of(seen.award.unit_id).goes_up if higher else None
    stays = person == seen.routed_to and answers == seen.obligation.owner
    claimed = Approval.objects.filter(
        pk=seen.pk,
        status=ApprovalStatus.WAITING,
        routed_to=seen.routed_to_id,
        routed_at=seen.routed_at,
        goes_up_at=seen.goes_up_at,
    ).update(routed_to=person, goes_up_at=goes_up_at, **({} if stays else {"routed_at": now}))
    if not claimed:
        return False
    if to is None:
        tell_of(seen, [each.person for each in climb], which="nobody", now=now)
    if stays or person is None or answers is None:
        return False
    before = seen.obligation.owner_id
    put_with({seen.obligation_id: answers}, now=now)
    settle(User.objects.filter(pk__in=[before] if before else []), about=[reminder_key(seen.obligation_id)], now=now)
    # Of one and the same move there is one notice, whoever makes it; coming back to somebody is another move.
    tell_of(seen, [answers], which=f"up:{seen.routed_at:%Y%m%dT%H%M%S%f}" if seen.routed_at else "up", now=now)
    seen.routed_to, seen.goes_up_at = person, goes_up_at
    record_routed(seen, seen.award, owner=answers, why=why, now=now)
    return True


def tell_of(approval: Approval, people: Iterable[User], *, which: str, now: datetime, body: str = "") -> None:
    """Tell these people that a request waits for their answer, once for each ``which``."""
    amount = display(approval.asked_minor, approval.currency)
    tell(
        people,
        key=reminder_key(approval.obligation_id, which),
        kind="approval_asked",
        title=f"{approval.requested_by.name} asks for {amount} on {approval.award.case.reference}",
        body=body,
        path="/approvals",
        now=now,
        urgent=True,
        channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
    )
