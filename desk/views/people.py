"""A customer's whole story, the edit of their particulars, and the list of cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.authority import ChangedMeanwhile, Refused
from cases.domain.customers import change_customer
from cases.models import Customer
from desk.forms.people import CasesFilter, CustomerForm
from desk.queries import customer_page, finding
from recovery.pages import done, edits, person, reads


def _customer(request: HttpRequest, pk: int) -> Customer:
    customer = customer_page.find(person(request), pk)
    if customer is None:
        raise Http404
    return customer


@reads
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything we ever did to and for them, and whether we owned up."""
    shown, now = _customer(request, pk), timezone.now()
    page = customer_page.read(shown, user=person(request), now=now)
    return render(request, "desk/customer.html", {"page": page, "customer": shown, "now": now})


@edits
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Particulars. When somebody else was quicker, the writer is told what changed and keeps their own words."""
    shown = _customer(request, pk)
    if request.method == "GET":
        return _edit(request, shown, CustomerForm(initial=CustomerForm.initial_of(shown)))
    form = CustomerForm(request.POST)
    if not form.is_valid():
        return _edit(request, shown, form, status=422)
    try:
        given = form.particulars()
        version = given.pop("version")
        change_customer(shown, by=person(request), now=timezone.now(), version=version or 0, **given)
    except ChangedMeanwhile as meanwhile:
        form.retype("version", meanwhile.details["version"])
        return _edit(request, shown, form, status=422, meanwhile=meanwhile)
    except Refused as refused:
        form.refuse(refused)
        return _edit(request, shown, form, status=422)
    return done(request, "customer", shown.pk, said="Kept.", draft=f"customer-{shown.pk}")


def _edit(
    request: HttpRequest,
    shown: Customer,
    form: CustomerForm,
    *,
    status: int = 200,
    meanwhile: ChangedMeanwhile | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"customer": shown, "form": form, "meanwhile": meanwhile}
    if meanwhile is not None:
        shown.refresh_from_db()
        theirs = CustomerForm.initial_of(shown)
        fields = {name for change in meanwhile.details["changes"] for name in change["fields"]}
        context["theirs"] = [
            (form.fields[name].label, "\n".join(theirs[name]) if isinstance(theirs[name], list) else theirs[name])
            for name in form.fields
            if name in fields and name in theirs
        ]
    return render(request, "desk/customer_edit.html", context, status=status)


@reads
def cases(request: HttpRequest) -> HttpResponse:
    """Cases newest first, filtered, a page at a time. A reference goes straight to its case."""
    form = CasesFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if wanted.get("q"):
        case = finding.case_by_reference(person(request), wanted["q"])
        if case is not None:
            return HttpResponseRedirect(reverse("case", args=[case.reference]))
    page = finding.list_cases(
        person(request), wanted, before=request.GET.get("before", ""), after=request.GET.get("after", "")
    )
    kept = {name: value for name, value in wanted.items() if value}
    context = {
        "form": form,
        "page": page,
        "wanted": kept,
        "older": f"?{urlencode({**kept, 'before': page.older})}" if page.older else "",
        "newer": f"?{urlencode({**kept, 'after': page.newer})}" if page.newer else "",
        "now": timezone.now(),
    }
    return render(request, "desk/cases.html", context)
