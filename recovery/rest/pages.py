"""The OpenAPI document at `/api/v1/schema/` and Swagger UI at `/api/v1/docs/`, open to everybody: they hold no data."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@cache
def openapi() -> dict[str, Any]:
    """The document, drawn up once: the code of a running process does not change."""
    drawn: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return drawn


class OpenApi(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (OpenApiJsonRenderer, OpenApiYamlRenderer)
    schema = None

    def get(self, request: Request) -> Response:
        return Response(openapi())


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files; its script comes apart from its page, as the content policy wants it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None
    url_name = "api-schema"
    template_name = "rest/docs.html"


urlpatterns = [
    path("schema/", OpenApi.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(), name="api-docs"),
]
