"""Giving remedies. Within every cap at once it takes effect; above, it is asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Refused
from accounts.domain.words import said
from accounts.models import User
from accounts.money import check_minor, display, exponent
from cases.domain import casework
from cases.domain.acknowledging import feelings_first, name_feeling
from cases.domain.permissions import can_work_on
from cases.models import Case
from compensation.domain import asking, caps, stale
from compensation.domain.caps import Allowed, Draw, Full
from compensation.domain.precedents import reason_in_spite
from compensation.domain.steps import take_effect
from compensation.enums import AwardStatus, Axis, Basis
from compensation.models import Approval, Award, Remedy
from journal.domain.log import together


@transaction.atomic
@together()
def give(
    case: Case,
    remedy: Remedy,
    *,
    by: User,
    now: datetime,
    amount_minor: int | None = None,
    currency: str | None = None,
    note: str = "",
    feeling: str = "",
    feeling_words: str = "",
    feeling_confirmed: bool | None = None,
    precedent_reason: str = "",
    version: int | None = None,
    resubmits: Approval | None = None,
) -> Award:
    """Give a remedy on a case; with ``feeling``, acknowledge it first in the same action.

    ``amount_minor`` (minor units of ``currency``) is given exactly where the catalog leaves the amount open. Within
    the giver's caps the award is given at once and drawn on their counters; above any of them its status is
    ``awaiting_approval``, the amount is reserved on the case, the customer's and the team's month, and a supervisor is
    asked. What is owed by law or contract draws on no cap.
    ``precedent_reason`` is one line that says why it is given in spite of an earlier honored error which bears on the
    case: asked once on a case, of whatever is given first. ``resubmits`` is the request that this is made in place of.
    Refused: ``out_of_reach``, ``case_closed``, ``historical_case``, ``rep_needed``, ``feelings_first``,
    ``remedy_retired``, ``not_an_amount``, ``amount_fixed``, ``other_currency``, ``precedent_reason_needed``,
    ``too_long``, ``beyond_every_cap``, ``changed_meanwhile``.
    """
    held = casework.hold(case, by=by, version=version)
    can_work_on(by, held).enforce()
    note = said(note, "note")
    if feeling:
        name_feeling(held, feeling=feeling, words=feeling_words, confirmed=feeling_confirmed, by=by, now=now)
    feelings_first(held).enforce()
    award = draft(held, remedy, amount_minor=amount_minor, currency=currency, by=by, now=now)
    award.precedent_reason = reason_in_spite(held, precedent_reason)
    binding = _draw(award, held, by=by, now=now)
    if binding is None:
        take_effect(award, held, by=by, now=now, note=note)
    else:
        _ask(award, held, binding=binding, by=by, now=now, note=note, resubmits=resubmits)
    casework.save(held, "feeling", "acknowledged_at")
    return award


def price(remedy: Remedy, case: Case, *, amount_minor: int | None, currency: str | None) -> tuple[int, int, str]:
    """Cost to us, worth to the customer (minor units), and the currency.

    Refused: ``other_currency``, ``unknown_currency``, ``amount_fixed``, ``not_an_amount``, ``amount_too_large``.
    """
    of_remedy = remedy.currency or currency or case.unit.currency
    exponent(of_remedy)
    if currency is not None and currency != of_remedy:
        raise Refused("other_currency", f"{remedy.name} is given in {of_remedy}.", "currency")
    if remedy.open_amount:
        if amount_minor is None:
            raise Refused("not_an_amount", f"Say how much: {remedy.name} has no fixed amount.", "amount_minor")
        cost = check_minor(amount_minor, currency=of_remedy)
        if remedy.at_most_minor is not None and cost > remedy.at_most_minor:
            most = display(remedy.at_most_minor, of_remedy)
            raise Refused("amount_too_large", f"{remedy.name} is given up to {most}.", "amount_minor")
        return cost, cost, of_remedy
    cost = remedy.cost_minor or 0
    if amount_minor is not None and amount_minor != cost:
        raise Refused("amount_fixed", f"{remedy.name} has a fixed amount.", "amount_minor")
    return cost, cost if remedy.value_minor is None else remedy.value_minor, of_remedy


def draft(
    case: Case,
    remedy: Remedy,
    *,
    amount_minor: int | None,
    currency: str | None,
    by: User,
    now: datetime,
    status: AwardStatus = AwardStatus.AWAITING_APPROVAL,
) -> Award:
    """An award on a held case, given by ``by``, not saved: it begins by waiting for somebody, or as an offer.

    Refused: ``remedy_retired``, and whatever ``price`` refuses.
    """
    if not remedy.active:
        raise Refused("remedy_retired", f"{remedy.name} is no longer in the catalog.", "remedy")
    cost, value, of_remedy = price(remedy, case, amount_minor=amount_minor, currency=currency)
    return Award(
        case=case,
        customer=case.customer,
        unit=case.unit,
        remedy=remedy,
        remedy_name=remedy.name,
        remedy_version=remedy.version,
        basis=remedy.basis,
        authority=remedy.authority if remedy.basis == Basis.ENTITLEMENT else "",
        status=status,
        cost_minor=cost,
        value_minor=value,
        currency=of_remedy,
        given_by=by,
        given_at=now,
        team_id=by.team_id,
        period=caps.periods(by, now)[1],
    )


def _draw(award: Award, held: Case, *, by: User, now: datetime) -> Full | None:
    """Draw the award on the giver's counters; returns the cap that binds, or None when it fits."""
    if award.cost_minor == 0 or award.basis != Basis.GOODWILL:
        return None
    allowed = caps.of(by, award.currency, now=now)
    day, month = caps.periods(by, now)
    if award.remedy.no_questions and caps.take([caps.no_questions_draw(by, allowed, day=day)], 1) is None:
        award.no_questions = True
        return None
    drawn = caps.draws(award, by, allowed, day=day, month=month)
    full = _fit(award, allowed, drawn)
    # Only where there is no room does it matter that something stale still holds some of it.
    if full is not None and full.axis != Axis.AWARD and stale.make_room(held, then=drawn, now=now):
        full = _fit(award, allowed, drawn)
    if full is None:
        award.spender, award.day, award.month = by, day, month
    return full


def _fit(award: Award, allowed: Allowed, drawn: list[Draw]) -> Full | None:
    if award.cost_minor > allowed[Axis.AWARD]:
        return Full(Axis.AWARD, allowed[Axis.AWARD])
    return caps.take(drawn, award.cost_minor)


def _ask(
    award: Award, held: Case, *, binding: Full, by: User, now: datetime, note: str, resubmits: Approval | None
) -> None:
    """Ask for it; once more where something stale was in the way of whoever could approve it."""
    try:
        asking.ask(award, held, binding=binding, by=by, now=now, note=note, resubmits=resubmits)
    except Refused as refused:
        if refused.code != "beyond_every_cap":
            raise
        shared = caps.shared_draws(award, dict.fromkeys(caps.MONEY_AXES, 0))
        if not stale.make_room(held, then=shared, now=now):
            raise
        asking.ask(award, held, binding=binding, by=by, now=now, note=note, resubmits=resubmits)
