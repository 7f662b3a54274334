"""Approvals: asked for above a cap, reserved meanwhile, answered in one step by somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.authority import Refused, Verdict, first_no, refuse
from accounts.domain.notices import tell
from accounts.domain.roles import can_supervise
from accounts.domain.words import said
from accounts.enums import NoticeChannel
from accounts.models import User
from accounts.money import check_minor, display
from accounts.queries import supervisors_of_unit
from cases.domain import casework
from cases.domain.obligations import abandon, discharge, owe, reminder_key
from cases.enums import ObligationKind
from cases.models import Case
from compensation.domain import caps, ledger
from compensation.domain.caps import Draw, Full
from compensation.domain.steps import record_award, take_effect
from compensation.domain.workflow import APPROVAL, AWARD
from compensation.enums import Account, ApprovalStatus, AwardStatus, Axis
from compensation.models import Approval, Award
from journal.enums import EventType


def ask(award: Award, case: Case, *, binding: Full, by: User, now: datetime, note: str) -> Approval:
    """Ask for an award above a cap: reserve it where several people draw, and tell the supervisors. The caller holds
    the case.

    Refused: ``beyond_every_cap`` when none of those who may answer could approve it.
    """
    answering = list(supervisors_of_unit(case.unit_id).exclude(pk=by.pk))
    theirs = caps.of_each(answering, award.currency, now=now).values()
    full: Full | None = Full(Axis.AWARD, max((each[Axis.AWARD] for each in theirs), default=0))
    for allowed in sorted(theirs, key=lambda each: each[Axis.AWARD]):
        if award.cost_minor <= allowed[Axis.AWARD]:
            full = caps.take(caps.shared_draws(award, allowed), award.cost_minor, reserve=True)
            if full is None:
                break
    if full is not None:
        raise Refused(
            "beyond_every_cap",
            f"{display(award.cost_minor, award.currency)} is more than anybody here may approve {full.axis.label}: "
            f"{display(full.left, award.currency)} left.",
            "amount_minor",
            **full.told(award.currency),
        )
    award.save(force_insert=True)
    obligation = owe(
        ObligationKind.APPROVAL,
        what=f"Answer: {award.remedy_name}, {display(award.cost_minor, award.currency)}",
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=None,
        due_end=now + timedelta(minutes=settings.RECOVERY["APPROVAL_ANSWER_MINUTES"]),
        by=by,
        now=now,
    )
    approval = Approval.objects.create(
        award=award,
        obligation=obligation,
        binding_axis=binding.axis,
        binding_left_minor=binding.left,
        asked_minor=award.cost_minor,
        currency=award.currency,
        requested_by=by,
        requested_at=now,
        expires_at=now + timedelta(hours=settings.RECOVERY["APPROVAL_EXPIRES_HOURS"]),
    )
    ledger.move(award, award.cost_minor, of=Account.SOURCE, to=Account.PENDING, by=by, now=now)
    words = {"note": note, "precedent_reason": award.precedent_reason}
    record_award(EventType.AWARD_REQUESTED, award, by=by, now=now, words=words)
    tell(
        answering,
        key=reminder_key(obligation.pk, "asked"),
        kind="approval_asked",
        title=f"{by.name} asks for {display(award.cost_minor, award.currency)} on {case.reference}",
        body=note,
        path="/approvals",
        now=now,
        urgent=True,
        channels=[NoticeChannel.DESK, NoticeChannel.EMAIL],
    )
    return approval


def can_answer(user: User, approval: Approval, *, now: datetime) -> Verdict:
    """A supervisor other than the asker answers an approval that still waits."""
    if approval.requested_by_id == user.pk:
        return refuse("own_approval", "Nobody approves their own. Another supervisor has to answer this.")
    if approval.status == ApprovalStatus.WAITING and approval.expires_at <= now:
        return refuse("approval_expired", "This request has expired. It can be asked for again.")
    if approval.status != ApprovalStatus.WAITING:
        return refuse("wrong_state", f"This has been answered already: {approval.get_status_display().lower()}.")
    return first_no(can_supervise(user))


@transaction.atomic
def approve(
    approval: Approval, *, by: User, now: datetime, amount_minor: int | None = None, note: str = ""
) -> Approval:
    """Approve all of it, or ``amount_minor`` (minor units) of it where the remedy's amount is open.

    It spends the approver's own counters and must fit the approver's caps.
    Refused: ``out_of_reach``, ``own_approval``, ``supervisor_needed``, ``person_needed``, ``approval_expired``,
    ``wrong_state``, ``over_your_cap``, ``not_an_amount``, ``amount_fixed``.
    """
    held, locked = _hold(approval, by=by)
    can_answer(by, locked, now=now).enforce()
    note = said(note, "note")
    award = locked.award
    granted = _granted(locked, amount_minor)
    allowed = caps.of(by, award.currency, now=now)
    day, month = caps.periods(by, now)
    full = Full(Axis.AWARD, allowed[Axis.AWARD]) if granted > allowed[Axis.AWARD] else None
    if full is None:
        full = caps.settle(caps.shared_draws(award, allowed), reserved=locked.asked_minor, granted=granted)
    if full is None:
        full = caps.take(caps.person_draws(by, award.currency, allowed, day=day, month=month), granted)
    if full is not None:
        raise Refused(
            "over_your_cap",
            f"{display(granted, award.currency)} is above your own cap {full.axis.label}: "
            f"{display(full.left, award.currency)} left. Approve less, or ask a colleague.",
            "amount_minor",
            **full.told(award.currency),
        )
    less = granted < locked.asked_minor
    _answer(locked, ApprovalStatus.APPROVED_LESS if less else ApprovalStatus.APPROVED, granted=granted, by=by, now=now)
    if award.remedy.open_amount:
        award.value_minor = granted
    award.cost_minor = granted
    award.spender, award.day, award.month = by, day, month
    take_effect(award, held, by=by, now=now, note=note, of=Account.PENDING, type_=EventType.AWARD_APPROVED)
    ledger.move(award, locked.asked_minor - granted, of=Account.PENDING, to=Account.SOURCE, by=by, now=now)
    discharge(locked.obligation, case=held, by=by, now=now)
    casework.save(held)
    _tell_asker(locked, held, f"approved {display(granted, award.currency)}", note=note, by=by, now=now)
    return locked


@transaction.atomic
def decline(approval: Approval, *, reason: str, by: User, now: datetime) -> Approval:
    """Decline, with a reason the rep can give in good conscience. What was reserved is free again.

    Refused: ``out_of_reach``, ``own_approval``, ``supervisor_needed``, ``person_needed``, ``approval_expired``,
    ``wrong_state``, ``reason_needed``.
    """
    held, locked = _hold(approval, by=by)
    can_answer(by, locked, now=now).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say why: the rep has to tell the customer something.", "reason")
    _answer(locked, ApprovalStatus.DECLINED, granted=None, by=by, now=now)
    _release(locked, held, AwardStatus.DECLINED, by=by, now=now)
    discharge(locked.obligation, case=held, by=by, now=now)
    record_award(EventType.AWARD_DECLINED, locked.award, by=by, now=now, words={"reason": reason})
    casework.save(held)
    _tell_asker(locked, held, "declined your request", note=reason, by=by, now=now)
    return locked


def expire_stale(case: Case, *, now: datetime) -> int:
    """Expire the requests of a held case whose time has passed; returns how many. The caller saves the case."""
    stale = list(stale_requests(now=now).filter(award__case=case))
    for approval in stale:
        approval.award.case = case
    expire_held(stale, now=now)
    return len(stale)


def stale_requests(*, now: datetime) -> QuerySet[Approval]:
    """Requests whose time has passed, locked, in the order of their ids. Their cases are held by the caller."""
    return (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .select_related("award", "award__remedy", "obligation", "requested_by")
        .filter(status=ApprovalStatus.WAITING, expires_at__lte=now)
        .order_by("id")
    )


def expire_held(stale: list[Approval], *, now: datetime, then: Iterable[Draw] = ()) -> None:
    """Expire these. Their cases are held by the caller, who saves them, and are those of the awards.

    ``then`` is what the caller draws on next: it is held with the counters of these, all in the order of their keys.
    """
    if len(stale) > 1 or then:
        nothing = dict.fromkeys(caps.MONEY_AXES, 0)
        caps.lock([*then, *(draw for approval in stale for draw in caps.shared_draws(approval.award, nothing))])
    for approval in stale:
        case = approval.award.case
        APPROVAL.move(approval, ApprovalStatus.EXPIRED)
        approval.save(update_fields=["status"])
        _release(approval, case, AwardStatus.EXPIRED, by=None, now=now)
        abandon(approval.obligation, case=case, by=None, now=now)
        record_award(EventType.AWARD_EXPIRED, approval.award, by=None, now=now)
        tell(
            [approval.requested_by],
            key=f"expired:{approval.pk}",
            kind="approval_expired",
            title=f"Nobody answered your request on {case.reference} in time",
            path=f"/cases/{case.reference}",
            now=now,
            urgent=True,
        )


@transaction.atomic
def expire(approval: Approval, *, now: datetime) -> int:
    """Expire what is stale on one approval's case. The system's own work; returns how many."""
    held = casework.hold(approval.award.case, by=None)
    count = expire_stale(held, now=now)
    if count:
        casework.save(held)
    return count


def _hold(approval: Approval, *, by: User) -> tuple[Case, Approval]:
    held = casework.hold(approval.award.case, by=by)
    locked = (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .select_related("award", "award__remedy", "award__given_by", "obligation", "requested_by")
        .get(pk=approval.pk)
    )
    locked.award.case = held
    return held, locked


def _granted(approval: Approval, amount_minor: int | None) -> int:
    if amount_minor is None or amount_minor == approval.asked_minor:
        return approval.asked_minor
    amount = check_minor(amount_minor, currency=approval.currency)
    if amount > approval.asked_minor:
        raise Refused("not_an_amount", "More than was asked for cannot be approved.", "amount_minor")
    if not approval.award.remedy.open_amount:
        raise Refused("amount_fixed", f"{approval.award.remedy_name} has a fixed amount.", "amount_minor")
    return amount


def _answer(approval: Approval, to: ApprovalStatus, *, granted: int | None, by: User, now: datetime) -> None:
    APPROVAL.move(approval, to)
    approval.granted_minor, approval.answered_by, approval.answered_at = granted, by, now
    approval.save(update_fields=["status", "granted_minor", "answered_by", "answered_at"])


def _release(approval: Approval, case: Case, to: AwardStatus, *, by: User | None, now: datetime) -> None:
    award = approval.award
    AWARD.move(award, to)
    award.version += 1
    award.save(update_fields=["status", "version"])
    nothing = dict.fromkeys(caps.MONEY_AXES, 0)
    if caps.settle(caps.shared_draws(award, nothing), reserved=approval.asked_minor, granted=0) is not None:
        raise RuntimeError(f"what approval {approval.pk} had reserved is not there")
    ledger.move(award, approval.asked_minor, of=Account.PENDING, to=Account.SOURCE, by=by, now=now)


def _tell_asker(approval: Approval, case: Case, what: str, *, note: str, by: User, now: datetime) -> None:
    tell(
        [approval.requested_by],
        key=f"answered:{approval.pk}",
        kind="approval_answered",
        title=f"{by.name} {what} on {case.reference}",
        body=note,
        path=f"/cases/{case.reference}",
        now=now,
        urgent=True,
    )
