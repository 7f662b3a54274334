"""The first answer to a request that carried an ``Idempotency-Key``, kept for a day and given again.

Everything happens in the one transaction that also does the work: either the work and its answer are both there, or
neither is. A second request with the same key finds the answer; one that comes while the first still runs finds its lock
taken (PostgreSQL) or waits for it (SQLite, one writer at a time). The unique constraint stands behind both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.authority import Refused
from accounts.models import IdempotencyKey

KEPT = timedelta(hours=24)
PATH_LENGTH = 200


@dataclass(frozen=True)
class Request:
    """What makes two requests the same one: who asks, where, under which key; ``body_hash`` tells a changed body."""

    caller: str
    path: str
    key: str
    body_hash: str

    @property
    def lock(self) -> int:
        """A number for PostgreSQL's advisory locks, signed and of 64 bits."""
        named = "\0".join((self.caller, self.path, self.key)).encode()
        return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), signed=True)


class AnsweredMeanwhileError(Exception):
    """Another request with this key was answered between our look and our write: roll back and give its answer."""


def find(request: Request, *, now: datetime) -> IdempotencyKey | None:
    """The answer already given, or None: then the key is ours until the transaction ends. One query.

    Refused: ``in_flight`` while another request with this key runs, ``idempotency_mismatch`` for another body.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a key is looked up in the transaction of the work")
    if connection.vendor == "postgresql":
        lock = "SELECT pg_try_advisory_xact_lock(%s) AS got"
        rows = IdempotencyKey.objects.raw(
            # One statement for lock and look; the left join gives a row whether or not there is an answer.
            f"SELECT k.*, l.got FROM ({lock}) l LEFT JOIN {IdempotencyKey._meta.db_table} k"  # noqa: S608, SLF001
            " ON k.caller = %s AND k.path = %s AND k.key = %s",
            [request.lock, request.caller, request.path[:PATH_LENGTH], request.key],
        )
        (found,) = list(rows)
        if not found.__dict__["got"]:
            raise Refused("in_flight", "A request with this Idempotency-Key is still being worked on. Try again soon.")
        return None if found.pk is None else _checked(found, request, now=now)
    kept = answer_to(request)
    return None if kept is None else _checked(kept, request, now=now)


def answer_to(request: Request) -> IdempotencyKey | None:
    """The stored answer as it is, whatever its body and age."""
    return IdempotencyKey.objects.filter(
        caller=request.caller, path=request.path[:PATH_LENGTH], key=request.key
    ).first()


def _checked(kept: IdempotencyKey, request: Request, *, now: datetime) -> IdempotencyKey | None:
    if kept.created_at <= now - KEPT:
        kept.delete()
        return None
    if kept.body_hash != request.body_hash:
        raise Refused("idempotency_mismatch", "This Idempotency-Key was used with another body. Use a new key.")
    return kept


def keep(request: Request, *, status: int, headers: dict[str, str], body: Any, now: datetime) -> None:
    """Keep the answer, in the transaction of the work. Raises ``AnsweredMeanwhileError``."""
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(
                caller=request.caller,
                path=request.path[:PATH_LENGTH],
                key=request.key,
                body_hash=request.body_hash,
                status=status,
                headers=headers,
                body=body,
                created_at=now,
            )
    except IntegrityError:
        raise AnsweredMeanwhileError from None


def purge(*, now: datetime, limit: int = 5000) -> int:
    """Remove answers older than a day, at most ``limit`` of them; returns how many. For the sweep."""
    old = IdempotencyKey.objects.filter(created_at__lte=now - KEPT).order_by("created_at")
    count, _ = IdempotencyKey.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()
    return count
