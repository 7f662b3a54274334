"""Reads of what has been given, what waits for an answer, what is left of the caps, and what was decided of errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.enums import Role
from cases.models import Case, Disclosure, DisclosureAttempt, HonoredError, Incident, Letter, Reassignment
from cases.queries import visible_cases, visible_errors
from compensation.enums import ApprovalStatus
from compensation.models import Approval, Award, Cap, Decision, LedgerEntry, LegalReview, Remedy, RescissionRule
from journal.enums import EventType
from journal.models import Event


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


def awards_of(case: Case) -> QuerySet[Award]:
    """What has been given, asked for and taken back on a case, newest first."""
    return (
        Award.objects.filter(case=case)
        .select_related("remedy", "given_by", "approval", "approval__answered_by", "delivery")
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


def ledger_of(award: Award) -> QuerySet[LedgerEntry]:
    """An award's entries, oldest first."""
    return LedgerEntry.objects.filter(award=award).select_related("by").order_by("id")


def expired_approvals(*, now: datetime) -> QuerySet[Approval]:
    """Approvals that still reserve though nobody answered them in time, oldest first. For the sweep."""
    return Approval.objects.filter(status=ApprovalStatus.WAITING, expires_at__lte=now).order_by("expires_at", "id")


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


def entries_of(error: HonoredError) -> QuerySet[LedgerEntry]:
    """What an error's decisions have entered in the ledger, oldest first."""
    return LedgerEntry.objects.filter(decision__error=error).select_related("by", "rep").order_by("id")


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
