"""Lists, page by page, by keyset: `next` is a link that goes on after the last row, however far down that is."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from journal.keyset import NotAMarkError, Order, window

LARGEST_PAGE = 200
PAGE = 50


class KeysetPagination(BasePagination):
    """`cursor`, `page_size` and `ordering`; the orders are the view's `orders`, each served by an index."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        order = self._order(request, view)
        try:
            found = window(queryset, order, size=self._size(request), after=request.query_params.get("cursor", ""))
        except NotAMarkError:
            raise exceptions.ValidationError({"cursor": ["This cursor does not belong to this list."]}) from None
        self._next = (
            replace_query_param(request.build_absolute_uri(), "cursor", found.further) if found.further else None
        )
        return found.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next})

    @staticmethod
    def _order(request: Request, view: Any) -> Order:
        orders: dict[str, Order] = view.orders
        wanted = request.query_params.get("ordering", next(iter(orders)))
        if wanted not in orders:
            raise exceptions.ValidationError({"ordering": [f"Choose one of: {', '.join(orders)}."]})
        return orders[wanted]

    @staticmethod
    def _size(request: Request) -> int:
        wanted = request.query_params.get("page_size", str(PAGE))
        # Plain digits only: int() also reads other scripts' digits, spaces and underscores.
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 3 and 1 <= int(wanted) <= LARGEST_PAGE):
            raise exceptions.ValidationError({"page_size": [f"A whole number from 1 to {LARGEST_PAGE}."]})
        return int(wanted)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "format": "uri", "nullable": True, "description": "Where the list goes on."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        def query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
            return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}

        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
        orders = list(view.orders)
        return [
            query("cursor", {"type": "string"}, "As the `next` of the page before says."),
            query("page_size", size, "How many at once."),
            query("ordering", {"type": "string", "enum": orders, "default": orders[0]}, "Which first."),
        ]
