"""Requests above a rep's cap, and the answers to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from accounts.domain.roles import can_supervise
from accounts.enums import Role
from accounts.models import User
from accounts.money import display
from compensation.domain import approvals, offers
from compensation.domain.approvers import within_caps
from compensation.domain.askers import askers_of
from compensation.domain.deputies import stood_in_for
from compensation.forms.approvals import ApproveForm, DeclineForm, InsteadForm
from compensation.models import Approval, CounterOffer, Remedy
from compensation.queries import (
    answered,
    in_one_glance,
    open_offers_to,
    to_answer,
    visible_approvals,
    with_particulars,
)
from compensation.queries.answer_times import answer_times
from compensation.queries.awards import catalog
from recovery.forms import Form
from recovery.pages import done, live, person, reads, tag, writes

SHOWN = 50
ANSWERED_SHOWN = 12
MEASURED = timedelta(days=30)


class _Lists:
    """What waits for somebody and what was answered, and a token that changes whenever either does."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self.waiting = list(to_answer(user, now=now)[:SHOWN])
        self.older = list(answered(user)[:ANSWERED_SHOWN])
        # A supervisor who was offered something finds it on the desk and on the case.
        self.offers = list(open_offers_to(user, now=now)[:SHOWN]) if user.role == Role.REP else []

    @property
    def token(self) -> str:
        rows = (*self.waiting, *self.older)
        told = [f"{each.pk}.{each.status}.{each.version}.{each.obligation.owner_id}.{each.goes_up_at}" for each in rows]
        return "|".join([*told, *(f"{offer.pk}.{offer.version}" for offer in self.offers)])

    def context(self) -> dict[str, Any]:
        user, now = self.user, self.now
        supervises = can_supervise(user)
        asks = in_one_glance([*self.waiting, *self.older])
        deputizes, askers = stood_in_for(user, now=now), askers_of(self.waiting)
        fits = within_caps(user, self.waiting, deputizes=deputizes, askers=askers, now=now)
        lines = list(catalog()) if self.waiting and (supervises or deputizes) else []
        cards = []
        for ask in asks[: len(self.waiting)]:
            approval = ask.approval
            cards.append(
                {
                    "ask": ask,
                    "can": approvals.can_answer(
                        user, approval, now=now, deputizes=deputizes, askers=askers[approval.pk]
                    ),
                    "own_cap": fits[approval.pk],
                    "late": approval.obligation.due_end < now,
                    # The title of a case is often the beginning of its story: it is not said twice.
                    "told": ask.story.startswith(approval.award.case.title.rstrip("….")[:60]),
                    "approve": ApproveForm(auto_id=f"approve-{approval.pk}-%s"),
                    "decline": DeclineForm(auto_id=f"decline-{approval.pk}-%s"),
                    "instead": InsteadForm(remedies=_instead(lines, approval), auto_id=f"instead-{approval.pk}-%s"),
                }
            )
        return {
            "cards": cards,
            "answered": asks[len(self.waiting) :],
            "offers": [(offer, offers.can_take(user, offer, now=now)) for offer in self.offers],
            "supervises": bool(supervises),
            "times": answer_times(user, since=now - MEASURED) if supervises else [],
            "now": now,
            "more": len(self.waiting) == SHOWN,
        }


def _instead(lines: list[Remedy], approval: Approval) -> list[Remedy]:
    """What may be offered instead: the rest of the catalog, in the currency of the case's unit."""
    currency = approval.award.case.unit.currency
    return [line for line in lines if line.currency in ("", currency) and line.pk != approval.award.remedy_id]


def _lists(request: HttpRequest) -> _Lists:
    return _Lists(person(request), timezone.now())


@reads
def approvals_page(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the longest waiting first; for a rep, what they asked for."""
    lists = _lists(request)
    return render(request, "compensation/approvals.html", {**lists.context(), "etag": tag(lists.token, lists.user)})


@reads
def approvals_live(request: HttpRequest) -> HttpResponse:
    lists = _lists(request)
    return live(request, "compensation/_approvals.html", lists.context, lists.token)


@writes
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve all of it, or less of it."""
    approval, form = _approval(request, pk), ApproveForm(request.POST)

    def work(by: User, now: datetime) -> str:
        amount, data = form.granted(approval.currency), form.cleaned_data
        given = approvals.approve(
            approval, amount_minor=amount, note=data["note"], version=data["version"], by=by, now=now
        )
        granted = display(given.granted_minor or 0, given.currency)
        return f"Approved: {granted} for {given.award.customer.greeting}."

    return _answer(request, approval, form, "approve", work)


@writes
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    approval, form = _approval(request, pk), DeclineForm(request.POST)

    def work(by: User, now: datetime) -> str:
        data = form.cleaned_data
        approvals.decline(approval, reason=data["reason"], version=data["version"], by=by, now=now)
        return f"Declined. {approval.requested_by.get_short_name()} has been told why."

    return _answer(request, approval, form, "decline", work)


@writes
def counter(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer another remedy instead."""
    approval = _approval(request, pk)
    form = InsteadForm(request.POST, remedies=_instead(list(catalog()), approval))

    def work(by: User, now: datetime) -> str:
        offer: CounterOffer = offers.counter(
            approval,
            remedy=form.chosen,
            amount_minor=form.amount(approval.currency),
            note=form.cleaned_data["note"],
            version=form.cleaned_data["version"],
            by=by,
            now=now,
        )
        return f"Offered instead: {offer.award.remedy_name}. {approval.requested_by.get_short_name()} has been told."

    return _answer(request, approval, form, "instead", work)


def _approval(request: HttpRequest, pk: int) -> Approval:
    return get_object_or_404(with_particulars(visible_approvals(person(request))), pk=pk)


def _answer(
    request: HttpRequest, approval: Approval, form: Form, name: str, work: Callable[[User, datetime], str]
) -> HttpResponse:
    """Do it and show the list anew; what is wrong with what was typed is told beside it, and nothing of it is lost."""
    if not form.is_valid():
        return _again(request, approval, name, form)
    try:
        said = work(person(request), timezone.now())
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return _again(request, approval, name, form, refused)
    if not getattr(request, "htmx", False):
        return done(request, "approvals", said=said)
    messages.success(request, said)
    lists = _lists(request)
    context = {**lists.context(), "etag": tag(lists.token, lists.user), "speaks": True}
    return render(request, "compensation/_approvals.html", context)


def _again(
    request: HttpRequest, approval: Approval, name: str, form: Form, refused: Refused | None = None
) -> HttpResponse:
    """The list again, with what was typed and what is wrong with it, in its place."""
    lists = _lists(request)
    context = {**lists.context(), "etag": tag(lists.token, lists.user)}
    for card in context["cards"]:
        if card["ask"].approval.pk == approval.pk:
            form.auto_id = card[name].auto_id
            card[name], card["meanwhile"] = form, refused if isinstance(refused, ChangedMeanwhile) else None
    partial = getattr(request, "htmx", False)
    template = "compensation/_approvals.html" if partial else "compensation/approvals.html"
    return render(request, template, context, status=422)
