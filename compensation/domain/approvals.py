"""Answering what was asked for above a cap: once, in one step, by somebody else, within their own caps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, refuse
from accounts.domain.roles import can_supervise
from accounts.domain.words import said
from accounts.models import User
from accounts.money import check_minor, display
from accounts.queries import is_there
from cases.domain import casework
from cases.domain.obligations import discharge
from cases.models import Case
from compensation.domain import caps, ledger, stale
from compensation.domain.askers import askers_of
from compensation.domain.caps import Draw, Full
from compensation.domain.deputies import stood_in_for
from compensation.domain.expiring import expire
from compensation.domain.requests import hold_request, release, settle_request, tell_asker
from compensation.domain.steps import record_award, take_effect
from compensation.enums import Account, ApprovalStatus, AwardStatus, Axis
from compensation.models import Approval, Award, RemedyVersion
from journal.enums import EventType

__all__ = ["approve", "can_answer", "decline", "expire", "in_whose_name"]


def can_answer(
    user: User,
    approval: Approval,
    *,
    now: datetime,
    deputizes: Iterable[User] | None = None,
    askers: Collection[int] | None = None,
) -> Verdict:
    """A supervisor of the unit, or the deputy of one who is not there, answers what somebody else asked for and waits.

    The one rule of who answers, at every door. Nobody answers what they asked for themself: not after they became a
    supervisor, not as somebody's deputy, not when colleagues asked for it again (``askers_of``). Programs and
    administrators never do. ``deputizes`` saves asking whom they stand in for (``deputies.stood_in_for``), ``askers``
    whose it is. Two queries at most.
    """
    askers = askers_of([approval])[approval.pk] if askers is None else askers
    if user.pk in askers:
        return refuse("own_approval", "Nobody approves their own. Another supervisor has to answer this.")
    if approval.status == ApprovalStatus.WAITING and approval.expires_at <= now:
        return refuse("approval_expired", "This request has expired. It can be asked for again.")
    if approval.status != ApprovalStatus.WAITING:
        return refuse("wrong_state", f"This has been answered already: {approval.get_status_display().lower()}.")
    supervises = can_supervise(user)
    if supervises or user.is_service:
        return supervises
    principals = _principals(user, approval, deputizes, askers, now=now)
    if any(not is_there(each, now) for each in principals):
        return ALLOWED
    if principals:
        return refuse("principal_there", f"{principals[0].name} is there, and answers without a deputy.")
    return supervises


def in_whose_name(
    user: User,
    approval: Approval,
    *,
    now: datetime,
    deputizes: Iterable[User] | None = None,
    askers: Collection[int] | None = None,
) -> Iterator[User]:
    """Whose caps an answer may draw on, in turn: one's own, then of those one stands in for, the least authority first.

    Those whom one stands in for are read only where one's own do not do.
    """
    if can_supervise(user):
        yield user
    askers = askers_of([approval])[approval.pk] if askers is None else askers
    absent = [each for each in _principals(user, approval, deputizes, askers, now=now) if not is_there(each, now)]
    if len(absent) > 1:
        theirs = caps.of_each(absent, approval.currency, now=now)
        absent.sort(key=lambda each: (theirs[each.pk][Axis.AWARD], each.pk))
    yield from absent


def _principals(
    user: User, approval: Approval, deputizes: Iterable[User] | None, askers: Collection[int], *, now: datetime
) -> list[User]:
    """Whom somebody is named to stand in for, of those who may answer this."""
    named = stood_in_for(user, now=now) if deputizes is None else deputizes
    unit = approval.award.unit_id
    return [each for each in named if each.serves == unit and each.pk not in askers]  # type: ignore[attr-defined]


@transaction.atomic
def approve(
    approval: Approval,
    *,
    by: User,
    now: datetime,
    amount_minor: int | None = None,
    note: str = "",
    version: int | None = None,
) -> Approval:
    """Approve all of it, or ``amount_minor`` (minor units) of it where the remedy's amount is open.

    It spends the approver's own counters and must fit their caps, or those of a supervisor whom they stand in for.
    ``version`` is that of the case which the approver saw.
    Refused: ``out_of_reach``, ``own_approval``, ``supervisor_needed``, ``principal_there``, ``person_needed``,
    ``approval_expired``, ``wrong_state``, ``over_your_cap``, ``not_an_amount``, ``amount_fixed``, ``changed_meanwhile``.
    """
    held, locked = hold_request(approval, by=by, version=version)
    can_answer(by, locked, now=now).enforce()
    note = said(note, "note")
    award = locked.award
    granted = _granted(locked, amount_minor)
    spender = _spend(locked, held, granted, by=by, now=now)
    less = granted < locked.asked_minor
    settle_request(
        locked,
        ApprovalStatus.APPROVED_LESS if less else ApprovalStatus.APPROVED,
        granted=granted,
        by=by,
        now=now,
        in_place_of=spender if spender != by else None,
    )
    if less:
        award.value_minor = granted
    award.cost_minor = granted
    award.spender, (award.day, award.month) = spender, caps.periods(spender, now)
    take_effect(award, held, by=by, now=now, note=note, of=Account.PENDING, type_=EventType.AWARD_APPROVED)
    ledger.move(award, locked.asked_minor - granted, of=Account.PENDING, to=Account.SOURCE, by=by, now=now)
    discharge(locked.obligation, case=held, by=by, now=now)
    casework.save(held)
    tell_asker(locked, held, f"approved {display(granted, award.currency)}", note=note, by=by, now=now)
    return locked


@transaction.atomic
def decline(approval: Approval, *, reason: str, by: User, now: datetime, version: int | None = None) -> Approval:
    """Decline, with a reason the rep can give in good conscience. What was reserved is free again.

    Refused: ``out_of_reach``, ``own_approval``, ``supervisor_needed``, ``principal_there``, ``person_needed``,
    ``approval_expired``, ``wrong_state``, ``reason_needed``, ``changed_meanwhile``.
    """
    held, locked = hold_request(approval, by=by, version=version)
    can_answer(by, locked, now=now).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say why: the rep has to tell the customer something.", "reason")
    name = next(in_whose_name(by, locked, now=now))
    settle_request(
        locked, ApprovalStatus.DECLINED, granted=None, by=by, now=now, in_place_of=name if name != by else None
    )
    release(locked, held, AwardStatus.DECLINED, by=by, now=now)
    discharge(locked.obligation, case=held, by=by, now=now)
    record_award(EventType.AWARD_DECLINED, locked.award, by=by, now=now, words={"reason": reason})
    casework.save(held)
    tell_asker(locked, held, "declined your request", note=reason, by=by, now=now)
    return locked


def _granted(approval: Approval, amount_minor: int | None) -> int:
    if amount_minor is None or amount_minor == approval.asked_minor:
        return approval.asked_minor
    amount = check_minor(amount_minor, currency=approval.currency)
    if amount > approval.asked_minor:
        raise Refused("not_an_amount", "More than was asked for cannot be approved.", "amount_minor")
    if not had_open_amount(approval):
        raise Refused("amount_fixed", f"{approval.award.remedy_name} has a fixed amount.", "amount_minor")
    return amount


def had_open_amount(approval: Approval) -> bool:
    """Whether the rep chose the amount, as the catalog read when it was asked for. One query where it changed since."""
    award = approval.award
    if award.remedy.version == award.remedy_version:
        return award.remedy.open_amount
    then = RemedyVersion.objects.filter(remedy=award.remedy_id, version=award.remedy_version).first()
    return then.line.get("cost_minor") is None if then else award.remedy.open_amount


def _spend(approval: Approval, held: Case, granted: int, *, by: User, now: datetime) -> User:
    """Spend what is granted within the caps of the first of those in whose name it may be; returns whose it was."""

    def draw(drawn: list[Draw]) -> Full | None:
        shared = [each for each in drawn if each.axis in caps.SHARED_AXES]
        full = caps.settle(shared, reserved=approval.asked_minor, granted=granted)
        return full or caps.take([each for each in drawn if each not in shared], granted)

    names = in_whose_name(by, approval, now=now)
    return first_with_room(names, approval.award, granted, held, draw=draw, now=now)


def first_with_room(
    names: Iterable[User],
    award: Award,
    amount: int,
    held: Case,
    *,
    draw: Callable[[list[Draw]], Full | None],
    now: datetime,
    also: Iterable[Draw] = (),
) -> User:
    """The first of those in whose name an answer may be given whose caps hold ``amount`` (minor units) and on whose
    counters ``draw`` finds room for the award; once more where something stale was in the way. All of it, or nothing, is
    drawn. ``also`` are counters that ``draw`` moves besides.

    Refused: ``over_your_cap``, for what binds the first of them.
    """
    binds: dict[User, Full] = {}
    without_room: dict[User, list[Draw]] = {}
    for name in names:
        allowed = caps.of(name, award.currency, now=now)
        if amount > allowed[Axis.AWARD]:
            binds[name] = Full(Axis.AWARD, allowed[Axis.AWARD])
            continue
        day, month = caps.periods(name, now)
        without_room[name] = caps.draws(award, name, allowed, day=day, month=month)
        full = _try(draw, without_room[name])
        if full is None:
            return name
        binds[name] = full
    # Only where nobody has room does it matter that something stale still holds some of it. The counters of all are
    # then held at once: those of one after those of another could close a circle.
    then = {each.key: each for each in (*also, *(each for drawn in without_room.values() for each in drawn))}
    if without_room and stale.make_room(held, then=list(then.values()), now=now):
        for name, drawn in without_room.items():
            full = _try(draw, drawn)
            if full is None:
                return name
            binds[name] = full
    if not binds:
        raise RuntimeError(f"nobody in whose name to answer for award {award.pk}")
    raise over_your_cap(next(iter(binds.values())), amount, award.currency)


def _try(draw: Callable[[list[Draw]], Full | None], drawn: list[Draw]) -> Full | None:
    tried = transaction.savepoint()
    full = draw(drawn)
    if full is None:
        transaction.savepoint_commit(tried)
    else:
        transaction.savepoint_rollback(tried)
    return full


def over_your_cap(full: Full, amount: int, currency: str) -> Refused:
    """The refusal of what is above the answerer's own caps."""
    return Refused(
        "over_your_cap",
        f"{display(amount, currency)} is above your own cap {full.axis.label}: "
        f"{display(full.left, currency)} left. Approve less, or ask a colleague.",
        "amount_minor",
        **full.told(currency),
    )
