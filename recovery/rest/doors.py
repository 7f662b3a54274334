"""The base of every API door: who may come in, what is read, how it is answered.

A door fetches through `visible_*`, calls one verb of the domain and shapes what came of it. No rule lives in a door.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import register_converter
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authority import Refused
from accounts.enums import Scope
from accounts.models import User
from journal.keyset import Order
from recovery.rest.filters import FilterBackend
from recovery.rest.once import Rendered, key_of, once
from recovery.rest.paging import KeysetPagination
from recovery.rest.signing import BearerAuthentication, BrowserAuthentication, InScope, Rate

Thing = TypeVar("Thing", bound=Model)
NEWEST = {"-id": Order(("id",)), "id": Order(("id",), descending=False)}
ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class IdConverter:
    """An id in an address: what does not fit 64 bits is nobody's."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class ReferenceConverter:
    """A case reference in an address."""

    regex = "RC-[0-9A-Z]{8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(IdConverter, "id")
register_converter(ReferenceConverter, "reference")


class Json(JSONRenderer):
    """JSON; an answer given again goes out as it was."""

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        if isinstance(data, Rendered):
            return data.encode()
        return super().render(data, accepted_media_type, renderer_context)


class Pdf(Json):
    """A PDF that was kept, as bytes; a refusal is a problem document as everywhere."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return data if isinstance(data, bytes) else super().render(data)


class Csv(Json):
    """A table as CSV, sent as it is read; a refusal is a problem document as everywhere."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class JsonBody(JSONParser):
    """JSON; brackets nested beyond reason are malformed like any other."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError("JSON parse error - nested too deeply") from None


class Door(GenericViewSet[Any]):
    """One kind of thing at `/api/v1/`.

    `reads` names the POST actions that write nothing; `money` those that move money: they take the `money` scope and
    need an `Idempotency-Key`. `guarded` names those that take `If-Match`, `versioned` those that need it.
    """

    authentication_classes = (BearerAuthentication, BrowserAuthentication)
    permission_classes = (IsAuthenticated, InScope)
    throttle_classes = (Rate,)
    parser_classes = (JsonBody,)
    renderer_classes = (Json,)
    pagination_class: Any = KeysetPagination
    filter_backends = (FilterBackend,)
    filterset_class: ClassVar[Any] = None
    http_method_names = ["get", "post", "put", "patch", "head"]

    noun: ClassVar[str] = "thing"
    orders: ClassVar[dict[str, Order]] = NEWEST
    reads: ClassVar[frozenset[str]] = frozenset()
    money: ClassVar[frozenset[str]] = frozenset()
    guarded: ClassVar[frozenset[str]] = frozenset()
    versioned: ClassVar[frozenset[str]] = frozenset()

    # Who may come in ----------------------------------------------------------------------------------------------

    def scopes(self) -> list[Scope]:
        """The scopes that the action takes, the least first."""
        if self.request.method in READS or self.action in self.reads:
            return [Scope.READ]
        return [Scope.WRITE, Scope.MONEY] if self.action in self.money else [Scope.WRITE]

    @property
    def caller(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    # How it runs --------------------------------------------------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As REST framework's own, with the work of a POST done once for each key, and times said in UTC."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        # What is answered is about people: no cache on the way keeps it.
        self.headers = self.default_response_headers | {"Cache-Control": "no-store"}
        with timezone.override(UTC):
            try:
                self.initial(self.request, *args, **kwargs)
                response = self._work(self._handler(request))
            except Exception as exc:  # noqa: BLE001 - what the handler does not know it raises again
                response = self.handle_exception(exc)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    def _handler(self, request: HttpRequest) -> Callable[..., Response]:
        method = (request.method or "").lower()
        known = method in self.http_method_names
        handler: Callable[..., Response] = (
            getattr(self, method, self.http_method_not_allowed) if known else self.http_method_not_allowed
        )
        return handler

    def _work(self, handler: Callable[..., Response]) -> Response:
        def work() -> Response:
            return handler(self.request, *self.args, **self.kwargs)

        if self.request.method in READS or self.action is None:
            return work()
        _ = self.request._request.body  # noqa: SLF001 - read whole, so that its size is checked before it is parsed
        if self.request.method != "POST":
            return work()
        key = key_of(self.request)
        if not key:
            if self.action in self.money:
                raise Refused(
                    "idempotency_key_needed",
                    "Send an Idempotency-Key with what moves money, so that a repeated request moves it once.",
                    "Idempotency-Key",
                )
            return work()
        return once(self.request, key, self._render, work)

    @staticmethod
    def _render(response: Response) -> str:
        rendered: bytes = Json().render(response.data)
        return rendered.decode()

    def get_queryset(self) -> QuerySet[Any]:
        """Of what kind this door's things are, for the documentation; which of them are meant, each action says."""
        rows: QuerySet[Any] = self.filterset_class.Meta.model.objects.none()
        return rows

    # What is read -------------------------------------------------------------------------------------------------

    def asked(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, checked. An empty body is an empty object."""
        body = self.request.data
        return self.checked(shape, {} if not self.request._request.body else body)  # noqa: SLF001

    def asked_to_change(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body of a PATCH, checked: what is not there stays as it is."""
        return self.checked(shape, self.request.data, partial=True)

    @staticmethod
    def checked(shape: type[serializers.Serializer[Any]], data: Any, *, partial: bool = False) -> dict[str, Any]:
        """What a shape makes of this. Raises a 400 that names each field that is not right."""
        read = shape(data=data, partial=partial)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def found(self, rows: QuerySet[Thing], noun: str = "", **where: Any) -> Thing:
        """The one row in reach. A stranger is told what somebody is told who asks for what is not there."""
        thing = rows.filter(**where).first()
        if thing is None:
            raise Refused("out_of_reach", f"There is no such {noun or self.noun}.")
        return thing

    def named(self, rows: QuerySet[Thing], field: str, **where: Any) -> Thing:
        """The row that a field of the body names. Refused: ``out_of_reach`` at that field."""
        thing = rows.filter(**where).first()
        if thing is None:
            raise Refused("out_of_reach", "There is nothing here by this name.", field)
        return thing

    def if_match(self, *, needed: bool = False) -> int | None:
        """The version in `If-Match`, or None when it is absent or `*`. Refused: ``version_needed``, ``invalid``."""
        given = self.request.headers.get("If-Match")
        if given is None and needed:
            raise Refused("version_needed", "Send If-Match with the ETag that you last saw.", "If-Match")
        if given is None or given.strip() == "*":
            return None
        # An answer that was compressed on its way carries its ETag as a weak one. It still names the version.
        version = ETAG.fullmatch(given.strip())
        if version is None:
            raise Refused("invalid", 'If-Match takes one ETag as it was given, such as "3".', "If-Match")
        return int(version[1])

    # How it is answered -------------------------------------------------------------------------------------------

    def page(self, rows: QuerySet[Thing]) -> list[Thing]:
        """The rows of the page asked for, filtered and in order."""
        found: list[Thing] = self.paginate_queryset(self.filter_queryset(rows))  # type: ignore[assignment]
        return found

    def paged(self, found: list[Any], shape: type[serializers.BaseSerializer[Any]], **context: Any) -> Response:
        """A page that was read, as an answer."""
        return self.get_paginated_response(shape(found, many=True, context=context).data)

    def listed(self, rows: QuerySet[Any], shape: type[serializers.BaseSerializer[Any]]) -> Response:
        """A page of rows, filtered and in the order asked for, as an answer."""
        return self.paged(self.page(rows), shape)

    def shown(
        self,
        thing: Any,
        shape: type[serializers.BaseSerializer[Any]],
        *,
        status: int = 200,
        at: str = "",
        **context: Any,
    ) -> Response:
        """One thing, with the ETag of its version and, where it is new, its address."""
        headers = {"ETag": f'"{version}"'} if (version := getattr(thing, "version", None)) is not None else {}
        if at:
            headers["Location"] = at
        return Response(shape(thing, context=context).data, status=status, headers=headers)
