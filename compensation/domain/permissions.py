"""Who may decide about an error in the customer's favor, and when. Every door asks these."""

from __future__ import annotations

from datetime import datetime

from accounts.authority import ALLOWED, Verdict, first_no, refuse
from accounts.domain.roles import can_supervise
from accounts.models import User
from accounts.money import display
from cases.domain.permissions import can_work_on, is_live
from cases.enums import ErrorStatus
from cases.models import HonoredError
from compensation.domain import caps
from compensation.domain.rulings import Ruling, ruling_for
from compensation.enums import Axis, Conclusion, Ruled
from compensation.models import LegalReview
from compensation.queries import legal_reviews_of


def can_honor(
    user: User, error: HonoredError, *, now: datetime, cost_minor: int | None = None, currency: str = ""
) -> Verdict:
    """A rep or a supervisor honors an error on a live case; whoever made it, alone, only up to their cap per award.

    ``cost_minor`` (minor units of ``currency``) is what it is to cost us, the value at stake when it is not given.
    What was taken back only a supervisor honors after all. At most one query, and that for one's own error.
    """
    return may_honor(user, error) and alone(user, error, cost_minor, currency, now=now)


def can_rescind(user: User, error: HonoredError, *, now: datetime, ruling: Ruling | None = None) -> Verdict:
    """A supervisor takes an error back, where the rules and counsel let them, and until the customer was told.

    ``ruling`` saves asking the rules again. At most two queries.
    """
    return may_rescind(user, error) and lawful(ruling or ruling_for(error, now=now), legal_reviews_of(error).first())


def can_record_legal_review(user: User, error: HonoredError) -> Verdict:
    """A supervisor writes down what counsel said, on a live case."""
    return first_no(_person(user), can_supervise(user), is_live(error.case), _in_question(error))


def may_honor(user: User, error: HonoredError) -> Verdict:
    """As ``can_honor``, whatever it costs."""
    return first_no(
        _person(user),
        can_work_on(user, error.case),
        _in_question(error),
        can_supervise(user) if error.status == ErrorStatus.RESCINDED else ALLOWED,
    )


def may_rescind(user: User, error: HonoredError) -> Verdict:
    """As ``can_rescind``, whatever the rules and counsel say."""
    return first_no(_person(user), can_supervise(user), is_live(error.case), _in_question(error), _not_done(error))


def _person(user: User) -> Verdict:
    if user.is_service:
        return refuse("person_needed", "A program cannot do this: it needs a person who answers for it.")
    return ALLOWED


def _in_question(error: HonoredError) -> Verdict:
    if error.status == ErrorStatus.WITHDRAWN:
        return refuse("wrong_state", "This was not in the customer’s favor after all: there is nothing to decide.")
    return ALLOWED


def _not_done(error: HonoredError) -> Verdict:
    if error.status == ErrorStatus.RESCINDED:
        return refuse("wrong_state", "This has been taken back already.")
    if error.status == ErrorStatus.HONORED and error.call_made_at is not None:
        return refuse("already_told", "The customer was told that we honor this. What they were told stands.")
    return ALLOWED


def alone(user: User, error: HonoredError, cost_minor: int | None, currency: str, *, now: datetime) -> Verdict:
    """Nobody gives more through a mistake of their own than they may give away."""
    if error.originator_id != user.pk:
        return ALLOWED
    known = [amount for amount in (cost_minor, error.value_minor) if amount is not None]
    if not known:
        return refuse(
            "value_needed", "This mistake is your own. Say what is at stake, or let a colleague decide.", "cost_minor"
        )
    of_value = error.currency or currency or error.case.unit.currency
    allowed = caps.of(user, of_value, now=now)[Axis.AWARD]
    if max(known) > allowed:
        return refuse(
            "own_error_over_cap",
            f"This mistake is your own and comes to {display(max(known), of_value)}; alone you honor up to "
            f"{display(allowed, of_value)}. A colleague can decide.",
            "cost_minor",
        )
    return ALLOWED


def lawful(ruling: Ruling, counsel: LegalReview | None) -> Verdict:
    """What the rules and counsel say. Counsel can hold back what the rules allow, and never allows what they prohibit."""
    if ruling.ruled == Ruled.PROHIBITED:
        return refuse("rescission_prohibited", ruling.reason)
    if counsel is not None and counsel.conclusion == Conclusion.MAY_NOT:
        return refuse("legal_review_against", f"{counsel.counsel} concluded that it may not be taken back.")
    if ruling.ruled == Ruled.LEGAL_REVIEW and counsel is None:
        return refuse("legal_review_needed", f"{ruling.reason} Record the legal review first.")
    return ALLOWED
