"""Logging a mistake, and the screen-pop that often comes before it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.authority import Refused
from accounts.models import BusinessUnit, User
from accounts.queries import colleagues, own_currency, visible_units
from cases.domain.customers import add_customer, e164
from cases.domain.intake import log_incident
from cases.models import Case, Customer, HonoredError
from cases.queries import visible_cases, visible_incidents
from cases.queries.people import baggage_of, customers_by_phone, find_customers
from cases.queries.precedents import Precedent, for_customer, for_each
from desk.forms.log import LogForm
from desk.queries import customer_page, finding
from desk.views.doors import writes
from recovery.pages import done, person, reads


def _form(request: HttpRequest, data: Any = None, **initial: Any) -> LogForm:
    user = person(request)
    units = visible_units(user).order_by("name")
    return LogForm(data, units=units, colleagues=colleagues(user), initial=initial, auto_id="log_%s")


def _who(request: HttpRequest, values: Any) -> dict[str, Any]:
    """The customer part of the form: nobody yet, somebody we know with what comes first about them, or somebody new."""
    user = person(request)
    text = values.get("q", "").strip()[:160]
    customer = _chosen(request, values)
    context: dict[str, Any] = {"q": text, "customer": customer, "new": bool(values.get("new")) and customer is None}
    if customer is not None:
        context["baggage"] = baggage_of(customer)
        context["precedents"] = _precedents(customer, values)
        context["open_cases"] = finding.open_cases_of(user, customer)
        context["join"] = values.get("case", "")
        reach_of = {unit.pk for unit in visible_units(user)}
        context["their_units"] = [unit for unit in customer.units.all() if unit.pk in reach_of]
    elif not context["new"]:
        context["found"] = find_customers(user, text) if len(text) > 1 else []
    return context


def _chosen(request: HttpRequest, values: Any) -> Customer | None:
    given = str(values.get("customer", ""))
    known = given.isdecimal() and len(given) < 19  # what is longer is nobody's id
    return customer_page.find(person(request), int(given)) if known else None


def _precedents(customer: Customer, values: Any) -> list[Precedent]:
    """What we honored for them before; first what bears on the kind and the line that are written down so far."""
    kind, line = (values.get(name, "")[:120] for name in ("kind_of_action", "line_of_business"))
    return for_customer(customer.pk, kind_of_action=kind, line_of_business=line)


def _page(request: HttpRequest, form: LogForm, values: Any, status: int = 200) -> HttpResponse:
    recent = visible_incidents(person(request)).order_by("-id").values_list("line_of_business", "category")[:200]
    context = {
        "form": form,
        **_who(request, values),
        "lines": sorted({line for line, _ in recent if line}),
        "categories": sorted({category for _, category in recent if category}),
        "now": timezone.now(),
    }
    return render(request, "desk/log.html", context, status=status)


@reads
def log(request: HttpRequest) -> HttpResponse:
    """One form on one screen. ``q`` finds, ``customer`` chooses, ``new`` describes somebody we do not know."""
    text = request.GET.get("q", "")
    phone = request.GET.get("phone", "")
    digits = sum(letter.isdigit() for letter in text)
    is_phone = digits >= 6 and not any(letter.isalpha() for letter in text)
    initial = {
        "new_phone": phone or (text if is_phone else ""),
        "new_email": text if "@" in text else "",
        "new_name": "" if is_phone or "@" in text else text,
        "new_zone": person(request).time_zone,
        "customer": request.GET.get("customer", ""),
    }
    units = list(visible_units(person(request)).values_list("pk", flat=True)[:2])
    if len(units) == 1:
        initial["unit"] = str(units[0])
    return _page(request, _form(request, **initial), request.GET)


@reads
def log_customer(request: HttpRequest) -> HttpResponse:
    """The customer part alone, as one types, chooses or starts anew. It posts nothing and forgets nothing."""
    return log(request)


@reads
def log_precedents(request: HttpRequest) -> HttpResponse:
    """The precedents alone, as the kind of action or the line of business is chosen."""
    customer = _chosen(request, request.GET)
    if customer is None:
        raise Http404
    context = {"customer": customer, "precedents": _precedents(customer, request.GET)}
    return render(request, "desk/_log_precedents.html", context)


@writes
def log_incident_of(request: HttpRequest) -> HttpResponse:
    """Log it, for the customer chosen or the one described, all or nothing."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, request.POST, status=422)
    user, now, data = person(request), timezone.now(), form.cleaned_data
    try:
        with transaction.atomic():
            customer = _customer(request, form)
            joined = _joined(request, data["case"])
            unit: BusinessUnit | None = data["unit"]
            currency = unit.currency if unit else joined.unit.currency if joined else _currency(customer, user)
            logged = log_incident(
                customer,
                by=user,
                now=now,
                unit=unit if joined is None else None,
                case=joined,
                **form.incident(by=user, currency=currency),
            )
    except Refused as refused:
        if refused.code == "out_of_reach":
            raise
        form.refuse(refused)
        return _page(request, form, request.POST, status=422)
    said = f"Logged. {logged.case.reference} is open." if logged.opened else f"Logged in {logged.case.reference}."
    error = HonoredError.objects.filter(incident=logged.incident).first()
    if error is not None:
        there = reverse("honored-error", args=[error.pk])
        said = format_html('{} <a href="{}">Decide: stand by it, or take it back?</a>', said, there)
    return done(request, "case", logged.case.reference, said=said, draft="log")


