"""What a figure was counted from: the facts, and what is owed and late by the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models import Obligation
from cases.queries import visible_customers
from insights import queries
from insights.domain import figures
from insights.enums import Measure
from insights.forms import FactsForm, OwedForm
from insights.views.choosing import chosen
from journal.keyset import NotAMarkError, Order, Row, Window, window
from recovery.pages import person, reads

# What the errors in a customer's favor were counted as is read on a page of its own.
OF_ERRORS = frozenset(queries.OF_ERRORS)
OF_LOTS = frozenset(queries.OF_LOTS)


@reads
def facts(request: HttpRequest) -> HttpResponse:
    """What a figure was counted from: one row for each thing that was counted."""
    window_, context = chosen(request)
    form = FactsForm(request.GET)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    measure, history, customer = Measure(asked["measure"]), asked["history"], asked["customer"]
    if measure in OF_LOTS:
        window_ = replace(window_, rep=None)
    keys = request.GET.getlist("key")
    counted = queries.behind(person(request), window_, measure, keys, historical=history)
    if customer:
        counted = counted.filter(customer=customer)
    if asked["again"]:
        counted = counted.filter(customer__in=list(queries.beneficiaries(window_).several))
    page = _page(counted, queries.NEWEST, asked)
    same = urlencode(
        [
            ("measure", measure.value),
            *(("key", key) for key in keys),
            *([("history", "1")] if history else []),
            *([("customer", customer)] if customer else []),
            *([("again", "1")] if asked["again"] else []),
        ]
    )
    context |= {
        "measure": measure,
        "rows": [(fact, _said(measure, fact.key, context)) for fact in page.rows],
        "keys": [_said(measure, key, context) for key in keys][:4],
        "history": history,
        "again": asked["again"],
        "back": _back(measure),
        **_pager(page, f"?{context['base']}&{same}"),
    }
    if customer or asked["again"]:
        context["n"] = counted.count()
    else:
        read = queries.sums(window_, measure)
        of = read.history if history else read.counts
        context["n"] = sum(n for (_, key), n in of.items() if not keys or key in keys)
    return render(request, "insights/facts.html", context)


@reads
def overdue(request: HttpRequest) -> HttpResponse:
    """Promises that are missed by the clock and still open, the longest overdue first."""
    window_, context = chosen(request)
    owed = queries.overdue_promises(window_, due_before=figures.missed_before(context["now"]))
    context |= {
        "title": "Promises overdue now",
        "said": "Their time and its grace have passed, and nobody has kept them yet.",
        "late": True,
        "back": "insights",
    }
    return _owed(request, owed, context)


@reads
def owed_calls(request: HttpRequest) -> HttpResponse:
    """Calls still owed to customers about errors in their favor, the longest overdue or the soonest due first."""
    window_, context = chosen(request)
    form = OwedForm(request.GET)
    form.is_valid()
    late = bool(form.cleaned_data.get("late"))
    context |= {
        "title": "Calls overdue now" if late else "Calls still owed",
        "said": "These customers should have been told by now."
        if late
        else "There is still time to tell these customers.",
        "late": late,
        "back": "insights-honored",
    }
    return _owed(request, queries.owed_calls(window_, late=late, now=context["now"]), context)


def _owed(request: HttpRequest, owed: QuerySet[Obligation], context: dict[str, Any]) -> HttpResponse:
    form = OwedForm(request.GET)
    form.is_valid()
    shown = owed.filter(customer__in=visible_customers(person(request))).select_related("case", "customer", "owner")
    page = _page(shown, queries.LONGEST_OVERDUE, form.cleaned_data)
    here = f"?{context['base']}&late=1" if context["late"] else f"?{context['base']}"
    context |= {"owed": page.rows, "n": owed.count(), **_pager(page, here)}
    return render(request, "insights/owed.html", context)


def _page(rows: QuerySet[Row], order: Order, asked: dict[str, Any]) -> Window[Row]:
    try:
        return window(rows, order, size=queries.PAGE, after=asked.get("after", ""), before=asked.get("before", ""))
    except NotAMarkError:
        raise Http404 from None


def _pager(page: Window[Any], here: str) -> dict[str, str]:
    return {
        "older": f"{here}&after={page.further}" if page.further else "",
        "newer": f"{here}&before={page.back}" if page.back else "",
    }


def _back(measure: Measure) -> str:
    if measure in OF_LOTS:
        return "insights-calls"
    return "insights-honored" if measure in OF_ERRORS else "insights"


def _said(measure: Measure, key: str, context: dict[str, Any]) -> str:
    """A key in words."""
    if measure in (Measure.CAUSE, Measure.CAUSE_SPEND, Measure.ERROR_COST):
        names = context.setdefault("cause_names", queries.every_cause())
        return names.get(key, "Cause not found yet")
    return figures.said(measure, key)
