"""`Idempotency-Key`: a repeated request does its work once and is answered alike."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from accounts.domain import idempotency
from accounts.models import IdempotencyKey
from recovery.rest.signing import caller_of

HEADER = "Idempotency-Key"
KEY_LENGTH = 120
_PRINTABLE = frozenset(string.ascii_letters + string.digits + string.punctuation + " ")
_KEPT_HEADERS = ("ETag", "Location")


def key_of(request: Request) -> str:
    """The request's key, or nothing. Refused: ``invalid``."""
    key = request.headers.get(HEADER, "")
    if len(key) > KEY_LENGTH or not set(key) <= _PRINTABLE:
        raise Refused("invalid", f"A key has at most {KEY_LENGTH} printable ASCII characters.", HEADER)
    return key


def once(request: Request, key: str, render: Callable[[Response], str], work: Callable[[], Response]) -> Response:
    """Do the work and keep its answer in one transaction, or give the answer that was kept.

    Only an answer of success is kept: what was refused may be tried again under the same key.
    """
    asked = idempotency.Request(
        caller=caller_of(request),
        path=request.path,
        key=key,
        body_hash=hashlib.sha256(request._request.body).hexdigest(),  # noqa: SLF001 - the bytes as they came
    )
    now = timezone.now()
    try:
        with transaction.atomic():
            kept = idempotency.find(asked, now=now)
            if kept is not None:
                return _again(kept)
            response = work()
            if 200 <= response.status_code < 300:
                headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
                # As text, so that it is given again byte by byte.
                idempotency.keep(asked, status=response.status_code, headers=headers, body=render(response), now=now)
            return response
    except idempotency.AnsweredMeanwhileError:
        return _answered(asked)
    except Refused as refused:
        # The first request may have been answered after we looked, and be the very reason for this refusal.
        if refused.code in ("in_flight", "idempotency_mismatch") or (kept := idempotency.answer_to(asked)) is None:
            raise
        return _answered(asked)


def _answered(asked: idempotency.Request) -> Response:
    with transaction.atomic():
        kept = idempotency.find(asked, now=timezone.now())
    if kept is None:
        raise Refused("in_flight", "A request with this Idempotency-Key is still being worked on. Try again soon.")
    return _again(kept)


def _again(kept: IdempotencyKey) -> Response:
    response = Response(Rendered(kept.body), status=kept.status, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


class Rendered(str):
    """A body that is JSON already."""

    __slots__ = ()
