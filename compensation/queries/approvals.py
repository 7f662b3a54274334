"""Reads of what waits for an answer, and of what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from accounts.enums import Role
from cases.models import Incident
from cases.queries import visible_cases
from compensation.enums import ApprovalStatus
from compensation.models import Approval
from journal.enums import EventType
from journal.models import Event


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


@dataclass(frozen=True)
class Ask:
    """An approval with its case in one glance: the story, what was asked for and why, and what came before."""

    approval: Approval
    story: str
    note: str
    past_incidents: int
    answer: str = ""


def in_one_glance(approvals: list[Approval]) -> list[Ask]:
    """What somebody needs to answer each of these, or to read how it was answered. Three queries, however many."""
    of_cases = Incident.objects.filter(case_id__in={each.award.case_id for each in approvals}).order_by("-id")
    stories = {
        case: theirs or ours for case, theirs, ours in of_cases.values_list("case", "customer_words", "our_words")
    }
    customers = {each.award.customer_id for each in approvals}
    every = Incident.objects.filter(customer__in=customers).values("customer", "case").annotate(count=Count("id"))
    past = [(row["customer"], row["case"], row["count"]) for row in every.order_by()]
    asked = EventType.AWARD_REQUESTED
    told = Event.objects.filter(
        subject_kind="award",
        subject_id__in=[each.award_id for each in approvals],
        type__in=[asked, EventType.AWARD_APPROVED, EventType.AWARD_DECLINED],
    ).values_list("subject_id", "type", "words__body")
    words = {(award, type_ == asked): body or {} for award, type_, body in told}
    return [
        Ask(
            approval=each,
            story=stories.get(each.award.case_id, ""),
            note=words.get((each.award_id, True), {}).get("note", ""),
            past_incidents=sum(
                n for who, case, n in past if who == each.award.customer_id and case != each.award.case_id
            ),
            answer=" ".join(filter(None, map(words.get((each.award_id, False), {}).get, ("note", "reason")))),
        )
        for each in approvals
    ]


def asked_by(user: Any, *, now: datetime) -> QuerySet[Approval]:
    """What this user asked for that still waits, longest waiting first."""
    waiting = Approval.objects.filter(requested_by=user, status=ApprovalStatus.WAITING, expires_at__gt=now)
    return with_particulars(waiting).order_by("requested_at", "id")


def answered(user: Any) -> QuerySet[Approval]:
    """What waits no more, the newest requests first: a rep's own, and all in a supervisor's or administrator's reach."""
    approvals = Approval.objects.filter(requested_by=user) if user.role == Role.REP else visible_approvals(user)
    return with_particulars(approvals.exclude(status=ApprovalStatus.WAITING)).order_by("-id")


def answered_since(user: Any, since: datetime) -> QuerySet[Approval]:
    """Answers to what this user asked for."""
    answered = Approval.objects.filter(requested_by=user, answered_at__gte=since)
    return with_particulars(answered).order_by("-answered_at")


def expired_approvals(*, now: datetime) -> QuerySet[Approval]:
    """Approvals that still reserve though nobody answered them in time, oldest first. For the sweep."""
    return Approval.objects.filter(status=ApprovalStatus.WAITING, expires_at__lte=now).order_by("expires_at", "id")
