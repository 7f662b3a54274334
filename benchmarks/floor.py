"""What every figure is compared with: a bare Django view that does one indexed query on the same server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from cases.models import Case

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@login_not_required
def one_indexed_query(request: HttpRequest, reference: str) -> JsonResponse:
    """Find one case by its reference and answer with three of its columns."""
    row = Case.objects.filter(reference=reference).values("reference", "status", "version").first()
    return JsonResponse(row or {})


class QueryCountMiddleware:
    """Answers with ``X-Query-Count`` when a request asks for it, and costs nothing when it does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "X-Count-Queries" not in request.headers:
            return self.get_response(request)
        statements: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            statements.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = self.get_response(request)
        counted = [sql for sql in statements if not sql.strip().upper().startswith(NOT_COUNTED)]
        response["X-Query-Count"] = str(len(counted))
        return response
