"""The figures of errors in the customer's favor: a page, and the same charts as a part of other pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.enums import Role
from cases.enums import ErrorStatus
from insights import queries
from insights.domain import errors
from insights.enums import Honesty, Measure
from insights.views.choosing import chosen
from recovery.pages import person, reads

DECIDED = {ErrorStatus.HONORED.value: "Honored", ErrorStatus.RESCINDED.value: "Taken back"}
REPORTED = {Honesty.SELF.value: "By whoever made it", Honesty.OTHER.value: "By somebody else"}


@reads
def honored(request: HttpRequest) -> HttpResponse:
    """What we honored, what it cost, who owned up, and whether customers were told in time."""
    window_, context = chosen(request)
    context |= _drawn(request, window_, context)
    context["team"] = [] if person(request).role == Role.REP else _team(window_)
    return render(request, "insights/honored.html", context)


def _drawn(request: HttpRequest, window_: queries.Window, context: dict[str, Any]) -> dict[str, Any]:
    read, before = queries.sums(window_, *queries.OF_ERRORS), window_.before()
    helped = queries.beneficiaries(window_)
    overdue, ahead = (queries.owed_calls(window_, late=late, now=context["now"]).count() for late in (True, False))
    told = read.n(Measure.ERROR_TOLD)
    return {
        "headlines": errors.headlines(
            read, queries.sums(before, *queries.OF_ERRORS) if before else None, helped, overdue=overdue
        ),
        "costs": errors.costs(read, queries.every_cause()),
        "costs_n": read.n(Measure.ERROR_COST),
        "timeliness": errors.timeliness(read, overdue=overdue, ahead=ahead),
        "timeliness_n": told + overdue + ahead,
        "decided": errors.shares(read, Measure.ERROR_DECIDED, DECIDED, good=""),
        "decided_n": read.n(Measure.ERROR_DECIDED),
        "reported": errors.shares(read, Measure.ERROR_HONESTY, REPORTED, good=Honesty.SELF),
        "reported_n": read.n(Measure.ERROR_HONESTY),
        "repeated": errors.repeated(helped, queries.named(person(request), list(helped.several)[: errors.SHOWN])),
        "helped": helped,
        "counted_at": queries.counted_at(),
    }


def _team(window_: queries.Window) -> list[dict[str, Any]]:
    """Each person beside the others; whoever owns up most stands first."""
    rows = [
        {
            "name": name,
            "decided": read.n(Measure.ERROR_DECIDED),
            "reported": errors.self_reported(read),
            "told": errors.told_in_time(read),
            "cost": [(sum(cost for _, cost, _ in rows), code) for code, rows in read.spent(Measure.ERROR_COST).items()],
        }
        for name, read in queries.by_rep(window_, *queries.OF_ERRORS).values()
    ]
    return sorted(rows, key=lambda row: -(row["reported"].value or 0))
