"""How the API says no: one problem document (RFC 9457), one table of statuses, one handler."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.authority import Refused

PROBLEM_JSON = "application/problem+json"
PREFIX = "/api/"

# What a refusal's code comes to. Any code that is not here is a conflict with how things stand: 409.
STATUS_OF: dict[str, int] = {
    **dict.fromkeys(
        (
            "amount_fixed", "amount_too_large", "due_in_past", "due_too_far", "idempotency_key_needed", "in_future", "in_past",
            "invalid", "malformed", "names_staff", "not_a_phone", "not_offered", "outside_network", "not_a_reference", "not_an_amount", "other_currency",
            "points_missing", "proof_needed", "reason_needed", "score_needed", "skipped_time", "too_deep", "too_long", "too_many_decimals",
            "unclear_time", "understanding_needed", "unit_needed", "unknown_currency", "unknown_jurisdiction", "unknown_zone",
            "value_needed", "words_needed",
        ),
        400,
    ),
    "not_signed_in": 401,
    **dict.fromkeys(
        (
            "administrator_needed", "csrf_failed", "forbidden", "not_in_call_group", "not_signed", "not_your_call", "not_yours", "own_approval",
            "own_deputy", "own_decision", "own_error", "own_offer", "principal_there", "person_needed", "program_needed", "rep_needed", "scope_missing", "superuser_needed", "supervisor_needed",
        ),
        403,
    ),
    **dict.fromkeys(("out_of_reach", "not_found"), 404),
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "changed_meanwhile": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "idempotency_mismatch": 422,
    "version_needed": 428,
    "throttled": 429,
    "internal_error": 500,
}  # fmt: skip

CODE_OF: dict[type[Exception], str] = {
    exceptions.ParseError: "malformed",
    exceptions.NotAuthenticated: "not_signed_in",
    exceptions.AuthenticationFailed: "not_signed_in",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "throttled",
}

Errors = dict[str, list[str]]


def document(code: str, detail: str, errors: Errors | None = None, **more: Any) -> dict[str, Any]:
    """The problem document of a code. ``errors`` holds messages by the path of the input they are about."""
    status = STATUS_OF.get(code, 409)
    return {
        "type": f"urn:recovery:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _sayable(detail),
        "code": code,
        "errors": {_sayable(at): [_sayable(word) for word in said] for at, said in (errors or {}).items()},
        **more,
    }


def _sayable(text: str) -> str:
    """What was sent may be quoted back, and a lone surrogate cannot be written in UTF-8."""
    return text.encode("utf-8", "replace").decode()


def answer(problem: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(problem, status=problem["status"], headers=dict(headers or {}), content_type=PROBLEM_JSON)


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The one place where the API turns an exception into an answer. None for what is our own fault: a 500."""
    if isinstance(exc, Refused):
        errors = {exc.field: [exc.reason]} if exc.field else {}
        return answer(document(exc.code, exc.reason, errors, **exc.details))
    if isinstance(exc, exceptions.ValidationError):
        errors = flattened(exc.detail)
        return answer(document("invalid", "; ".join(f"{at}: {said[0]}" for at, said in errors.items()), errors))
    if isinstance(exc, Http404):
        return answer(document("not_found", "There is nothing at this address."))
    if isinstance(exc, RequestDataTooBig):
        return answer(document("too_large", "This request is too large."))
    if isinstance(exc, UnreadablePostError):
        return answer(document("malformed", "The request broke off."))
    if isinstance(exc, PermissionDenied):
        return answer(document("forbidden", "This is not allowed."))
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc)
    return None


def _of_framework(exc: exceptions.APIException) -> Response:
    code = next((code for kind, code in CODE_OF.items() if isinstance(exc, kind)), "internal_error")
    detail = str(exc.detail)
    if code == "forbidden" and detail.startswith("CSRF"):
        code = "csrf_failed"
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)  # type: ignore[attr-defined]
    wait = getattr(exc, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    return answer(document(code, detail), headers)


def flattened(detail: Any, path: str = "") -> Errors:
    """A serializer's nested errors as messages by dotted path; what is about the whole body stands under ``body``."""
    if isinstance(detail, Mapping):
        errors: Errors = {}
        for key, value in detail.items():
            step = "" if key == "non_field_errors" else str(key)
            errors |= flattened(value, ".".join(part for part in (path, step) if part))
        return errors
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        errors = {}
        for position, value in enumerate(detail):
            if value:
                errors |= flattened(value, f"{path}.{position}" if path else str(position))
        return errors
    return {path or "body": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def _plain(code: str, detail: str) -> HttpResponse:
    problem = document(code, detail)
    return JsonResponse(problem, status=problem["status"], content_type=PROBLEM_JSON)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return _plain("malformed", "This request cannot be understood.")
    return defaults.bad_request(request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return _plain("forbidden", "This is not allowed.")
    return defaults.permission_denied(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return _plain("not_found", "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return _plain("internal_error", "Something went wrong on our side. Nothing was written.")
    return defaults.server_error(request)
