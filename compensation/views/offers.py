"""What the rep does with an answer: take up another remedy, leave it, or ask again. All of it from the case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from compensation.domain import offers, resubmitting
from compensation.enums import AwardStatus
from compensation.forms.approvals import InsteadForm, TakeForm
from compensation.models import CounterOffer
from compensation.queries import offers_with_particulars, visible_approvals, visible_offers, with_particulars
from compensation.queries.awards import catalog
from recovery.pages import done, person, writes


def _offer(request: HttpRequest, pk: int) -> CounterOffer:
    return get_object_or_404(offers_with_particulars(visible_offers(person(request))), pk=pk)


@writes
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up what was approved instead, in one step."""
    offer, data = _offer(request, pk), TakeForm(request.POST).accepted()
    offers.take(offer, note=data["note"], version=data["version"], by=person(request), now=timezone.now())
    case, what = offer.award.case, offer.award.remedy_name
    return done(request, "case", case.reference, said=f"Taken up: {what}.")


@writes
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    offer, data = _offer(request, pk), TakeForm(request.POST).accepted()
    offers.leave(offer, reason=data["reason"], version=data["version"], by=person(request), now=timezone.now())
    told = offer.offered_by.get_short_name()
    return done(request, "case", offer.award.case.reference, said=f"Not taken up. {told} has been told.")


@writes
def resubmit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask again: another amount, another remedy, or more to say for it."""
    user, now = person(request), timezone.now()
    approval = get_object_or_404(with_particulars(visible_approvals(user)), pk=pk)
    before = approval.award.remedy
    form = InsteadForm(request.POST, remedies=[before, *catalog().exclude(pk=before.pk)])
    form.fields["remedy"].required = False
    data = form.accepted()
    remedy = form.chosen if data["remedy"] else None
    if remedy is None:
        form.cleaned_data["remedy"] = str(before.pk)
    award = resubmitting.resubmit(
        approval,
        remedy=remedy,
        amount_minor=form.amount(approval.currency),
        note=data["note"],
        version=data["version"],
        by=user,
        now=now,
    )
    asked = award.status == AwardStatus.AWAITING_APPROVAL
    said = "Asked again. The answer comes to your desk." if asked else f"Given: {award.remedy_name}."
    return done(request, "case", approval.award.case.reference, said=said, draft=f"resubmit-{pk}")
