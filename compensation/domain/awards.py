"""Giving, delivering and reversing remedies. Within every cap at once it takes effect; above, it is asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import ALLOWED, Refused, Verdict, first_no, refuse
from accounts.domain.words import said
from accounts.enums import Role
from accounts.models import User
from accounts.money import check_minor, exponent
from cases.domain import casework
from cases.domain.acknowledging import feelings_first, name_feeling
from cases.domain.obligations import abandon, discharge
from cases.domain.permissions import READ_ONLY_HISTORY, can_work_on, is_live
from cases.enums import ObligationStatus
from cases.models import Case
from compensation.domain import approvals, caps, ledger
from compensation.domain.precedents import reason_in_spite
from compensation.domain.steps import hold_award, owe_delivery, record_award
from compensation.domain.workflow import AWARD
from compensation.enums import Account, AwardStatus, Axis, Basis, RemedyKind
from compensation.models import Award, Remedy
from journal.domain.log import together
from journal.enums import EventType


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
) -> Award:
    """Give a remedy on a case; with ``feeling``, acknowledge it first in the same action.

    ``amount_minor`` (minor units of ``currency``) is given exactly where the catalog leaves the amount open. Within
    the giver's caps the award is given at once and drawn on their counters; above any of them its status is
    ``awaiting_approval``, the amount is reserved on the case and supervisors are told.
    ``precedent_reason`` is one line that says why it is given in spite of an earlier honored error which bears on the
    case: asked once on a case, of whatever is given first.
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
    award = _draft(held, remedy, amount_minor=amount_minor, currency=currency, by=by, now=now)
    award.precedent_reason = reason_in_spite(held, precedent_reason)
    binding: Axis | None = None
    if award.cost_minor > 0:
        binding = _draw(award, held, by=by, now=now)
        # Only where there is no room does it matter that a stale request still holds some of it.
        if binding is not None and held.open_obligations and approvals.expire_stale(held, now=now):
            binding = _draw(award, held, by=by, now=now)
    if binding is None:
        _take_effect(award, held, by=by, now=now, note=note)
    else:
        approvals.ask(award, held, binding=binding, by=by, now=now, note=note)
    casework.save(held, "feeling", "acknowledged_at")
    return award


def price(remedy: Remedy, case: Case, *, amount_minor: int | None, currency: str | None) -> tuple[int, int, str]:
    """Cost to us, worth to the customer (minor units), and the currency.

    Refused: ``other_currency``, ``unknown_currency``, ``amount_fixed``, ``not_an_amount``.
    """
    of_remedy = remedy.currency or currency or case.unit.currency
    exponent(of_remedy)
    if currency is not None and currency != of_remedy:
        raise Refused("other_currency", f"{remedy.name} is given in {of_remedy}.", "currency")
    if remedy.open_amount:
        if amount_minor is None:
            raise Refused("not_an_amount", f"Say how much: {remedy.name} has no fixed amount.", "amount_minor")
        cost = check_minor(amount_minor, currency=of_remedy)
        return cost, cost, of_remedy
    cost = remedy.cost_minor or 0
    if amount_minor is not None and amount_minor != cost:
        raise Refused("amount_fixed", f"{remedy.name} has a fixed amount.", "amount_minor")
    return cost, cost if remedy.value_minor is None else remedy.value_minor, of_remedy


def _draft(
    case: Case, remedy: Remedy, *, amount_minor: int | None, currency: str | None, by: User, now: datetime
) -> Award:
    if not remedy.active:
        raise Refused("remedy_retired", f"{remedy.name} is no longer in the catalog.", "remedy")
    cost, value, of_remedy = price(remedy, case, amount_minor=amount_minor, currency=currency)
    return Award(
        case=case,
        customer=case.customer,
        unit=case.unit,
        remedy=remedy,
        remedy_name=remedy.name,
        basis=Basis.GOODWILL,
        status=AwardStatus.AWAITING_APPROVAL,
        cost_minor=cost,
        value_minor=value,
        currency=of_remedy,
        given_by=by,
        given_at=now,
    )


def _draw(award: Award, case: Case, *, by: User, now: datetime) -> Axis | None:
    """Draw the award on the giver's counters; returns the cap that binds, or None when it fits."""
    if award.remedy.no_questions and caps.take([caps.no_questions_draw(by, now)], 1) is None:
        award.no_questions = True
        return None
    allowed = caps.of(by, award.currency)
    if award.cost_minor > allowed[Axis.AWARD]:
        return Axis.AWARD
    day, month = caps.periods(by, now)
    full = caps.take(caps.draws(by, case, award.currency, allowed, day=day, month=month), award.cost_minor)
    if full is None:
        award.spender, award.day, award.month = by, day, month
    return full


