"""Reads of the catalog: what a line says, said, and how it came to say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from compensation.models import CouponPool, Remedy, RemedyVersion


def versions_of(remedy: Remedy) -> QuerySet[RemedyVersion]:
    """How a line read over time, the latest first, with who wrote it so."""
    return RemedyVersion.objects.filter(remedy=remedy).select_related("by").order_by("-version")


@dataclass(frozen=True)
class Change:
    """One field of a line, before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One version of a line: who made it so, when, and what it changed. The first changed nothing: it was added."""

    version: int
    by: User | None
    at: datetime
    line: dict[str, Any]
    changes: list[Change]


def steps(remedy: Remedy, *, at_most: int = 100) -> list[Step]:
    """The versions of a line with what each changed, the latest first. Two queries at most."""
    found = list(versions_of(remedy)[: at_most + 1])
    lines = [dict(each.line) for each in found]
    pools = {int(line["pool"]) for line in lines if line.get("pool") is not None}
    if pools:
        names = dict(CouponPool.objects.filter(pk__in=pools).values_list("pk", "name"))
        for line in lines:
            line["pool"] = names.get(line.get("pool") or 0)
    told = []
    for place, each in enumerate(found[:at_most]):
        before = lines[place + 1] if place + 1 < len(found) else None
        changes = [
            Change(name, before.get(name), value)
            for name, value in lines[place].items()
            if before is not None and before.get(name) != value
        ]
        told.append(Step(each.version, each.by, each.at, lines[place], changes))
    return told
