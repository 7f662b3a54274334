"""Answering what was asked for above a cap: once, in one step, by somebody else, within their own caps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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
from compensation.domain import caps, ledger
from compensation.domain.askers import askers_of
from compensation.domain.caps import Full
from compensation.domain.deputies import stood_in_for
from compensation.domain.expiring import expire
from compensation.domain.requests import hold_request, release, settle_request, tell_asker
from compensation.domain.steps import record_award, take_effect
from compensation.enums import Account, ApprovalStatus, AwardStatus, Axis
from compensation.models import Approval, RemedyVersion
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
    user: User, approval: Approval, *, now: datetime, deputizes: Iterable[User] | None = None
) -> Iterator[User]:
    """Whose caps an answer may draw on, in turn: one's own, then of those one stands in for, the least authority first.

    Those whom one stands in for are read only where one's own do not do.
    """
    if can_supervise(user):
        yield user
    askers = askers_of([approval])[approval.pk]
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
    spender = _spend(locked, granted, by=by, now=now)
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


def _spend(approval: Approval, granted: int, *, by: User, now: datetime) -> User:
    """Spend what is granted within the caps of the first of those in whose name it may be; returns whose it was."""
    full: Full | None = None
    first: Full | None = None
    for name in in_whose_name(by, approval, now=now):
        full = _draw(approval, granted, name, now=now)
        if full is None:
            return name
        first = first or full
    if first is None:
        raise RuntimeError(f"nobody's caps to spend approval {approval.pk} from")
    raise over_your_cap(first, granted, approval.currency)


def _draw(approval: Approval, granted: int, spender: User, *, now: datetime) -> Full | None:
    award = approval.award
    allowed = caps.of(spender, award.currency, now=now)
    if granted > allowed[Axis.AWARD]:
        return Full(Axis.AWARD, allowed[Axis.AWARD])
    day, month = caps.periods(spender, now)
    tried = transaction.savepoint()
    full = caps.settle(caps.shared_draws(award, allowed), reserved=approval.asked_minor, granted=granted)
    if full is None:
        full = caps.take(caps.person_draws(spender, award.currency, allowed, day=day, month=month), granted)
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
