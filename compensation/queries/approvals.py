"""Reads of what waits for an answer, and of what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.enums import Role
from accounts.queries import SERVING, staff, there
from cases.models import Incident
from cases.queries.reach import customer_in_reach
from compensation.enums import ApprovalStatus, OfferStatus
from compensation.models import Approval, CounterOffer, Deputy
from journal.enums import EventType
from journal.models import Event


def visible_approvals(user: Any) -> QuerySet[Approval]:
    """Approvals of awards on cases in reach, asked approval by approval: what waits is read by its index, whatever else
    there is in reach."""
    if user.role == Role.ADMIN:
        return Approval.objects.all()
    return Approval.objects.filter(customer_in_reach(user, "award__case__customer"))


def with_particulars(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """Approvals with all that a supervisor needs to answer them, in one query."""
    return approvals.select_related(
        "award", "award__remedy", "award__case", "award__case__owner", "award__case__unit", "award__customer",
        "requested_by", "answered_by", "on_behalf_of", "routed_to", "obligation__owner", "counter__award",
        "counter__obligation", "resubmits__award", "resubmits__answered_by", "resubmits__requested_by",
        "resubmitted_as",
    )  # fmt: skip


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
    earlier: str = ""


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
        subject_id__in=[
            *(each.award_id for each in approvals),
            *(each.resubmits.award_id for each in approvals if each.resubmits),
        ],
        type__in=[asked, EventType.AWARD_APPROVED, EventType.AWARD_DECLINED, EventType.AWARD_COUNTERED],
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
            answer=_answer(words, each.award_id),
            earlier=_answer(words, each.resubmits.award_id) if each.resubmits else "",
        )
        for each in approvals
    ]


def _answer(words: dict[tuple[int, bool], dict[str, str]], award_id: int) -> str:
    return " ".join(filter(None, map(words.get((award_id, False), {}).get, ("note", "reason"))))


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


def in_vain(cases: Iterable[int]) -> QuerySet[Approval]:
    """What was asked for on these cases and not, or not all of it, given."""
    return Approval.objects.filter(award__case__in=list(cases)).exclude(status=ApprovalStatus.APPROVED)


def asked_in_vain(cases: Iterable[int]) -> Iterable[tuple[int, int, int]]:
    """What was asked for on these cases and not, or not all of it, given: the case, the request and who asked, as ids."""
    return in_vain(cases).values_list("award__case", "id", "requested_by")


def to_answer(user: Any, *, now: datetime) -> QuerySet[Approval]:
    """What this user may have to answer, longest waiting first, and what they asked for: supervisors what waits in their
    reach, others what was put before them in somebody's place."""
    if user.role != Role.REP:
        return waiting_approvals(user, now=now)
    mine = visible_approvals(user).filter(Q(obligation__owner=user) | Q(requested_by=user))
    waiting = mine.filter(status=ApprovalStatus.WAITING, expires_at__gt=now)
    return with_particulars(waiting).order_by("requested_at", "id")


def to_go_up(*, now: datetime) -> QuerySet[Approval]:
    """Requests for whose answer the next person is to be asked: it is time, or whoever has it cannot answer now.

    A supervisor of the unit can who is there, and the deputy, if they are, of one who is not.
    """
    waiting = Approval.objects.filter(status=ApprovalStatus.WAITING, expires_at__gt=now)
    owner, unit = OuterRef("obligation__owner"), OuterRef("award__unit")
    answers = staff(Role.SUPERVISOR).filter(there(now), pk=owner, team__units=unit)
    stands_in = deputies_in_force(now=now).filter(
        deputy=owner,
        deputy__in=staff(*SERVING).filter(there(now)),
        deputy__team__units=unit,
        principal__in=staff(Role.SUPERVISOR).exclude(there(now)),
        principal__team__units=unit,
    )
    cannot = ~Exists(answers) & ~Exists(stands_in)
    return waiting.filter(Q(goes_up_at__lte=now) | cannot).order_by(F("goes_up_at").asc(nulls_last=True), "id")


def visible_offers(user: Any) -> QuerySet[CounterOffer]:
    """Offers of another remedy on cases in reach."""
    if user.role == Role.ADMIN:
        return CounterOffer.objects.all()
    return CounterOffer.objects.filter(customer_in_reach(user, "award__case__customer"))


def offers_with_particulars(offers: QuerySet[CounterOffer]) -> QuerySet[CounterOffer]:
    """Offers with what was asked for and what is offered, in one query."""
    return offers.select_related(
        "award__remedy", "award__case", "award__customer", "approval__award", "offered_by", "offered_to", "ended_by"
    )


def open_offers_to(user: Any, *, now: datetime) -> QuerySet[CounterOffer]:
    """What this user has to take up or leave, the oldest first."""
    mine = CounterOffer.objects.filter(obligation__owner=user, status=OfferStatus.OPEN, expires_at__gt=now)
    return offers_with_particulars(mine).order_by("offered_at", "id")


def expired_offers(*, now: datetime) -> QuerySet[CounterOffer]:
    """Offers that still reserve though nobody took them up in time, oldest first. For the sweep."""
    return CounterOffer.objects.filter(status=OfferStatus.OPEN, expires_at__lte=now).order_by("expires_at", "id")


def deputies_in_force(*, now: datetime) -> QuerySet[Deputy]:
    """Who stands in for whom now."""
    return Deputy.objects.filter(starts_at__lte=now, ends_at__gt=now).select_related("principal", "deputy")


def expired_approvals(*, now: datetime) -> QuerySet[Approval]:
    """Approvals that still reserve though nobody answered them in time, oldest first. For the sweep."""
    return Approval.objects.filter(status=ApprovalStatus.WAITING, expires_at__lte=now).order_by("expires_at", "id")
