"""Reads of what has been given, what waits for an answer, and what is left of the caps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Role
from cases.models import Case
from cases.queries import visible_cases
from compensation.enums import ApprovalStatus
from compensation.models import Approval, Award, Cap, LedgerEntry, Remedy


def catalog() -> QuerySet[Remedy]:
    """The remedies that may be given now."""
    return Remedy.objects.filter(active=True)


def visible_awards(user: Any) -> QuerySet[Award]:
    """Awards on cases in reach."""
    if user.role == Role.ADMIN:
        return Award.objects.all()
    return Award.objects.filter(case__in=visible_cases(user))


def visible_approvals(user: Any) -> QuerySet[Approval]:
    """Approvals of awards on cases in reach."""
    if user.role == Role.ADMIN:
        return Approval.objects.all()
    return Approval.objects.filter(award__case__in=visible_cases(user))


def with_particulars(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """Approvals with all that a supervisor needs to answer them, in one query."""
    return approvals.select_related(
        "award", "award__remedy", "award__case", "award__case__owner", "award__customer", "requested_by", "answered_by"
    )


def waiting_approvals(user: Any, *, now: datetime) -> QuerySet[Approval]:
    """Approvals that can still be answered, longest waiting first, the user's own among them."""
    waiting = visible_approvals(user).filter(status=ApprovalStatus.WAITING, expires_at__gt=now)
    return with_particulars(waiting).order_by("requested_at", "id")


def answered_since(user: Any, since: datetime) -> QuerySet[Approval]:
    """Answers to what this user asked for."""
    answered = Approval.objects.filter(requested_by=user, answered_at__gte=since)
    return with_particulars(answered).order_by("-answered_at")


def awards_of(case: Case) -> QuerySet[Award]:
    """What has been given, asked for and taken back on a case, newest first."""
    return (
        Award.objects.filter(case=case)
        .select_related("remedy", "given_by", "approval", "approval__answered_by", "delivery")
        .order_by("-id")
    )


def caps_by_holder() -> QuerySet[Cap]:
    """All caps, for the settings page."""
    return Cap.objects.select_related("user").order_by("currency", "role", "user__name", "axis")


def ledger_of(award: Award) -> QuerySet[LedgerEntry]:
    """An award's entries, oldest first."""
    return LedgerEntry.objects.filter(award=award).select_related("by").order_by("id")
