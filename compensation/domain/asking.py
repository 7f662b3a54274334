"""Asking for what is above a cap: it is reserved where several people draw, and put before one person."""

from __future__ import annotations

from datetime import datetime

from accounts.authority import Refused
from accounts.models import User
from accounts.money import display
from cases.domain.obligations import owe
from cases.enums import ObligationKind
from cases.models import Case
from compensation.domain import caps, ledger
from compensation.domain.askers import askers_so_far
from compensation.domain.caps import Full
from compensation.domain.routes import times_of
from compensation.domain.routing import Candidate, Wanted, above, in_turn, ladder, record_routed, standing, tell_of
from compensation.domain.steps import record_award
from compensation.enums import Account, ApprovalStatus, Axis
from compensation.models import Approval, Award
from journal.enums import EventType


def ask(
    award: Award, case: Case, *, binding: Full, by: User, now: datetime, note: str, resubmits: Approval | None = None
) -> Approval:
    """Ask for an award above a cap: reserve it on the counters that are shared, and put it before the lowest person who
    is there and has the authority. The caller holds the case.

    What was declined before on this case is asked of whoever declined it, if they are there and able, whether it is
    resubmitted (``resubmits``) or simply asked for again.
    Refused: ``beyond_every_cap`` when none of those who may answer could approve it.
    """
    times = times_of(case.unit_id)
    earlier = resubmits or _declined_before(award)
    others = askers_so_far(case.pk)
    found = standing(Wanted(case.unit_id, award.cost_minor, award.currency, by.pk, award, others=others), now=now)
    climb = ladder(found)
    before = _reserve(award, found, in_turn(climb, first=_answerer(earlier)))
    award.save(force_insert=True)
    obligation = owe(
        ObligationKind.APPROVAL,
        what=f"Answer: {award.remedy_name}, {display(award.cost_minor, award.currency)}",
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=before.answers or before.person,
        due_end=now + times.answer,
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
        expires_at=now + times.expires,
        routed_to=before.person,
        routed_at=now,
        goes_up_at=now + times.goes_up if above(climb, before.person.pk) else None,
        resubmits=earlier,
    )
    ledger.move(award, award.cost_minor, of=Account.SOURCE, to=Account.PENDING, by=by, now=now)
    words = {"note": note, "precedent_reason": award.precedent_reason}
    record_award(EventType.AWARD_REQUESTED, award, by=by, now=now, words=words)
    record_routed(approval, award, owner=before.answers or before.person, why="asked", now=now)
    # Where nobody is there, all who may answer hear of it.
    told = [before.answers] if before.answers else [each.person for each in climb]
    tell_of(approval, told, which="asked", body=note, now=now)
    return approval


def _reserve(award: Award, found: list[Candidate], turn: list[Candidate]) -> Candidate:
    """Reserve within the caps of the first in turn where it fits; the rest, since something may have been freed."""
    rest = [each for each in found if each not in turn and award.cost_minor <= each.authority]
    full = Full(Axis.AWARD, max((each.authority for each in found), default=0))
    for candidate in (*turn, *rest):
        binding = caps.take(caps.shared_draws(award, candidate.allowed), award.cost_minor, reserve=True)
        if binding is None:
            return candidate
        full = binding
    raise Refused(
        "beyond_every_cap",
        f"{display(award.cost_minor, award.currency)} is more than anybody here may approve {full.axis.label}: "
        f"{display(full.left, award.currency)} left.",
        "amount_minor",
        **full.told(award.currency),
    )


def _declined_before(award: Award) -> Approval | None:
    """The request for the same remedy on the same case that was declined or countered, and not made anew since."""
    ended = Approval.objects.filter(
        award__case=award.case,
        award__remedy=award.remedy,
        status__in=[ApprovalStatus.DECLINED, ApprovalStatus.COUNTERED],
        resubmitted_as__isnull=True,
    )
    return ended.order_by("-id").first()


def _answerer(earlier: Approval | None) -> int | None:
    """Whose authority an earlier request was answered by."""
    return (earlier.on_behalf_of_id or earlier.answered_by_id) if earlier else None
