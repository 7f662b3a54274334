"""The ledger by REST: entries, statements, and both as CSV. A rep reads their own, a supervisor their units'."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.money import exponent
from compensation import filters
from compensation.enums import Grouping
from compensation.queries import visible_entries
from compensation.queries.ledger import Narrowing, first_of
from compensation.queries.statements import Statement, statement
from compensation.serializers import ledger as shapes
from compensation.serializers import ledger_csv
from journal.keyset import Order
from recovery.rest import Csv, Door

LARGEST = 2**63 - 1
MONTH = OpenApiParameter(
    "month", OpenApiTypes.DATE, description="Any day of it (UTC); this month when it is not given."
)
BY = OpenApiParameter("by", str, enum=Grouping.values, description="`rep` when it is not given.")
UNIT = OpenApiParameter("unit", {"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST})
REP = OpenApiParameter("rep", {"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST})
CURRENCY = OpenApiParameter(
    "currency", {"type": "string", "pattern": "^[A-Z]{3}$"}, description="Every one, each by itself, when not given."
)
ASKED = [MONTH, BY, UNIT, REP, CURRENCY]
RELATED = (
    "award__case", "decision__error__case", "incident__cause", "unit", "team", "rep", "by",
)  # fmt: skip


class Ledger(Door):
    """Entries of the ledger, and what they come to."""

    noun = "entry"
    orders = {"-at": Order(("at", "id")), "at": Order(("at", "id"), descending=False)}
    filterset_class = filters.LedgerFilters

    @extend_schema(responses=shapes.LedgerEntry(many=True))
    def list(self, request: Request) -> Response:
        """Entries, the newest first: a rep's own, a supervisor's units', an administrator's all."""
        return self.listed(visible_entries(self.caller).select_related(*RELATED), shapes.LedgerEntry)

    @extend_schema(parameters=ASKED, responses=shapes.StatementShape)
    def statement(self, request: Request) -> Response:
        """What the entries of a month come to, by rep, team, cause, product, or each of the twelve months up to it.

        `opening` is what stood before the month began. Of causes and products only what moved is told: they are those of
        the incidents as they are known now.
        """
        return self.shown(shapes.laid_out(_asked(self)), shapes.StatementShape)


def _asked(door: Door) -> Statement:
    """The statement that is asked for."""
    given = door.request.query_params
    wrong = {
        name: ["Give a value, or leave it out."]
        for name in ("month", "by", "unit", "rep", "currency")
        if given.get(name) == ""
    }
    by = given.get("by", Grouping.REP)
    if by not in Grouping.values:
        wrong["by"] = [f"Choose one of: {', '.join(Grouping.values)}."]
    ids = {}
    for name in ("unit", "rep"):
        ids[name] = _id(given.get(name), name, wrong)
    month = _month(given.get("month"), wrong)
    if wrong:
        raise ValidationError(wrong)
    if currency := given.get("currency", ""):
        exponent(currency)
    return statement(door.caller, month=month, by=Grouping(by), currency=currency, **ids)


def _id(given: str | None, name: str, wrong: dict[str, Any]) -> int | None:
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= LARGEST):
        wrong[name] = ["Give an id."]
        return None
    return int(given)


def _month(given: str | None, wrong: dict[str, Any]) -> date:
    day: date | None = timezone.now().date()
    if given is not None:
        try:
            day = parse_date(given) if len(given) == len("2026-03-10") else None
        except ValueError:
            day = None
    if day is None or not 1900 <= day.year < 2200:
        wrong["month"] = ["Give a date such as 2026-03-01, between 1900 and 2200."]
        return date(2000, 1, 1)
    return first_of(day)


class LedgerCsv(Door):
    """The same as tables."""

    noun = "entry"
    filterset_class = filters.LedgerFilters
    renderer_classes = (Csv,)
    pagination_class = None

    @extend_schema(filters=True, responses={(200, Csv.media_type): OpenApiTypes.STR})
    def entries(self, request: Request) -> Any:
        """Every entry that the filters leave, the oldest first; of this month when no month, award or case is named."""
        rows = self.filter_queryset(visible_entries(self.caller))
        if not {"month", "award", "case", "honored_error"} & set(request.query_params):
            rows = Narrowing(month=timezone.now().date()).entries(rows)
        return _file(ledger_csv.of_entries(rows), "entries")

    @extend_schema(parameters=ASKED, responses={(200, Csv.media_type): OpenApiTypes.STR})
    def statement(self, request: Request) -> Any:
        """Every figure of a statement in a line of its own."""
        found = _asked(self)
        return _file(ledger_csv.of_statement(found), f"statement-{found.month:%Y-%m}-{found.by}")


def _file(lines: Any, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
