"""Rows of errors in the customer’s favor: what they hold, and that a refusal writes none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.authority import Refused
from cases.models import Case, Contact, Disclosure, DisclosureAttempt, HonoredError, Obligation, Promise, Reassignment
from journal.models import Event


def values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def everything() -> list[Any]:
    tables = (HonoredError, Disclosure, DisclosureAttempt, Reassignment, Promise, Contact, Obligation, Case, Event)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def refused(code: str, work: Callable[[], Any], *, field: str = "") -> Refused:
    """The work is refused with this code, and nothing of it is written."""
    before = everything()
    with pytest.raises(Refused) as caught:
        work()
    assert (caught.value.code, caught.value.field) == (code, field)
    assert everything() == before
    return caught.value


def event(type_: str) -> dict[str, Any]:
    return Event.objects.filter(type=type_).latest("id").data
