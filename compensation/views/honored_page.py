"""What the page of one error lays out, read in a number of queries that does not depend on how much there is."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.text import Truncator

from accounts.authority import ALLOWED, Verdict
from accounts.models import User
from cases.domain import disclosing, honored_errors, letters, reviewing
from cases.enums import DisclosureKind, DisclosureStatus, ErrorStatus, Point
from cases.models import Disclosure, HonoredError, Letter
from cases.queries.honored_errors import visible_errors, whole_call
from cases.queries.precedents import Precedent, bearing_on
from compensation.domain import honoring, recommending, rescission_rules
from compensation.enums import Ruled, Stance
from compensation.models import Decision
from compensation.queries import reason_given

GROUPS = (
    {"for": Stance.HONOR, "title": "For standing by it", "shape": "thumbs-up"},
    {"for": Stance.RESCIND, "title": "For taking it back", "shape": "undo-2"},
    {"for": recommending.NEITHER, "title": "Good to know", "shape": "info"},
)
READ_WITH = ("customer", "unit", "case", "case__owner", "incident", "incident__cause", "incident__logged_by")


def find(user: User, pk: int) -> HonoredError:
    """The error, if it is in reach. Raises 404 where it is not."""
    error = visible_errors(user).select_related(*READ_WITH, "originator", "decided_by").filter(pk=pk).first()
    if error is None:
        raise Http404("There is no such error.")
    return error


class ErrorPage:
    """One error as one person sees it now: the facts, what is recommended, and who may do what."""

    def __init__(self, error: HonoredError, *, user: User, now: datetime) -> None:
        self.error, self.user, self.now = error, user, now
        self.customer, self.case, self.incident = error.customer, error.case, error.incident
        self.currency = error.currency or error.unit.currency
        self.ruling = rescission_rules.ruling_for(error, now=now)
        self.facts = recommending.facts_of(error, ruling=self.ruling, now=now)
        self.recommendation = recommending.recommend(error, ruling=self.ruling, now=now, facts=self.facts)

    @property
    def title(self) -> str:
        """What it was, in a line."""
        incident = self.incident
        told = incident.our_words or incident.customer_words or incident.category
        return Truncator(told).chars(120) if told else self.error.get_kind_of_action_display()

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """What bears on it by what it speaks for; an empty group is not said."""
        lines = self.recommendation.lines
        groups = [{**group, "lines": [line for line in lines if line.for_ == group["for"]]} for group in GROUPS]
        return [group for group in groups if group["lines"]]

    @property
    def cost_label(self) -> str:
        return f"What it costs us, in {self.currency}"

    @property
    def needs_counsel(self) -> bool:
        """Whether it may be taken back only after a legal review."""
        return self.ruling.ruled == Ruled.LEGAL_REVIEW

    @cached_property
    def precedents(self) -> list[Precedent]:
        """Honored errors that bear on this case, until somebody said why it is offered all the same."""
        bearing = bearing_on(self.case)
        return [] if bearing and reason_given(self.case) else bearing

    @property
    def undecided(self) -> bool:
        return self.error.status == ErrorStatus.UNDECIDED

    @property
    def decided(self) -> bool:
        return self.error.status in (ErrorStatus.HONORED, ErrorStatus.RESCINDED)

    @cached_property
    def may_assess(self) -> Verdict:
        return honored_errors.can_assess(self.user, self.error)

    @cached_property
    def may_honor(self) -> Verdict:
        return honoring.can_honor(self.user, self.error, now=self.now)

    @property
    def may_try_to_honor(self) -> Verdict:
        """Whether the button can be pressed: what is only missing an amount is asked for beside it."""
        return ALLOWED if self.may_honor.code == "value_needed" else self.may_honor

    @cached_property
    def may_record_counsel(self) -> Verdict:
        return honoring.can_record_legal_review(self.user, self.error)

    @cached_property
    def may_rescind(self) -> Verdict:
        return honoring.can_rescind(self.user, self.error, now=self.now, ruling=self.ruling)

    @cached_property
    def may_review(self) -> Verdict:
        return reviewing.can_review(self.user, self.error)

    @cached_property
    def may_make_letter(self) -> Verdict:
        return letters.can_make_letter(self.user, self.error)

    @cached_property
    def decisions(self) -> list[Decision]:
        """Newest first. The first of them stands."""
        return list(self.error.decisions.select_related("by", "rule", "legal_review").order_by("-id"))

    @property
    def told_decisions(self) -> list[dict[str, Any]]:
        """Each decision with what it was shown, in words again."""
        return [{"decision": each, "lines": recommending.told_again(each)} for each in self.decisions]

    @cached_property
    def disclosures(self) -> list[Disclosure]:
        """The calls that were owed, newest first, each with its tries and whoever it passed through."""
        listed = list(whole_call(self.error.disclosures.order_by("-obligation_id")))
        for call in listed:
            call.error = self.error
        return listed

    @cached_property
    def call(self) -> Disclosure | None:
        """The call that tells of the standing decision: owed or made."""
        live = (call for call in self.disclosures if call.status != DisclosureStatus.WITHDRAWN)
        return next(live, None)

    @property
    def told(self) -> bool:
        return self.call is not None and self.call.status == DisclosureStatus.MADE

    @cached_property
    def may_call(self) -> Verdict | None:
        return disclosing.can_disclose(self.user, self.call) if self.call else None

    @property
    def late(self) -> bool:
        """Whether the customer should know by now."""
        call = self.call
        return bool(call and call.status == DisclosureStatus.OWED and call.obligation.due_end < self.now)

    @property
    def points(self) -> list[dict[str, Any]]:
        """The four points of the call, with what to say and whether it was said."""
        return points_of(self.call) if self.call else []

    @cached_property
    def letters(self) -> list[Letter]:
        """As they were made, the first first."""
        return list(self.error.letters.defer("pdf", "html").select_related("made_by").order_by("id"))

    @cached_property
    def reviewed(self) -> Any:
        """The supervisor's review, or None."""
        if self.error.reviewed_at is None:
            return None
        return self.error.review

    @property
    def token(self) -> str:
        """Changes when what the page shows does."""
        call = self.call
        of_call = f"{call.pk}.{call.status}.{call.owed_by_id}.{len(call.attempts.all())}" if call else ""
        return f"{self.error.pk}.{self.error.version}.{self.error.status}.{of_call}.{self.error.reviewed_at}"


SAID = {
    Point.MISTAKE: "said_mistake",
    Point.SHOULD_HAVE: "said_should_have",
    Point.STANCE: "said_stance",
    Point.NEXT: "said_next",
}


def points_of(call: Disclosure) -> list[dict[str, Any]]:
    """The points of a call, each with the words to say it in."""
    words = disclosing.POINTS[DisclosureKind(call.kind)]
    return [
        {"code": point.value, "label": point.label, "words": words[point], "said": getattr(call, SAID[point])}
        for point in Point
    ]
