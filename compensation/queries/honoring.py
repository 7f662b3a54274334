"""Reads of what was decided of errors in the customer's favor, and by which rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.enums import Role
from cases.models import Disclosure, DisclosureAttempt, HonoredError, Letter, Reassignment
from cases.queries import visible_errors
from compensation.models import Decision, LegalReview, RescissionRule


def visible_decisions(user: Any) -> QuerySet[Decision]:
    """Decisions about errors that this user may see."""
    if user.role == Role.ADMIN:
        return Decision.objects.all()
    return Decision.objects.filter(error__in=visible_errors(user))


def decisions_of(error: HonoredError) -> QuerySet[Decision]:
    """What was decided about an error, the decision that stands first."""
    decisions = Decision.objects.filter(error=error)
    return decisions.select_related("by", "rule", "legal_review", "legal_review__by", "superseded_by").order_by("-id")


def standing_decision(error: HonoredError) -> Decision | None:
    """The decision that nothing has superseded, if anything was decided."""
    return decisions_of(error).filter(superseded_by__isnull=True).first()


def legal_reviews_of(error: HonoredError) -> QuerySet[LegalReview]:
    """What counsel said about an error; the first is what holds."""
    return LegalReview.objects.filter(error=error).select_related("by").order_by("-id")


def rescission_rules(*, on: date | None = None) -> QuerySet[RescissionRule]:
    """The rules for taking errors back with whether a decision has used them (``used``), by place, line and kind.

    With ``on`` only those in force on that day.
    """
    rules = RescissionRule.objects.annotate(used=Exists(Decision.objects.filter(rule=OuterRef("pk"))))
    if on is not None:
        rules = rules.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)
    return rules.order_by("jurisdiction", "line_key", "kind_of_action", "valid_from", "id")


def in_full(errors: QuerySet[HonoredError]) -> QuerySet[HonoredError]:
    """Errors with their decisions, what counsel said, calls with tries and reassignments, letters without their pages,
    and the review; each oldest first, in seven queries.
    """
    attempts = DisclosureAttempt.objects.select_related("by", "promise__obligation").order_by("id")
    passed_on = Reassignment.objects.select_related("from_user", "to_user", "by").order_by("id")
    calls = Disclosure.objects.select_related("obligation", "originator", "owed_by", "caller").order_by("pk")
    return errors.select_related(
        "incident__cause", "customer", "case", "originator", "decided_by", "obligation", "review__by"
    ).prefetch_related(
        Prefetch("decisions", Decision.objects.select_related("by", "rule").order_by("id")),
        Prefetch("legal_reviews", LegalReview.objects.select_related("by").order_by("id")),
        Prefetch(
            "disclosures",
            calls.prefetch_related(Prefetch("attempts", attempts), Prefetch("reassignments", passed_on)),
        ),
        Prefetch("letters", Letter.objects.defer("html", "pdf").select_related("made_by").order_by("id")),
    )
