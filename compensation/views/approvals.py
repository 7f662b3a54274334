"""Requests above a rep's cap, and a supervisor's answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain.roles import can_supervise
from accounts.enums import Role
from accounts.models import User
from accounts.money import display
from compensation.domain import approvals
from compensation.domain.gauges import approvable, gauges_in
from compensation.forms.money import ApproveForm, DeclineForm
from compensation.models import Approval
from compensation.queries import answered, asked_by, in_one_glance, visible_approvals, waiting_approvals
from recovery.pages import done, live, person, reads, tag, writes

SHOWN = 50
ANSWERED_SHOWN = 12


def _waiting(user: User) -> tuple[list[Approval], list[Approval], str]:
    """What waits and what was answered, and a token that changes whenever either does."""
    now = timezone.now()
    waiting = asked_by(user, now=now) if user.role == Role.REP else waiting_approvals(user, now=now)
    shown, older = list(waiting[:SHOWN]), list(answered(user)[:ANSWERED_SHOWN])
    token = "|".join(f"{each.pk}.{each.status}.{each.award.case.version}" for each in (*shown, *older))
    return shown, older, token


def _approvals(user: User, waiting: list[Approval], older: list[Approval]) -> dict[str, Any]:
    now, supervises = timezone.now(), can_supervise(user)
    asks = in_one_glance([*waiting, *older])
    currencies = {approval.currency for approval in waiting} if supervises else set()
    measured = gauges_in(user, currencies, now=now)
    answer_in = timedelta(minutes=settings.RECOVERY["APPROVAL_ANSWER_MINUTES"])
    cards = [
        {
            "ask": ask,
            "can": approvals.can_answer(user, ask.approval, now=now),
            "own_cap": approvable(ask.approval.asked_minor, measured.get(ask.approval.currency, [])),
            "late": ask.approval.requested_at + answer_in < now,
            # The title of a case is often the beginning of its story: it is not said twice.
            "told": ask.story.startswith(ask.approval.award.case.title.rstrip("….")[:60]),
            "approve": ApproveForm(auto_id=f"approve-{ask.approval.pk}-%s"),
            "decline": DeclineForm(auto_id=f"decline-{ask.approval.pk}-%s"),
        }
        for ask in asks[: len(waiting)]
    ]
    return {
        "cards": cards,
        "answered": asks[len(waiting) :],
        "supervises": bool(supervises),
        "now": now,
        "more": len(waiting) == SHOWN,
    }


@reads
def approvals_page(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the longest waiting first; for a rep, what they asked for."""
    user = person(request)
    waiting, older, token = _waiting(user)
    context = _approvals(user, waiting, older)
    return render(request, "compensation/approvals.html", {**context, "etag": tag(token, user)})


@reads
def approvals_live(request: HttpRequest) -> HttpResponse:
    user = person(request)
    waiting, older, token = _waiting(user)
    return live(request, "compensation/_approvals.html", lambda: _approvals(user, waiting, older), token)


@writes
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve all of it, or less of it."""
    approval, user, form = _approval(request, pk), person(request), ApproveForm(request.POST)
    if not form.is_valid():
        return _answer_again(request, approval, approve=form)
    try:
        given = approvals.approve(
            approval,
            amount_minor=form.granted(approval.currency),
            note=form.cleaned_data["note"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _answer_again(request, approval, approve=form)
    granted = display(given.granted_minor or 0, given.currency)
    return _answered(request, f"Approved: {granted} for {given.award.customer.greeting}.")


@writes
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    approval, user, form = _approval(request, pk), person(request), DeclineForm(request.POST)
    if not form.is_valid():
        return _answer_again(request, approval, decline=form)
    try:
        approvals.decline(approval, reason=form.cleaned_data["reason"], by=user, now=timezone.now())
    except Refused as refused:
        if refused.field not in form.fields:
            raise
        form.refuse(refused)
        return _answer_again(request, approval, decline=form)
    return _answered(request, f"Declined. {approval.requested_by.get_short_name()} has been told why.")


def _approval(request: HttpRequest, pk: int) -> Approval:
    mine = visible_approvals(person(request)).select_related("award", "award__case", "award__customer", "requested_by")
    return get_object_or_404(mine, pk=pk)


def _answered(request: HttpRequest, said: str) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return done(request, "approvals", said=said)
    messages.success(request, said)
    user = person(request)
    waiting, older, token = _waiting(user)
    context = {**_approvals(user, waiting, older), "etag": tag(token, user), "speaks": True}
    return render(request, "compensation/_approvals.html", context)


def _answer_again(request: HttpRequest, approval: Approval, **typed: ApproveForm | DeclineForm) -> HttpResponse:
    """The list again, with what was typed and what is wrong with it, in its place."""
    user = person(request)
    waiting, older, token = _waiting(user)
    context = {**_approvals(user, waiting, older), "etag": tag(token, user)}
    for card in context["cards"]:
        if card["ask"].approval.pk == approval.pk:
            for name, form in typed.items():
                form.auto_id = card[name].auto_id
                card[name] = form
    partial = getattr(request, "htmx", False)
    template = "compensation/_approvals.html" if partial else "compensation/approvals.html"
    return render(request, template, context, status=422)