def _take_effect(award: Award, case: Case, *, by: User, now: datetime, note: str) -> None:
    if award.spender is None:  # it costs nothing, or it was given without questions
        award.spender = by
        award.day, award.month = caps.periods(by, now)
    AWARD.move(award, AwardStatus.GIVEN)
    due = owe_delivery(award, case, by=by, now=now)
    if due is None:
        AWARD.move(award, AwardStatus.DELIVERED)
        award.delivered_at = now
    award.save(force_insert=True)
    ledger.move(
        award,
        award.cost_minor,
        of=Account.SOURCE,
        to=Account.COMMITTED if due else Account.DELIVERED,
        by=by,
        now=now,
    )
    words = {"note": note, "precedent_reason": award.precedent_reason}
    record_award(EventType.AWARD_GIVEN, award, by=by, now=now, words=words)


def can_deliver(user: User, award: Award) -> Verdict:
    """Whoever may work on the case records that a given remedy was delivered."""
    return first_no(AWARD.verdict(award.status, AwardStatus.DELIVERED), can_work_on(user, award.case))


@transaction.atomic
def deliver(award: Award, *, by: User, now: datetime, proof: str = "", version: int | None = None) -> Award:
    """Record that a given remedy reached the customer, with a reference that proves it if there is one.

    Refused: ``out_of_reach``, ``wrong_state``, ``case_closed``, ``historical_case``, ``rep_needed``,
    ``changed_meanwhile``.
    """
    held, locked = hold_award(award, by=by, version=version)
    can_deliver(by, locked).enforce()
    AWARD.move(locked, AwardStatus.DELIVERED)
    locked.delivered_at, locked.proof = now, said(proof, "proof", at_most=200)
    locked.version += 1
    locked.save(update_fields=["status", "delivered_at", "proof", "version"])
    if locked.delivery is not None and locked.delivery.status == ObligationStatus.OPEN:
        discharge(locked.delivery, case=held, by=by, now=now)
    ledger.move(locked, locked.cost_minor, of=Account.COMMITTED, to=Account.DELIVERED, by=by, now=now)
    record_award(EventType.AWARD_DELIVERED, locked, by=by, now=now, words={"proof": locked.proof})
    casework.save(held)
    return locked


def can_reverse(user: User, award: Award) -> Verdict:
    """Whoever gave a remedy takes it back while the case is live; a supervisor also later. Never an apology."""
    if award.historical or award.case.historical:
        return READ_ONLY_HISTORY
    if award.remedy.kind == RemedyKind.APOLOGY:
        return refuse("apology_stands", "An apology cannot be taken back.")
    wrong_state = AWARD.verdict(award.status, AwardStatus.REVERSED)
    if not wrong_state:
        return wrong_state
    if user.role == Role.SUPERVISOR and not user.is_service:
        return ALLOWED
    if award.given_by_id != user.pk:
        return refuse("not_yours", f"{award.given_by.name} gave this. They or a supervisor can reverse it.")
    return is_live(award.case)


@transaction.atomic
def reverse(award: Award, *, reason: str, by: User, now: datetime, version: int | None = None) -> Award:
    """Take a remedy back. The money returns to the counters and the period it came from; the ledger gets a new entry.

    Refused: ``out_of_reach``, ``reason_needed``, ``wrong_state``, ``not_yours``, ``apology_stands``, ``case_closed``,
    ``changed_meanwhile``.
    """
    held, locked = hold_award(award, by=by, version=version)
    can_reverse(by, locked).enforce()
    reason = said(reason, "reason")
    if not reason:
        raise Refused("reason_needed", "Say why this is taken back.", "reason")
    stood = Account.DELIVERED if locked.status == AwardStatus.DELIVERED else Account.COMMITTED
    AWARD.move(locked, AwardStatus.REVERSED)
    locked.reversed_at = now
    locked.version += 1
    locked.save(update_fields=["status", "reversed_at", "version"])
    if locked.cost_minor > 0 and not locked.no_questions:
        caps.give_back(counter_keys(locked), locked.cost_minor)
    if locked.delivery is not None and locked.delivery.status == ObligationStatus.OPEN:
        abandon(locked.delivery, case=held, by=by, now=now)
    ledger.move(locked, locked.cost_minor, of=stood, to=Account.SOURCE, by=by, now=now)
    record_award(EventType.AWARD_REVERSED, locked, by=by, now=now, words={"reason": reason})
    casework.save(held)
    return locked


def counter_keys(award: Award) -> list[str]:
    """The counters an award has spent on, in the periods frozen when it did."""
    if award.spender is None or award.day is None or award.month is None:
        raise RuntimeError(f"award {award.pk} has spent nothing")
    nothing = dict.fromkeys(caps.MONEY_AXES, 0)
    drawn = caps.draws(award.spender, award.case, award.currency, nothing, day=award.day, month=award.month)
    return [draw.key for draw in drawn]
