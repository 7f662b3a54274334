"""Another remedy approved instead of the one asked for: offered to the rep, who takes it up in one step or does not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Refused, Verdict, first_no, refuse
from accounts.domain.notices import tell
from accounts.domain.words import said
from accounts.models import User
from accounts.money import display
from accounts.queries import is_there
from cases.domain import casework
from cases.domain.obligations import discharge, owe
from cases.domain.permissions import can_work_on
from cases.enums import ObligationKind
from cases.models import Case
from compensation.domain import caps, ledger, offering
from compensation.domain.approvals import can_answer, first_with_room, in_whose_name
from compensation.domain.awards import draft
from compensation.domain.caps import Draw, Full
from compensation.domain.requests import end_award, free, hold_request, settle_request, tell_asker
from compensation.domain.routes import times_of
from compensation.domain.steps import record_award, take_effect
from compensation.domain.workflow import OFFER
from compensation.enums import Account, ApprovalStatus, AwardStatus, OfferStatus
from compensation.models import Approval, Award, CounterOffer, Remedy
from journal.domain.log import together
from journal.enums import EventType


@transaction.atomic
@together()
def counter(
    approval: Approval,
    *,
    remedy: Remedy,
    by: User,
    now: datetime,
    amount_minor: int | None = None,
    note: str = "",
    version: int | None = None,
) -> CounterOffer:
    """Answer with another remedy. The request ends and frees what it held; the other is reserved for the rep.

    It is reserved on every counter of whoever offers it, or of the supervisor they stand in for, in the periods of this
    moment, until the rep takes it up or does not. What is owed by law or contract is reserved nowhere.
    Refused: as ``approve``, and ``same_remedy``, ``remedy_retired``, ``other_currency``, ``amount_too_large``.
    """
    held, locked = hold_request(approval, by=by, version=version)
    can_answer(by, locked, now=now).enforce()
    note = said(note, "note")
    if remedy.pk == locked.award.remedy_id:
        raise Refused("same_remedy", "This is what was asked for: approve it, or less of it.", "remedy")
    asker, offered = locked.requested_by, AwardStatus.OFFERED
    award = draft(held, remedy, amount_minor=amount_minor, currency=None, by=asker, now=now, status=offered)
    award.precedent_reason = locked.award.precedent_reason
    spender = _exchange(locked, award, held, by=by, now=now)
    end_award(locked, AwardStatus.COUNTERED, by=by, now=now)
    settle_request(
        locked,
        ApprovalStatus.COUNTERED,
        granted=None,
        by=by,
        now=now,
        in_place_of=spender if spender != by else None,
    )
    discharge(locked.obligation, case=held, by=by, now=now)
    record_award(EventType.AWARD_COUNTERED, locked.award, by=by, now=now, words={"note": note})
    award.save(force_insert=True)
    offer = _offer(locked, award, held, by=by, now=now)
    ledger.move(award, award.cost_minor, of=Account.SOURCE, to=Account.PENDING, by=by, now=now)
    record_award(EventType.AWARD_OFFERED, award, by=by, now=now, words={"note": note})
    casework.save(held)
    price = f", {display(award.cost_minor, award.currency)}," if award.cost_minor else ""
    tell_asker(locked, held, f"offers {award.remedy_name}{price} instead", note=note, by=by, now=now)
    return offer


def _exchange(approval: Approval, award: Award, held: Case, *, by: User, now: datetime) -> User:
    """Free what was asked for and reserve the offer within the caps of the first in whose name it may be made; returns
    whose they are."""
    names = in_whose_name(by, approval, now=now)
    both = [draw for each in (approval.award, award) for draw in caps.shared_draws(each, offering.NOTHING)]

    def draw(drawn: list[Draw]) -> Full | None:
        caps.lock(both)
        free(approval)
        return caps.take(drawn, award.cost_minor, reserve=True)

    if offering.is_held(award):
        spender = first_with_room(names, award, award.cost_minor, held, draw=draw, now=now, also=both)
    else:
        spender = next(names)
        free(approval)
    award.spender, (award.day, award.month) = spender, caps.periods(spender, now)
    return spender


def _offer(approval: Approval, award: Award, case: Case, *, by: User, now: datetime) -> CounterOffer:
    """The offer, and that the rep take it up: they owe the customer the news soon, and have as long as for any request."""
    times = times_of(case.unit_id)
    asker = approval.requested_by
    owner = asker if is_there(asker, now) or case.owner is None or case.owner == by else case.owner
    obligation = owe(
        ObligationKind.OFFER,
        what=f"Take up, or not: {award.remedy_name}",
        customer=case.customer,
        unit_id=case.unit_id,
        case=case,
        owner=owner,
        due_end=now + times.answer,
        by=by,
        now=now,
    )
    return CounterOffer.objects.create(
        approval=approval,
        award=award,
        obligation=obligation,
        offered_by=by,
        offered_to=asker,
        offered_at=now,
        expires_at=now + times.expires,
    )


def can_take(user: User, offer: CounterOffer, *, now: datetime) -> Verdict:
    """Whoever may work on the case takes up an open offer, or leaves it; not whoever made it."""
    if offer.status == OfferStatus.OPEN and offer.expires_at <= now:
        return refuse("offer_expired", "This offer has expired. The remedy can be asked for again.")
    if offer.status != OfferStatus.OPEN:
        return refuse("wrong_state", f"This offer is no longer open: {offer.get_status_display().lower()}.")
    if offer.offered_by_id == user.pk:
        return refuse("own_offer", "You made this offer. The rep takes it up with the customer.")
    return first_no(can_work_on(user, offer.award.case))


@transaction.atomic
@together()
def take(offer: CounterOffer, *, by: User, now: datetime, note: str = "", version: int | None = None) -> CounterOffer:
    """Take up what was approved instead: it is given. What it had reserved is spent, whatever the caps are by now.

    Refused: ``out_of_reach``, ``wrong_state``, ``offer_expired``, ``own_offer``, ``rep_needed``, ``changed_meanwhile``,
    ``pool_empty``.
    """
    held, locked = _hold(offer, by=by, version=version)
    can_take(by, locked, now=now).enforce()
    note = said(note, "note")
    award = locked.award
    OFFER.move(locked, OfferStatus.TAKEN)
    locked.ended_by, locked.ended_at = by, now
    locked.save(update_fields=["status", "ended_by", "ended_at"])
    if offering.is_held(award):
        caps.spend_reserved(caps.keys_of(award), award.cost_minor)
    award.given_at = now
    discharge(locked.obligation, case=held, by=by, now=now)
    take_effect(award, held, by=by, now=now, note=note, of=Account.PENDING)
    casework.save(held)
    return locked


@transaction.atomic
@together()
def leave(
    offer: CounterOffer, *, by: User, now: datetime, reason: str = "", version: int | None = None
) -> CounterOffer:
    """Do not take up what was approved instead; why not may be said. What it reserved is free again.

    Refused: as ``take``.
    """
    held, locked = _hold(offer, by=by, version=version)
    can_take(by, locked, now=now).enforce()
    reason = said(reason, "reason")
    offering.end(locked, OfferStatus.NOT_TAKEN, AwardStatus.NOT_TAKEN, by=by, now=now)
    record_award(EventType.AWARD_NOT_TAKEN, locked.award, by=by, now=now, words={"reason": reason})
    casework.save(held)
    tell(
        [locked.offered_by],
        key=f"offer-left:{locked.pk}",
        kind="offer_left",
        title=f"{by.name} did not take up {locked.award.remedy_name} on {held.reference}",
        body=reason,
        path=f"/cases/{held.reference}",
        now=now,
    )
    return locked


def _hold(offer: CounterOffer, *, by: User, version: int | None) -> tuple[Case, CounterOffer]:
    """The case and the offer, both locked, the case first. Refused: ``out_of_reach``, ``changed_meanwhile``."""
    held = casework.hold(offer.award.case, by=by, version=version)
    locked = (
        CounterOffer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("award", "award__remedy", "award__given_by", "award__spender", "obligation", "offered_by")
        .get(pk=offer.pk)
    )
    locked.award.case = held
    return held, locked
