"""Deciding about an error in the customer's favor: stand by it, or take it back. A new decision supersedes the last.

What honoring costs us is a cost of error: it stands in the ledger, and no cap or counter hears of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.authority import Refused
from accounts.domain.words import said
from accounts.enums import Role
from accounts.models import User
from accounts.money import check_minor
from cases.domain import casework
from cases.domain.disclosing import owe_call, withdraw_call
from cases.domain.honored_errors import about, decide, hold_error, save_error
from cases.enums import DisclosureKind, ErrorStatus
from cases.models import Case, HonoredError
from cases.queries import visible_cases
from compensation.domain import ledger
from compensation.domain.permissions import (
    alone,
    can_honor,
    can_record_legal_review,
    can_rescind,
    lawful,
    may_honor,
    may_rescind,
)
from compensation.domain.precedents import reason_in_spite
from compensation.domain.recommending import recommend
from compensation.domain.rulings import Ruling, ruling_for
from compensation.domain.workflow import STATUS_OF
from compensation.enums import Account, Conclusion, Stance
from compensation.models import Decision, LegalReview
from compensation.queries import legal_reviews_of, standing_decision
from journal.domain.log import record, together
from journal.enums import EventType

__all__ = ["can_honor", "can_record_legal_review", "can_rescind", "honor", "record_legal_review", "rescind"]

CALL_OF = {Stance.HONOR: DisclosureKind.HONORED, Stance.RESCIND: DisclosureKind.RESCINDED}
EVENT_OF = {Stance.HONOR: EventType.HONORED_ERROR_HONORED, Stance.RESCIND: EventType.HONORED_ERROR_RESCINDED}


@transaction.atomic
@together()
def honor(
    error: HonoredError,
    *,
    by: User,
    now: datetime,
    cost_minor: int | None = None,
    currency: str | None = None,
    reason: str = "",
    precedent_reason: str = "",
    version: int | None = None,
) -> Decision:
    """Stand by an error. The customer is owed a call by whoever made it; what it costs us is entered as cost of error.

    ``cost_minor`` in minor units of ``currency``; the value at stake when it is not given. On an error that was decided
    before, it supersedes that decision, with a reason; at another cost it reverses what was entered.
    Refused: ``out_of_reach``, ``person_needed``, ``rep_needed``, ``supervisor_needed``, ``case_closed``,
    ``historical_case``, ``wrong_state``, ``value_needed``, ``own_error_over_cap``, ``reason_needed``,
    ``precedent_reason_needed``, ``not_an_amount``, ``amount_too_large``, ``unknown_currency``, ``other_currency``,
    ``too_long``, ``changed_meanwhile``.
    """
    case, held = _hold(error, by=by, version=version)
    may_honor(by, held).enforce()
    cost, of_cost = _cost(held, cost_minor, currency)
    alone(by, held, None if cost_minor is None else cost, of_cost, now=now).enforce()
    if held.status == ErrorStatus.HONORED and cost == held.cost_minor:
        raise Refused("wrong_state", "This is honored already, at this cost.")
    ruling = ruling_for(held, now=now, hold=True)
    return _decide(
        Decision(
            stance=Stance.HONOR,
            cost_minor=cost,
            currency=of_cost if cost else "",
            reason=_why(held, reason),
            precedent_reason=reason_in_spite(case, precedent_reason),
        ),
        case,
        held,
        ruling=ruling,
        by=by,
        now=now,
    )


@transaction.atomic
@together()
def rescind(error: HonoredError, *, reason: str, by: User, now: datetime, version: int | None = None) -> Decision:
    """Take an error back, with a reason. The customer is owed a call that says so.

    Refused: ``out_of_reach``, ``person_needed``, ``supervisor_needed``, ``case_closed``, ``historical_case``,
    ``wrong_state``, ``already_told``, ``rescission_prohibited`` (whose details say the ``source``),
    ``legal_review_needed``, ``legal_review_against``, ``reason_needed``, ``too_long``, ``changed_meanwhile``.
    """
    case, held = _hold(error, by=by, version=version)
    may_rescind(by, held).enforce()
    ruling, counsel = ruling_for(held, now=now, hold=True), legal_reviews_of(held).first()
    verdict = lawful(ruling, counsel)
    if verdict.code == "rescission_prohibited":
        raise Refused(verdict.code, verdict.reason, source=ruling.source)
    verdict.enforce()
    return _decide(
        Decision(stance=Stance.RESCIND, reason=_why(held, reason, always=True), legal_review=counsel),
        case,
        held,
        ruling=ruling,
        by=by,
        now=now,
    )


@transaction.atomic
def record_legal_review(
    error: HonoredError,
    *,
    conclusion: str,
    counsel: str,
    note: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> LegalReview:
    """Write down what counsel concluded about taking an error back. A later review goes before an earlier one.

    Refused: ``out_of_reach``, ``person_needed``, ``supervisor_needed``, ``case_closed``, ``historical_case``,
    ``wrong_state``, ``invalid``, ``words_needed``, ``too_long``, ``changed_meanwhile``.
    """
    case, held = _hold(error, by=by, version=version)
    can_record_legal_review(by, held).enforce()
    if conclusion not in Conclusion.values:
        raise Refused("invalid", f"Choose one of: {', '.join(Conclusion.values)}.", "conclusion")
    counsel, note = said(counsel, "counsel", at_most=160), said(note, "note")
    if not counsel:
        raise Refused("words_needed", "Say who reviewed it.", "counsel")
    if not note:
        raise Refused("words_needed", "Write down what they said.", "note")
    review = LegalReview.objects.create(error=held, conclusion=conclusion, counsel=counsel, note=note, by=by, at=now)
    save_error(held)
    record(
        EventType.LEGAL_REVIEW_RECORDED,
        subject=("legal_review", review.pk),
        by=by,
        now=now,
        customer_id=held.customer_id,
        case_id=held.case_id,
        data={**about(held, case), "conclusion": conclusion},
        words={"counsel": counsel, "note": note},
    )
    casework.save(case)
    return review


def _hold(error: HonoredError, *, by: User, version: int | None) -> tuple[Case, HonoredError]:
    """As ``hold_error``; but who only owes the call about a customer out of their reach decides nothing anew."""
    case, held = hold_error(error, by=by, version=version)
    if held.decided_at is not None and by.role != Role.ADMIN and not visible_cases(by).filter(pk=case.pk).exists():
        raise Refused("out_of_reach", "There is no such error.")
    return case, held


def _cost(error: HonoredError, cost_minor: int | None, currency: str | None) -> tuple[int, str]:
    """What honoring costs us, in minor units, and the currency, which is that of what is at stake."""
    of_cost = currency or error.currency or error.case.unit.currency
    if error.currency and of_cost != error.currency:
        raise Refused(
            "other_currency", f"What is at stake is in {error.currency}; say what it costs in it.", "currency"
        )
    cost = (error.value_minor or 0) if cost_minor is None else cost_minor
    return check_minor(cost, currency=of_cost, field="cost_minor", zero=True), of_cost


def _why(error: HonoredError, reason: str, *, always: bool = False) -> str:
    why = said(reason, "reason")
    if not why and (always or error.decided_at is not None):
        what = "it is taken back" if always else "what was decided changes"
        raise Refused("reason_needed", f"Say why {what}.", "reason")
    return why


def _decide(
    decision: Decision, case: Case, error: HonoredError, *, ruling: Ruling, by: User, now: datetime
) -> Decision:
    """Write the decision, move the error, its call and its money, and tell of it. Saves the case."""
    recommended = recommend(error, ruling=ruling, now=now)
    stance, before = Stance(decision.stance), error.status
    standing = _standing(error)
    decision.error, decision.by, decision.at, decision.supersedes = error, by, now, standing
    decision.recommended, decision.lines = recommended.stance, recommended.kept()
    decision.rule, decision.ruled = ruling.rule, ruling.ruled
    decision.save(force_insert=True)
    if standing is not None:
        ledger.enter(standing, of=Account.DELIVERED, to=Account.REVERSED, by=by, now=now)
    decide(
        case,
        error,
        to=STATUS_OF[stance],
        cost_minor=decision.cost_minor,
        currency=decision.currency,
        by=by,
        now=now,
    )
    ledger.enter(decision, of=Account.SOURCE, to=Account.DELIVERED, by=by, now=now)
    if before != error.status:
        if standing is not None:
            withdraw_call(case, error, by=by, now=now)
        owe_call(case, error, kind=CALL_OF[stance], by=by, now=now)
    _tell(decision, case, error, by=by, now=now)
    casework.save(case)
    return decision


def _standing(error: HonoredError) -> Decision | None:
    """The decision that stands so far. No query when nothing has been decided."""
    if error.decided_at is None:
        return None
    standing = standing_decision(error)
    if standing is not None:
        standing.error = error
    return standing


def _tell(decision: Decision, case: Case, error: HonoredError, *, by: User, now: datetime) -> None:
    record(
        EVENT_OF[Stance(decision.stance)],
        subject=("honored_error", error.pk),
        by=by,
        now=now,
        customer_id=error.customer_id,
        case_id=error.case_id,
        data={
            **about(error, case),
            "version": error.version,
            "decision": decision.pk,
            "supersedes": decision.supersedes_id,
            "recommended": decision.recommended,
            "ruled": decision.ruled,
            "rule": decision.rule_id,
            "legal_review": decision.legal_review_id,
            "cost_minor": decision.cost_minor,
            "currency": decision.currency,
        },
        words={"reason": decision.reason, "precedent_reason": decision.precedent_reason},
    )
