"""Browser doors of Insights: the figures, and what each was counted from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.enums import Role
from cases.models import Obligation
from cases.queries import visible_customers
from insights import queries
from insights.domain import figures
from insights.enums import Measure
from insights.forms import FactsForm, InsightsForm
from journal.keyset import NotAMarkError, window
from recovery.pages import person, reads


def _chosen(request: HttpRequest) -> tuple[queries.Window, dict[str, Any]]:
    """What was chosen of period and unit, and what the choice is drawn with."""
    user, now = person(request), timezone.now()
    units = queries.units_to_choose(user)
    form = InsightsForm(request.GET, units=units)
    period, unit = form.chosen()
    window_ = queries.window(user, period=period, unit=unit, now=now)
    picked = next((each for each in units if each.pk == unit), None)
    context = {
        "period": period,
        "periods": queries.PERIODS,
        "units": units if len(units) > 1 else [],
        "unit": picked,
        "base": urlencode({"period": period} | ({"unit": unit} if unit else {})),
        "own": user.role == Role.REP,
        "now": now,
    }
    return window_, context


@reads
def insights(request: HttpRequest) -> HttpResponse:
    """How well we put things right, and what it costs."""
    window_, context = _chosen(request)
    user, now = person(request), context["now"]
    read, before = queries.sums(window_), window_.before()
    over_time = queries.series(window_)
    overdue = _overdue(window_, now).count()
    days = figures.dates(window_, over_time)
    nothing = queries.Sums()
    names = queries.every_cause()
    mean, surveys = figures.satisfaction(read)
    context |= {
        "headlines": figures.headlines(
            read,
            queries.sums(before) if before else None,
            [over_time.get(day, nothing) for day in days],
            overdue=overdue,
        ),
        "opened": read.n(Measure.OPENED),
        "closed": read.n(Measure.CLOSED),
        "flow": figures.flow(over_time, days),
        "monthly": window_.since is None,
        "distribution": figures.distribution(read),
        "answered_n": read.n(Measure.FIRST_RESPONSE),
        "promises": figures.promise_bars(read, overdue),
        "overdue": overdue,
        "pareto": figures.pareto(read, names),
        "kinds": figures.kinds(read),
        "honesty": figures.honesty(read),
        "honesty_query": figures.behind(Measure.HONESTY),
        "silent": figures.silent(read),
        "complaining": round(100 * figures.COMPLAINING_SHARE),
        "mean": mean,
        "surveys": surveys,
        "scores": figures.scores(read) if surveys else [],
        "other_signals": read.n(Measure.SATISFACTION) - surveys,
        "satisfaction_query": figures.behind(Measure.SATISFACTION),
        "opened_query": figures.behind(Measure.OPENED),
        "closed_query": figures.behind(Measure.CLOSED),
        "history": read.old(Measure.OPENED),
        "history_signals": read.old(Measure.SATISFACTION),
        "years": queries.history_by_year(window_),
        "team": [] if user.role == Role.REP else _team(window_),
        "counted_at": queries.counted_at(),
    }
    return render(request, "insights/insights.html", context)


def _overdue(window_: queries.Window, now: datetime) -> QuerySet[Obligation]:
    grace = timedelta(minutes=settings.RECOVERY["PROMISE_GRACE_MINUTES"])
    return queries.overdue_promises(window_, due_before=now - grace)


def _team(window_: queries.Window) -> list[dict[str, Any]]:
    """Each rep beside the others: every share with what it is a share of."""
    return [
        {
            "name": name,
            "closed": read.n(Measure.CLOSED),
            "first_minute": figures.first_minute(read),
            "first_owner": figures.first_owner(read),
            "promises": figures.promises_kept(read),
            "honesty": figures.honesty(read),
            "spent": [(sum(amount for _, amount, _ in rows), code) for code, rows in read.spent(Measure.SPEND).items()],
        }
        for name, read in queries.by_rep(window_).values()
    ]


@reads
def facts(request: HttpRequest) -> HttpResponse:
    """What a figure was counted from: one row for each thing that was counted."""
    window_, context = _chosen(request)
    form = FactsForm(request.GET)
    if not form.is_valid():
        raise Http404
    measure, history = Measure(form.cleaned_data["measure"]), form.cleaned_data["history"]
    keys = request.GET.getlist("key")
    counted = queries.behind(person(request), window_, measure, keys, historical=history)
    try:
        page = window(
            counted,
            queries.NEWEST,
            size=queries.PAGE,
            after=form.cleaned_data["after"],
            before=form.cleaned_data["before"],
        )
    except NotAMarkError:
        raise Http404 from None
    same = urlencode(
        [("measure", measure.value), *(("key", key) for key in keys), *([("history", "1")] if history else [])]
    )
    here = f"?{context['base']}&{same}"
    context |= {
        "measure": measure,
        "rows": [(fact, _said(measure, fact.key, context)) for fact in page.rows],
        "keys": [_said(measure, key, context) for key in keys][:4],
        "history": history,
        "older": f"{here}&after={page.further}" if page.further else "",
        "newer": f"{here}&before={page.back}" if page.back else "",
        "n": None,
    }
    read = queries.sums(window_)
    of = read.history if history else read.counts
    context["n"] = sum(n for (what, key), n in of.items() if what == measure and (not keys or key in keys))
    return render(request, "insights/facts.html", context)


@reads
def overdue(request: HttpRequest) -> HttpResponse:
    """Promises that are missed by the clock and still open, the longest overdue first."""
    window_, context = _chosen(request)
    form = FactsForm(
        {"measure": Measure.PROMISE, "after": request.GET.get("after"), "before": request.GET.get("before")}
    )
    form.is_valid()
    data, owed = form.cleaned_data, _overdue(window_, context["now"])
    shown = owed.filter(customer__in=visible_customers(person(request))).select_related("case", "customer", "owner")
    try:
        page = window(
            shown,
            queries.LONGEST_OVERDUE,
            size=queries.PAGE,
            after=data.get("after", ""),
            before=data.get("before", ""),
        )
    except NotAMarkError:
        raise Http404 from None
    here = f"?{context['base']}"
    context |= {
        "owed": page.rows,
        "n": owed.count(),
        "older": f"{here}&after={page.further}" if page.further else "",
        "newer": f"{here}&before={page.back}" if page.back else "",
    }
    return render(request, "insights/overdue.html", context)


def _said(measure: Measure, key: str, context: dict[str, Any]) -> str:
    """A key in words."""
    if measure in (Measure.CAUSE, Measure.CAUSE_SPEND):
        names = context.setdefault("cause_names", queries.every_cause())
        return names.get(key, "Cause not found yet")
    return figures.said(measure, key)
