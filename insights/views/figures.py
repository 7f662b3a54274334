"""The figures of cases: how well we put things right, and what it costs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.enums import Role
from compensation.enums import Basis
from insights import queries
from insights.domain import answers, figures, over_time
from insights.enums import Measure, Told
from insights.views.choosing import chosen
from recovery.pages import person, reads


@reads
def insights(request: HttpRequest) -> HttpResponse:
    """How well we put things right, and what it costs."""
    window_, context = chosen(request)
    user, now = person(request), context["now"]
    read, before = queries.sums(window_), window_.before()
    by_day = queries.series(window_)
    overdue = queries.overdue_promises(window_, due_before=figures.missed_before(now)).count()
    days = over_time.dates(window_, by_day)
    nothing = queries.Sums()
    names = queries.every_cause()
    mean, surveys = figures.satisfaction(read)
    context |= {
        "headlines": figures.headlines(
            read,
            queries.sums(before) if before else None,
            [by_day.get(day, nothing) for day in days],
            overdue=overdue,
        ),
        "opened": read.n(Measure.OPENED),
        "closed": read.n(Measure.CLOSED),
        "flow": over_time.flow(by_day, days),
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
        "answers": [] if user.role == Role.REP else answers.times(read, queries.by_rep(window_, *answers.OF_ANSWERS)),
        "answers_late": figures.behind(Measure.ANSWER_DUE, Told.LATE),
        "counted_at": queries.counted_at(),
    }
    return render(request, "insights/insights.html", context)


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
            "spent": [
                (sum(amount for kind, amount, _ in rows if kind != Basis.ENTITLEMENT), code)
                for code, rows in read.spent(Measure.SPEND).items()
            ],
        }
        for name, read in queries.by_rep(window_).values()
    ]
