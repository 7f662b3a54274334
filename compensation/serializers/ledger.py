"""The ledger as JSON: entries as they stand, and statements line by line. Amounts in minor units, and as people write them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.money import to_major
from compensation import models
from compensation.enums import Account, Basis, Grouping
from compensation.queries.statements import Figures, Line, Statement
from recovery.rest import Named


class LedgerEntry(serializers.ModelSerializer[models.LedgerEntry]):
    """One move of an amount from one account to another. It is never changed; what is taken back is an entry of its own."""

    amount = serializers.SerializerMethodField(help_text="With as many decimals as the currency has.")
    case = serializers.CharField(source="case.reference", read_only=True, help_text="The reference of its case.")
    honored_error = serializers.IntegerField(source="decision.error_id", read_only=True, allow_null=True, default=None)
    unit = serializers.CharField(source="unit.code", read_only=True)
    team = Named(read_only=True, allow_null=True)
    rep = Named(read_only=True)
    by = Named(read_only=True, allow_null=True)
    cause = Named(source="incident.cause", read_only=True, allow_null=True, default=None)
    product = serializers.CharField(source="incident.line_of_business", read_only=True, default="")

    class Meta:
        model = models.LedgerEntry
        fields = [
            "id", "at", "basis", "from_account", "to_account", "amount_minor", "amount", "currency", "case", "award",
            "honored_error", "incident", "unit", "team", "rep", "by", "cause", "product",
        ]  # fmt: skip
        read_only_fields = fields

    def get_amount(self, entry: models.LedgerEntry) -> str:
        return str(to_major(entry.amount_minor, entry.currency))


class Balances(serializers.Serializer[Any]):
    """What stands in each account, in minor units. Together they come to nothing."""

    source = serializers.IntegerField(read_only=True)  # type: ignore[assignment]
    pending = serializers.IntegerField(read_only=True)
    committed = serializers.IntegerField(read_only=True)
    delivered = serializers.IntegerField(read_only=True)
    reversed = serializers.IntegerField(read_only=True)


class StatementLine(serializers.Serializer[Any]):
    """One basis of one line, in one currency. ``opening`` and ``closing`` are null where nothing is carried forward."""

    key = serializers.CharField(
        read_only=True, allow_null=True, help_text="The id of the rep, team or cause, the product, or the month."
    )
    name = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)
    basis = serializers.ChoiceField(choices=Basis.choices, read_only=True)
    opening = Balances(read_only=True, allow_null=True)
    moved = Balances(read_only=True)
    closing = Balances(read_only=True, allow_null=True)
    entries = serializers.IntegerField(read_only=True, help_text="How many moved it in the month.")


class StatementShape(serializers.Serializer[Any]):
    """A month of the ledger. The totals are the sums of the lines."""

    month = serializers.DateField(read_only=True)
    by = serializers.ChoiceField(choices=Grouping.choices, read_only=True)
    lines = StatementLine(many=True, read_only=True)
    totals = StatementLine(many=True, read_only=True)


def laid_out(statement: Statement) -> dict[str, Any]:
    """A statement as its shape has it: a line for each basis in which there is anything."""
    totals = [Line(None, "Together", currency, bases) for currency, bases in statement.totals.items()]
    return {
        "month": statement.month,
        "by": statement.by,
        "lines": [each for line in statement.lines for each in _of(line, carries=statement.carries)],
        "totals": [each for line in totals for each in _of(line, carries=statement.carries)],
    }


def _of(line: Line, *, carries: bool) -> list[dict[str, Any]]:
    return [
        {
            "key": None if line.key is None else str(line.key),
            "name": line.name,
            "currency": line.currency,
            "basis": basis,
            "opening": _balances(figures, "opening") if carries else None,
            "moved": _balances(figures, "moved"),
            "closing": _balances(figures, "closing") if carries else None,
            "entries": figures.entries,
        }
        for basis, figures in line.bases.items()
        if figures.anything
    ]


def _balances(figures: Figures, what: str) -> dict[str, int]:
    amounts = getattr(figures, what)
    return {account: amounts[account] for account in Account.values}