def _customer(request: HttpRequest, form: LogForm) -> Customer:
    user, data = person(request), form.cleaned_data
    if data["customer"]:
        customer = customer_page.find(user, data["customer"])
        if customer is None:
            raise Refused("out_of_reach", "There is no such customer.")
        return customer
    if not any(data[name] for name in ("new_name", "new_phone", "new_email")):
        raise Refused("customer_needed", "Find the customer first, or describe somebody new.", "customer")
    if data["unit"] is None:
        raise Refused("unit_needed", "Choose the business unit it concerns.", "unit")
    try:
        return add_customer(
            by=user,
            now=timezone.now(),
            units=[data["unit"]],
            phones=[data["new_phone"]],
            emails=[data["new_email"]],
            preferred_name=data["new_name"],
            form_of_address=data["new_address"],
            time_zone=data["new_zone"] or user.time_zone,
        )
    except Refused as refused:
        near = {
            "phones": "new_phone",
            "emails": "new_email",
            "preferred_name": "new_name",
            "time_zone": "new_zone",
            "units": "unit",
        }
        raise Refused(refused.code, refused.reason, near.get(refused.field, refused.field)) from None


def _joined(request: HttpRequest, reference: str) -> Case | None:
    if not reference:
        return None
    case = visible_cases(person(request)).select_related("unit").filter(reference=reference).first()
    if case is None:
        raise Refused("out_of_reach", "There is no such case.")
    return case


def _currency(customer: Customer, user: User) -> str:
    """The currency of the unit that a new case will belong to. Of several, one has to be chosen, so it does not matter."""
    of_customer = visible_units(user).filter(memberships__customer=customer).order_by("id")
    return of_customer.values_list("currency", flat=True).first() or own_currency(user)


@reads
def pop(request: HttpRequest) -> HttpResponse:
    """An incoming call by its number: straight to the customer, to a choice of several, or to logging somebody new."""
    typed = request.GET.get("phone", "").strip()[:40]
    try:
        number = e164(typed if typed.startswith("+") else f"+{typed.lstrip()}")
    except Refused:
        number = ""
    found = list(customers_by_phone(person(request), number)[:10]) if number else []
    if len(found) == 1:
        return HttpResponseRedirect(reverse("customer", args=[found[0].pk]))
    if not found:
        return HttpResponseRedirect(f"{reverse('log')}?{urlencode({'new': 1, 'phone': number or typed})}")
    honored_before = {customer for customer, honored in for_each(each.pk for each in found).items() if honored}
    context = {"number": number, "customers": found, "honored_before": honored_before}
    return render(request, "desk/pop.html", context)
