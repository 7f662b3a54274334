"""A request above a cap, as the verbs that answer or end it handle it: held, answered, released, told of."""

from __future__ import annotations

from datetime import datetime

from accounts.domain.notices import tell
from accounts.models import User
from cases.domain import casework
from cases.models import Case
from compensation.domain import caps, ledger
from compensation.domain.workflow import APPROVAL, AWARD
from compensation.enums import Account, ApprovalStatus, AwardStatus
from compensation.models import Approval


def hold_request(approval: Approval, *, by: User, version: int | None = None) -> tuple[Case, Approval]:
    """The case and the request, both locked, the case first. ``version`` is what the writer last saw of the case.

    Refused: ``out_of_reach``, ``changed_meanwhile``.
    """
    held = casework.hold(approval.award.case, by=by, version=version)
    locked = (
        Approval.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "award__remedy", "award__given_by", "obligation", "requested_by", "resubmits", "resubmitted_as", "counter"
        )
        .get(pk=approval.pk)
    )
    locked.award.case = held
    return held, locked


def settle_request(
    approval: Approval, to: ApprovalStatus, *, by: User, now: datetime, in_place_of: User | None, granted: int | None
) -> None:
    """A held request is answered: how, by whom, in whose place, and what of it was granted."""
    APPROVAL.move(approval, to)
    approval.granted_minor, approval.answered_by, approval.answered_at = granted, by, now
    approval.on_behalf_of = in_place_of
    approval.save(update_fields=["status", "granted_minor", "answered_by", "answered_at", "on_behalf_of"])


def release(approval: Approval, case: Case, to: AwardStatus, *, by: User | None, now: datetime) -> None:
    """What a held request had reserved is free again, and its award ends so."""
    free(approval)
    end_award(approval, to, by=by, now=now)


def free(approval: Approval) -> None:
    """What a held request had reserved on the counters is free again."""
    nothing = dict.fromkeys(caps.MONEY_AXES, 0)
    if caps.settle(caps.shared_draws(approval.award, nothing), reserved=approval.asked_minor, granted=0) is not None:
        raise RuntimeError(f"what approval {approval.pk} had reserved is not there")


def end_award(approval: Approval, to: AwardStatus, *, by: User | None, now: datetime) -> None:
    """The award of a held request, whose counters were freed, ends so."""
    award = approval.award
    AWARD.move(award, to)
    award.version += 1
    award.save(update_fields=["status", "version"])
    ledger.move(award, approval.asked_minor, of=Account.PENDING, to=Account.SOURCE, by=by, now=now)


def tell_asker(approval: Approval, case: Case, what: str, *, note: str, by: User, now: datetime) -> None:
    """Tell whoever asked how their request was answered."""
    place = f", in place of {approval.on_behalf_of.name}," if approval.on_behalf_of else ""
    tell(
        [approval.requested_by],
        key=f"answered:{approval.pk}",
        kind="approval_answered",
        title=f"{by.name}{place} {what} on {case.reference}",
        body=note,
        path=f"/cases/{case.reference}",
        now=now,
        urgent=True,
    )
