"""The OpenAPI document: what each door can answer, its refusals and headers included."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework.serializers import ChoiceField, ModelSerializer

from recovery.rest.problems import PROBLEM_JSON

PROBLEM = {
    "type": "object",
    "description": "Why the answer is no (RFC 9457). `code` is stable; `detail` is for people.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "Messages by the path of the input that they are about.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "additionalProperties": True,
}
MEANING = {
    400: "The request is malformed, or a value is not acceptable.",
    401: "No credential that is in force.",
    403: "Not for this caller.",
    404: "Not there, or out of reach.",
    406: "Only JSON is spoken.",
    409: "How things stand does not allow it, or a request with this key still runs.",
    412: "Changed meanwhile; `changes` says what, by whom and when.",
    413: "Too large.",
    415: "Only JSON is read.",
    422: "The Idempotency-Key was used with another body.",
    428: "If-Match is needed.",
    429: "Too many requests; `Retry-After` says when to go on.",
}
ROOT = "/api/v1/"
REFERENCE = "^RC-[0-9A-Z]{8}$"


class ProblemSchema(AutoSchema):
    """Adds problem documents, `Idempotency-Key`, `If-Match` and the headers of answers to every operation."""

    view: Any

    def get_operation_id(self) -> str:
        """The address's name and the method: `cases-acknowledge`, `customers-patch`."""
        path = re.sub(r"\{[^}]*\}/?", "", self.path.removeprefix(ROOT)).strip("/").replace("/", "-")
        verb = {"retrieve": "read", "partial_update": "change"}.get(self.view.action, self.view.action)
        return f"{path}-{verb}".replace("_", "-")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix(ROOT).strip("/").split("/")[0]]

    def _codes(self) -> list[int]:
        codes = [400, 401, 403, 404, 406, 429]
        if self.method != "GET":
            codes += [409, 413, 415]
            if self._takes_version():
                codes.append(412)
        if self.method == "POST":
            codes.append(422)
        if self.view.action in self.view.versioned:
            codes.append(428)
        return sorted(codes)

    def _takes_version(self) -> bool:
        return self.view.action in self.view.guarded | self.view.versioned

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, body in bodies.items():
            headers = self._headers_of(int(status))
            if headers:
                body["headers"] = headers
        for code in self._codes():
            bodies[str(code)] = {
                "description": MEANING[code],
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        return bodies

    def _headers_of(self, code: int) -> dict[str, Any]:
        def header(description: str) -> dict[str, Any]:
            return {"description": description, "schema": {"type": "string"}}

        headers = {}
        if self.method == "POST":
            headers["Idempotency-Replayed"] = header("`true` when this is the first answer given again.")
        if code == 201:
            headers["Location"] = header("The address of what was made.")
        return headers

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = list(super().get_override_parameters())
        if self.method == "POST":
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "maxLength": 120, "pattern": "^[ -~]*$"},
                    OpenApiParameter.HEADER,
                    required=self.view.action in self.view.money,
                    description="The same key and body within 24 hours give the first answer again and do nothing.",
                )
            )
        if self._takes_version():
            parameters.append(
                OpenApiParameter(
                    "If-Match",
                    {"type": "string", "pattern": '^((W/)?"[0-9]{1,18}"|\\*)$'},
                    OpenApiParameter.HEADER,
                    required=self.view.action in self.view.versioned,
                    description="The ETag last seen: refused with 412 when something was changed since.",
                )
            )
        return parameters

    def _map_serializer_field(self, field: Any, direction: Direction, bypass_extensions: bool = False) -> Any:
        """What is answered for a choice that was not made is a blank: REST framework forgets it on read-only fields."""
        mapped = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, ChoiceField) and field.read_only and isinstance(field.parent, ModelSerializer):
            shape: Any = field.parent
            try:
                column = shape.Meta.model._meta.get_field(field.source)  # noqa: SLF001 - documented
            except FieldDoesNotExist:
                return mapped
            if getattr(column, "blank", False) and "enum" in mapped and "" not in mapped["enum"]:
                mapped["enum"] = [*mapped["enum"], ""]
        return mapped

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        shapes = {
            "id": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
            "reference": {"type": "string", "pattern": REFERENCE, "example": "RC-7K3M9QTX"},
        }
        return [
            {
                "in": "path",
                "name": name,
                "required": True,
                "schema": shapes.get(name, {"type": "string", "minLength": 1, "maxLength": 120}),
            }
            for name in variables
        ]


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "recovery.rest.signing.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "recovery.rest.signing.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds the problem document, and says that bodies hold no other fields than those named."""
    schemas = result["components"].setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for name, schema in schemas.items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result
