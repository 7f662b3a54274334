"""Errors in the customer’s favor: their incident corrected, and they themselves decided."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cases.domain import casework, honored_errors, incidents
from cases.enums import ErrorStatus
from cases.models import HonoredError
from tests.factories import HOUR, NOW, House, again


def change(error: HonoredError, house: House, **particulars: Any) -> Any:
    return incidents.change_incident(error.incident, version=None, by=house.bob, now=NOW + HOUR, **particulars)


def decide(error: HonoredError, to: str, house: House, **particulars: Any) -> HonoredError:
    with transaction.atomic():
        case, held = honored_errors.hold_error(error, by=house.sue)
        honored_errors.decide(case, held, to=ErrorStatus(to), by=house.sue, now=NOW + HOUR, **particulars)
        casework.save(case)
    return again(error)
