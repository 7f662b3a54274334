"""What colleagues can be looked for by."""

from __future__ import annotations

from accounts.enums import Role, WorkingState
from accounts.models import BusinessUnit, User
from recovery.rest import Filters, FlagFilter, IdFilter, OneOf, WordFilter


class PersonFilters(Filters):
    unit = IdFilter(field_name="team__units", label="Who serve this business unit.")
    role = OneOf(choices=Role.choices)
    working_state = OneOf(choices=WorkingState.choices)
    takes_calls = FlagFilter()

    class Meta:
        model = User
        fields: list[str] = []


class UnitFilters(Filters):
    code = WordFilter()

    class Meta:
        model = BusinessUnit
        fields: list[str] = []
