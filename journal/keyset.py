"""Paging by keyset: the next page begins after the last row seen, however far down that is.

Never OFFSET, which reads all it skips, and never COUNT, which reads everything. The condition is a row comparison,
``(opened_at, id) < (…, …)``, since only that form is a range scan of the index on both databases. So all columns of an
order run in one direction, the last of them is unique, and none may be null.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Order:
    """Columns to sort by, all in one direction; the last is unique. An index of the table begins with them."""

    columns: tuple[str, ...]
    descending: bool = True


@dataclass(frozen=True)
class Window(Generic[Row]):
    """Rows in their order, and the marks at which the neighboring windows begin; blank where there is none."""

    rows: list[Row]
    further: str
    back: str


class NotAMarkError(ValueError):
    """The mark is none of ours, or belongs to another order."""


def window(rows: QuerySet[Row], order: Order, *, size: int, after: str = "", before: str = "") -> Window[Row]:
    """At most ``size`` rows after one mark or before another. One query. Raises ``NotAMarkError``."""
    backwards = bool(before)
    mark = before or after
    if mark:
        comparison = TupleLessThan if order.descending != backwards else TupleGreaterThan
        bound = _unmark(mark, rows.model, order)
        # Django spells the comparison out with OR on SQLite, which scans no range: the bound on the first column does.
        edge = {f"{order.columns[0]}__{'lte' if comparison is TupleLessThan else 'gte'}": bound[0]}
        rows = rows.filter(comparison(order.columns, bound), **edge)
    sign = "-" if order.descending != backwards else ""
    found = list(rows.order_by(*[f"{sign}{column}" for column in order.columns])[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Window(
        rows=found,
        further=mark_of(found[-1], order) if found and (more or backwards) else "",
        back=mark_of(found[0], order) if found and (more if backwards else bool(mark)) else "",
    )


def mark_of(row: Model, order: Order) -> str:
    """An opaque mark of a row's place in an order."""
    values = [_field(type(row), column).value_to_string(row) for column in order.columns]
    packed = json.dumps([*order.columns, order.descending, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _unmark(mark: str, model: type[Model], order: Order) -> tuple[Any, ...]:
    wide = len(order.columns)
    try:
        packed = json.loads(base64.urlsafe_b64decode(mark.encode("ascii") + b"=" * (-len(mark) % 4)))
        if packed[: wide + 1] != [*order.columns, order.descending] or len(packed) != 2 * wide + 1:
            raise NotAMarkError
        values = []
        for column, value in zip(order.columns, packed[wide + 1 :], strict=True):
            if not isinstance(value, str):
                raise NotAMarkError
            values.append(_field(model, column).clean(value, None))
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError, OverflowError, ValidationError):
        raise NotAMarkError from None
    return tuple(values)


def _field(model: type[Model], column: str) -> Field[Any, Any]:
    field = model._meta.pk if column == "pk" else model._meta.get_field(column)  # noqa: SLF001 - documented
    if not isinstance(field, Field):
        raise FieldDoesNotExist(column)
    return field
