"""One error in the customer's favor: what bears on it, and standing by it or taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.authority import Refused
from accounts.domain.roles import can_supervise
from accounts.money import display
from cases.domain import honored_errors
from cases.domain.letters import language_for
from cases.models import HonoredError
from compensation.domain import honoring
from compensation.forms.honored import AssessForm, HonorForm, LegalReviewForm, LetterForm, RescindForm, ReviewForm
from compensation.views.honored_page import ErrorPage, find
from recovery.forms import Form, typed
from recovery.pages import done, live, person, reads, tag, writes


def show(request: HttpRequest, error: HonoredError, *, status: int = 200, **typed_forms: Form) -> HttpResponse:
    """The page, with whatever form was sent and could not be taken in its place."""
    user, now = person(request), timezone.now()
    page = ErrorPage(error, user=user, now=now)
    version = {"version": error.version}
    cost = error.cost_minor if error.cost_minor else error.value_minor
    forms: dict[str, Form] = {
        "assess": AssessForm(initial=AssessForm.initial_of(error), auto_id="assess-%s"),
        "honor": HonorForm(initial={**version, "cost_minor": typed(cost, page.currency)}, auto_id="honor-%s"),
        "rescind": RescindForm(initial=version, auto_id="rescind-%s"),
        "legal": LegalReviewForm(auto_id="legal-%s"),
        "review": ReviewForm(auto_id="review-%s"),
        "letter": LetterForm(initial={"language": language_for(error.customer.language)}, auto_id="letter-%s"),
    }
    context = {
        "page": page,
        "error": error,
        "customer": error.customer,
        "case": error.case,
        "forms": {**forms, **typed_forms},
        "sent": next(iter(typed_forms), ""),
        "supervises": bool(can_supervise(user)),
        "etag": tag(page.token, user),
        "now": now,
    }
    return render(request, "compensation/honored/error.html", context, status=status)


@reads
def error(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that bears on the decision, on one page; afterwards the call, the proof and the review."""
    return show(request, find(person(request), pk))


@reads
def error_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it stands, kept fresh while one reads."""
    found, user, now = find(person(request), pk), person(request), timezone.now()
    page = ErrorPage(found, user=user, now=now)

    def context() -> dict[str, Any]:
        seen = request.GET.get("seen", "")
        return {"page": page, "error": found, "now": now, "moved": seen and seen != str(found.version)}

    return live(request, "compensation/honored/_state.html", context, page.token)


def _take(
    request: HttpRequest, pk: int, name: str, form: Form, verb: Callable[[HonoredError], str], draft: str
) -> HttpResponse:
    """Check the form, do it, and show the page anew; what is refused stands beside its field with every word kept."""
    found = find(person(request), pk)
    if not form.is_valid():
        return show(request, found, status=422, **{name: form})
    try:
        said = verb(found)
    except Refused as refused:
        if not form.takes(refused):
            raise
        form.refuse(refused)
        return show(request, find(person(request), pk), status=422, **{name: form})
    return done(request, "honored-error", pk, said=said, draft=f"{draft}-{pk}")


@writes
def assess(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is known of it."""
    form = AssessForm(request.POST, auto_id="assess-%s")

    def verb(found: HonoredError) -> str:
        version = form.cleaned_data["version"]
        given = form.particulars(kept=found.currency) if found.call_made_at is None else form.told_in()
        kept = honored_errors.assess(found, by=person(request), now=timezone.now(), version=version, **given)
        return " ".join(["Kept.", *honored_errors.to_weigh(kept)])

    return _take(request, pk, "assess", form, verb, "assess")


@writes
def honor(request: HttpRequest, pk: int) -> HttpResponse:
    """Stand by it."""
    form = HonorForm(request.POST, auto_id="honor-%s")

    def verb(found: HonoredError) -> str:
        data = form.cleaned_data
        currency = found.currency or found.unit.currency
        decision = honoring.honor(
            found,
            by=person(request),
            now=timezone.now(),
            cost_minor=form.costs(currency),
            currency=currency,
            reason=data["reason"],
            precedent_reason=data["precedent_reason"],
            version=data["version"],
        )
        cost = f" It costs us {display(decision.cost_minor, decision.currency)}." if decision.cost_minor else ""
        return f"We honor it.{cost} Now {found.customer.greeting} has to hear of it."

    return _take(request, pk, "honor", form, verb, "honor")


@writes
def rescind(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back."""
    form = RescindForm(request.POST, auto_id="rescind-%s")

    def verb(found: HonoredError) -> str:
        data = form.cleaned_data
        honoring.rescind(found, reason=data["reason"], version=data["version"], by=person(request), now=timezone.now())
        return f"We take it back. Now {found.customer.greeting} has to hear of it, and what they can do."

    return _take(request, pk, "rescind", form, verb, "rescind")


@writes
def legal_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what counsel said."""
    form = LegalReviewForm(request.POST, auto_id="legal-%s")

    def verb(found: HonoredError) -> str:
        honoring.record_legal_review(found, by=person(request), now=timezone.now(), **form.cleaned_data)
        return "What counsel said is on record."

    return _take(request, pk, "legal", form, verb, "legal")
