"""Offering something in spite of an earlier honored error asks for one line of reason, once on a case."""

from __future__ import annotations

from datetime import datetime

from accounts.authority import Refused
from accounts.domain.words import said
from cases.enums import Likeness
from cases.models import Case
from cases.queries.precedents import Precedent, bearing_on
from compensation.queries import reason_given

LONGEST = 300


def reason_in_spite(held: Case, reason: str) -> str:
    """The reason, on one line, for what is offered on a held case; blank where none was given and none is needed.

    Needed where an earlier honored error bears on the case, until an award or a decision on it gave one. No query on a
    case that is not marked, nor with a reason. Refused: ``too_long``; ``precedent_reason_needed``, whose details list
    the ``precedents``.
    """
    reason = " ".join(said(reason, "precedent_reason", at_most=LONGEST).split())
    if reason or not held.has_precedent or reason_given(held):
        return reason
    precedents = bearing_on(held)
    if precedents:
        raise Refused(
            "precedent_reason_needed",
            f"{_told(precedents[0], held)} Say in one line why this is offered all the same.",
            "precedent_reason",
            precedents=[_listed(each) for each in precedents],
        )
    return ""


def _told(precedent: Precedent, case: Case) -> str:
    error, call, customer = precedent.error, precedent.call, case.customer
    because = " and ".join(Likeness(why).label.lower() for why in precedent.because)
    honored = f"On {_day(error.decided_at, case)} we honored an error for {customer.display_name} ({because})."
    if call is None or call.made_at is None or call.caller is None:
        return f"{honored} They have not been told yet that it was for this once."
    return f"{honored} {call.caller.name} told them on {_day(call.made_at, case)} that it was for this once."


def _day(moment: datetime | None, case: Case) -> str:
    """A date as it was where the customer is."""
    local = moment.astimezone(case.customer.zone) if moment else None
    return f"{local.day} {local:%B %Y}" if local else "a day that is not known"


def _listed(precedent: Precedent) -> dict[str, object]:
    error, call = precedent.error, precedent.call
    return {
        "honored_error": error.pk,
        "because": [str(why) for why in precedent.because],
        "honored_at": error.decided_at.isoformat() if error.decided_at else None,
        "told_at": call.made_at.isoformat() if call and call.made_at else None,
        "told_by": call.caller.name if call and call.caller else None,
    }
