"""Reads of what has been given, and of what may be given and up to what."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import Role
from cases.models import Case
from cases.queries import visible_cases
from compensation.models import Award, Cap, Decision, Remedy


def catalog() -> QuerySet[Remedy]:
    """The remedies that may be given now."""
    return Remedy.objects.filter(active=True)


def visible_awards(user: Any) -> QuerySet[Award]:
    """Awards on cases in reach."""
    if user.role == Role.ADMIN:
        return Award.objects.all()
    return Award.objects.filter(case__in=visible_cases(user))


def awards_of(case: Case) -> QuerySet[Award]:
    """What has been given, asked for and taken back on a case, newest first."""
    return (
        Award.objects.filter(case=case)
        .select_related(
            "remedy",
            "given_by",
            "approval__answered_by",
            "approval__on_behalf_of",
            "approval__requested_by",
            "approval__obligation__owner",
            "approval__counter",
            "approval__resubmitted_as",
            "offer__offered_by",
            "offer__approval__award",
            "delivery",
            "coupon",
            "payout",
        )
        .order_by("-id")
    )


def reason_given(case: Case) -> bool:
    """Whether it was said already on this case why something is offered in spite of an earlier honored error."""
    awards = Award.objects.filter(case=OuterRef("pk")).exclude(precedent_reason="")
    decisions = Decision.objects.filter(error__case=OuterRef("pk")).exclude(precedent_reason="")
    return Case.objects.filter(pk=case.pk).filter(Exists(awards) | Exists(decisions)).exists()


def caps_by_holder() -> QuerySet[Cap]:
    """All caps, for the settings page."""
    return Cap.objects.select_related("user").order_by("currency", "role", "user__name", "axis")
