"""What became of a payout, said on its case by whoever may: the verbs that REST has too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from compensation.domain import confirming
from compensation.models import Payout
from compensation.queries.payouts import visible_payouts
from desk.forms.case import PaidForm, ReasonForm
from desk.views.doors import writes
from recovery.pages import done, person


def _payout(request: HttpRequest, reference: str, pk: int) -> Payout:
    """The payout of the award ``pk`` on this case."""
    return get_object_or_404(visible_payouts(person(request)), award=pk, award__case__reference=reference.upper())


@writes
def paid(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The billing system paid it, under the reference that somebody has asked for."""
    payout, data = _payout(request, reference, pk), PaidForm(request.POST).accepted()
    confirming.confirm(payout, reference=data["reference"], by=person(request), now=timezone.now())
    return done(request, "case", reference, said="Delivered: the billing system paid it.", draft=f"paid-{pk}")


@writes
def not_paid(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The billing system did not pay it, and will not."""
    payout, data = _payout(request, reference, pk), ReasonForm(request.POST).accepted()
    confirming.fail(payout, reason=data["reason"], by=person(request), now=timezone.now())
    return done(request, "case", reference, said="Not paid. It can be delivered by hand now.", draft=f"not-paid-{pk}")


@writes
def send_again(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Have the billing system told once more of what it did not pay out."""
    confirming.send_again(_payout(request, reference, pk), by=person(request), now=timezone.now())
    return done(request, "case", reference, said="In line again. The billing system will be told.")
