"""The ledger on screen: the statement of a month, the entries behind each figure, and the checks of the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.enums import Role
from accounts.models import BusinessUnit, Team, User
from accounts.queries import own_currency, visible_units
from cases.models import Cause
from compensation.domain.checking import next_check
from compensation.enums import Account, Basis, Grouping
from compensation.forms.ledger import EntriesForm, StatementForm
from compensation.models import LedgerEntry
from compensation.queries import balances, visible_entries
from compensation.queries.checks import checks
from compensation.queries.ledger import NOBODY, Narrowing, first_of, months_on, with_particulars
from compensation.queries.statements import statement
from compensation.serializers import ledger_csv
from compensation.views.ledger_table import tables, tiles
from journal.keyset import NotAMarkError, Order, Window, window
from recovery.pages import person, reads

PAGE, CHECKS = 50, 30
NEWEST = Order(("at", "id"))


def _chosen(request: HttpRequest) -> tuple[dict[str, Any], StatementForm, list[BusinessUnit]]:
    user = person(request)
    units = list(visible_units(user).order_by("name")) if user.role != Role.REP else []
    usual = own_currency(user)
    codes = {usual, *BusinessUnit.objects.values_list("currency", flat=True).distinct()}
    form = StatementForm(request.GET, units=units, currencies=sorted(codes))
    by = Grouping.CAUSE if user.role == Role.REP else Grouping.REP
    return form.chosen(month=first_of(timezone.now().date()), by=by, currency=usual), form, units


def _statement(user: User, chosen: dict[str, Any]) -> Any:
    wanted = {"month": chosen["month"], "by": Grouping(chosen["by"])}
    return statement(user, **wanted, unit=chosen["unit"], currency=chosen["currency"])


@reads
def ledger(request: HttpRequest) -> HttpResponse:
    """The statement of a month in one currency, each basis by itself."""
    user = person(request)
    chosen, form, units = _chosen(request)
    month: date = chosen["month"]
    found = _statement(user, chosen)
    same = {name: chosen[name] for name in ("unit", "currency") if chosen[name]}

    def query(**other: Any) -> str:
        return urlencode({"month": f"{month:%Y-%m}", "by": chosen["by"], **same, **other})

    context = {
        "form": form,
        "statement": found,
        "tables": tables(found, same),
        "tiles": tiles(found, same),
        "currency": chosen["currency"],
        "month": month,
        "unit": chosen["unit"],
        "units": units if len(units) > 1 else [],
        "tabs": [(by, by.label, query(by=by.value)) for by in Grouping],
        "by": Grouping(chosen["by"]),
        "earlier": query(month=f"{months_on(month, -1):%Y-%m}") if month.year > 1900 else "",
        "later": query(month=f"{months_on(month, 1):%Y-%m}") if month < first_of(timezone.now().date()) else "",
        "csv": query(),
        "entries_csv": urlencode({"month": f"{month:%Y-%m}", **same}),
        "own": user.role == Role.REP,
        "checked": checks().first() if user.role == Role.ADMIN else None,
    }
    return render(request, "compensation/ledger/statement.html", context)


@reads
def statement_csv(request: HttpRequest) -> Any:
    """The same as CSV, with minor units beside the amounts."""
    chosen, _, _ = _chosen(request)
    found = _statement(person(request), chosen)
    return _file(ledger_csv.of_statement(found), f"statement-{found.month:%Y-%m}-{found.by}-{chosen['currency']}")


def _asked(request: HttpRequest) -> EntriesForm:
    form = EntriesForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form


@reads
def entries(request: HttpRequest) -> HttpResponse:
    """What a figure is the sum of: one row for each entry, the newest first."""
    user, form = person(request), _asked(request)
    wanted = form.narrowing()
    rows = wanted.entries(visible_entries(user))
    page = _page(with_particulars(rows, user), form.cleaned_data)
    kept: dict[str, Any] = {
        name: value for name, value in request.GET.items() if value and name not in ("after", "before")
    }
    context = {
        "rows": page.rows,
        "words": _in_words(wanted) if page.rows else [],  # names are those of entries in reach
        "sums": _sums(rows, wanted),
        "csv": urlencode(kept),
        "back": urlencode([(name, kept[name]) for name in ("month", "unit", "currency") if name in kept]),
        "older": f"?{urlencode({**kept, 'after': page.further})}" if page.further else "",
        "newer": f"?{urlencode({**kept, 'before': page.back})}" if page.back else "",
    }
    return render(request, "compensation/ledger/entries.html", context)


def _page(rows: Any, asked: dict[str, Any]) -> Window[LedgerEntry]:
    try:
        return window(rows, NEWEST, size=PAGE, after=asked["after"], before=asked["before"])
    except NotAMarkError:
        raise Http404 from None


def _sums(rows: Any, wanted: Narrowing) -> list[tuple[str, str, int]]:
    """What the entries come to in the account that is asked about, so that a figure can be seen to be their sum.

    Of a month, an award or a case: of all time, the figure that led here is the sum of closed months.
    """
    if not wanted.account or not (wanted.month or wanted.award or wanted.case):
        return []
    found = balances(rows)
    return [(Basis(basis).label, code, of[wanted.account]) for (code, basis), of in sorted(found.items())]


def _in_words(wanted: Narrowing) -> list[str]:
    """What the entries were narrowed to."""
    named: list[tuple[Any, str]] = [
        (wanted.rep, _name(User, wanted.rep)),
        (wanted.unit, _name(BusinessUnit, wanted.unit)),
    ]
    said = [name for value, name in named if value]
    for value, model, none in ((wanted.team, Team, "No team"), (wanted.cause, Cause, "No cause found yet")):
        if value:
            said.append(none if value == NOBODY else _name(model, int(value)))
    if wanted.product:
        said.append("No product named" if wanted.product == NOBODY else wanted.product)
    if wanted.basis:
        said.append(Basis(wanted.basis).label)
    if wanted.account:
        said.append(Account(wanted.account).label)
    if wanted.case:
        said.append(wanted.case)
    if wanted.month:
        said.append(f"{wanted.month:%B %Y}")
    if wanted.until:
        said.append(f"before {wanted.until:%B %Y}")
    return [*said, *filter(None, [wanted.currency])]


def _name(model: Any, pk: int | None) -> str:
    name: str = (model.objects.filter(pk=pk).values_list("name", flat=True).first() or "") if pk else ""
    return name


@reads
def entries_csv(request: HttpRequest) -> Any:
    """The entries as CSV, sent as they are read."""
    wanted = _asked(request).narrowing()
    if wanted.month is None and wanted.until is None and not (wanted.award or wanted.case):
        wanted = replace(wanted, month=first_of(timezone.now().date()))
    rows = wanted.entries(visible_entries(person(request)))
    named = f"entries-{wanted.month:%Y-%m}" if wanted.month else "entries"
    return _file(ledger_csv.of_entries(rows), named)


def _file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@reads
def ledger_checks(request: HttpRequest) -> HttpResponse:
    """What the nightly checks of the books found, the newest first. For administrators, who are told of a difference."""
    if person(request).role != Role.ADMIN:
        raise PermissionDenied
    now: datetime = timezone.now()
    found = list(checks()[:CHECKS])
    return render(
        request, "compensation/ledger/checks.html", {"checks": found, "next": next_check(now=now), "now": now}
    )
